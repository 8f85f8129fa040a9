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

/// Whether a problem+json body names the parameter `limit`: as a field of its `errors`, or as a word of what it says.
pub(super) fn names_limit(body: &[u8]) -> bool {
    let Some(Problem { detail, errors, .. }) = read::<Problem>(body) else { return false };
    let errors = errors.unwrap_or_default();
    let in_errors = errors.iter().any(|(field, messages)| has_limit(field) || messages.iter().any(|m| has_limit(m)));
    in_errors || detail.as_deref().is_some_and(has_limit)
}

/// Whether a body is the beginning of JSON: what it was about to say is not known.
pub(super) fn is_cut(body: &[u8]) -> bool {
    !body.is_empty() && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err_and(|error| error.is_eof())
}

fn has_limit(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("limit"))
}

/// Whether an OAuth error body says that the application or its secret is not known (RFC 6749, 5.2).
pub(super) fn is_invalid_client(body: &[u8]) -> bool {
    read::<OAuthError>(body).is_some_and(|said| said.error == "invalid_client")
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
    fn only_a_problem_that_names_it_is_about_the_limit() {
        for about in [
            r#"{"status":400,"errors":{"limit":["Too large."]}}"#,
            r#"{"status":400,"errors":{"Limit":["Too large."]}}"#,
            r#"{"status":400,"errors":{"query.limit":["Too large."]}}"#,
            r#"{"status":400,"errors":{"$":["The field limit must be between 0 and 100."]}}"#,
            r#"{"status":400,"detail":"'limit' must be at most 100."}"#,
        ] {
            assert!(names_limit(about.as_bytes()), "{about}");
        }
        for other in [
            "",
            "<html>limit</html>",
            "[]",
            r#"{"title":"Injected","status":400}"#,
            r#"{"status":400,"detail":"unlimited","errors":{"applicability.asOf":["No date."]}}"#,
            r#"{"status":400,"errors":{"page":["The page is not valid."]}}"#,
        ] {
            assert!(!names_limit(other.as_bytes()) && !is_cut(other.as_bytes()), "{other}");
        }
        assert!(is_cut(br#"{"status":400,"errors":{"li"#) && !is_cut(b"Bad request"));
    }

    #[test]
    fn problems_become_one_line() {
        let body = br#"{"type":"x","title":"One or more validation errors occurred.","status":400,"errors":{"limit":["Too\nlarge."],"page":["a","b"]},"extensions":{"traceId":"1"}}"#;
        assert_eq!(problem(body), "One or more validation errors occurred.; limit: Too large.; page: a b");
        assert_eq!(problem(b"<html>"), "");
        assert_eq!(oauth(br#"{"error":"invalid_client"}"#), "invalid_client");
        assert!(
            is_invalid_client(br#"{"error":"invalid_client"}"#) && !is_invalid_client(br#"{"error":"invalid_scope"}"#)
        );
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
