//! Every record of a collection without any HTTP, for tests that compare a lake with what was served.

use serde_json::{Map, Value};

use super::FakeTenant;
use super::collections::{ENDPOINTS, Endpoint, View};
use super::portraits;
use super::webhooks::List;

/// Where records are said to be by [`FakeTenant::records`].
const BASE: &str = "https://example.ilucca.net";

impl FakeTenant {
    /// How many records a collection has.
    pub(super) fn count(&self, collection: &str) -> usize {
        endpoint(collection).map_or(0, |endpoint| endpoint.len(&self.people))
    }

    /// The record of a collection at an index, as served at `base`.
    pub(super) fn record_at(&self, collection: &str, index: usize, base: &str) -> Option<Map<String, Value>> {
        let mut text = Vec::new();
        endpoint(collection)?.write(&View { people: &self.people, base, links: false }, index, &mut text)?;
        serde_json::from_slice(&text).ok()
    }

    /// The record of a collection with an id, as served at `base`.
    pub(super) fn record_with(&self, collection: &str, id: &str, base: &str) -> Option<Map<String, Value>> {
        self.record_at(collection, endpoint(collection)?.kind().index_of(id)?, base)
    }

    /// Every record of a collection (`employees`), in id order, as served without `include`, its URLs beginning with
    /// `https://example.ilucca.net`. Attributes come with their whole history. Nothing for an unknown collection.
    ///
    /// Numbers lose what a double cannot hold; [`FakeTenant::record_texts`] does not.
    pub fn records<'a>(&'a self, collection: &str) -> Box<dyn Iterator<Item = Value> + 'a> {
        let texts = self.record_texts(collection, BASE);
        Box::new(texts.filter_map(|text| serde_json::from_slice(&text).ok()))
    }

    /// As [`FakeTenant::records`], as JSON text exactly as served, URLs beginning with `base` (`http://127.0.0.1:8080`).
    pub fn record_texts<'a>(&'a self, collection: &str, base: &'a str) -> Box<dyn Iterator<Item = Vec<u8>> + 'a> {
        if let Some(list) = List::ALL.into_iter().find(|list| list.path() == collection) {
            return Box::new(self.webhook_texts(list, base).into_iter());
        }
        if collection == portraits::PATH {
            return Box::new(self.portrait_texts(base).into_iter());
        }
        let view = View { people: &self.people, base, links: false };
        endpoint(collection).map_or_else(|| Box::new(std::iter::empty()) as Box<_>, |endpoint| endpoint.texts(view))
    }
}

fn endpoint(collection: &str) -> Option<&'static dyn Endpoint> {
    ENDPOINTS.iter().copied().find(|endpoint| endpoint.path() == collection)
}
