//! `config`: the resolved settings and where each came from.

use std::fmt::Write as _;

use crate::{catalog::Catalog, context::split_as_configured, error::Error, print::print, settings::Settings};

/// Prints every setting, secrets hidden.
///
/// # Errors
/// When definitions are opened that may not be, or stdout cannot be written.
pub(crate) fn config(settings: &Settings) -> Result<(), Error> {
    split_as_configured(&Catalog::embedded()?, settings)?;
    let mut text = String::new();
    for (declared, value) in settings.shown() {
        let (value, origin) = value.unwrap_or_else(|| ("(not set)".into(), String::new()));
        let _ = writeln!(text, "{:<22} {:<60} {origin}", declared.key, value);
    }
    print(&text)
}
