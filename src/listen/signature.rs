//! Whether a request was sent by somebody who knows a secret, and just now.
//!
//! `Lucca-Signature` is the base64 of HMAC-SHA256 over `<Lucca-Timestamp>.<body>`. Several secrets may be valid at once: an
//! endpoint that gets a new one keeps the old one for a while, and several endpoints may lead to one receiver.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use super::refused::Refused;

/// Header with the signature.
pub(super) const SIGNATURE: &str = "Lucca-Signature";
/// Header with the moment at which it was signed.
pub(super) const TIMESTAMP: &str = "Lucca-Timestamp";
/// By how much the sender's clock may differ from ours, and a request be under way.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// The secrets that are valid.
pub(super) struct Signatures(Vec<SecretString>);

/// What a request says of itself, not yet believed.
#[derive(Debug)]
pub(super) struct Signed<'a> {
    timestamp: &'a str,
    signature: Vec<u8>,
}

impl fmt::Debug for Signatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signatures").field("secrets", &self.0.len()).finish()
    }
}

impl<'a> Signed<'a> {
    /// Reads the headers, each of which must be there once.
    ///
    /// # Errors
    /// When the request is not signed, or was not signed within five minutes of `now`.
    pub(super) fn read(headers: &'a HeaderMap, now: DateTime<Utc>) -> Result<Self, Refused> {
        let single = |name: &str| {
            let mut values = headers.get_all(name).iter();
            values.next().filter(|_| values.next().is_none())?.to_str().ok()
        };
        let (timestamp, signature) = single(TIMESTAMP).zip(single(SIGNATURE)).ok_or(Refused::NotSigned)?;
        let signed_at = instant(timestamp).ok_or(Refused::NotSigned)?;
        if (now - signed_at).abs() > TOLERANCE {
            return Err(Refused::Stale);
        }
        let signature = STANDARD.decode(signature).map_err(|_| Refused::Forged)?;
        Ok(Self { timestamp, signature })
    }
}

impl Signatures {
    /// At least one secret.
    pub(super) fn of(secrets: Vec<SecretString>) -> Option<Self> {
        (!secrets.is_empty()).then_some(Self(secrets))
    }

    /// Compares with what each secret makes of the body, in a time that does not tell how much of it was right, nor for
    /// which secret.
    ///
    /// # Errors
    /// When none makes this signature.
    pub(super) fn check(&self, signed: &Signed<'_>, body: &[u8]) -> Result<(), Refused> {
        let is_right = |secret: &SecretString| {
            let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else { return false };
            let mac = mac.chain_update(signed.timestamp).chain_update(b".").chain_update(body);
            mac.verify_slice(&signed.signature).is_ok()
        };
        let found = self.0.iter().fold(false, |found, secret| found | is_right(secret));
        if found { Ok(()) } else { Err(Refused::Forged) }
    }
}

/// An instant in ISO 8601, which is in UTC where it does not say.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let without_zone = || text.parse::<NaiveDateTime>().ok().map(|instant| instant.and_utc());
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc()).or_else(without_zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "2025-01-01T08:34:23Z";
    /// `openssl dgst -sha256 -hmac first -binary | base64` of `2025-01-01T08:34:23Z.{"id":"1"}`.
    const BY_FIRST: &str = "xzNPkg8vicEUO3zD886g2gSPPWN5LpvbBqWje6Jf7iM=";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn checked(secrets: &[&str], pairs: &[(&'static str, &str)], body: &str, now: &str) -> Result<(), Refused> {
        let signatures = Signatures::of(secrets.iter().map(|secret| (*secret).into()).collect()).unwrap();
        let headers = headers(pairs);
        signatures.check(&Signed::read(&headers, now.parse().unwrap())?, body.as_bytes())
    }

    #[test]
    fn a_signature_of_any_of_the_secrets_is_right() {
        let signed = [("lucca-timestamp", AT), ("lucca-signature", BY_FIRST)];
        let body = "{\"id\":\"1\"}";
        for secrets in [&["first"][..], &["second", "first"], &["first", "second"]] {
            assert_eq!(checked(secrets, &signed, body, AT), Ok(()), "{secrets:?}");
        }
        assert_eq!(checked(&["second"], &signed, body, AT), Err(Refused::Forged));
        assert_eq!(checked(&["first"], &signed, "{\"id\":\"2\"}", AT), Err(Refused::Forged));
        // Signed at another moment: the moment is part of what is signed.
        let moved = [("lucca-timestamp", "2025-01-01T08:34:24Z"), ("lucca-signature", BY_FIRST)];
        assert_eq!(checked(&["first"], &moved, body, AT), Err(Refused::Forged));
    }

    #[test]
    fn it_must_be_there_once_and_be_one() {
        let (time, right) = (("lucca-timestamp", AT), ("lucca-signature", BY_FIRST));
        for pairs in [&[][..], &[time], &[right], &[time, time, right], &[time, right, right]] {
            assert_eq!(checked(&["first"], pairs, "{\"id\":\"1\"}", AT), Err(Refused::NotSigned), "{pairs:?}");
        }
        for wrong in ["", "AAAA", "%%%", BY_FIRST.trim_start_matches("x"), &format!("{BY_FIRST}{BY_FIRST}")] {
            let pairs = [time, ("lucca-signature", wrong)];
            assert_eq!(checked(&["first"], &pairs, "{\"id\":\"1\"}", AT), Err(Refused::Forged), "{wrong:?}");
        }
    }

    #[test]
    fn it_must_be_of_these_five_minutes() {
        let at = |now: &str, timestamp: &str| {
            let pairs = [("lucca-timestamp", timestamp), ("lucca-signature", BY_FIRST)];
            checked(&["first"], &pairs, "{\"id\":\"1\"}", now)
        };
        for now in ["2025-01-01T08:29:23Z", "2025-01-01T08:39:23Z", "2025-01-01T09:34:23+01:00"] {
            assert_eq!(at(now, AT), Ok(()), "{now}");
        }
        for now in ["2025-01-01T08:29:22Z", "2025-01-01T08:39:24Z", "2026-01-01T08:34:23Z"] {
            assert_eq!(at(now, AT), Err(Refused::Stale), "{now}");
        }
        for wrong in ["", "now", "1735720463", "2025-01-01", "2025-13-01T08:34:23Z"] {
            assert_eq!(at(AT, wrong), Err(Refused::NotSigned), "{wrong}");
        }
        // Other forms of the same moment are no reason to refuse; these signatures are of another text.
        for other in ["2025-01-01T08:34:23.000Z", "2025-01-01T09:34:23+01:00", "2025-01-01T08:34:23"] {
            assert_eq!(at(AT, other), Err(Refused::Forged), "{other}");
        }
    }
}
