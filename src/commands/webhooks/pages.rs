//! The pages of a list, one after the other.

use std::collections::HashSet;

use serde_json::value::RawValue;

use crate::{
    account::{Account, list::Asked},
    api::ApiError,
    catalog::Resource,
};

/// The pages of a list, one after the other.
pub(super) struct Pages {
    account: Account,
    resource: Resource,
    filters: Vec<(&'static str, String)>,
    /// Records still wanted; `None` is all.
    left: Option<u64>,
    /// Where it has been.
    cursors: HashSet<String>,
    next: Next,
}

/// Which page comes next.
enum Next {
    First,
    After(String),
    None,
}

impl Pages {
    /// Those of `resource` that fit the filters: names and values of query parameters. At most `limit` records, where it is given.
    pub(super) fn new(
        account: Account,
        resource: Resource,
        filters: Vec<(&'static str, String)>,
        limit: Option<u64>,
    ) -> Self {
        Self { account, resource, filters, left: limit, cursors: HashSet::new(), next: Next::First }
    }

    /// The records of the next page; `None` after the last.
    ///
    /// # Errors
    /// As for any request; when pages lead in a circle.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Box<RawValue>>>, ApiError> {
        let cursor = match std::mem::replace(&mut self.next, Next::None) {
            Next::None => return Ok(None),
            Next::First => None,
            Next::After(cursor) => Some(cursor),
        };
        let most = self.resource.page_limit;
        let limit = self.left.map_or(most, |left| most.min(u32::try_from(left).unwrap_or(most)));
        let parameters: Vec<(&str, &str)> = self.filters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let asked = Asked { parameters: &parameters, limit, cursor: cursor.as_deref(), embedded: false };
        let mut listed = self.account.list(&self.resource, asked).await?;
        if let Some(left) = &mut self.left {
            listed.items.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left = left.saturating_sub(listed.items.len() as u64);
        }
        if let Some(cursor) = listed.next.filter(|_| self.left != Some(0)) {
            if !self.cursors.insert(cursor.clone()) {
                return Err(ApiError::contrary(&self.resource.name, "a page leads back to one that was read"));
            }
            self.next = Next::After(cursor);
        }
        Ok(Some(listed.items))
    }
}
