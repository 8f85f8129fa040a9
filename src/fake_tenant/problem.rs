//! Error responses: RFC 7807 `application/problem+json`, worded as the API's documentation shows them.

use std::collections::BTreeMap;

use serde::Serialize;

/// An error a request ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: u16,
    pub(super) detail: String,
    /// Parameter or field name to what is wrong with it.
    pub(super) errors: BTreeMap<String, Vec<String>>,
    /// Seconds to wait, on 429.
    pub(super) retry_after_secs: Option<u64>,
    /// The methods there are, on 405.
    pub(super) allow: &'static str,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    instance: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    errors: &'a BTreeMap<String, Vec<String>>,
    extensions: Extensions<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extensions<'a> {
    trace_id: &'a str,
}

impl Problem {
    pub(super) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: BTreeMap::new(), retry_after_secs: None, allow: "GET" }
    }

    /// 400 about one parameter or header.
    pub(super) fn invalid(name: &str, message: impl Into<String>) -> Self {
        let mut problem = Self::new(400, "See the errors for details.");
        problem.add(name, message);
        problem
    }

    pub(super) fn add(&mut self, name: &str, message: impl Into<String>) {
        self.errors.entry(name.to_owned()).or_default().push(message.into());
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "The resource does not exist, was deleted, or is not accessible.")
    }

    /// 405 for a method that is none of these.
    pub(super) fn not_allowed(method: &http::Method, allow: &'static str) -> Self {
        Self { allow, ..Self::new(405, format!("{method} is not allowed here.")) }
    }

    /// 500 when a record cannot be written.
    pub(super) fn unwritten() -> Self {
        Self::new(500, "The record could not be written.")
    }

    /// The response body; `instance` is the URL that was asked for.
    pub(super) fn body(&self, instance: &str, trace_id: &str) -> Vec<u8> {
        let (kind, title) = match self.status {
            400 => ("https://tools.ietf.org/html/rfc7231#section-6.5.1", "One or more validation errors occurred."),
            401 => ("https://datatracker.ietf.org/doc/html/rfc7235#section-3.1", "Unauthorized"),
            403 => ("https://tools.ietf.org/html/rfc7231#section-6.5.3", "Forbidden"),
            404 => ("https://tools.ietf.org/html/rfc7231#section-6.5.4", "Not Found"),
            405 => ("https://tools.ietf.org/html/rfc7231#section-6.5.5", "Method Not Allowed"),
            413 => ("https://tools.ietf.org/html/rfc7231#section-6.5.11", "Payload Too Large"),
            429 => ("https://tools.ietf.org/html/rfc6585#section-4", "Too Many Requests"),
            431 => ("https://tools.ietf.org/html/rfc6585#section-5", "Request Header Fields Too Large"),
            _ => ("https://tools.ietf.org/html/rfc7231#section-6.6.1", "Internal Server Error"),
        };
        let body = Body {
            r#type: kind,
            title,
            status: self.status,
            detail: &self.detail,
            instance,
            errors: &self.errors,
            extensions: Extensions { trace_id },
        };
        // Strings, numbers and string-keyed maps always serialise.
        serde_json::to_vec(&body).unwrap_or_default()
    }
}
