//! What the check found missing: its exact name, what it is for, and where in Lucca it is given.

use std::fmt::Write as _;

use crate::{catalog::Source, commands::check::Lacking, settings::Settings};

/// What to tick, where, and how to go on. Nothing where nothing is missing.
pub(super) fn told(lacking: &[Lacking], settings: &Settings, tenant: &str, check: &str) -> String {
    if lacking.is_empty() {
        return String::new();
    }
    let by_key = settings.source().is_ok_and(|source| source == Source::Legacy);
    let mut out = String::new();
    let place = if by_key {
        "in Lucca under Roles, in the role that has the name of the key".to_owned()
    } else {
        let id = settings.client_id().unwrap_or_default();
        format!(
            "in Lucca under Settings > Authentication, SSO and API > OAuth Applications, in the application {id}:\n\
             {tenant}/identity/admin/integration-keys"
        )
    };
    let number = lacking.len();
    let (what, each) = match (by_key, number) {
        (true, 1) => ("permission is", "it"),
        (true, _) => ("permissions are", "each"),
        (false, 1) => ("scope is", "it"),
        (false, _) => ("scopes are", "each"),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\n{number} {what} missing. Tick {each} {place}\n");
    let width = lacking.iter().map(|lacks| lacks.permission.chars().count()).max().unwrap_or_default();
    for Lacking { permission, tables, .. } in lacking {
        let _ = writeln!(out, "  {permission:<width$}  {}", tables.join(", "));
    }
    let _ = writeln!(out, "\nThen, after a minute: {check}");
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
