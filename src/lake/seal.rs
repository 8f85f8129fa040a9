//! A checksum that a manifest carries itself, so that a byte of it cannot change unnoticed.
//!
//! Its last member is `sha256`: the SHA-256 of every byte of the file before its own digits. What follows the digits is
//! always the same. `head -c -68 <manifest> | sha256sum` therefore prints them.

use sha2::{Digest, Sha256};

/// What comes before the digits, after the other members.
const BEFORE: &str = ",\n  \"sha256\": \"";
/// What comes after them.
const AFTER: &str = "\"\n}\n";
/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// The SHA-256 of some bytes, in lower-case hexadecimal digits.
pub(super) fn sha256_hex(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// What the end of a manifest says of the rest.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seal {
    /// The digits fit; the JSON without them.
    Whole(Vec<u8>),
    /// They do not.
    Broken,
    /// There are none.
    Absent,
}

/// Adds the checksum to a JSON object with members, pretty-printed.
pub(super) fn seal(json: &[u8]) -> Vec<u8> {
    let mut sealed = json.trim_ascii_end().to_vec();
    sealed.pop();
    sealed.truncate(sealed.trim_ascii_end().len());
    sealed.extend_from_slice(BEFORE.as_bytes());
    let digits = sha256_hex(&sealed);
    sealed.extend_from_slice(digits.as_bytes());
    sealed.extend_from_slice(AFTER.as_bytes());
    sealed
}

/// Compares the checksum with the rest.
pub(super) fn open(content: &[u8]) -> Seal {
    let parts = content.len().checked_sub(DIGITS + AFTER.len()).and_then(|at| content.split_at_checked(at));
    let Some((sealed, end)) = parts else { return Seal::Absent };
    let Some(json) = sealed.strip_suffix(BEFORE.as_bytes()) else { return Seal::Absent };
    if end.strip_suffix(AFTER.as_bytes()) != Some(sha256_hex(sealed).as_bytes()) {
        return Seal::Broken;
    }
    Seal::Whole([json, b"\n}\n"].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn opens_what_it_sealed() {
        for json in ["{\n  \"a\": 1\n}\n", "{\n  \"a\": {}\n}"] {
            let sealed = seal(json.as_bytes());
            assert_eq!(open(&sealed), Seal::Whole([json.trim_end().as_bytes(), b"\n"].concat()));
            let value: serde_json::Value = serde_json::from_slice(&sealed).unwrap();
            assert_eq!(value["sha256"], sha256_hex(&sealed[..sealed.len() - 68]));
        }
        for other in ["", "{}", "{\n  \"a\": 1\n}\n", &"x".repeat(300)] {
            assert_eq!(open(other.as_bytes()), Seal::Absent);
        }
    }

    proptest! {
        #[test]
        fn no_byte_changes_unnoticed(text in "\\PC{0,40}", at in any::<prop::sample::Index>(), change in 1..=255_u8) {
            let mut sealed = seal(serde_json::to_string_pretty(&serde_json::json!({ "text": text })).unwrap().as_bytes());
            let at = at.index(sealed.len());
            sealed[at] ^= change;
            prop_assert!(!matches!(open(&sealed), Seal::Whole(_)));
            prop_assert!(!matches!(open(&sealed[..at]), Seal::Whole(_)));
        }
    }
}
