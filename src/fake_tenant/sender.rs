//! The tenant's webhooks over HTTP: challenges, deliveries, and changes from time to time.
//!
//! Nothing leaves this machine: an address elsewhere is taken for proved, and what is due there stays due.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http::header::CONTENT_TYPE;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{self, Instant};
use url::Url;

use super::FakeTenant;
use super::webhooks::{Due, Outcome, is_here};

/// Longest time until an answer, as of the API.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// Attempts at the same time.
const AT_ONCE: usize = 8;
/// Longest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 64 << 10;

/// Sends what the tenant has to send.
#[derive(Debug)]
pub(super) struct Sender {
    tenant: Arc<FakeTenant>,
    client: reqwest::Client,
    /// There may be something to send.
    news: Notify,
}

impl Sender {
    /// One for a tenant.
    ///
    /// # Errors
    /// When the system has nothing to send with.
    pub(super) fn new(tenant: Arc<FakeTenant>) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Ok(Self { tenant, client: client.timeout(ANSWER_WITHIN).build()?, news: Notify::new() })
    }

    /// Lets the address that a request would make active prove itself. Called before the tenant answers it.
    pub(super) async fn challenge(&self, request: &Request<Bytes>) {
        let Some(address) = self.tenant.to_challenge(request) else { return };
        let Some(url) = here(&address) else { return };
        let passed = self.proves(url).await == Some(true);
        self.tenant.challenged(&address, passed);
    }

    /// Whether an address answers with what it is asked.
    async fn proves(&self, mut url: Url) -> Option<bool> {
        let challenge = format!("{:016x}", rand::random::<u64>());
        url.query_pairs_mut().append_pair("echo", &challenge);
        let answer = self.client.get(url).send().await.ok()?;
        Some(answer.status() == 200 && text(answer).await == challenge)
    }

    /// Says that there may be something to send.
    pub(super) fn look(&self) {
        self.news.notify_one();
    }

    /// Sends what is due, for ever; with `change_every`, somebody joins, leaves or moves each time so much has passed.
    pub(super) async fn run(self: Arc<Self>, change_every: Option<Duration>) {
        let at_once = Arc::new(Semaphore::new(AT_ONCE));
        let mut attempts = JoinSet::new();
        let mut changes = change_every.map(|every| time::interval_at(Instant::now() + every, every));
        let mut number = 0;
        loop {
            let now = Instant::now();
            for due in self.tenant.due_deliveries(now) {
                let Some(url) = here(&due.url) else { continue };
                let (sender, at_once) = (Arc::clone(&self), Arc::clone(&at_once));
                attempts.spawn(async move {
                    let _permit = at_once.acquire_owned().await;
                    let outcome = sender.post(url, &due).await;
                    sender.tenant.attempted(&due, &outcome, Instant::now());
                });
            }
            let next = self.tenant.next_delivery(now);
            let next = async {
                match next {
                    Some(next) => time::sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            let change = async {
                match &mut changes {
                    Some(changes) => {
                        changes.tick().await;
                    }
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = next => {}
                () = self.news.notified() => {}
                Some(_) = attempts.join_next() => {}
                () = change => {
                    self.tenant.change(number, Instant::now());
                    number += 1;
                }
            }
        }
    }

    async fn post(&self, url: Url, due: &Due) -> Outcome {
        let request = self.client.post(url).header(CONTENT_TYPE, "application/json");
        let request = request.header("Lucca-Timestamp", &due.timestamp).header("Lucca-Signature", &due.signature);
        match request.body(due.body.clone()).send().await {
            Ok(answer) => Outcome::Answered { status: answer.status().as_u16(), body: text(answer).await },
            Err(_) => Outcome::Unanswered,
        }
    }
}

/// An address of this machine.
fn here(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(is_here)
}

/// The beginning of a body, as far as it comes.
async fn text(mut answer: reqwest::Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            break;
        }
    }
    body.truncate(LARGEST_ANSWER);
    String::from_utf8_lossy(&body).into_owned()
}

#[cfg(test)]
mod tests;
