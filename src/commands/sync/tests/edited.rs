//! A tenant whose pages are changed on their way: records come, go, or are hidden.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::Value;

use super::{
    faulty::{Answer, FaultyTransport},
    turned::is_token,
    wire::{Asked, Page},
};
use crate::api::Transport;

/// Changes a page, given what was asked for.
type Edit = dyn Fn(&Asked, &mut Page) + Send + Sync;

pub(super) struct Edited {
    tenant: Arc<FaultyTransport>,
    edit: Box<Edit>,
}

impl Edited {
    pub(super) fn new(tenant: Arc<FaultyTransport>, edit: impl Fn(&Asked, &mut Page) + Send + Sync + 'static) -> Self {
        Self { tenant, edit: Box::new(edit) }
    }
}

#[async_trait]
impl Transport for Edited {
    async fn send(&self, request: Request<Bytes>, max_body_bytes: u64) -> Answer {
        let (token, asked) = (is_token(&request), request.uri().clone());
        let response = self.tenant.send(request, max_body_bytes).await?;
        if token || response.status() != StatusCode::OK {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let mut page = Page::parse(&body);
        (self.edit)(&Asked::of(&asked), &mut page);
        Ok(Response::from_parts(parts, page.bytes()))
    }
}

/// One record of a collection.
#[derive(Debug, Clone)]
pub(super) struct Victim {
    pub(super) resource: &'static str,
    pub(super) id: String,
    /// The employee whose record it is, where the collection is read by them.
    pub(super) owner: Option<String>,
}

impl Victim {
    fn is_asked_for(&self, asked: &Asked) -> bool {
        let owners = &asked.chain.owners;
        let of_chain = owners.is_empty() || self.owner.as_ref().is_none_or(|o| owners.split(',').any(|id| id == o));
        asked.chain.path == format!("/lucca-api/{}", self.resource) && of_chain
    }

    /// Leaves the record out of the pages, but not of the count.
    pub(super) fn hide(&self, asked: &Asked, page: &mut Page) {
        let is_victim = |item: &str| serde_json::from_str::<Value>(item).unwrap()["id"] == *self.id;
        if self.is_asked_for(asked) {
            page.items.retain(|item| !is_victim(item.get()));
        }
    }

    /// Leaves the record out, as if it did not exist.
    pub(super) fn remove(&self, asked: &Asked, page: &mut Page) {
        self.hide(asked, page);
        if self.is_asked_for(asked) {
            page.total_count = page.total_count.map(|count| count - 1);
        }
    }
}
