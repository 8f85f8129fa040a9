//! What the API says when it refuses: problem+json and OAuth error bodies, as one line.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};

use crate::{surrogates, terminal_text};

#[derive(Deserialize)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    errors: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Deserialize)]
struct OAuthError {
    error: String,
    error_description: Option<String>,
}

/// Title, detail and errors of a problem+json body; empty when it is something else.
pub(super) fn problem(body: &[u8]) -> String {
    let Some(problem) = read::<Problem>(body) else { return String::new() };
    let errors = problem.errors.unwrap_or_default();
    let errors = errors.iter().map(|(field, messages)| format!("{field}: {}", messages.join(" ")));
    let parts: Vec<String> = problem.title.into_iter().chain(problem.detail).chain(errors).collect();
    quoted(&parts.join("; "))
}

/// `error` and `error_description` of an OAuth error body.
pub(super) fn oauth(body: &[u8]) -> String {
    match read::<OAuthError>(body) {
        Some(OAuthError { error, error_description: Some(description) }) => quoted(&format!("{error}: {description}")),
        Some(OAuthError { error, .. }) => quoted(&error),
        None => problem(body),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_str(&surrogates::replaced(std::str::from_utf8(body).ok()?)).ok()
}

/// On one line, escaped and cut short: the text is the API's, and goes to terminals and logs.
fn quoted(text: &str) -> String {
    terminal_text::quoted(&text.replace(['\n', '\r', '\t'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_become_one_line() {
        let body = br#"{"type":"x","title":"One or more validation errors occurred.","status":400,"errors":{"limit":["Too\nlarge."],"page":["a","b"]},"extensions":{"traceId":"1"}}"#;
        assert_eq!(problem(body), "One or more validation errors occurred.; limit: Too large.; page: a b");
        assert_eq!(problem(b"<html>"), "");
        assert_eq!(oauth(br#"{"error":"invalid_client"}"#), "invalid_client");
        assert_eq!(oauth(br#"{"error":"invalid_scope","error_description":"no"}"#), "invalid_scope: no");
    }

    #[test]
    fn what_the_api_says_is_cut_short_and_cannot_reach_the_terminal() {
        let long = format!(r#"{{"title":"\u001b]0;owned\u0007\u202e","detail":"{}"}}"#, "x".repeat(5000));
        let said = problem(long.as_bytes());
        assert!(said.starts_with(r"\u{1b}]0;owned\u{7}\u{202e}; xxx") && said.ends_with("x…"), "{said}");
        assert_eq!(said.chars().count(), 200);
        assert_eq!(problem(br#"{"title":"\ud800\u001b"}"#), "\u{fffd}\\u{1b}");
        let oauth = oauth(format!(r#"{{"error":"{}"}}"#, "y".repeat(5000)).as_bytes());
        assert_eq!(oauth.chars().count(), 200);
    }
}
