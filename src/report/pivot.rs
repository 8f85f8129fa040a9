//! Rows of two keys as a table: one key down, the other across.

use serde::Serialize;
use serde_json::Value;

use super::answer::{Answer, Row};

/// A table of cells, some of which may be missing.
#[derive(Debug, Serialize)]
pub(super) struct Pivot {
    /// The values of the key across, each with the first row that has it.
    pub(super) heads: Vec<Row>,
    /// The lines.
    pub(super) lines: Vec<Line>,
}

/// One value of the key down.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    /// The first row that has it.
    pub(super) head: Row,
    /// The row of each head.
    pub(super) cells: Vec<Option<Row>>,
}

impl Pivot {
    /// The rows of an answer: lines in the order of their first rows, heads in the order of `across` where it names them, then as
    /// they come.
    pub(super) fn of(answer: &Answer, down: &[&str], across: &str, order: &[&str]) -> Self {
        let key =
            |row: &Row| down.iter().map(|name| row.get(*name).cloned().unwrap_or(Value::Null)).collect::<Vec<_>>();
        let head = |row: &Row| row.get(across).cloned().unwrap_or(Value::Null);
        let mut heads: Vec<Row> = Vec::new();
        for row in &answer.rows {
            if heads.iter().all(|known| head(known) != head(row)) {
                heads.push(row.clone());
            }
        }
        let place = |row: &Row| order.iter().position(|name| head(row).as_str() == Some(*name)).unwrap_or(order.len());
        heads.sort_by_key(place);
        let mut lines: Vec<(Vec<Value>, Line)> = Vec::new();
        for row in &answer.rows {
            let of_row = key(row);
            // Rows of one line mostly follow each other.
            let known = lines.iter_mut().rev().find(|(known, _)| *known == of_row);
            let line = match known {
                Some((_, line)) => line,
                None => {
                    let line = Line { head: row.clone(), cells: vec![None; heads.len()] };
                    lines.push((of_row, line));
                    let Some((_, line)) = lines.last_mut() else { continue };
                    line
                }
            };
            let place = heads.iter().position(|known| head(known) == head(row));
            if let Some(cell) = place.and_then(|place| line.cells.get_mut(place)) {
                *cell = Some(row.clone());
            }
        }
        Self { heads, lines: lines.into_iter().map(|(_, line)| line).collect() }
    }
}
