//! What takes time, as spans of `tracing`: for a collector of traces, where there is one, and nothing where there is none.
//!
//! ```text
//! run (sync, derive, verify, gc, check) ─┬─ resource ── request
//!                                        └─ table
//! ```
//!
//! All that they say is here: names and numbers, no address with its query and no value of a record.

use tracing::{Span, field::Empty, info_span};

/// What tells these spans from all others.
pub(crate) const TARGET: &str = "lucca_lake::spans";

/// One run of a command.
pub(crate) fn run(command: &str) -> Span {
    info_span!(
        target: TARGET,
        "run",
        otel.name = command,
        lucca.command = command,
        lucca.run_id = Empty,
        lucca.outcome = Empty,
        process.exit.code = Empty,
        lucca.requests = Empty,
        lucca.rows = Empty,
        otel.status_code = Empty,
        otel.status_description = Empty,
    )
}

/// Reading one resource.
pub(crate) fn resource(name: &str) -> Span {
    info_span!(target: TARGET, "resource", otel.name = format!("read {name}"), lucca.resource = name)
}

/// One request to the tenant, from its sending to the end of its answer.
pub(crate) fn request(method: &http::Method, resource: &str) -> Span {
    info_span!(
        target: TARGET,
        "request",
        otel.name = format!("{method} {resource}"),
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method.as_str(),
        http.response.status_code = Empty,
        lucca.resource = resource,
    )
}

/// Computing one table.
pub(crate) fn table(name: &str) -> Span {
    info_span!(target: TARGET, "table", otel.name = format!("compute {name}"), lucca.table = name)
}

/// Says what was answered to a request; nothing where no whole answer came.
pub(crate) fn answered(request: &Span, status: Option<http::StatusCode>) {
    if let Some(status) = status {
        request.record("http.response.status_code", i64::from(status.as_u16()));
    }
    if status.is_none_or(|status| status.is_client_error() || status.is_server_error()) {
        request.record("otel.status_code", "ERROR");
    }
}
