//! What the API says when it refuses: problem+json, the errors of v3, and OAuth error bodies, as one line.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{surrogates, terminal_text};

/// What a body says of a refusal. v5 and v4 answer problem+json, v3 `{"Status", "Message"}`, and both are seen on v3 routes:
/// names are compared without regard to case.
#[derive(Default)]
struct Problem {
    message: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    status: Option<u16>,
    errors: BTreeMap<String, Vec<String>>,
}

impl Problem {
    fn of(body: &[u8]) -> Option<Self> {
        let members = read::<BTreeMap<String, Value>>(body)?;
        let text = |value: Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
        let mut problem = Self::default();
        for (name, value) in members {
            match name.to_ascii_lowercase().as_str() {
                "message" => problem.message = text(value),
                "title" => problem.title = text(value),
                "detail" => problem.detail = text(value),
                "status" => problem.status = whole(&value),
                "errors" => problem.errors = errors(value),
                _ => {}
            }
        }
        Some(problem)
    }
}

/// A status, also written as a text.
fn whole(value: &Value) -> Option<u16> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The fields that are wrong, each with one message or several.
fn errors(value: Value) -> BTreeMap<String, Vec<String>> {
    let Value::Object(fields) = value else { return BTreeMap::new() };
    let messages = |value: Value| match value {
        Value::String(message) => vec![message],
        Value::Array(messages) => messages.into_iter().filter_map(|m| m.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    fields.into_iter().map(|(field, value)| (field, messages(value))).collect()
}

#[derive(Deserialize)]
struct OAuthError {
    error: String,
    error_description: Option<String>,
}

/// Message, title, detail and errors of a body; empty when it is something else.
pub(super) fn problem(body: &[u8]) -> String {
    let Some(Problem { message, title, detail, errors, .. }) = Problem::of(body) else { return String::new() };
    let errors = errors.iter().map(|(field, messages)| format!("{field}: {}", messages.join(" ")));
    let parts: Vec<String> = message.into_iter().chain(title).chain(detail).chain(errors).collect();
    quoted(&parts.join("; "))
}

/// The status of an error that a body says it is, whatever the status of its response was.
pub(super) fn status(body: &[u8]) -> Option<StatusCode> {
    let status = StatusCode::from_u16(Problem::of(body)?.status?).ok()?;
    (status.is_client_error() || status.is_server_error()).then_some(status)
}

/// Whether a body says that something is not there: v3 does so with status 500.
pub(super) fn says_not_found(body: &[u8]) -> bool {
    let message = Problem::of(body).and_then(|problem| problem.message);
    message.is_some_and(|message| message.to_ascii_lowercase().contains("not found"))
}

/// Whether a body names the parameter `limit`: as a field of its `errors`, or as a word of what it says.
pub(super) fn names_limit(body: &[u8]) -> bool {
    let Some(Problem { message, detail, errors, .. }) = Problem::of(body) else { return false };
    let in_errors = errors.iter().any(|(field, messages)| has_limit(field) || messages.iter().any(|m| has_limit(m)));
    in_errors || message.into_iter().chain(detail).any(|said| has_limit(&said))
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
            r#"{"Status":400,"Message":"Paging limit should be between 1 and 1000"}"#,
            r#"{"status":400,"errors":{"Limit":"The field Limit must be between 0 and 100."}}"#,
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
    fn both_generations_say_what_is_wrong_in_any_case() {
        let v3 = br#"{"Status":404,"Message":"Resource Department with ID 4242 not found"}"#;
        assert_eq!(problem(v3), "Resource Department with ID 4242 not found");
        assert_eq!((status(v3), says_not_found(v3)), (Some(StatusCode::NOT_FOUND), true));
        let v4 = br#"{"type":"x","title":"Unauthorized","status":"401","errors":null}"#;
        assert_eq!((problem(v4).as_str(), status(v4)), ("Unauthorized", Some(StatusCode::UNAUTHORIZED)));
        assert_eq!(problem(br#"{"message":"no","detail":"none"}"#), "no; none");
        assert!(says_not_found(br#"{"Message":"User Not Found"}"#) && !says_not_found(br#"{"title":"Not Found"}"#));
        for other in ["", "[]", "<html>", "{}", r#"{"Status":200,"Message":""}"#, r#"{"status":"active","items":[]}"#] {
            assert_eq!((status(other.as_bytes()), problem(other.as_bytes()).as_str()), (None, ""), "{other}");
        }
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
