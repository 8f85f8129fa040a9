//! From the JSON Schema of a definition to the columns that hold its values.

use serde_json::Value;

use super::choices::{EnumeratedValue, choices};

/// What the values of a definition, or of a property of one, look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text.
    Text,
    /// True or false.
    Boolean,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number.
    Int64,
    /// A number.
    Double,
    /// A day: `YYYY-MM-DD`, the same at midnight, or `{date}` of either.
    Date,
    /// `{id, type, url}`, to records of that type where it is known.
    Reference(Option<String>),
    /// An object of simple values, in the order of its schema.
    Object(Vec<(String, Kind)>),
    /// A list of texts.
    Texts,
    /// One of some texts.
    Choice(Vec<EnumeratedValue>),
    /// A list of references or choices, in one value.
    List(Box<Kind>),
    /// Anything: the JSON is kept as text.
    Json,
}

/// A person's full name, as `queries/employee_names.sql` says it.
const FULL_NAME: &str = "NULLIF(TRIM(BOTH ' ' FROM COALESCE(given_name, '') || ' ' || COALESCE(family_name, '')), '')";

/// What a reference of a type is called by: the table of the lake, and the expression over it that gives the name. Of several
/// tables those that are there are taken, and the last one counts.
pub(crate) const REFERENCE_NAMES: &[(&str, &str, &str)] = &[
    ("department", "departments", "name"),
    ("employee", "employees", FULL_NAME),
    ("business-establishment", "business_establishments", "name"),
    ("legal-entity", "legal_entities", "legal_name"),
    ("job-qualification", "job_qualifications", "title"),
    ("occupation-category", "occupation_categories", "title"),
    ("employment-template", "employment_templates", "title"),
    ("profession", "professions", "title"),
    ("taxonomy-label", "attribute_labels", "name"),
    ("taxonomy-label", "taxonomy_labels", "name"),
];

/// Built-in definitions whose schema may say no more than "a reference", and the documented type of what they refer to.
const BUILT_IN_REFERENCES: &[(&str, &str)] = &[
    ("jobPosition.department", "department"),
    ("jobPosition.manager", "employee"),
    ("jobPosition.businessEstablishment", "business-establishment"),
    ("jobPosition.jobQualification", "job-qualification"),
    ("jobPosition.occupationCategory", "occupation-category"),
    ("employment.legalEntity", "legal-entity"),
    ("employment.template", "employment-template"),
];

/// Built-in definitions whose values are documented as objects with a `date`.
const BUILT_IN_DATES: &[&str] = &["employment.start", "employment.end"];

/// Built-in definitions whose schema may say no more than "an object", and their documented properties.
const BUILT_IN_OBJECTS: &[(&str, &[(&str, Kind)])] = &[
    ("employee.birthDay", &[("day", Kind::Int32), ("month", Kind::Int32)]),
    ("personal.insuranceNumber", &[("format", Kind::Text), ("value", Kind::Text)]),
    (
        "personal.bankAccount",
        &[
            ("format", Kind::Text),
            ("bankName", Kind::Text),
            ("accountIdentifier", Kind::Text),
            ("bankIdentifier", Kind::Text),
        ],
    ),
];

impl Kind {
    /// The kind of the definition `id` with that schema.
    pub(crate) fn of(id: &str, schema: &Value) -> Self {
        match Self::of_schema(schema, true) {
            kind @ (Self::Reference(None) | Self::Json) => Self::built_in(id).unwrap_or(kind),
            kind => kind,
        }
    }

    /// The documented kind of a built-in definition.
    fn built_in(id: &str) -> Option<Self> {
        let reference = BUILT_IN_REFERENCES.iter().find(|(d, _)| *d == id);
        let object = BUILT_IN_OBJECTS.iter().find(|(d, _)| *d == id);
        match (reference, object) {
            _ if BUILT_IN_DATES.contains(&id) => Some(Self::Date),
            (Some((_, to)), _) => Some(Self::Reference(Some((*to).to_owned()))),
            (_, Some((_, properties))) => {
                Some(Self::Object(properties.iter().map(|(name, kind)| ((*name).to_owned(), kind.clone())).collect()))
            }
            _ => None,
        }
    }

