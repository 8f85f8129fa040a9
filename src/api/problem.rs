//! What the API says when it refuses: problem+json and OAuth error bodies, as one line.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Longest text quoted from a response, in characters.
const MAX_QUOTED: usize = 500;

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
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else { return String::new() };
    let errors = problem.errors.unwrap_or_default();
    let errors = errors.iter().map(|(field, messages)| format!("{field}: {}", messages.join(" ")));
    let parts: Vec<String> = problem.title.into_iter().chain(problem.detail).chain(errors).collect();
    quoted(&parts.join("; "))
}

/// `error` and `error_description` of an OAuth error body.
pub(super) fn oauth(body: &[u8]) -> String {
    match serde_json::from_slice::<OAuthError>(body) {
        Ok(OAuthError { error, error_description: Some(description) }) => quoted(&format!("{error}: {description}")),
        Ok(OAuthError { error, .. }) => quoted(&error),
        Err(_) => problem(body),
    }
}

fn quoted(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_QUOTED).collect()
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
}
