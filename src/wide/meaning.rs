//! What is said of the column of a definition: its label with translations, what its values are and where they are from.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{
    choices::{EnumeratedValue, choices},
    definition::Definition,
    kind::{Kind, base, name, only_alternative, types},
    takes::Takes,
};
use crate::catalog::{ColumnDefinition, DefinedProperty, TranslatedLabel};

/// Values of an enumeration that are named in a sentence.
const VALUES_SHOWN: usize = 12;

/// What is said of one property of object values, as far as it is of use here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PropertyDescription {
    name: Option<String>,
    taxonomy: Option<Value>,
    t9n: Value,
}

/// What a definition says of the column for its values, or for one property of them.
pub(super) fn defined(
    definition: &Definition,
    schema: &Value,
    kind: &Kind,
    property: Option<&str>,
) -> ColumnDefinition {
    let translated = definition.t9n.as_deref().and_then(|t9n| serde_json::from_str::<Value>(t9n).ok());
    let description = property.map(|property| description(definition, property)).unwrap_or_default();
    let kind = match (kind, property) {
        (Kind::Object(all), Some(property)) => all.iter().find(|(name, _)| name == property).map(|(_, kind)| kind),
        _ => Some(kind),
    };
    let schema = schema_of(schema, property);
    let taxonomy = description.taxonomy.as_ref().and_then(|taxonomy| taxonomy.get("id")?.as_str());
    ColumnDefinition {
        id: definition.id.clone(),
        label: label(&definition.name, translated.as_ref()),
        property: property.map(|property| DefinedProperty {
            name: property.to_owned(),
            label: label(description.name.as_deref().unwrap_or(property), Some(&description.t9n)),
        }),
        value_type: value_type(schema, kind),
        taxonomy_id: match property {
            Some(_) => taxonomy.map(str::to_owned),
            None => definition.taxonomy_id.clone(),
        },
        target_type: definition.target_type.clone(),
        several_values: definition.multiple.is_some(),
        archived: definition.archived,
    }
}

/// The same as a sentence or two, for people.
pub(super) fn meaning(definition: &Definition, schema: &Value, told: &ColumnDefinition, takes: &Takes) -> String {
    let values = choices(schema_of(schema, told.property.as_ref().map(|p| p.name.as_str()))).unwrap_or_default();
    let labels = std::iter::once(&told.label).chain(told.property.as_ref().map(|property| &property.label));
    let mut text = labels.map(label_in_words).collect::<Vec<_>>().join(", ");
    let (one, each) = if told.several_values { ("", "s") } else { ("the ", "") };
    text += &match takes {
        Takes::Value(_) => String::new(),
        Takes::Id => format!(": {one}identifier{each}"),
        Takes::Name(of) if of == "taxonomy-label" => format!(": {one}name{each} of the label{each}"),
        Takes::Name(of) => {
            let is = if told.several_values { "they are" } else { "it is" };
            format!(": {one}name{each} of the {}{each}, null where {is} not visible", of.replace('-', " "))
        }
        Takes::Title(_) => {
            format!(": what {one}value{each} of the enumeration {} called", if each.is_empty() { "is" } else { "are" })
        }
    };
    text += ". ";
    text += &match values.as_slice() {
        [] => format!("Type {}", told.value_type),
        values => format!("One of {}", in_words(values)),
    };
    if let Some(taxonomy) = &told.taxonomy_id {
        text += &format!(", taxonomy {taxonomy}");
    }
    if let Some(sorting) = &definition.multiple {
        let order = if sorting.descending { "descending" } else { "ascending" };
        let by = sorting.property.as_ref().map(|property| format!(" by {property}")).unwrap_or_default();
        text += &format!(", several values, {order}{by}");
    }
    if let Some(target) = told.target_type.as_deref().filter(|target| *target != "employee") {
        text += &format!(", of the {}", target.replace('-', " "));
    }
    text += if told.archived { ". Archived." } else { "." };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The schema of values, or of one property of them.
fn schema_of<'s>(schema: &'s Value, property: Option<&str>) -> &'s Value {
    match property {
        Some(property) => schema.get("properties").and_then(|all| all.get(property)).unwrap_or(&Value::Null),
        None => schema,
    }
}

fn description(definition: &Definition, property: &str) -> PropertyDescription {
    let all = definition.property_descriptions.as_deref();
    let all = all.and_then(|json| serde_json::from_str::<BTreeMap<String, Value>>(json).ok());
    let of_property = all.and_then(|mut all| all.remove(property));
    of_property.and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default()
}

/// `t9n` is an object from property to language tag to text.
fn label(name: &str, t9n: Option<&Value>) -> TranslatedLabel {
    let translations = t9n.and_then(|t9n| t9n.get("name")?.as_object());
    let text = |(language, text): (&String, &Value)| Some((language.clone(), text.as_str()?.to_owned()));
    TranslatedLabel {
        label: name.to_owned(),
        translations: translations.into_iter().flatten().filter_map(text).collect(),
    }
}

fn label_in_words(label: &TranslatedLabel) -> String {
    let translations: Vec<String> =
        label.translations.iter().map(|(language, text)| format!("{language}: {text}")).collect();
    match translations.as_slice() {
        [] => label.label.clone(),
        some => format!("{} ({})", label.label, some.join(", ")),
    }
}

fn in_words(values: &[EnumeratedValue]) -> String {
    let one = |value: &EnumeratedValue| match &value.label {
        Some(label) => format!("{} ({label})", value.value),
        None => value.value.clone(),
    };
    let mut shown: Vec<String> = values.iter().take(VALUES_SHOWN).map(one).collect();
    if values.len() > VALUES_SHOWN {
        shown.push(format!("and {} more", values.len() - VALUES_SHOWN));
    }
    shown.join(", ")
}

/// The documented base schema, or else what it is known or said to be.
fn value_type(schema: &Value, kind: Option<&Kind>) -> String {
    if base(schema).is_some() {
        return name(schema).unwrap_or_default().to_owned();
    }
    if let Some(inner) = only_alternative(schema) {
        return value_type(inner, kind);
    }
    let types = types(schema);
    match kind {
        Some(Kind::Reference(Some(to))) => format!("{to}-reference"),
        Some(Kind::Reference(None)) => "reference".to_owned(),
        Some(Kind::Date) => "date".to_owned(),
        Some(Kind::Texts) => "list of strings".to_owned(),
        Some(Kind::Text) if types.is_empty() => "string".to_owned(),
        Some(Kind::Int32) if types.is_empty() => "int32".to_owned(),
        _ if types.is_empty() => "any JSON".to_owned(),
        _ => types.join(" or "),
    }
}
