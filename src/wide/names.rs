//! Names of columns: deterministic, lower snake_case, unique.

use std::collections::HashSet;

/// A definition's or property's name in lower snake_case: `jobPosition.startsOn` is `job_position_starts_on`.
pub(super) fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut before = '_';
    let mut letters = name.chars().peekable();
    while let Some(c) = letters.next() {
        let plain = if c.is_ascii_alphanumeric() { c } else { '_' };
        let ends_acronym = before.is_ascii_uppercase() && letters.peek().is_some_and(char::is_ascii_lowercase);
        let begins =
            plain.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit() || ends_acronym);
        if begins || (plain == '_' && before != '_') {
            text.push('_');
        }
        if plain != '_' {
            text.push(plain.to_ascii_lowercase());
        }
        before = plain;
    }
    let text = text.trim_matches('_').to_owned();
    match text.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{text}"),
        Some(_) => text,
    }
}

/// `name`, or the first of `name_2`, `name_3` … that is not taken.
pub(super) fn unique(name: String, taken: &mut HashSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{name}_{n}"));
    let found = std::iter::once(name.clone()).chain(numbered).find(|candidate| !taken.contains(candidate));
    let found = found.unwrap_or(name);
    taken.insert(found.clone());
    found
}
