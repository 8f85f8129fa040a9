//! What a tool is.

use serde_json::{Map, Value, json};

/// One tool.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tool {
    /// Its name, such as `list_employees`.
    pub(crate) name: String,
    /// What it is called in menus.
    pub(crate) title: String,
    /// What it does, for whoever chooses one.
    pub(crate) description: String,
    /// JSON Schema of its arguments.
    pub(crate) input: Map<String, Value>,
    /// What it does to the world.
    pub(crate) effect: Effect,
    /// The API operation that it makes, such as `GET /employees/{id}`; `None` where it makes no request.
    pub(crate) operation: Option<String>,
    pub(super) call: Call,
}

/// What a tool does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    Reads,
    /// It adds something, and changes nothing that was there.
    Adds,
    /// It changes or removes something that was there.
    Changes,
}

/// What answers a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    ListTables,
    DescribeTable,
    Query,
    Snapshots,
    ExplainNumber,
    /// A page of the collection of that name.
    List(String),
    /// A record of the collection of that name.
    Get(String),
    Change(Changing),
}

/// What may be done to a webhook endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changing {
    Create,
    Update,
    Delete,
    /// Nothing but one more delivery.
    Ping,
}

/// JSON Schema of arguments, of which some are needed.
pub(super) fn arguments(properties: Value, needed: &[&str]) -> Map<String, Value> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), properties);
    if !needed.is_empty() {
        schema.insert("required".to_owned(), json!(needed));
    }
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

/// Sets a property of an object.
pub(super) fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(object) = object {
        object.insert(name.to_owned(), value);
    }
}
