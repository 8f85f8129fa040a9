//! What a tool is given: names and values, each read once, and nothing else.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::answer::ToolError;

/// Most bytes of all arguments of a call together, as JSON.
pub(super) const MOST_BYTES: usize = 256 * 1024;

/// Arguments that were not read yet.
#[derive(Debug)]
pub(super) struct Arguments(Map<String, Value>);

impl Arguments {
    /// # Errors
    /// When they are too long.
    pub(super) fn new(given: Map<String, Value>) -> Result<Self, ToolError> {
        let bytes: usize = given.iter().map(|(name, value)| name.len() + length(value)).sum();
        if bytes > MOST_BYTES {
            return Err(ToolError(format!("the arguments are {bytes} bytes long; at most {MOST_BYTES} are taken")));
        }
        Ok(Self(given))
    }

    /// A value that is there and not null.
    pub(super) fn value(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, ToolError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ToolError(format!("{name} must be a text"))),
        }
    }

    pub(super) fn needed(&mut self, name: &str) -> Result<String, ToolError> {
        self.text(name)?.ok_or_else(|| ToolError(format!("{name} is missing")))
    }

    pub(super) fn date(&mut self, name: &str) -> Result<Option<NaiveDate>, ToolError> {
        let wrong = || ToolError(format!("{name} must be a day, YYYY-MM-DD"));
        self.text(name)?.map(|text| text.parse().map_err(|_| wrong())).transpose()
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<bool, ToolError> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(ToolError(format!("{name} must be true or false"))),
        }
    }

    pub(super) fn number(&mut self, name: &str, within: RangeInclusive<u64>) -> Result<Option<u64>, ToolError> {
        let wrong = || ToolError(format!("{name} must be a whole number from {} to {}", within.start(), within.end()));
        let number = |value: Value| value.as_u64().filter(|number| within.contains(number)).ok_or_else(wrong);
        self.value(name).map(number).transpose()
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, ToolError> {
        let wrong = || ToolError(format!("{name} must be a list of texts"));
        let text = |value| match value {
            Value::String(text) => Ok(text),
            _ => Err(wrong()),
        };
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(values)) => values.into_iter().map(text).collect::<Result<_, _>>().map(Some),
            Some(_) => Err(wrong()),
        }
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Map<String, Value>, ToolError> {
        match self.value(name) {
            None => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(ToolError(format!("{name} must be an object"))),
        }
    }

    /// # Errors
    /// When something is left that the tool does not know.
    pub(super) fn end(self) -> Result<(), ToolError> {
        match self.0.keys().next() {
            // Unknown names may be anything: a short one is told.
            Some(name) if name.len() <= 64 => Err(ToolError(format!("there is no argument {name:?}"))),
            Some(_) => Err(ToolError::new("there is an argument that the tool does not have")),
            None => Ok(()),
        }
    }
}

/// About how long a value is as JSON.
fn length(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(values) => 2 + values.iter().map(length).sum::<usize>(),
        Value::Object(object) => 2 + object.iter().map(|(name, value)| name.len() + 3 + length(value)).sum::<usize>(),
    }
}
