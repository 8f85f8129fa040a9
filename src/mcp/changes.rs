//! The tools that change something of the account: webhook endpoints.

use serde_json::{Value, json};

use super::{
    answer::{Answer, ToolError},
    arguments::Arguments,
    door::AccountSide,
    records,
    tool::{Call, Changing, Effect, Tool, arguments, set},
};
use crate::{
    account::webhooks::{Change, DELIVERIES, ENDPOINTS, EndpointFields, Establishments},
    catalog::{Catalog, Privacy, Resource},
    error::Error,
};

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
            Changing::Create,
        ));
        set(&mut settable, "id", id.clone());
        tools.push(tool(
            "update_webhook_endpoint",
            "Change a webhook endpoint",
            "Changes what is given of a webhook endpoint and leaves the rest.",
            arguments(settable, &["id"]),
            Effect::Changes,
            "PATCH /webhook-endpoints/{id}",
            Changing::Update,
        ));
        tools.push(tool(
            "delete_webhook_endpoint",
            "Delete a webhook endpoint",
            "Deletes a webhook endpoint: nothing is sent to it any more.",
            arguments(json!({"id": id}), &["id"]),
            Effect::Changes,
            "DELETE /webhook-endpoints/{id}",
            Changing::Delete,
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
            Changing::Ping,
        ));
    }
    tools
}

/// What is given of a webhook endpoint.
fn fields(given: &mut Arguments) -> Result<EndpointFields, ToolError> {
    Ok(EndpointFields {
        name: given.text("name")?,
        webhook_url: given.text("webhookUrl")?,
        api_version: given.text("apiVersion")?,
        topics: given.texts("topics")?,
        business_establishments: given.texts("businessEstablishments")?.map(Establishments::Only),
        status: given.text("status")?,
    })
}

/// Makes one change.
pub(super) async fn change(
    side: &AccountSide,
    catalog: &Catalog,
    changing: Changing,
    ceiling: Privacy,
    mut given: Arguments,
) -> Result<Answer, ToolError> {
    let change = match changing {
        Changing::Create => Change::create(&fields(&mut given)?),
        Changing::Update => Change::update(&given.needed("id")?, &fields(&mut given)?),
        Changing::Delete => Change::delete(&given.needed("id")?),
        Changing::Ping => Change::send(&given.needed("id")?, None),
    };
    given.end()?;
    let change = change.map_err(ToolError)?;
    let unknown = || ToolError::new("this version does not know webhooks");
    let resource = catalog.resource(change.collection()).ok_or_else(unknown)?;
    match changing {
        Changing::Create => create(side, resource, change, ceiling).await,
        Changing::Delete => {
            let scope = change.scope();
            let was_there = side
                .ask(vec![scope], |account| async move {
                    account.delete_endpoint(&change).await.map_err(|error| Error::from(error).into())
                })
                .await?;
            match was_there {
                true => Ok(Answer::json(json!({"done": true}))),
                false => {
                    Err(ToolError::new("there is no webhook endpoint of that id, or the application may not see it"))
                }
            }
        }
        Changing::Update | Changing::Ping => {
            let scope = change.scope();
            let sent = side
                .ask(vec![scope], |account| async move {
                    account.change(&change).await.map_err(|error| Error::from(error).into())
                })
                .await?;
            Ok(Answer::json(records::below(resource, &records::parsed(&sent)?, ceiling)))
        }
    }
}

/// Makes an endpoint. There is a place for its secret before it is asked for: the API says it once.
async fn create(
    side: &AccountSide,
    resource: &Resource,
    change: Change,
    ceiling: Privacy,
) -> Result<Answer, ToolError> {
    let folder = side.door().secrets()?;
    let scope = change.scope();
    let created = side
        .ask(vec![scope], |account| async move {
            account.create_endpoint(&change).await.map_err(|error| Error::from(error).into())
        })
        .await?;
    let all = records::parsed(&created.record)?;
    let mut left = records::below(resource, &all, ceiling);
    if let Some(secret) = &created.secret {
        let endpoint = all.get("id").and_then(Value::as_str).unwrap_or_default();
        let told = match side.door().keep_secret(&folder, endpoint, secret) {
            Ok(path) => path.display().to_string(),
            Err(error) => format!("it could not be kept, and is lost: {}", ToolError::from(error)),
        };
        set(&mut left, "secret_file", told.into());
    }
    Ok(Answer::json(left))
}