    fn of_schema(schema: &Value, may_nest: bool) -> Self {
        if let Some(kind) = base(schema) {
            return kind;
        }
        if let Some(values) = choices(schema) {
            return Self::Choice(values);
        }
        if let Some(inner) = only_alternative(schema) {
            return Self::of_schema(inner, may_nest);
        }
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        match types(schema).as_slice() {
            ["string"] if text("format") == Some("date") => Self::Date,
            ["string"] => Self::Text,
            ["boolean"] => Self::Boolean,
            ["integer"] if text("format") == Some("int32") => Self::Int32,
            ["integer"] => Self::Int64,
            ["number"] | ["integer", "number"] | ["number", "integer"] => Self::Double,
            ["array"] => Self::of_items(schema.get("items").unwrap_or(&Value::Null), may_nest),
            ["object"] => Self::of_properties(schema, may_nest),
            _ => Self::Json,
        }
    }

    /// The kind of lists of such items.
    fn of_items(items: &Value, may_nest: bool) -> Self {
        match Self::of_schema(items, false) {
            Self::Text => Self::Texts,
            Self::Choice(values) if values.iter().all(|value| value.label.is_none()) => Self::Texts,
            item @ (Self::Choice(_) | Self::Reference(_)) if may_nest => Self::List(Box::new(item)),
            _ => Self::Json,
        }
    }

    fn of_properties(schema: &Value, may_nest: bool) -> Self {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Self::Json };
        let only = |names: &[&str]| properties.keys().all(|name| names.contains(&name.as_str()));
        if properties.contains_key("id") && only(&["id", "type", "url"]) {
            let to = properties.get("type").and_then(|t| t.get("const")).and_then(Value::as_str);
            return Self::Reference(to.map(reference_type));
        }
        if properties.contains_key("date") && only(&["date"]) {
            return Self::Date;
        }
        if !may_nest || properties.is_empty() {
            return Self::Json;
        }
        Self::Object(properties.iter().map(|(name, schema)| (name.clone(), Self::of_schema(schema, false))).collect())
    }
}

/// The name of a schema, by its address or its title: that of one of the documented base schemas, or any other.
pub(super) fn name(schema: &Value) -> Option<&str> {
    let name = ["$ref", "$id", "title"].into_iter().find_map(|key| schema.get(key).and_then(Value::as_str))?;
    name.rsplit('/').next()
}

/// One of the documented base schemas.
pub(super) fn base(schema: &Value) -> Option<Kind> {
    Some(match name(schema)? {
        "short-text" | "long-text" | "phone-number" | "email" | "url" => Kind::Text,
        "boolean" => Kind::Boolean,
        "int32" => Kind::Int32,
        "decimal" => Kind::Double,
        "legacy-date" => Kind::Date,
        reference => Kind::Reference(Some(reference_type(reference.strip_suffix("-reference")?))),
    })
}

/// What a schema says by `allOf`, `anyOf` or `oneOf`, where that is one thing or null.
pub(super) fn only_alternative(schema: &Value) -> Option<&Value> {
    let all = ["allOf", "anyOf", "oneOf"].into_iter().find_map(|key| schema.get(key).and_then(Value::as_array))?;
    let mut some = all.iter().filter(|s| s.get("type").and_then(Value::as_str) != Some("null"));
    some.next().filter(|_| some.next().is_none())
}

/// One documented example spells a label's type `taxonomy-label-reference`.
fn reference_type(name: &str) -> String {
    name.strip_suffix("-reference").unwrap_or(name).to_owned()
}

/// The JSON types that a schema allows beside null.
pub(super) fn types(schema: &Value) -> Vec<&str> {
    let types = match schema.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(some)) => some.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    types.into_iter().filter(|t| *t != "null").collect()
}
