//! A block of rows as lines of text.

use std::io::{self, Write};

use super::{
    cells::Column,
    fit::{Fit, Shown},
};
use crate::terminal_text::{cut, width};

/// What stands for columns and rows that are left out.
const GAP: &str = "…";

/// A table: a frame, the headings, the rows. After row `gap_after`, a line says that rows are left out.
pub(super) fn table(out: &mut impl Write, columns: &[Column], fit: &Fit, gap_after: Option<usize>) -> io::Result<()> {
    let rows = columns.first().map_or(0, |column| column.cells.len());
    let frame = line(fit, "+", |shown| "-".repeat(shown.width + 2), "---");
    writeln!(out, "{frame}")?;
    let of = |text: fn(&Column, usize) -> Option<&str>, row: usize| {
        line(
            fit,
            "|",
            |shown| {
                let column = columns.get(shown.index);
                let text = column.and_then(|column| text(column, row)).unwrap_or_default();
                cell(text, shown.width, column.is_some_and(|column| column.is_number))
            },
            " … ",
        )
    };
    writeln!(out, "{}", of(|column, _| Some(&column.heading), 0))?;
    writeln!(out, "{frame}")?;
    for row in 0..rows {
        writeln!(out, "{}", of(|column, row| column.cells.get(row).map(String::as_str), row))?;
        if gap_after == Some(row + 1) {
            writeln!(out, "{}", of(|_, _| Some(GAP), 0))?;
        }
    }
    writeln!(out, "{frame}")
}

fn line(fit: &Fit, edge: &str, cell: impl Fn(&Shown) -> String, gap: &str) -> String {
    let mut cells: Vec<String> = fit.left.iter().map(&cell).collect();
    if fit.left_out > 0 {
        cells.push(gap.to_owned());
    }
    cells.extend(fit.right.iter().map(cell));
    format!("{edge}{}{edge}", cells.join(edge))
}

fn cell(text: &str, to: usize, is_number: bool) -> String {
    let text = cut(text, to);
    let blank = " ".repeat(to.saturating_sub(width(&text)));
    if is_number { format!(" {blank}{text} ") } else { format!(" {text}{blank} ") }
}

/// Records: below a line with the row's number, which is counted from `first`, a line for each column.
pub(super) fn records(out: &mut impl Write, columns: &[Column], first: u64, screen: Option<usize>) -> io::Result<()> {
    let rows = columns.first().map_or(0, |column| column.cells.len());
    let names = columns.iter().map(|column| width(&column.heading)).max().unwrap_or_default();
    let values = columns.iter().map(Column::values_width).max().unwrap_or_default();
    // The name, a space, the edge.
    let rule = names + 2 + values + 1;
    let rule = screen.map_or(rule, |screen| rule.min(screen));
    for (row, number) in (0..rows).zip(first..) {
        let title = format!("-[ {number} ]");
        let edge = names + 1;
        let title: String = if title.len() <= edge {
            format!("{title:-<edge$}+{:-<1$}", "", rule.saturating_sub(edge + 1))
        } else {
            format!("{title:-<rule$}")
        };
        writeln!(out, "{title}")?;
        for column in columns {
            let value = column.cells.get(row).map(String::as_str).unwrap_or_default();
            let blank = " ".repeat(names.saturating_sub(width(&column.heading)));
            writeln!(out, "{}", format!("{}{blank} | {value}", column.heading).trim_end())?;
        }
    }
    Ok(())
}
