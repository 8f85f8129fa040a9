//! One page of a collection.

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::Account;
use crate::{
    api::{ApiError, Single},
    catalog::Resource,
};

/// What a list is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// Filters and order: names and values of query parameters.
    pub(crate) parameters: &'a [(&'a str, &'a str)],
    /// Most records of the page.
    pub(crate) limit: u32,
    /// Cursor of a page after the first, from [`Listed::next`].
    pub(crate) cursor: Option<&'a str>,
    /// Whether records are to come with those that they refer to.
    pub(crate) embedded: bool,
}

/// One page.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Records, as the API sent them.
    pub(crate) items: Vec<Box<RawValue>>,
    /// Records that came with them, by type and id, as the API sent them.
    pub(crate) embedded: Option<Box<RawValue>>,
    /// Cursor of the next page; `None` on the last. It holds for the same filters only.
    pub(crate) next: Option<String>,
    /// Records in all pages, where the API says.
    pub(crate) total_count: Option<u64>,
}

/// The envelope around the records of a page.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    items: Vec<Box<RawValue>>,
    embedded: Option<Box<RawValue>>,
    #[serde(default)]
    links: Links,
    total_count: Option<u64>,
}

#[derive(Default, Deserialize)]
struct Links {
    next: Option<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

impl Account {
    /// One page of `resource`.
    ///
    /// # Errors
    /// As for any request; when the answer is no page, or its next page is somewhere else.
    pub(crate) async fn list(&self, resource: &Resource, asked: Asked<'_>) -> Result<Listed, ApiError> {
        let url = self.address(resource, asked);
        let answer = self.client.single(Single::get(&resource.name, &resource.scope, &url)).await?;
        let Envelope { items, embedded, links, total_count } = answer.json(&resource.name)?;
        let next = match links.next {
            Some(Link { href }) => Some(self.cursor(&href).ok_or_else(|| ApiError::strange_link(&resource.name))?),
            None => None,
        };
        Ok(Listed { items, embedded, next, total_count })
    }

    fn address(&self, resource: &Resource, asked: Asked<'_>) -> Url {
        let limit = asked.limit.to_string();
        let include = if asked.embedded { "embedded,links,totalCount" } else { "links,totalCount" };
        let mut query = vec![("include", include), ("limit", limit.as_str())];
        query.extend(asked.parameters);
        query.extend(asked.cursor.map(|cursor| ("page", cursor)));
        self.client.tenant().collection(&resource.name, &query)
    }

    /// The `page` parameter of a link to the next page.
    fn cursor(&self, href: &str) -> Option<String> {
        let url = self.client.tenant().follow(href)?;
        url.query_pairs().find(|(name, _)| name == "page").map(|(_, cursor)| cursor.into_owned())
    }
}
