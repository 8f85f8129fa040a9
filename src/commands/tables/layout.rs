//! How the catalogue looks to people: the tables by zone, and the columns of one. On a terminal it fits the width; elsewhere
//! every table and every column is one whole line, for `grep`.

use std::fmt::Write as _;

use crate::{
    catalog::{Table, TableColumn, Zone},
    terminal_text::{cut, escape, pad, width, wrap},
};

/// Spaces between two columns.
const GAP: usize = 2;
/// Fewest columns of a terminal in which a meaning stands beside what it is of; with less it stands below.
const BESIDE: usize = 40;
/// Spaces before a meaning that stands below.
const INDENT: usize = 4;

/// A table, and how many rows a lake has of it, where one is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed<'t> {
    /// As the catalogue knows it.
    pub(crate) table: &'t Table,
    /// Its rows.
    pub(crate) rows: Option<u64>,
}

/// The tables of each zone, a line each.
pub(crate) fn list(tables: &[Listed<'_>], screen: Option<usize>) -> String {
    let of_names = widest(tables.iter().map(|listed| listed.table.name.as_str()));
    let rows: Vec<String> =
        tables.iter().map(|listed| listed.rows.map(|rows| rows.to_string()).unwrap_or_default()).collect();
    let of_rows = widest(rows.iter().map(String::as_str));
    let mut text = String::new();
    for zone in Zone::ALL {
        let mut of_zone = tables.iter().zip(&rows).filter(|(listed, _)| listed.table.zone == zone).peekable();
        if of_zone.peek().is_none() {
            continue;
        }
        if screen.is_some() {
            let _ = writeln!(text, "{}{zone}", if text.is_empty() { "" } else { "\n" });
        }
        for (listed, rows) in of_zone {
            let mut line = pad(&escape(&listed.table.name), of_names + GAP);
            if screen.is_none() {
                line += &pad(zone.as_str(), 9 + GAP);
            }
            if of_rows > 0 {
                let _ = write!(line, "{rows:>of_rows$}{:GAP$}", "");
            }
            let meaning = escape(&listed.table.meaning);
            let _ = match screen {
                Some(screen) => writeln!(text, "{}", cut(&format!("  {line}{meaning}"), screen)),
                None => writeln!(text, "{line}{meaning}"),
            };
        }
    }
    text
}

/// A table and its columns.
pub(crate) fn describe(table: &Table, screen: Option<usize>) -> String {
    let heading = format!("{} ({}): {}", table.name, table.zone, table.meaning);
    let lines = wrap(&escape(&heading), screen.unwrap_or(usize::MAX));
    let cells: Vec<Cells> = table.columns.iter().map(Cells::of).collect();
    let widths = Widths {
        name: widest(cells.iter().map(|cells| cells.name.as_str())),
        lake_type: widest(cells.iter().map(|cells| cells.lake_type.as_str())),
        privacy: widest(cells.iter().map(|cells| cells.privacy.as_str())),
        source: widest(cells.iter().map(|cells| cells.source.as_str())),
    };
    let columns: String = cells.iter().map(|cells| column(cells, &widths, screen)).collect();
    format!("{}\n\n{columns}", lines.join("\n"))
}

/// What is shown of a column.
struct Cells {
    name: String,
    lake_type: String,
    privacy: String,
    source: String,
    meaning: String,
}

impl Cells {
    fn of(column: &TableColumn) -> Self {
        let null = if column.nullable { "" } else { " not null" };
        Self {
            name: escape(&column.name).into_owned(),
            lake_type: format!("{}{null}", column.lake_type),
            privacy: column.privacy.to_string(),
            source: escape(&column.source).into_owned(),
            meaning: escape(&column.meaning).into_owned(),
        }
    }
}

/// The widest of each cell.
struct Widths {
    name: usize,
    lake_type: usize,
    privacy: usize,
    source: usize,
}

/// One column: a line, and on a terminal the lines that its meaning takes.
fn column(cells: &Cells, widths: &Widths, screen: Option<usize>) -> String {
    let Cells { name, lake_type, privacy, source, meaning } = cells;
    let facts = [
        pad(name, widths.name + GAP),
        pad(lake_type, widths.lake_type + GAP),
        pad(privacy, widths.privacy + GAP),
        if widths.source > 0 { pad(source, widths.source + GAP) } else { String::new() },
    ]
    .concat();
    let Some(screen) = screen else { return format!("{}\n", format!("{facts}{meaning}").trim_end()) };
    let at = width(&facts);
    let beside = screen.saturating_sub(at);
    if beside >= BESIDE {
        let meaning = wrap(meaning, beside).join(&format!("\n{:at$}", ""));
        return format!("{}\n", format!("{facts}{meaning}").trim_end());
    }
    let below: String = wrap(meaning, screen.saturating_sub(INDENT).max(INDENT))
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| format!("{:INDENT$}{line}\n", ""))
        .collect();
    format!("{}\n{below}", cut(facts.trim_end(), screen))
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(width).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, LakeType, Origin, Privacy, Quality};

    fn table() -> Table {
        let column = |name: &str, source: &str, meaning: &str| TableColumn {
            source: source.to_owned(),
            ..TableColumn::new(name, LakeType::String, name == "b", Privacy::Directory, meaning)
        };
        Table {
            name: "people".to_owned(),
            zone: Zone::Core,
            origin: Origin::Api,
            meaning: "Who is here.".to_owned(),
            columns: vec![column("a", "x.a", "The first of them\u{1b}[2J."), column("b", "", "")],
            quality: Quality::default(),
        }
    }

    #[test]
    fn a_column_is_one_line_and_its_meaning_breaks_on_a_terminal() {
        let piped = "people (core): Who is here.\n\n\
                     a  string not null  directory  x.a  The first of them\\u{1b}[2J.\n\
                     b  string           directory\n";
        assert_eq!(describe(&table(), None), piped);
        assert_eq!(describe(&table(), Some(usize::MAX)), piped);
        let narrow = "people (core):\nWho is here.\n\n\
                      a  string not nu…\n    The first of\n    them\\u{1b}[2J.\n\
                      b  string       …\n";
        assert_eq!(describe(&table(), Some(17)), narrow);
        let wide = describe(&table(), Some(80));
        assert!(wide.contains("x.a  The first of them"), "{wide}");
    }

    #[test]
    fn tables_stand_below_their_zones_or_name_them() {
        let (core, personal) = (table(), Table { name: "private".to_owned(), zone: Zone::Personal, ..table() });
        let tables = [(&personal, 5), (&core, 1_000)].map(|(table, rows)| Listed { table, rows: Some(rows) });
        assert_eq!(
            list(&tables, None),
            "people   core       1000  Who is here.\nprivate  personal      5  Who is here.\n"
        );
        assert_eq!(list(&tables, Some(25)), "core\n  people   1000  Who is …\n\npersonal\n  private     5  Who is …\n");
    }

    #[test]
    fn the_catalogue_fits_a_terminal_and_loses_nothing_in_a_pipe() {
        let tables = Catalog::embedded().unwrap().tables();
        let listed: Vec<Listed<'_>> = tables.iter().map(|table| Listed { table, rows: None }).collect();
        assert!(list(&listed, Some(80)).lines().all(|line| width(line) <= 80));
        for table in &tables {
            assert!(list(&listed, None).contains(&table.meaning), "{}", table.name);
            let text = describe(table, Some(80));
            let too_wide: Vec<&str> = text.lines().filter(|line| width(line) > 80).collect();
            assert!(too_wide.iter().all(|line| line.split_whitespace().count() == 1), "{too_wide:?}");
            let whole = describe(table, None);
            assert_eq!(whole.lines().count(), table.columns.len() + 2, "{}", table.name);
            assert!(table.columns.iter().all(|c| whole.contains(c.meaning.as_str())), "{}", table.name);
        }
    }
}
