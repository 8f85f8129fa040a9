//! The values that a JSON Schema enumerates, and what it calls them.

use serde_json::Value;

/// One value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EnumeratedValue {
    /// As it is in the data.
    pub(crate) value: String,
    /// What it is called, where the schema says so.
    pub(crate) label: Option<String>,
}

/// Keywords of generators of schemas for the names of an `enum`, in its order; JSON Schema itself has none.
const NAMES_OF_ENUM: [&str; 3] = ["enumNames", "x-enumNames", "x-enum-varnames"];

/// The texts that a schema allows beside null, where it names each: by `enum`, or by `oneOf` or `anyOf` of constants with their
/// titles. `None` for any other schema.
pub(super) fn choices(schema: &Value) -> Option<Vec<EnumeratedValue>> {
    let choices = match schema.get("enum").and_then(Value::as_array) {
        Some(values) => of_enum(schema, values)?,
        None => of_constants(["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)?.as_array())?)?,
    };
    (!choices.is_empty()).then_some(choices)
}

fn of_enum(schema: &Value, values: &[Value]) -> Option<Vec<EnumeratedValue>> {
    let names = NAMES_OF_ENUM.into_iter().find_map(|key| schema.get(key)?.as_array());
    let names = names.filter(|names| names.len() == values.len());
    let label = |at: usize| names?.get(at)?.as_str().map(str::to_owned);
    let texts = values.iter().enumerate().filter(|(_, value)| !value.is_null());
    texts.map(|(at, value)| Some(EnumeratedValue { value: value.as_str()?.to_owned(), label: label(at) })).collect()
}

fn of_constants(schemas: &[Value]) -> Option<Vec<EnumeratedValue>> {
    let is_null = |schema: &Value| {
        schema.get("const").is_some_and(Value::is_null) || schema.get("type").and_then(Value::as_str) == Some("null")
    };
    let texts = schemas.iter().filter(|schema| !is_null(schema));
    let choice = |schema: &Value| {
        let value = schema.get("const")?.as_str()?.to_owned();
        Some(EnumeratedValue { value, label: schema.get("title").and_then(Value::as_str).map(str::to_owned) })
    };
    texts.map(choice).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn enumerations_are_read_however_they_name_their_values() {
        let found = |schema: Value| {
            let shown = |c: EnumeratedValue| c.label.map_or(c.value.clone(), |label| format!("{} {label}", c.value));
            choices(&schema).map(|choices| choices.into_iter().map(shown).collect::<Vec<_>>().join(", "))
        };
        for (schema, expected) in [
            (json!({"type": ["string", "null"], "enum": ["a", "b", null]}), Some("a, b")),
            (json!({"enum": ["a", null, "b"], "enumNames": ["A", "none", "B"]}), Some("a A, b B")),
            (json!({"enum": ["a", "b"], "x-enumNames": ["A"]}), Some("a, b")),
            (json!({"oneOf": [{"const": "m", "title": "Male"}, {"const": "x"}, {"type": "null"}]}), Some("m Male, x")),
            (json!({"anyOf": [{"const": null}, {"const": "m", "title": "Male"}]}), Some("m Male")),
            (json!({"oneOf": [{"const": 1, "title": "One"}]}), None),
            (json!({"oneOf": [{"const": "m"}, {"type": "string"}]}), None),
            (json!({"enum": [1, 2]}), None),
            (json!({"enum": []}), None),
            (json!({"type": "string"}), None),
        ] {
            assert_eq!(found(schema.clone()).as_deref(), expected, "{schema}");
        }
    }
}
