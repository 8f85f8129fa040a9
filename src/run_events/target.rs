//! Who is told: a file that each event is added to, or a server, by the standard variables `OPENLINEAGE_URL`,
//! `OPENLINEAGE_ENDPOINT` and `OPENLINEAGE_API_KEY`.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, header};
use tokio::time::timeout;
use url::Url;

use crate::{
    api::{Transport, is_secure},
    env_vars::Environment,
    openlineage::{Event, Parent, ParentJob, ParentRun, RunEvent},
};

/// Longest time of one event on its way to a server.
const TOLD_WITHIN: Duration = Duration::from_secs(5);
/// More than any server answers.
const MOST_BYTES: u64 = 1 << 20;
/// Where servers take events, below their address.
const ENDPOINT: &str = "api/v1/lineage";

/// Who is told of runs.
#[derive(Debug)]
pub(crate) struct Target {
    file: Option<PathBuf>,
    server: Option<Server>,
    /// Whose names jobs have, where that is not said by the lake.
    pub(crate) namespace: Option<String>,
    /// The run that started this one.
    pub(crate) parent: Option<Parent>,
}

#[derive(Debug)]
struct Server {
    url: Url,
    authorization: Option<HeaderValue>,
}

impl Target {
    /// What the environment names, and this file; `None` where there is neither.
    ///
    /// # Errors
    /// Says which variable makes no sense.
    pub(crate) fn configured(environment: &Environment, file: Option<PathBuf>) -> Result<Option<Self>, String> {
        let is_off = environment.get("OPENLINEAGE_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let server = match environment.get("OPENLINEAGE_URL") {
            Some(url) if !is_off => Some(Server::configured(environment, url)?),
            _ => None,
        };
        if is_off || (file.is_none() && server.is_none()) {
            return Ok(None);
        }
        let parent = environment.get("OPENLINEAGE_PARENT_ID").map(parent).transpose()?;
        let namespace = environment.get("OPENLINEAGE_NAMESPACE").map(str::to_owned);
        Ok(Some(Self { file, server, namespace, parent }))
    }

    /// Tells an event. It is a warning when that cannot be.
    pub(crate) async fn tell(&self, transport: &Arc<dyn Transport>, event: &Event<RunEvent>) {
        let json = serde_json::to_string(event).unwrap_or_default();
        if let Some(file) = &self.file
            && let Err(error) = append(file, &json)
        {
            tracing::warn!(file = %file.display(), %error, "an event of OpenLineage could not be written");
        }
        if let Some(server) = &self.server
            && let Err(error) = server.post(transport, json).await
        {
            tracing::warn!(host = server.url.host_str(), error, "an event of OpenLineage could not be sent");
        }
    }
}

impl Server {
    fn configured(environment: &Environment, address: &str) -> Result<Self, String> {
        let no_address = || "OPENLINEAGE_URL is no address such as https://marquez.example".to_owned();
        let mut url = Url::parse(address).ok().filter(Url::has_host).ok_or_else(no_address)?;
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
            return Err(no_address());
        }
        let endpoint = environment.get("OPENLINEAGE_ENDPOINT").unwrap_or(ENDPOINT);
        url.set_path(&format!("{}/{}", url.path().trim_end_matches('/'), endpoint.trim_start_matches('/')));
        let Some(key) = environment.get("OPENLINEAGE_API_KEY") else { return Ok(Self { url, authorization: None }) };
        if !is_secure(&url) {
            return Err("OPENLINEAGE_API_KEY would be sent in clear text: OPENLINEAGE_URL must be https".to_owned());
        }
        let mut header = HeaderValue::try_from(format!("Bearer {key}"))
            .map_err(|_| "OPENLINEAGE_API_KEY has characters that no header may have".to_owned())?;
        header.set_sensitive(true);
        Ok(Self { url, authorization: Some(header) })
    }

    async fn post(&self, transport: &Arc<dyn Transport>, json: String) -> Result<(), String> {
        let mut request = http::Request::post(self.url.as_str()).header(header::CONTENT_TYPE, "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request.body(Bytes::from(json)).map_err(|error| error.to_string())?;
        match timeout(TOLD_WITHIN, transport.send(request, MOST_BYTES)).await {
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(response)) => Err(format!("it answered {}", response.status())),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("no answer within {} s", TOLD_WITHIN.as_secs())),
        }
    }
}

/// Adds a line, at once: several processes may add theirs.
fn append(file: &PathBuf, json: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o640).open(file)?;
    file.write_all(format!("{json}\n").as_bytes())
}

/// The run that started this one: `namespace/job/run`, of which the first may have slashes.
fn parent(text: &str) -> Result<Parent, String> {
    let (job, run_id) = text.rsplit_once('/').unwrap_or_default();
    let (namespace, name) = job.rsplit_once('/').unwrap_or_default();
    if [namespace, name, run_id].iter().any(|part| part.is_empty()) {
        return Err("OPENLINEAGE_PARENT_ID is not of the form namespace/job/run".to_owned());
    }
    let (namespace, name) = (namespace.to_owned(), name.to_owned());
    Ok(Parent { run: ParentRun { run_id: run_id.to_owned() }, job: ParentJob { namespace, name } })
}
