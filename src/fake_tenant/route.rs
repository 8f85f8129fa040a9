//! The paths of the API.

use super::attribute_pages;
use super::collections::{COLLECTIONS, Collection};

/// What a path of the API leads to.
pub(super) enum Route<'a> {
    List(&'static Collection),
    Single(&'static Collection, &'a str),
    AttributeList,
    AttributeSingle(&'a str),
}

impl<'a> Route<'a> {
    /// Where a path after `/lucca-api/` leads.
    pub(super) fn find(path: &'a str) -> Option<Self> {
        let (name, id) = match path.split_once('/') {
            None => (path, None),
            Some((name, id)) => (name, Some(id).filter(|id| !id.is_empty() && !id.contains('/'))),
        };
        let is_list = !path.contains('/');
        match (name, id) {
            (attribute_pages::PATH, None) if is_list => Some(Self::AttributeList),
            (attribute_pages::PATH | attribute_pages::SINGULAR_PATH, Some(id)) => Some(Self::AttributeSingle(id)),
            _ => {
                let collection = COLLECTIONS.iter().find(|collection| collection.kind.path == name)?;
                match id {
                    Some(id) => Some(Self::Single(collection, id)),
                    None => is_list.then_some(Self::List(collection)),
                }
            }
        }
    }

    /// The path of the collection it belongs to.
    pub(super) fn collection(&self) -> &'static str {
        match self {
            Self::List(collection) | Self::Single(collection, _) => collection.kind.path,
            Self::AttributeList | Self::AttributeSingle(_) => attribute_pages::PATH,
        }
    }

    /// The scope it needs, before `.readonly`.
    pub(super) fn scope(&self) -> &'static str {
        match self {
            Self::List(collection) | Self::Single(collection, _) => collection.scope,
            Self::AttributeList | Self::AttributeSingle(_) => attribute_pages::PATH,
        }
    }
}
