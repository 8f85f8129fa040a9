//! Tables that are not there.

use crate::{engine::known::Known, similar::did_you_mean};

/// The table in "table 'datafusion.public.x' not found".
pub(super) fn unknown(text: &str) -> Option<&str> {
    let name = text.strip_prefix("table '")?.strip_suffix("' not found")?;
    let name = name.strip_prefix("datafusion.").unwrap_or(name);
    Some(name.strip_prefix("public.").unwrap_or(name))
}

/// What is said of it.
pub(super) fn message(name: &str, known: &Known) -> String {
    let own = name.rsplit_once('.').map(|(_, own)| own).filter(|own| known.tables.contains_key(*own));
    let hint = match own {
        Some(own) => format!("; tables are named without a schema: write {own}"),
        None => did_you_mean(name, known.tables.keys().map(String::as_str)),
    };
    let hint = if hint.is_empty() { "; SHOW TABLES lists what there is".to_owned() } else { hint };
    format!("there is no table {name}{hint}")
}
