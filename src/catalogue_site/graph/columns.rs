//! The columns of one table, and the columns of others that they are made of.

use std::collections::BTreeMap;

use super::draw::{Drawing, LINE, Point, width};
use crate::catalogue_site::entry::Entry;

/// Between what is read and what it becomes.
const BETWEEN: f64 = 150.0;
/// Between two tables that are read.
const GAP: f64 = 14.0;
/// Around everything.
const MARGIN: f64 = 6.0;
/// Height of the line of a column.
const ROW: f64 = 20.0;

/// A drawing of the columns of a table and what they are made of; `page` says where a table is described. Nothing where no
/// column is made of another.
pub(crate) fn of_columns(
    entry: &Entry,
    page: &dyn Fn(&str) -> Option<String>,
    name: &str,
    description: &str,
) -> Option<String> {
    let mut read = read(entry);
    if read.is_empty() {
        return None;
    }
    let names = read.iter().flat_map(|table| table.columns.iter().map(|(column, _)| *column).chain([table.name]));
    let wide = names.map(width).fold(0.0, f64::max);
    let own_names = entry.columns.iter().map(|column| column.column.name.as_str()).chain([entry.table.name.as_str()]);
    let own_wide = own_names.map(width).fold(0.0, f64::max);
    let high = |columns: usize| LINE + columns as f64 * ROW + 6.0;
    let read_high = read.iter().map(|table| high(table.columns.len()) + GAP).sum::<f64>() - GAP;
    let own_high = high(entry.columns.len());
    let whole = read_high.max(own_high);

    let mut drawing = Drawing::default();
    let mut y = MARGIN + (whole - read_high) / 2.0;
    for Read { name: table, columns } in &mut read {
        let at = Point { x: MARGIN, y };
        drawing.frame(at, wide, high(columns.len()), "node");
        drawing.text(at, table, "name", page(table).as_deref());
        let mut line = y + LINE;
        for (column, middle) in columns.iter_mut() {
            drawing.text(Point { x: MARGIN, y: line - (LINE - ROW) / 2.0 }, column, "column", None);
            *middle = line + ROW / 2.0;
            line += ROW;
        }
        y += high(columns.len()) + GAP;
    }
    let left = MARGIN + wide + BETWEEN;
    let top = MARGIN + (whole - own_high) / 2.0;
    drawing.frame(Point { x: left, y: top }, own_wide, own_high, "node here");
    drawing.text(Point { x: left, y: top }, &entry.table.name, "name", None);
    for (at, column) in entry.columns.iter().enumerate() {
        let line = top + LINE + at as f64 * ROW;
        drawing.text(Point { x: left, y: line - (LINE - ROW) / 2.0 }, &column.column.name, "column", None);
        for made in &column.made_of {
            let of_table = read.iter().find(|table| table.name == made.table);
            let from = of_table.and_then(|table| table.columns.iter().find(|(column, _)| *column == made.column));
            let Some((_, from)) = from else { continue };
            let points = [Point { x: MARGIN + wide, y: *from }, Point { x: left, y: line + ROW / 2.0 }];
            let class = if made.is_direct() { "edge" } else { "edge decides" };
            let how: Vec<&str> = made.how.iter().map(|how| how.as_str()).collect();
            let about = format!("{}.{} → {} ({})", made.table, made.column, column.column.name, how.join(", "));
            drawing.line(&points, class, &about);
        }
    }
    let size = Point { x: left + own_wide + MARGIN, y: whole + 2.0 * MARGIN };
    Some(drawing.svg(size, name, description))
}

/// A table that is read, with its columns that are.
struct Read<'e> {
    name: &'e str,
    /// Names, and how far from the top their lines begin.
    columns: Vec<(&'e str, f64)>,
}

/// What is read, in the order of what it becomes, so that few lines cross.
fn read(entry: &Entry) -> Vec<Read<'_>> {
    let mut first = BTreeMap::<&str, BTreeMap<&str, usize>>::new();
    for (at, column) in entry.columns.iter().enumerate() {
        for made in &column.made_of {
            first.entry(&made.table).or_default().entry(&made.column).or_insert(at);
        }
    }
    let mut read: Vec<(usize, Read<'_>)> = first
        .into_iter()
        .map(|(name, columns)| {
            let mut columns: Vec<(usize, &str)> = columns.into_iter().map(|(column, at)| (at, column)).collect();
            columns.sort_unstable();
            let middle = columns.iter().map(|(at, _)| at).sum::<usize>() / columns.len().max(1);
            (middle, Read { name, columns: columns.into_iter().map(|(_, column)| (column, 0.0)).collect() })
        })
        .collect();
    read.sort_by_key(|(middle, table)| (*middle, table.name));
    read.into_iter().map(|(_, table)| table).collect()
}
