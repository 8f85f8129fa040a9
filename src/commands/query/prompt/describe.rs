//! What the prompt says of tables.

use crate::{
    catalog::{Catalog, Origin, Privacy, Table},
    commands::tables::{self},
    lake::{
        Snapshot,
        published::{Figures, published},
    },
    settings::did_you_mean,
};

/// The tables of some snapshots, or those whose names are like `pattern`, in which `*` is any text and `?` any character.
pub(super) fn tables(
    catalog: &Catalog,
    snapshots: &[Snapshot],
    pattern: Option<&str>,
    with_files: bool,
    screen: Option<usize>,
) -> String {
    let mut known = published(catalog, snapshots);
    known.retain(|table| pattern.is_none_or(|pattern| is_like(&table.name, pattern)));
    match (known.as_slice(), pattern) {
        ([], Some(pattern)) => format!("there is no table like {pattern}\n"),
        _ => tables::list_published(&known, snapshots, with_files, screen),
    }
}

/// The columns of one table.
pub(super) fn columns(
    catalog: &Catalog,
    snapshots: &[Snapshot],
    name: &str,
    with_files: bool,
    screen: Option<usize>,
) -> String {
    let known = published(catalog, snapshots);
    let Some(table) = known.iter().find(|table| table.name == name) else {
        let hint = did_you_mean(name, known.iter().map(|table| table.name.as_str()));
        return format!("there is no table {name}{hint}\n");
    };
    let described = tables::describe(table, None, screen);
    if !with_files {
        return described;
    }
    format!("{described}\n{}\n", facts(table, &Figures::of(snapshots, name)))
}

/// What is known of a table beyond its columns.
fn facts(table: &Table, held: &Figures) -> String {
    let origin = match table.origin {
        Origin::Api => "pages of the API".to_owned(),
        Origin::Query => format!("queries/{}.sql", table.name),
        Origin::Wide => "attributes, by the tenant's definitions".to_owned(),
        Origin::Findings => "the quality gates".to_owned(),
        Origin::Unknown => "another version of the program".to_owned(),
    };
    let private = table.columns.iter().map(|column| column.privacy).max().unwrap_or(Privacy::None);
    let key = match table.quality.key.as_slice() {
        [] => String::new(),
        key => format!("one row for each {}\n", key.join(", ")),
    };
    let counted = |n: u64, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    format!(
        "{key}made of {origin}; most private: {private}\n{} in {}, {}",
        counted(held.rows, "row"),
        counted(held.files, "file"),
        counted(held.bytes, "byte")
    )
}

/// Whether a name is like a pattern.
fn is_like(name: &str, pattern: &str) -> bool {
    let mut pattern_rest = pattern.chars();
    match pattern_rest.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = pattern_rest.as_str();
            name.char_indices()
                .map(|(at, _)| at)
                .chain([name.len()])
                .any(|at| name.get(at..).is_some_and(|name| is_like(name, rest)))
        }
        Some(wanted) => {
            let mut name_rest = name.chars();
            name_rest.next().is_some_and(|c| wanted == '?' || c == wanted)
                && is_like(name_rest.as_str(), pattern_rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_a_shell() {
        for (name, pattern, like) in [
            ("employees", "emp*", true),
            ("employees", "*ees", true),
            ("employees", "e*y*s", true),
            ("employees", "employee?", true),
            ("employees", "employe?", false),
            ("employees", "emp", false),
            ("employees", "*", true),
            ("", "*", true),
            ("", "?", false),
        ] {
            assert_eq!(is_like(name, pattern), like, "{name} {pattern}");
        }
    }
}
