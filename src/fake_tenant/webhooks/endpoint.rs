//! Webhook endpoints: who wants to hear of what.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rand::RngCore as _;
use serde::Serialize;

use super::head::Head;
use super::{List, Webhooks, World, written};
use crate::fake_tenant::collections::ESTABLISHMENT;
use crate::fake_tenant::people::dice::{Dice, Stream};
use crate::fake_tenant::people::ids::Numbering;

/// Ids of endpoints.
pub(super) const NUMBERS: Numbering = Numbering::new(12, 3);
/// Random bytes of a secret: 64 characters in base64url.
const SECRET_BYTES: usize = 48;

/// Whether an endpoint is sent anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Active,
    /// After too many errors: nothing is sent until it is active again.
    Suspended,
    /// Nothing is sent or kept for it.
    Inactive,
}

impl Status {
    pub(super) const NAMES: [&'static str; 3] = ["active", "suspended", "inactive"];

    pub(super) fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Inactive].into_iter().find(|status| status.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Inactive => "inactive",
        }
    }
}

/// An endpoint.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) name: String,
    pub(super) api_version: String,
    pub(super) url: String,
    pub(super) topics: Vec<String>,
    /// Indexes of the business establishments whose events it wants; `None` is all.
    pub(super) sites: Option<Vec<usize>>,
    pub(super) status: Status,
    pub(super) secret: String,
    pub(super) created_at: DateTime<Utc>,
    pub(super) last_updated_at: DateTime<Utc>,
    /// Deliveries that failed for good since the last that arrived.
    pub(super) failures: u32,
    pub(super) deleted: bool,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).field("status", &self.status).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(flatten)]
    head: Head,
    name: &'a str,
    api_version: &'a str,
    webhook_url: &'a str,
    topics: &'a [String],
    business_establishments: Option<Vec<Head>>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    created_at: String,
    last_updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    links: Option<NoLinks>,
}

#[derive(Serialize)]
struct NoLinks {}

/// What of a record is written besides what it always has.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shown {
    pub(super) secret: bool,
    pub(super) links: bool,
}

impl Endpoint {
    /// Whether it wants events of a topic and an establishment.
    pub(super) fn wants(&self, topic: &str, site: Option<usize>) -> bool {
        let here = self.sites.as_ref().is_none_or(|sites| site.is_some_and(|site| sites.contains(&site)));
        here && self.topics.iter().any(|wanted| wanted == topic)
    }

    /// Its JSON.
    pub(super) fn write(&self, world: World<'_>, index: usize, shown: Shown) -> Option<Vec<u8>> {
        let site = |site: &usize| Head::of_people(&ESTABLISHMENT, world.base, *site);
        let record = Record {
            head: Head::of(List::Endpoints, world.base, &id(index)),
            name: &self.name,
            api_version: &self.api_version,
            webhook_url: &self.url,
            topics: &self.topics,
            business_establishments: self.sites.as_ref().map(|sites| sites.iter().map(site).collect()),
            status: self.status,
            secret: shown.secret.then_some(&self.secret),
            created_at: written(self.created_at),
            last_updated_at: written(self.last_updated_at),
            links: shown.links.then_some(NoLinks {}),
        };
        serde_json::to_vec(&record).ok()
    }
}

/// The id of the endpoint at an index.
pub(super) fn id(index: usize) -> String {
    NUMBERS.id(index as u64).to_string()
}

impl Webhooks {
    /// The secret of the endpoint at an index.
    pub(super) fn new_secret(&self, index: usize) -> String {
        let mut bytes = [0; SECRET_BYTES];
        Dice::new(self.seed, Stream::Secret, index as u64).fill_bytes(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The index of an endpoint that there is.
    pub(super) fn endpoint_at(&self, id: &str) -> Option<usize> {
        let index = NUMBERS.index_of_text(id)?;
        self.endpoints.get(index).filter(|endpoint| !endpoint.deleted)?;
        Some(index)
    }
}
