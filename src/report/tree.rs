//! Departments in the order of a tree: each below the one above it, siblings by name.

use serde::Serialize;

use super::answer::{Answer, Row, text, whole};

/// The departments of one legal entity.
#[derive(Debug, Serialize)]
pub(super) struct Branch {
    /// Its first row.
    pub(super) head: Row,
    /// Its rows, as a tree.
    pub(super) rows: Vec<Row>,
    /// The largest number among them, for bars.
    pub(super) largest: i64,
}

/// Rows of departments as a tree.
pub(super) fn ordered(rows: &[Row]) -> Vec<Row> {
    let mut rows = rows.to_vec();
    rows.sort_by_cached_key(|row| {
        let names = text(row, "path_names").split(" / ");
        let ids = text(row, "path").trim_matches('/').split('/');
        // Those whose department is not known or not visible come last.
        let is_unknown = text(row, "path").is_empty();
        // Whose name is not known stands by its id, and so does the way down from it.
        let is_hidden = names.clone().next() == ids.clone().next();
        (is_unknown, is_hidden, names.zip(ids).map(|(name, id)| (name.to_owned(), id.to_owned())).collect::<Vec<_>>())
    });
    rows
}

/// The largest branch among rows, for bars.
pub(super) fn largest(rows: &[Row]) -> i64 {
    rows.iter().map(|row| whole(row, "headcount_with_sub_departments")).max().unwrap_or_default().max(1)
}

/// A tree for each legal entity, in the order of their first rows.
pub(super) fn branches(answer: &Answer) -> Vec<Branch> {
    let mut branches: Vec<Branch> = Vec::new();
    for row in &answer.rows {
        let of = |branch: &Branch| branch.head.get("legal_entity_id") == row.get("legal_entity_id");
        match branches.iter_mut().find(|branch| of(branch)) {
            Some(branch) => branch.rows.push(row.clone()),
            None => branches.push(Branch { head: row.clone(), rows: vec![row.clone()], largest: 1 }),
        }
    }
    for branch in &mut branches {
        branch.rows = ordered(&branch.rows);
        branch.largest = largest(&branch.rows);
    }
    branches
}
