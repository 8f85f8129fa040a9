//! The tools that change something of the account: webhook endpoints.

use bytes::Bytes;
use http::Method;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, ToolError},
    arguments::Arguments,
    door::AccountSide,
    records,
    tool::{Call, Change, Effect, Tool, arguments, set},
};
use crate::{
    api::Single,
    catalog::{Catalog, Privacy},
    error::Error,
};

/// The collection of webhook endpoints, and that of what is sent to them.
const ENDPOINTS: &str = "webhook-endpoints";
const DELIVERIES: &str = "webhook-deliveries";

/// The tools that change something.
pub(super) fn tools(catalog: &Catalog) -> Vec<Tool> {
    let there = |name: &str| catalog.resource(name).is_some();
    let id = json!({"type": "string", "minLength": 1, "description": "Identifier of the webhook endpoint."});
    let mut settable = json!({
        "name": {"type": "string", "minLength": 1, "description": "What people call it."},
        "apiVersion": {"type": "string", "description": "Version of what is sent, such as 2024-11-01."},
        "webhookUrl": {"type": "string", "description": "https address that events are sent to."},
        "topics": {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": "Such as employee.updated."},
        "businessEstablishments": {
            "type": "array", "items": {"type": "string"}, "minItems": 1,
            "description": "Identifiers of establishments whose events are sent; all without it.",
        },
        "status": {"type": "string", "enum": ["active", "inactive"], "description": "Whether events are sent."},
    });
    let tool = |name: &str, title: &str, description: &str, input, effect, operation: &str, change| Tool {
        name: name.to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        input,
        effect,
        operation: Some(operation.to_owned()),
        call: Call::Change(change),
    };
    let mut tools = Vec::new();
    if there(ENDPOINTS) {
        tools.push(tool(
            "create_webhook_endpoint",
            "New webhook endpoint",
            "Creates a webhook endpoint. Its signing secret is kept in a file of the user and never shown here.",
            arguments(settable.clone(), &["name", "apiVersion", "webhookUrl", "topics"]),
            Effect::Adds,
            "POST /webhook-endpoints",
            Change::Create,
        ));
        set(&mut settable, "id", id.clone());
        tools.push(tool(
            "update_webhook_endpoint",
            "Change a webhook endpoint",
            "Changes what is given of a webhook endpoint and leaves the rest.",
            arguments(settable, &["id"]),
            Effect::Changes,
            "PATCH /webhook-endpoints/{id}",
            Change::Update,
        ));
        tools.push(tool(
            "delete_webhook_endpoint",
            "Delete a webhook endpoint",
            "Deletes a webhook endpoint: nothing is sent to it any more.",
            arguments(json!({"id": id}), &["id"]),
            Effect::Changes,
            "DELETE /webhook-endpoints/{id}",
            Change::Delete,
        ));
    }
    if there(DELIVERIES) {
        tools.push(tool(
            "ping_webhook_endpoint",
            "Test a webhook endpoint",
            "Has a test event sent to a webhook endpoint.",
            arguments(json!({"id": id}), &["id"]),
            Effect::Adds,
            "POST /webhook-deliveries",
            Change::Ping,
        ));
    }
    tools
}

/// What may be set of a webhook endpoint, as the API takes it.
fn settings(given: &mut Arguments) -> Result<Map<String, Value>, ToolError> {
    let mut body = Map::new();
    for name in ["name", "apiVersion", "webhookUrl", "status"] {
        if let Some(text) = given.text(name)? {
            body.insert(name.to_owned(), text.into());
        }
    }
    for name in ["topics", "businessEstablishments"] {
        let Some(value) = given.value(name) else { continue };
        let texts = value.as_array().filter(|texts| !texts.is_empty() && texts.iter().all(Value::is_string));
        let texts = texts.ok_or_else(|| ToolError(format!("{name} must be a list of texts")))?;
        let as_sent = |text: &Value| if name == "topics" { text.clone() } else { json!({"id": text}) };
        body.insert(name.to_owned(), texts.iter().map(as_sent).collect());
    }
    Ok(body)
}

/// Makes one change.
pub(super) async fn change(
    side: &AccountSide,
    catalog: &Catalog,
    change: Change,
    ceiling: Privacy,
    mut given: Arguments,
) -> Result<Answer, ToolError> {
    let collection = if change == Change::Ping { DELIVERIES } else { ENDPOINTS };
    let resource = catalog.resource(collection).ok_or_else(|| ToolError::new("this version does not know webhooks"))?;
    let id = if change == Change::Create { None } else { Some(given.needed("id")?) };
    let body = match change {
        Change::Create => {
            let body = settings(&mut given)?;
            let needed = ["name", "apiVersion", "webhookUrl", "topics"];
            if let Some(missing) = needed.iter().find(|name| !body.contains_key(**name)) {
                return Err(ToolError(format!("{missing} is missing")));
            }
            Some(Value::Object(body))
        }
        Change::Update => match settings(&mut given)? {
            body if body.is_empty() => return Err(ToolError::new("nothing is given that could be changed")),
            body => Some(Value::Object(body)),
        },
        Change::Delete => None,
        Change::Ping => Some(json!({"webhookEndpoint": {"id": id}})),
    };
    given.end()?;
    let scope = resource.scope.replace(".readonly", ".readwrite");
    let method = match change {
        Change::Create | Change::Ping => Method::POST,
        Change::Update => Method::PATCH,
        Change::Delete => Method::DELETE,
    };
    let body = body.map(|body| Bytes::from(body.to_string()));
    let asked = scope.clone();
    let answered = side
        .ask(vec![scope], |account| async move {
            let tenant = account.client().tenant();
            let url = match (&id, change) {
                (Some(id), Change::Update | Change::Delete) => tenant.record(collection, id, &[]),
                _ => Some(tenant.collection(collection, &[])),
            };
            let url = url.ok_or_else(|| ToolError::new("that is no identifier"))?;
            let single = Single { method, body, ..Single::get(collection, &asked, &url) };
            account.client().single(single).await.map_err(|error| Error::from(error).into())
        })
        .await?;
    if answered.body.is_empty() {
        return Ok(Answer::json(json!({"done": true})));
    }
    let mut all: Value = serde_json::from_slice(&answered.body)
        .map_err(|_| ToolError::new("the change was made; its answer is no JSON"))?;
    let secret = all.as_object_mut().and_then(|record| record.remove("secret"));
    let mut left = records::below(resource, &all, ceiling);
    if let Some(secret) = secret.as_ref().and_then(Value::as_str) {
        let endpoint = all.get("id").and_then(Value::as_str).unwrap_or_default();
        let kept = side.door().keep_secret(endpoint, secret);
        let told = kept.map_or_else(
            |error| format!("it could not be kept, and is lost: {}", ToolError::from(error)),
            |path| path.display().to_string(),
        );
        set(&mut left, "secret_file", told.into());
    }
    Ok(Answer::json(left))
}
