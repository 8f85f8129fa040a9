//! A comparison as people read it.

use std::fmt::Write as _;

use super::{
    found::{Found, Values},
    pairs::OF_THE_READING,
    told::{ColumnTold, Comparison, RowsTold, TableTold, Verdict},
};
use crate::catalog::Source;

/// Widest line of ids.
const WIDTH: usize = 100;
/// Most characters of a value that are shown.
const MOST_CHARACTERS: usize = 60;

/// The whole text: both sides, a line for each table, then what is not the same.
pub(super) fn text(comparison: &Comparison) -> String {
    let Comparison { left, right, tables, .. } = comparison;
    let mut text = String::new();
    for (name, side) in [("left", left), ("right", right)] {
        let read = match side.source {
            Source::V5 => "API v5",
            Source::Legacy => "v3 and v4",
        };
        let _ = writeln!(text, "{name:<6} {}  {read:<9}  {}", side.snapshot, side.lake);
    }
    text.push('\n');
    list(&mut text, tables);
    for table in tables.iter().filter(|table| has_details(table)) {
        details(&mut text, table);
    }
    let left_out = tables.iter().flat_map(|t| &t.columns).filter(|c| c.verdict == Verdict::LeftOut);
    let mut left_out: Vec<&str> = left_out.map(|column| column.column.as_str()).collect();
    left_out.sort_unstable();
    left_out.dedup();
    if !left_out.is_empty() {
        let extra = if left_out.iter().all(|name| OF_THE_READING.contains(name)) {
            ""
        } else {
            ", and two sources leave different things in _extra"
        };
        let _ = writeln!(text, "\nnot compared, as they tell of the reading{extra}: {}", left_out.join(", "));
    }
    let _ = writeln!(text, "\n{}", summary(tables));
    text
}

/// "40 tables: 38 equal, 1 differs, 1 not available".
fn summary(tables: &[TableTold]) -> String {
    let verdicts = [
        Verdict::Equal,
        Verdict::Differs,
        Verdict::OnlyLeft,
        Verdict::OnlyRight,
        Verdict::NotAvailable,
        Verdict::Accepted,
    ];
    let counted = verdicts.map(|verdict| (tables.iter().filter(|table| table.verdict == verdict).count(), verdict));
    let counted = counted.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counted.map(|(count, verdict)| format!("{count} {}", verdict.words())).collect();
    let are = if tables.len() == 1 { "table" } else { "tables" };
    format!("{} {are}: {}", tables.len(), parts.join(", "))
}

fn list(text: &mut String, tables: &[TableTold]) {
    let headings = ["table", "left", "right", "equal", "differing", "only left", "only right", ""].map(str::to_owned);
    let line = |table: &TableTold| {
        let numbers = table.rows.as_ref().map(|rows| {
            let RowsTold { left, right, found, .. } = rows;
            [*left, *right, found.equal, found.differing.count, found.left.count, found.right.count]
                .map(|number| number.to_string())
        });
        let [l, r, equal, differing, only_left, only_right] = numbers.unwrap_or_default();
        [table.table.clone(), l, r, equal, differing, only_left, only_right, verdict(table)]
    };
    let lines: Vec<[String; 8]> = [headings].into_iter().chain(tables.iter().map(line)).collect();
    let mut widths = [0; 8];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for line in &lines {
        let mut row = String::new();
        for (index, (cell, width)) in line.iter().zip(widths).enumerate() {
            let _ = match index {
                0 | 7 => write!(row, "{cell:<width$}  "),
                _ => write!(row, "{cell:>width$}  "),
            };
        }
        let _ = writeln!(text, "{}", row.trim_end());
    }
}

fn verdict(table: &TableTold) -> String {
    let not_available = table.columns.iter().filter(|column| column.verdict == Verdict::NotAvailable).count();
    let side = table.not_available_on.map(|side| format!(" {}", side.words())).unwrap_or_default();
    let but = match not_available {
        0 => String::new(),
        1 => ", 1 column not available".to_owned(),
        many => format!(", {many} columns not available"),
    };
    format!("{}{side}{but}", table.verdict.words())
}

fn has_details(table: &TableTold) -> bool {
    let differs = |verdict: Verdict| !matches!(verdict, Verdict::Equal | Verdict::LeftOut);
    table.rows.as_ref().is_some_and(|rows| differs(rows.verdict)) || table.columns.iter().any(|c| differs(c.verdict))
}

fn details(text: &mut String, table: &TableTold) {
    let _ = writeln!(text, "\n{}, by {}", table.table, table.key.join(", "));
    if let Some(rows) = table.rows.as_ref().filter(|rows| rows.verdict != Verdict::Equal) {
        let accepted = if rows.verdict == Verdict::Accepted { " (accepted)" } else { "" };
        kinds(
            text,
            &format!("records{accepted}"),
            &[("only left", &rows.found.left), ("only right", &rows.found.right)],
        );
    }
    let mut not_available: Vec<&str> = Vec::new();
    for column in &table.columns {
        match column {
            ColumnTold { verdict: Verdict::Equal | Verdict::LeftOut, .. } => {}
            ColumnTold { verdict: Verdict::NotAvailable, .. } => not_available.push(&column.column),
            ColumnTold { types: Some([left, right]), .. } => {
                let _ = writeln!(text, "  {}: {left} on the left, {right} on the right", column.column);
            }
            ColumnTold { found: Some(found), verdict, .. } => {
                let accepted = if *verdict == Verdict::Accepted { " (accepted)" } else { "" };
                let of = [("differ", &found.differs), ("only left", &found.left), ("only right", &found.right)];
                kinds(text, &format!("{}{accepted}", column.column), &of);
                found.values.iter().for_each(|values| pair_of_values(text, values));
            }
            ColumnTold { verdict, .. } => {
                let _ = writeln!(text, "  {}: {}", column.column, verdict.words());
            }
        }
    }
    if !not_available.is_empty() {
        let _ = writeln!(text, "  not available: {}", not_available.join(", "));
    }
}

/// How many records are of which kind, and the first of them.
fn kinds(text: &mut String, what: &str, kinds: &[(&str, &Found)]) {
    for (words, found) in kinds.iter().filter(|(_, found)| found.count > 0) {
        let _ = writeln!(text, "  {what}: {} {words}", found.count);
        for line in wrapped(found) {
            let _ = writeln!(text, "    {line}");
        }
    }
}

/// The ids in lines.
fn wrapped(found: &Found) -> Vec<String> {
    let named = u64::try_from(found.ids.len()).unwrap_or(u64::MAX);
    let more = found.count.saturating_sub(named);
    let more = (more > 0).then(|| format!("and {more} more"));
    let mut lines: Vec<String> = Vec::new();
    for part in found.ids.iter().cloned().chain(more) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + part.chars().count() + 2 <= WIDTH => {
                line.push_str(", ");
                line.push_str(&part);
            }
            Some(line) => {
                line.push(',');
                lines.push(part);
            }
            None => lines.push(part),
        }
    }
    lines
}

fn pair_of_values(text: &mut String, Values { id, left, right }: &Values) {
    let [left, right] = [left, right].map(|value| value.as_deref().map_or_else(|| "(none)".to_owned(), shortened));
    let _ = writeln!(text, "      {id}: {left} | {right}");
}

fn shortened(value: &str) -> String {
    let mut short: String = value.chars().take(MOST_CHARACTERS).collect();
    if short.len() < value.len() {
        short.push('…');
    }
    short.replace(['\n', '\r', '\t'], " ")
}
