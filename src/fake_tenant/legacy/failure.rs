//! Errors of the legacy routes: each generation has its shape, and both have been met on v3.

use crate::fake_tenant::problem::Problem;

const JSON: &str = "application/json; charset=utf-8";
const PROBLEM: &str = "application/problem+json; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// The shapes an error's body has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{"Status":404,"Message":"…"}`.
    V3,
    /// Problem details, as v5 has them.
    Problem,
    Empty,
    Html,
}

impl Shape {
    /// Any of them, by a number. Only a gateway that does not know who asks answers with anything but JSON.
    pub(super) fn any(number: u64, status: u16) -> Self {
        match number % 4 {
            2 if status == 401 => Self::Empty,
            3 if status == 401 => Self::Html,
            0 | 2 => Self::V3,
            _ => Self::Problem,
        }
    }

    /// Content type and body.
    pub(super) fn body(self, problem: &Problem, url: &str, trace_id: &str) -> (&'static str, Vec<u8>) {
        match self {
            Self::V3 => {
                let body = serde_json::json!({ "Status": problem.status, "Message": problem.detail });
                (JSON, body.to_string().into_bytes())
            }
            Self::Problem => (PROBLEM, problem.body(url, trace_id)),
            Self::Empty => (JSON, Vec::new()),
            Self::Html => (HTML, format!("<html><body>{}</body></html>", problem.status).into_bytes()),
        }
    }
}
