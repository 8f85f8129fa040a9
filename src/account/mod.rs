//! What is asked of a tenant beside a sync: one record, one page, one change. Records stay as the API sent them.
//!
//! - `records`: by their ids; `files`: metadata of the files that they name
//! - `list`: one page of a collection
//! - `webhooks`: what changes webhooks
//! - `portrait`: the image that a record describes

mod files;
pub(crate) mod list;
mod portrait;
mod records;
pub(crate) mod webhooks;

pub(crate) use self::{
    files::FILES_SCOPE,
    records::{Found, Record, check_ids},
};
use crate::api::Client;

/// A tenant's account, to look things up in.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    client: Client,
}

impl Account {
    /// What `client` can ask for.
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }
}
