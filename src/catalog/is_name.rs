//! What tables and columns may be called.

/// Whether tables and columns may be called so: lower snake_case, which every engine takes unquoted. Folders of the lake
/// are named after tables, and engines skip those that begin with an underscore.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
