//! The text of cases.
//!
//! ```text
//! # What the table means, and what these rows show.
//!
//! case the one valid that day speaks before one to come
//! as of 2026-03-01
//!
//! job_positions
//!   id | employment_id | starts_on
//!   p1 | e1            | 2020-01-01
//!
//! gives
//!   id | employment_id
//!   p1 | e1
//! ```
//!
//! A line `with <parameter> <text>` below the day gives a parameter of the query; those that no line gives are empty texts.
//! Tables that a case does not name are empty, but for those that are computed from nothing, such as `calendar_years`. `gives where <condition>` shows some of the rows only. An empty cell is null, `''` an empty text. Nothing is ignored.

use std::fmt;

/// A table of a case, or what the query gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) as_of: String,
    /// Parameters of the query beside the day, and their texts.
    pub(super) given: Vec<(String, String)>,
    pub(super) inputs: Vec<Grid>,
    pub(super) gives: Grid,
}

/// A file: remarks, and cases.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Cases {
    remarks: Vec<String>,
    cases: Vec<(Case, Vec<String>)>,
}

const GIVES: &str = "gives";
const GIVES_WHERE: &str = "gives where ";

fn cells(line: &str) -> Vec<String> {
    line.split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn gives(line: &str) -> bool {
    line == GIVES || line.starts_with(GIVES_WHERE)
}

impl Case {
    /// Which of the rows are shown.
    pub(super) fn condition(&self) -> Option<&str> {
        self.gives.name.strip_prefix(GIVES_WHERE)
    }
}

impl Cases {
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Case> {
        self.cases.iter_mut().map(|(case, _)| case)
    }

    /// Reads a file; the first line that is not understood is an error.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut read = Self::default();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
            read.line(line).map_err(|problem| format!("line {}: {problem}", index + 1))?;
        }
        match read.cases.iter().find(|(case, _)| case.as_of.is_empty() || case.gives.columns.is_empty()) {
            Some((case, _)) => Err(format!("case {} needs `as of <day>` and `gives` with its columns", case.name)),
            None if read.cases.is_empty() => Err("there is no `case <what it shows>`".to_owned()),
            None => Ok(read),
        }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(name) = line.strip_prefix("case ") {
            self.cases.push((Case { name: name.to_owned(), ..Case::default() }, Vec::new()));
            return Ok(());
        }
        let Some((case, remarks)) = self.cases.last_mut() else {
            self.remarks.push(line.to_owned());
            return if line.starts_with('#') { Ok(()) } else { Err("expected `# remark` or `case …`".to_owned()) };
        };
        if line.starts_with('#') && case.as_of.is_empty() {
            remarks.push(line.to_owned());
        } else if let Some(day) = line.strip_prefix("as of ").filter(|_| case.as_of.is_empty()) {
            day.clone_into(&mut case.as_of);
        } else if let Some(given) = line.strip_prefix("with ").filter(|_| case.inputs.is_empty()) {
            let (name, text) = given.split_once(' ').ok_or("expected `with <parameter> <text>`")?;
            case.given.push((name.to_owned(), text.to_owned()));
        } else if let Some(row) = line.strip_prefix("  ") {
            let inputs = case.inputs.last_mut();
            let grid = if case.gives.name.is_empty() { inputs.ok_or("rows of no table")? } else { &mut case.gives };
            let cells = cells(row);
            match grid.columns.len() {
                0 => grid.columns = cells,
                columns if columns == cells.len() => grid.rows.push(cells),
                columns => return Err(format!("{} cells below {columns} columns", cells.len())),
            }
        } else if !case.gives.name.is_empty() || case.as_of.is_empty() || line.contains(' ') && !gives(line) {
            return Err(
                "expected `case …`, then `as of <day>`, then tables with rows indented by two, `gives` last".to_owned()
            );
        } else {
            let grid = Grid { name: line.to_owned(), ..Grid::default() };
            if gives(line) { case.gives = grid } else { case.inputs.push(grid) }
        }
        Ok(())
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.name)?;
        let lines = || std::iter::once(&self.columns).chain(&self.rows);
        let width = |column: usize| lines().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        for row in lines() {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            writeln!(f, "  {}", cells.join(" | ").trim_end())?;
        }
        Ok(())
    }
}

impl fmt::Display for Cases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.remarks.iter().try_for_each(|remark| writeln!(f, "{remark}"))?;
        for (index, (Case { name, as_of, given, inputs, gives }, remarks)) in self.cases.iter().enumerate() {
            let gap = if index == 0 && self.remarks.is_empty() { "" } else { "\n" };
            writeln!(f, "{gap}case {name}")?;
            remarks.iter().try_for_each(|remark| writeln!(f, "{remark}"))?;
            writeln!(f, "as of {as_of}")?;
            given.iter().try_for_each(|(name, text)| writeln!(f, "with {name} {text}"))?;
            inputs.iter().chain([gives]).try_for_each(|grid| write!(f, "{grid}"))?;
        }
        Ok(())
    }
}

#[test]
fn what_is_no_case_is_refused() {
    let good = "# A remark.\n\ncase one\n# Of its own.\nas of 2026-03-01\nwith names a, b\n\nthings\n  id | n\n  a  |\n\ngives\n  id\n";
    assert_eq!(Cases::read(good).unwrap().to_string(), good);
    for (from, to, expected) in [
        ("case one", "cases", "line 3: expected `# remark`"),
        ("with names a, b", "with names", "line 6: expected `with"),
        ("as of", "at", "line 5: expected `case …`, then"),
        ("  a  |", "  a", "line 10: 1 cells below 2 columns"),
        ("things\n", "", "line 8: rows of no table"),
        ("things", "# things", "line 8: expected"),
        ("gives\n  id\n", "", "case one needs"),
        ("  id\n", "", "case one needs"),
        ("  id\n", "  id\n\nmore\n", "line 15: expected"),
    ] {
        let error = Cases::read(&good.replacen(from, to, 1)).unwrap_err();
        assert!(error.starts_with(expected), "{to:?}: {error}");
    }
    assert!(Cases::read("# Nothing.\n").is_err());
}
