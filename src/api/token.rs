//! OAuth 2.0 client credentials: one token for all scopes, renewed before it expires, by one task at a time.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant};
use zeroize::{Zeroize as _, Zeroizing};

use super::{
    credentials::{Application, is_legacy_key, sensitive},
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
/// How the header of a token begins.
const SCHEME: &str = "Bearer ";
/// What the form holds beside the values.
const FORM_NAMES: &str = "client_id=&client_secret=&grant_type=client_credentials&scope=";
/// Token responses are small.
const MAX_BODY_BYTES: u64 = 1 << 20;

/// The bearer token in use.
#[derive(Clone)]
pub(super) struct Token {
    /// The header that carries it, marked as sensitive. Copies share its memory, which is wiped with the last one.
    pub(super) bearer: HeaderValue,
    minted_at: Instant,
    renew_at: Instant,
    /// Scopes, where the token endpoint names them.
    granted: Option<Vec<String>>,
}

impl Token {
    /// Whether it was asked for after `instant`, or so recently that its age is no reason to refuse it.
    pub(super) fn is_newer_than(&self, instant: Instant) -> bool {
        self.minted_at >= instant || self.minted_at.elapsed() < FRESH
    }

    /// Whether it carries `scope`, as far as is known. Writing includes reading.
    fn carries(&self, scope: &str) -> bool {
        let writing = scope.strip_suffix(".readonly").map(|resource| format!("{resource}.readwrite"));
        self.granted.as_ref().is_none_or(|all| all.iter().any(|one| one == scope || Some(one) == writing.as_ref()))
    }
}

/// Gives out the current token and mints new ones.
pub(super) struct Tokens {
    application: Application,
    transport: Arc<dyn Transport>,
    retry: Arc<Retry>,
    stats: Arc<Stats>,
    current: Mutex<Current>,
}

/// The token in use and the scopes it was asked for.
struct Current {
    token: Option<Token>,
    scopes: Vec<String>,
    /// Whether a token was ever given to us: the endpoint knows us.
    known: bool,
}

#[derive(Deserialize)]
struct TokenResponse {
    access_token: SecretString,
    #[serde(default)]
    expires_in: serde_json::Value,
    /// What was granted, where that is less than what was asked for (RFC 6749, 5.1).
    #[serde(default)]
    scope: Option<String>,
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
        application: Application,
        transport: Arc<dyn Transport>,
        retry: Arc<Retry>,
        stats: Arc<Stats>,
    ) -> Self {
        let current = Mutex::new(Current { token: None, scopes: application.scopes.clone(), known: false });
        Self { application, transport, retry, stats, current }
    }

    /// The current token; one minted after `not_before` where that is given, as after a 401.
    ///
    /// The lock is held while a token is minted: whoever else needs one waits for it instead of minting another.
    pub(super) async fn current(&self, not_before: Option<Instant>) -> Result<Token, ApiError> {
        let mut current = self.current.lock().await;
        if let Some(token) = &current.token {
            let recent = not_before.is_none_or(|instant| token.minted_at >= instant);
            if recent && Instant::now() < token.renew_at {
                return Ok(token.clone());
            }
        }
        let token = self.mint(&current.scopes, current.known).await?;
        current.token = Some(token.clone());
        current.known = true;
        Ok(token)
    }

    /// The scopes that the application was not granted; from now on tokens are asked for without them. Token requests
    /// spend no budget, so each scope is tried alone when all together are refused.
    pub(super) async fn drop_missing_scopes(&self) -> Result<Vec<String>, ApiError> {
        let mut current = self.current.lock().await;
        let mut missing = Vec::new();
        match self.mint(&current.scopes, current.known).await {
            Ok(token) => {
                current.known = true;
                missing.extend(current.scopes.iter().filter(|scope| !token.carries(scope)).cloned());
                current.token = Some(token);
            }
            Err(refused) if refused.is_scope_refused() && current.scopes.len() > 1 => {
                // Who is told that scopes are wrong is known.
                current.known = true;
                for scope in &current.scopes {
                    match self.mint(std::slice::from_ref(scope), true).await {
                        Ok(_) => {}
                        Err(error) if error.is_scope_refused() => missing.push(scope.clone()),
                        Err(error) => return Err(error),
                    }
                }
                // Each is granted alone: what was refused is all of them together, for which there is no name.
                if missing.is_empty() {
                    return Err(refused);
                }
            }
            Err(refused) if refused.is_scope_refused() => missing.clone_from(&current.scopes),
            Err(error) => return Err(error),
        }
        current.scopes.retain(|scope| !missing.contains(scope));
        Ok(missing)
    }

    /// A new token. An endpoint that gave us one before and then no longer knows us (`known`) is asked again.
    async fn mint(&self, scopes: &[String], known: bool) -> Result<Token, ApiError> {
        let (mut failures, mut refusals) = (0, 0);
        loop {
            let temporary = match self.try_mint(scopes, known).await? {
                Ok(token) => return Ok(token),
                Err(temporary) => temporary,
            };
            let wait = if temporary.is_unauthorized() {
                refusals += 1;
                self.retry.wait_with_fresh_token(refusals)
            } else {
                failures += 1;
                self.retry.wait(failures, temporary.retry_after)
            };
            let attempt = failures + refusals;
            let Some(wait) = wait else {
                return Err(ApiError::exhausted(ENDPOINT, attempt, temporary));
            };
            self.stats.retried(ENDPOINT, attempt, &temporary, wait);
            tokio::time::sleep(wait).await;
        }
    }

    async fn try_mint(&self, scopes: &[String], known: bool) -> Result<Result<Token, Temporary>, ApiError> {
        let Application { token_url, client_id, client_secret, .. } = &self.application;
        let scope = scopes.join(" ");
        // Each byte takes at most three: the buffer never grows, as growing would leave a copy behind.
        let most = 3 * (client_id.len() + client_secret.expose_secret().len() + scope.len()) + FORM_NAMES.len();
        let mut form = Zeroizing::new(String::with_capacity(most));
        url::form_urlencoded::Serializer::new(&mut *form)
            .append_pair("client_id", client_id)
            .append_pair("client_secret", client_secret.expose_secret())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &scope);
        let request = http::Request::post(token_url.as_str())
            .header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(http::header::ACCEPT, "application/json")
            .body(Bytes::from_owner(form))
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
        let unauthorized = status == StatusCode::UNAUTHORIZED || problem::is_invalid_client(response.body());
        if known && !status.is_success() && unauthorized {
            return Ok(Err(Temporary::no_longer_let_in("it no longer knows the application (invalid_client)")));
        }
        if !status.is_success() {
            let said = problem::oauth(response.body());
            let hint = if is_legacy_key(client_secret.expose_secret()) { LEGACY_KEY } else { "" };
            return Err(ApiError::TokenRefused { status, said, scopes: scopes.join(" "), hint });
        }
        let body = serde_json::from_slice::<TokenResponse>(response.body());
        forget(response.into_body());
        let no_token = || Temporary::new("a response that is no token");
        let Ok(body) = body else { return Ok(Err(no_token())) };
        let Some(bearer) = sensitive(SCHEME, body.access_token.expose_secret()) else { return Ok(Err(no_token())) };
        let life = body.life();
        let renew_at = minted_at + life.saturating_sub(RENEW_BEFORE.min(life / 10));
        let granted = body.scope.map(|text| text.split_ascii_whitespace().map(str::to_owned).collect());
        Ok(Ok(Token { bearer, minted_at, renew_at, granted }))
    }
}

/// Wipes a response that held a token, where nobody else holds its bytes.
fn forget(body: Bytes) {
    if let Ok(mut body) = body.try_into_mut() {
        body.zeroize();
    }
}

/// What to say of a secret that looks like a key of the legacy API.
const LEGACY_KEY: &str = "; the secret has the form of a legacy API key: give it as LUCCA_API_KEY in place of both to read \
                          the legacy routes, or create an OAuth application at <tenant>/identity/admin/integration-keys";

#[cfg(test)]
mod tests {
    use std::fmt;

    use static_assertions::assert_not_impl_any;

    use super::*;

    // What holds a secret cannot be printed or written anywhere by accident.
    assert_not_impl_any!(Token: fmt::Display, fmt::Debug, serde::Serialize);
    assert_not_impl_any!(Tokens: fmt::Display, fmt::Debug, serde::Serialize, Clone);
    assert_not_impl_any!(crate::settings::Settings: fmt::Display, serde::Serialize);
    assert_not_impl_any!(crate::env_vars::Environment: fmt::Display, serde::Serialize);
}
