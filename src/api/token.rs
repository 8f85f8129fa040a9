//! OAuth 2.0 client credentials: one token for all scopes, renewed before it expires, by one task at a time.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant};
use url::Url;

use super::{
    error::{ApiError, Temporary},
    problem,
    retry::{self, Retry},
    stats::Stats,
    transport::Transport,
};

/// A token is renewed this long before it expires, or a tenth of its life before, whichever is less.
const RENEW_BEFORE: Duration = Duration::from_secs(60);
/// Life of a token whose response names none.
const ASSUMED_LIFE: Duration = Duration::from_secs(600);
/// Longest life that is believed.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);
/// A token younger than this is not refused because of its age.
const FRESH: Duration = Duration::from_secs(1);
/// How the endpoint is called in messages.
const ENDPOINT: &str = "the token endpoint";
/// Token responses are small.
const MAX_BODY_BYTES: u64 = 1 << 20;

/// Who we are.
#[derive(Clone)]
pub struct Credentials {
    /// Where tokens are given out.
    pub token_url: Url,
    /// Public name of the application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// Scopes asked for, in one token.
    pub scopes: Vec<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("token_url", &self.token_url.as_str()).finish_non_exhaustive()
    }
}

/// The bearer token in use.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) bearer: SecretString,
    minted_at: Instant,
    renew_at: Instant,
}

impl Token {
    /// Whether it was asked for after `instant`, or so recently that its age is no reason to refuse it.
    pub(super) fn is_newer_than(&self, instant: Instant) -> bool {
        self.minted_at >= instant || self.minted_at.elapsed() < FRESH
    }
}

/// Gives out the current token and mints new ones.
pub(super) struct Tokens {
    credentials: Credentials,
    transport: Arc<dyn Transport>,
    retry: Arc<Retry>,
    stats: Arc<Stats>,
    current: Mutex<Option<Token>>,
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: SecretString,
    #[serde(default)]
    expires_in: serde_json::Value,
}

impl TokenResponse {
    /// `expires_in` in seconds: documented as a whole number; `"1800"` and `1800.0` are borne.
    fn life(&self) -> Duration {
        let seconds = match &self.expires_in {
            serde_json::Value::Number(number) => number.as_f64(),
            serde_json::Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let life = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        life.unwrap_or(ASSUMED_LIFE).min(LONGEST_LIFE)
    }
}

impl Tokens {
    pub(super) fn new(
        credentials: Credentials,
        transport: Arc<dyn Transport>,
        retry: Arc<Retry>,
        stats: Arc<Stats>,
    ) -> Self {
        Self { credentials, transport, retry, stats, current: Mutex::new(None) }
    }

    /// The current token; one minted after `not_before` where that is given, as after a 401.
    ///
    /// The lock is held while a token is minted: whoever else needs one waits for it instead of minting another.
    pub(super) async fn current(&self, not_before: Option<Instant>) -> Result<Token, ApiError> {
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref() {
            let recent = not_before.is_none_or(|instant| token.minted_at >= instant);
            if recent && Instant::now() < token.renew_at {
                return Ok(token.clone());
            }
        }
        let token = self.mint().await?;
        *current = Some(token.clone());
        Ok(token)
    }

    async fn mint(&self) -> Result<Token, ApiError> {
        let mut attempt = 1;
        loop {
            let temporary = match self.try_mint().await? {
                Ok(token) => return Ok(token),
                Err(temporary) => temporary,
            };
            let wait = self.retry.wait(attempt, temporary.retry_after);
            let Some(wait) = wait else {
                return Err(ApiError::exhausted(ENDPOINT, attempt, temporary));
            };
            self.stats.retried(ENDPOINT, attempt, &temporary, wait);
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    async fn try_mint(&self) -> Result<Result<Token, Temporary>, ApiError> {
        let Credentials { token_url, client_id, client_secret, scopes } = &self.credentials;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", client_id)
            .append_pair("client_secret", client_secret.expose_secret())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &scopes.join(" "))
            .finish();
        let request = http::Request::post(token_url.as_str())
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(http::header::ACCEPT, "application/json")
            .body(Bytes::from(form))
            .map_err(|source| ApiError::Request { source })?;
        self.stats.token_requested();
        let minted_at = Instant::now();
        let response = match self.transport.send(request, MAX_BODY_BYTES).await {
            Ok(response) => response,
            Err(error) => return Ok(Err(Temporary::from_transport(ENDPOINT, error)?)),
        };
        let status = response.status();
        if let Some(temporary) = retry::temporary_status(&response, self.retry.now()) {
            return Ok(Err(temporary));
        }
        if !status.is_success() {
            let said = problem::oauth(response.body());
            return Err(ApiError::TokenRefused { status, said, scopes: scopes.join(" ") });
        }
        let Ok(body) = serde_json::from_slice::<TokenResponse>(response.body()) else {
            return Ok(Err(Temporary::new("a response that is no token")));
        };
        let life = body.life();
        let renew_at = minted_at + life.saturating_sub(RENEW_BEFORE.min(life / 10));
        Ok(Ok(Token { bearer: body.access_token, minted_at, renew_at }))
    }
}
