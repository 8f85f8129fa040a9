//! Who asks: an OAuth application, whose tokens the v5 API takes, or a legacy API key, which the v3 and v4 routes take.

use std::fmt;

use bytes::Bytes;
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use url::Url;
use zeroize::Zeroizing;

/// How the header of a key begins.
const KEY_SCHEME: &str = "lucca application=";
/// What people copy together with that header.
const HEADER_NAME: &str = "authorization:";

/// Who asks.
#[derive(Clone)]
pub(crate) enum Credentials {
    /// An OAuth 2.0 application.
    OAuth(Application),
    /// A key of the legacy API.
    Key(Key),
}

/// An OAuth 2.0 application, which gets tokens.
#[derive(Clone)]
pub(crate) struct Application {
    /// Where tokens are given out.
    pub(crate) token_url: Url,
    /// Public name of the application.
    pub(crate) client_id: String,
    /// Its secret.
    pub(crate) client_secret: SecretString,
    /// Scopes asked for, in one token.
    pub(crate) scopes: Vec<String>,
}

/// A key of the legacy API, as the header that carries it. Copies share its memory, which is wiped with the last one.
#[derive(Clone)]
pub(crate) struct Key {
    header: HeaderValue,
    has_form: bool,
}

/// A text that is no key. It says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no legacy API key: it has {0}")]
pub(crate) struct NotAKey(&'static str);

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OAuth(application) => {
                f.debug_struct("OAuth").field("token_url", &application.token_url.as_str()).finish_non_exhaustive()
            }
            Self::Key(_) => f.debug_struct("Key").finish_non_exhaustive(),
        }
    }
}

impl Key {
    /// The key that a text is: bare, or with the header it is sent in.
    ///
    /// # Errors
    /// When it is nothing, or holds what no key does.
    pub(crate) fn new(secret: &SecretString) -> Result<Self, NotAKey> {
        let key = bare(secret.expose_secret());
        if key.is_empty() {
            return Err(NotAKey("nothing in it"));
        }
        if !key.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b',' | b';')) {
            return Err(NotAKey("spaces, quotes or other characters that no key has"));
        }
        let header = sensitive(KEY_SCHEME, key).ok_or(NotAKey("characters that no header may have"))?;
        Ok(Self { header, has_form: has_form_of_key(key) })
    }

    /// What tells keys apart and nothing else of them: so few digits of a hash that very many keys have the same.
    pub(crate) fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.header.as_bytes());
        hex::encode(digest.get(..4).unwrap_or_default())
    }

    /// The header that carries it, marked as sensitive.
    pub(super) fn header(&self) -> HeaderValue {
        self.header.clone()
    }

    /// What was said, without the key, should somebody have repeated it.
    pub(super) fn hidden_in(&self, said: String) -> String {
        let header = self.header.to_str().unwrap_or_default();
        let key = header.strip_prefix(KEY_SCHEME).unwrap_or(header).to_ascii_lowercase();
        match said.to_ascii_lowercase().contains(&key) {
            true => "a message that repeats the key".to_owned(),
            false => said,
        }
    }

    /// Whether it looks as keys do; an application's secret that was taken for a key does not.
    pub(crate) fn has_form(&self) -> bool {
        self.has_form
    }
}

/// A header made of a word and a secret, marked as sensitive; `None` when it holds what no header may. It is wiped with
/// its last copy.
pub(super) fn sensitive(scheme: &str, secret: &str) -> Option<HeaderValue> {
    // With room for all of it: growing would leave a copy behind.
    let mut text = Zeroizing::new(String::with_capacity(scheme.len() + secret.len()));
    text.push_str(scheme);
    text.push_str(secret);
    let mut header = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    header.set_sensitive(true);
    Some(header)
}

/// Whether a secret is a key of the legacy API: it has the form of one, or the header that carries one around it.
pub(crate) fn is_legacy_key(secret: &str) -> bool {
    let key = bare(secret);
    key.len() < secret.trim().len() || has_form_of_key(key)
}

/// The key without the header that people copy with it.
fn bare(text: &str) -> &str {
    let text = text.trim();
    let text = without(text, HEADER_NAME).map_or(text, str::trim_start);
    without(text, KEY_SCHEME).unwrap_or(text)
}

/// What follows a beginning that is compared without regard to case.
fn without<'t>(text: &'t str, beginning: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(beginning.len())?;
    start.eq_ignore_ascii_case(beginning).then_some(rest)
}

/// Keys are GUIDs.
fn has_form_of_key(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let hex = |text: &&str| text.bytes().all(|b| b.is_ascii_hexdigit());
    groups.iter().map(|g| g.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(hex)
}

#[cfg(test)]
mod tests {
    use static_assertions::assert_not_impl_any;

    use super::*;

    // What holds a secret cannot be printed or written anywhere by accident.
    assert_not_impl_any!(SecretString: fmt::Display, serde::Serialize);
    assert_not_impl_any!(Credentials: fmt::Display, serde::Serialize);
    assert_not_impl_any!(Application: fmt::Display, fmt::Debug, serde::Serialize);
    assert_not_impl_any!(Key: fmt::Display, fmt::Debug, serde::Serialize);

    const GUID: &str = "0F9619FF-8B86-d011-b42d-00c04fc964ff";

    #[test]
    fn a_header_of_a_secret_is_sensitive_and_its_debug_text_is_not_the_secret() {
        let header = sensitive("Bearer ", "canary-token").unwrap();
        assert_eq!(header.to_str().unwrap(), "Bearer canary-token");
        assert!(header.is_sensitive() && !format!("{header:?}").contains("canary"));
        assert!(sensitive("Bearer ", "two\nlines").is_none());
    }

    #[test]
    fn a_key_is_taken_with_or_without_its_header_and_never_shown() {
        for text in [
            "canary-key",
            " canary-key\n",
            "lucca application=canary-key",
            "Authorization: Lucca Application=canary-key",
            "authorization:lucca application=canary-key",
        ] {
            let key = Key::new(&text.into()).ok().unwrap();
            assert_eq!(key.header().to_str().unwrap(), "lucca application=canary-key", "{text}");
            assert!(key.header().is_sensitive() && !key.has_form());
            assert!(!format!("{:?} {:?}", key.header(), Credentials::Key(key)).contains("canary"));
        }
        let key = Key::new(&GUID.into()).ok().unwrap();
        assert!(key.has_form());
        let repeated = key.hidden_in(format!("Unknown key {}", GUID.to_ascii_uppercase()));
        assert!(!repeated.to_ascii_lowercase().contains("0f9619ff"), "{repeated}");
        assert_eq!(key.hidden_in("Unauthorized".to_owned()), "Unauthorized");
        for wrong in ["", " ", "lucca application=", "canary key", "\"canary\"", "canary\u{1}", "canarÿ", "a\nb"] {
            let error = Key::new(&wrong.into()).err().unwrap().to_string();
            assert!(!error.contains("canar"), "{error}");
        }
    }

    #[test]
    fn keys_of_the_legacy_api_are_recognised() {
        for key in [GUID, "lucca application=anything", " lucca application=x ", "Authorization: lucca application=x"] {
            assert!(is_legacy_key(key), "{key}");
        }
        for secret in ["", "fake-secret", "0f9619ff8b86d011b42d00c04fc964ff", "0f9619ff-8b86-d011-b42d-00c04fc964fz"] {
            assert!(!is_legacy_key(secret), "{secret}");
        }
    }
}
