//! The token endpoint: OAuth 2.0 client credentials, and the access tokens it issued.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use rand::RngCore;
use serde::Serialize;
use tokio::time::Instant;

use super::options::Options;
use super::people::dice::{Dice, Stream};
use super::problem::Problem;

/// Every scope the API documents, as `(resource, also readwrite)`.
const KNOWN: &[(&str, bool)] = &[
    ("legal-entities", true),
    ("business-establishments", true),
    ("departments", true),
    ("employees", true),
    ("employee-personal-records", true),
    ("employments", true),
    ("employment-templates", true),
    ("job-positions", true),
    ("probationary-periods", true),
    ("occupation-categories", true),
    ("job-qualifications", true),
    ("employee-attributes", true),
    ("employee-attribute-definitions", true),
    ("employee-extension-definitions", true),
    ("employee-extensions", true),
    ("employment-extension-definitions", true),
    ("employment-extensions", true),
    ("job-position-extension-definitions", true),
    ("job-position-extensions", true),
    ("taxonomies", true),
    ("skills", true),
    ("skill-assessments", true),
    ("leaves", true),
    ("leave-requests", true),
    ("working-time-arrangements", false),
    ("public-holidays-calendars", false),
    ("files", true),
    ("webhook-endpoints", true),
    ("webhook-deliveries", true),
    ("events", false),
];

/// A token's scope list may have at most this many characters.
const SCOPE_CHARACTERS: usize = 4000;

/// The scopes one token carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scopes(BTreeSet<String>);

impl Scopes {
    /// Whether the collections under `resource` may be read: writing includes reading.
    pub(super) fn may_read(&self, resource: &str) -> bool {
        ["readonly", "readwrite"].iter().any(|right| self.0.contains(&format!("{resource}.{right}")))
    }

    /// 403 unless the collections under `resource` may be read.
    pub(super) fn require(&self, resource: &str) -> Result<(), Problem> {
        let scopes = || format!("{resource}.readonly or {resource}.readwrite");
        if self.may_read(resource) { Ok(()) } else { Err(missing(&scopes())) }
    }

    /// 403 unless the collections under `resource` may be written.
    pub(super) fn require_writing(&self, resource: &str) -> Result<(), Problem> {
        let scope = format!("{resource}.readwrite");
        if self.0.contains(&scope) { Ok(()) } else { Err(missing(&scope)) }
    }
}

fn missing(scopes: &str) -> Problem {
    Problem::new(403, format!("You do not have the required oAuth scopes: {scopes}."))
}

#[derive(Debug)]
struct Token {
    expires: Instant,
    scopes: Arc<Scopes>,
}

/// The tokens issued so far.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    issued: HashMap<String, Token>,
    count: u64,
}

#[derive(Serialize)]
struct Granted<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u64,
}

#[derive(Serialize)]
struct Refused<'a> {
    error: &'a str,
}

impl Tokens {
    /// The scopes of a token that is known and has not expired.
    pub(super) fn scopes(&self, token: &str, now: Instant) -> Option<Arc<Scopes>> {
        self.issued.get(token).filter(|known| now < known.expires).map(|known| Arc::clone(&known.scopes))
    }

    /// Answers a token request with a status and a JSON body.
    pub(super) fn answer<B: AsRef<[u8]>>(
        &mut self,
        options: &Options,
        request: &Request<B>,
        now: Instant,
    ) -> (u16, Vec<u8>) {
        match grant(options, request) {
            Ok(scopes) => {
                let mut dice = Dice::new(options.seed, Stream::Token, self.count);
                let token = format!("{:016x}{:016x}", dice.next_u64(), dice.next_u64());
                self.count += 1;
                self.issued.retain(|_, known| now < known.expires);
                let expires_in = options.token_lifetime_secs;
                let body = Granted { access_token: &token, token_type: "Bearer", expires_in };
                let body = serde_json::to_vec(&body).unwrap_or_default();
                let expires = now.checked_add(Duration::from_secs(expires_in)).unwrap_or(now);
                self.issued.insert(token, Token { expires, scopes: Arc::new(scopes) });
                (200, body)
            }
            Err(error) => (400, serde_json::to_vec(&Refused { error }).unwrap_or_default()),
        }
    }
}

/// The scopes to grant, or RFC 6749's error code.
fn grant<B: AsRef<[u8]>>(options: &Options, request: &Request<B>) -> Result<Scopes, &'static str> {
    let content_type = request.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err("invalid_request");
    }
    let mut fields = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(request.body().as_ref()) {
        // RFC 6749, 3.2: parameters must not be repeated.
        if fields.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err("invalid_request");
        }
    }
    let field = |name: &str| fields.get(name).filter(|value| !value.is_empty());
    match field("grant_type").map(String::as_str) {
        None => return Err("invalid_request"),
        Some("client_credentials") => {}
        Some(_) => return Err("unsupported_grant_type"),
    }
    if field("client_id") != Some(&options.client_id) || field("client_secret") != Some(&options.client_secret) {
        return Err("invalid_client");
    }
    let allowed = allowed_scopes(options);
    let Some(asked) = field("scope") else {
        return Ok(Scopes(allowed));
    };
    if asked.len() > SCOPE_CHARACTERS {
        return Err("invalid_scope");
    }
    let asked: BTreeSet<String> = asked.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    if asked.is_subset(&allowed) { Ok(Scopes(asked)) } else { Err("invalid_scope") }
}

fn allowed_scopes(options: &Options) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    match &options.granted_scopes {
        Some(granted) => all.extend(granted.iter().cloned()),
        None => {
            for (resource, writable) in KNOWN {
                all.insert(format!("{resource}.readonly"));
                if *writable {
                    all.insert(format!("{resource}.readwrite"));
                }
            }
        }
    }
    all.retain(|scope| !options.refused_scopes.contains(scope));
    all
}
