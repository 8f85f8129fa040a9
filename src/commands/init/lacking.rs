//! What the check found missing: its exact name, what it is for, and where in Lucca it is given.

use std::fmt::Write as _;

use crate::{catalog::Source, commands::check::Lacking, settings::Settings};

/// Where Lucca has applications.
pub(super) const APPLICATIONS: &str = "Settings > Authentication, SSO and API > OAuth Applications";

/// What to tick, where, and how to go on. Nothing where nothing is missing.
pub(super) fn told(lacking: &[Lacking], settings: &Settings, tenant: &str, check: &str) -> String {
    if lacking.is_empty() {
        return String::new();
    }
    let by_key = settings.source().is_ok_and(|source| source == Source::Legacy);
    let what = match (by_key, lacking.len()) {
        (true, 1) => "1 permission is".to_owned(),
        (true, number) => format!("{number} permissions are"),
        (false, 1) => "1 scope is".to_owned(),
        (false, number) => format!("{number} scopes are"),
    };
    let place = if by_key {
        "tick in Lucca, in Roles, in the role that has the name of the key".to_owned()
    } else {
        let id = settings.client_id().unwrap_or_default();
        format!(
            "tick in Lucca, in {APPLICATIONS}\n  {tenant}/identity/admin/integration-keys\nfor the application {id}"
        )
    };
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\n{what} missing: {place}\n");
    let width = lacking.iter().map(|lacks| lacks.permission.chars().count()).max().unwrap_or_default();
    for Lacking { permission, tables, .. } in lacking {
        let _ = writeln!(out, "  {permission:<width$}  {}", tables.join(", "));
    }
    let _ = writeln!(out, "\nThen: {check}");
    let needed: Vec<&str> = lacking
        .iter()
        .filter(|lacks| !lacks.is_optional)
        .flat_map(|lacks| lacks.tables.iter().map(String::as_str))
        .collect();
    if !needed.is_empty() && !by_key {
        let _ = writeln!(out, "Or do without, in the file: optional_tables = \"{}\"", needed.join(","));
    }
    out
}
