//! Which columns a definition's values become, and what each takes of them.

use super::{
    choices::EnumeratedValue,
    kind::{Kind, REFERENCE_NAMES},
};
use crate::catalog::LakeType;

/// What a column takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Takes {
    /// The value as its kind says.
    Value(Kind),
    /// The id of a reference.
    Id,
    /// The name of what a reference of that type leads to.
    Name(String),
    /// What the schema calls the value.
    Title(Vec<EnumeratedValue>),
}

/// Property, what is taken of it, suffix of the column's name, and type.
pub(super) type Taken = (Option<String>, Takes, &'static str, LakeType);

/// The columns of a definition whose values are of that kind; lists, where there may be several.
pub(super) fn takes(kind: &Kind, lists: bool) -> Vec<Taken> {
    match kind {
        Kind::Object(properties) if !lists => {
            properties.iter().flat_map(|(name, kind)| taken(Some(name), kind, false)).collect()
        }
        // The JSON of each, and beside it what is called by a name there.
        Kind::Object(properties) => {
            let named = properties.iter().flat_map(|(name, kind)| taken(Some(name), kind, true));
            let named = named.filter(|(_, takes, ..)| matches!(takes, Takes::Name(_) | Takes::Title(_)));
            taken(None, kind, true).into_iter().chain(named).collect()
        }
        other => taken(None, other, lists),
    }
}

/// What is taken of values, or of one of their properties, of a kind.
fn taken(property: Option<&String>, kind: &Kind, lists: bool) -> Vec<Taken> {
    let property = property.cloned();
    let text = if lists { LakeType::StringList } else { LakeType::String };
    let itself = || (property.clone(), Takes::Value(kind.clone()), "", if lists { text } else { lake_type(kind) });
    match kind {
        Kind::Reference(to) => {
            let named = to.as_deref().filter(|to| REFERENCE_NAMES.iter().any(|(known, ..)| known == to));
            let ids = (property.clone(), Takes::Id, if lists { "ids" } else { "id" }, text);
            let name = |to: &str| Takes::Name(to.to_owned());
            match named {
                // A label is what its name says: the id is beside it.
                Some("taxonomy-label") => vec![(property, name("taxonomy-label"), "", text), ids],
                Some(to) => vec![ids, (property, name(to), if lists { "names" } else { "name" }, text)],
                None => vec![ids],
            }
        }
        // What the schema calls a value may change, or be translated: the value stays what it is.
        Kind::Choice(of) if of.iter().any(|value| value.label.is_some()) => {
            let title = Takes::Title(of.clone());
            vec![itself(), (property.clone(), title, if lists { "labels" } else { "label" }, text)]
        }
        _ => vec![itself()],
    }
}

fn lake_type(kind: &Kind) -> LakeType {
    match kind {
        Kind::Boolean => LakeType::Boolean,
        Kind::Int32 => LakeType::Int32,
        Kind::Int64 => LakeType::Int64,
        Kind::Double => LakeType::Double,
        Kind::Date => LakeType::Date,
        Kind::Texts => LakeType::StringList,
        Kind::Text | Kind::Choice(_) | Kind::Json | Kind::Object(_) | Kind::Reference(_) | Kind::List(_) => {
            LakeType::String
        }
    }
}
