//! What every record begins with, and all that a reference has.

use serde::Serialize;

use super::List;
use crate::fake_tenant::collections::Kind;

/// `{id, type, url}`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Head {
    id: String,
    r#type: &'static str,
    pub(super) url: String,
}

/// `{href}`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    href: String,
}

impl Head {
    /// Of a record of one of these lists.
    pub(super) fn of(list: List, base: &str, id: &str) -> Self {
        Self { id: id.to_owned(), r#type: list.item(), url: format!("{base}/lucca-api/{}/{id}", list.path()) }
    }

    /// Of one of the generated records.
    pub(super) fn of_people(kind: &Kind, base: &str, index: usize) -> Self {
        let id = kind.id(index).to_string();
        Self { r#type: kind.item, url: format!("{base}/lucca-api/{}/{id}", kind.path), id }
    }
}

impl Link {
    /// To a path after `/lucca-api/`.
    pub(super) fn to(base: &str, path: &str) -> Self {
        Self { href: format!("{base}/lucca-api/{path}") }
    }
}
