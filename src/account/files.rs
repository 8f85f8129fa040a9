//! Metadata of the files that records name. A file is asked for by a link of the record, which holds a token of its own: it is
//! used at once, and neither told nor kept.

use std::collections::HashMap;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::{
    Account, Found, Record,
    records::{AT_ONCE, With},
};
use crate::{
    api::{ApiError, Single},
    catalog::Resource,
};

/// The collection of files, which has no list.
const FILES: &str = "files";
/// The scope that its metadata needs, beside that of the record.
pub(crate) const FILES_SCOPE: &str = "files.readonly";

/// A record, as far as it is looked at.
#[derive(Deserialize)]
struct Linked {
    #[serde(default)]
    links: HashMap<String, Option<Link>>,
}

#[derive(Deserialize)]
struct Link {
    href: String,
}

impl Account {
    /// Metadata of the files that the links of these records lead to, as the API sends it, in the order of the ids: one
    /// request for each record, and one for each file. What is missing are records.
    ///
    /// # Errors
    /// As for any request; when a link leads elsewhere.
    pub(crate) async fn files(&self, resource: &Resource, ids: &[String]) -> Result<Found, ApiError> {
        let found = stream::iter(ids).map(|id| async move { Ok((id, self.files_of(resource, id).await?)) });
        let found: Vec<(&String, Option<Vec<Record>>)> = found.buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().fold(Found::default(), |mut all, (id, files)| {
            match files {
                Some(files) => all.records.extend(files),
                None => all.missing.push(id.clone()),
            }
            all
        }))
    }

    async fn files_of(&self, resource: &Resource, id: &str) -> Result<Option<Vec<Record>>, ApiError> {
        let Some(record) = self.one(resource, id, With::Links).await? else { return Ok(None) };
        let Linked { links } = serde_json::from_str(record.json.get())
            .map_err(|_| ApiError::contrary(&resource.name, "the links of a record cannot be read"))?;
        let mut files = Vec::new();
        for Link { href } in resource.files.iter().filter_map(|name| links.get(name)?.as_ref()) {
            let url = self.address_of_file(href);
            let url = url.ok_or_else(|| ApiError::contrary(&resource.name, "the link to a file leads elsewhere"))?;
            let answer = self.client.single(Single::get(FILES, FILES_SCOPE, &url)).await?;
            let json: Box<RawValue> = answer.json(FILES)?;
            files.push(Record { found_by: None, json, received_at: answer.received_at });
        }
        Ok(Some(files))
    }

    /// Where a link leads, if that is to a file of the tenant.
    fn address_of_file(&self, href: &str) -> Option<Url> {
        let url = self.client.tenant().follow(href)?;
        let id = url.path().strip_prefix("/lucca-api/files/")?;
        (!id.is_empty() && !id.contains('/')).then_some(url)
    }
}
