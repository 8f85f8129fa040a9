//! How the catalogue looks to people: the tables by zone, and the columns of one. On a terminal it fits the width; elsewhere
//! every table and every column is one whole line, for `grep`.

use std::fmt::Write as _;

use crate::{
    catalog::{Table, TableColumn, Zone},
    language::Language,
    terminal_text::{cut, escape, pad, width, wrap},
};

/// Spaces between two columns.
const GAP: usize = 2;
/// Columns that the longest name of a zone takes.
const OF_ZONES: usize = 8;
/// Fewest columns of a terminal in which a meaning stands beside what it is of; with less it stands below.
const BESIDE: usize = 40;
/// Spaces before a meaning that stands below.
const INDENT: usize = 4;

/// A table, and figures of it, such as the rows that a lake has.
#[derive(Debug, Clone)]
pub(crate) struct Listed<'t> {
    /// As the catalogue knows it.
    pub(crate) table: &'t Table,
    /// As many as there are names of figures.
    pub(crate) figures: Vec<u64>,
}

/// The tables of each zone by their names, a line each, with what people call them where a language is given. Where there
/// are figures, the first line names them.
pub(crate) fn list(
    tables: &[Listed<'_>],
    figures: &[&str],
    language: Option<Language>,
    screen: Option<usize>,
) -> String {
    let label = |table: &Table| language.map(|language| escape(table.label(language)).into_owned());
    let of_labels = tables.iter().filter_map(|listed| label(listed.table)).map(|label| width(&label)).max();
    let label = |table: &Table| pad(&label(table).unwrap_or_default(), of_labels.map_or(0, |widest| widest + GAP));
    let of_names = widest(tables.iter().map(|listed| listed.table.name.as_str()));
    let widths: Vec<usize> = figures
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let figures = tables.iter().filter_map(|listed| listed.figures.get(index));
            figures.map(|figure| figure.to_string().len()).max().unwrap_or_default().max(name.len())
        })
        .collect();
    let line = |name: &str, zone: &str, figures: &mut dyn Iterator<Item = String>, meaning: &str| {
        let zone = if screen.is_none() { pad(zone, OF_ZONES + GAP) } else { String::new() };
        let indent = if screen.is_none() { "" } else { "  " };
        let figures: String =
            figures.zip(&widths).map(|(figure, width)| format!("{figure:>width$}{:GAP$}", "")).collect();
        let line = format!("{indent}{}{zone}{figures}{meaning}", pad(name, of_names + GAP));
        format!("{}\n", cut(line.trim_end(), screen.unwrap_or(usize::MAX)))
    };
    let mut text = String::new();
    if !figures.is_empty() {
        text += &line("", "", &mut figures.iter().map(|name| (*name).to_owned()), "");
    }
    for zone in Zone::ALL {
        let mut of_zone: Vec<&Listed<'_>> = tables.iter().filter(|listed| listed.table.zone == zone).collect();
        of_zone.sort_by_key(|listed| &listed.table.name);
        if !of_zone.is_empty() && screen.is_some() {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{zone}");
        }
        for Listed { table, figures } in of_zone {
            let mut figures = figures.iter().map(u64::to_string);
            let meaning = label(table) + &escape(&table.meaning);
            text += &line(&escape(&table.name), zone.as_str(), &mut figures, &meaning);
        }
    }
    text
}

/// A table and its columns, with what people call them where a language is given.
pub(crate) fn describe(table: &Table, language: Option<Language>, screen: Option<usize>) -> String {
    let label = language.map(|language| format!("{}. ", table.label(language))).unwrap_or_default();
    let heading = format!("{} ({}): {label}{}", table.name, table.zone, table.meaning);
    let lines = wrap(&escape(&heading), screen.unwrap_or(usize::MAX));
    let cells: Vec<Cells> = table.columns.iter().map(|column| Cells::of(column, language)).collect();
    let widths = Widths {
        name: widest(cells.iter().map(|cells| cells.name.as_str())),
        label: widest(cells.iter().map(|cells| cells.label.as_str())),
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
    /// Empty where no language is asked for.
    label: String,
    lake_type: String,
    privacy: String,
    source: String,
    meaning: String,
}

impl Cells {
    fn of(column: &TableColumn, language: Option<Language>) -> Self {
        let null = if column.nullable { "" } else { " not null" };
        Self {
            name: escape(&column.name).into_owned(),
            label: language.map(|language| escape(&column.label(language)).into_owned()).unwrap_or_default(),
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
    label: usize,
    lake_type: usize,
    privacy: usize,
    source: usize,
}

/// One column: a line, and on a terminal the lines that its meaning takes.
fn column(cells: &Cells, widths: &Widths, screen: Option<usize>) -> String {
    let Cells { name, label, lake_type, privacy, source, meaning } = cells;
    let facts = [
        pad(name, widths.name + GAP),
        if widths.label > 0 { pad(label, widths.label + GAP) } else { String::new() },
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
            labels: None,
            quality: Quality::default(),
        }
    }

    #[test]
    fn a_column_is_one_line_and_its_meaning_breaks_on_a_terminal() {
        let piped = "people (core): Who is here.\n\n\
                     a  string not null  directory  x.a  The first of them\\u{1b}[2J.\n\
                     b  string           directory\n";
        assert_eq!(describe(&table(), None, None), piped);
        assert_eq!(describe(&table(), None, Some(usize::MAX)), piped);
        let narrow = "people (core):\nWho is here.\n\n\
                      a  string not nu…\n    The first of\n    them\\u{1b}[2J.\n\
                      b  string       …\n";
        assert_eq!(describe(&table(), None, Some(17)), narrow);
        let wide = describe(&table(), None, Some(80));
        assert!(wide.contains("x.a  The first of them"), "{wide}");
    }

    #[test]
    fn tables_stand_below_their_zones_or_name_them() {
        let (core, personal) = (table(), Table { name: "private".to_owned(), zone: Zone::Personal, ..table() });
        let tables = [(&personal, 5), (&core, 1_000)].map(|(table, rows)| Listed { table, figures: vec![rows] });
        assert_eq!(
            list(&tables, &["rows"], None, None),
            "                   rows\npeople   core      1000  Who is here.\nprivate  personal     5  Who is here.\n"
        );
        assert_eq!(
            list(&tables, &["rows"], None, Some(25)),
            "           rows\n\ncore\n  people   1000  Who is …\n\npersonal\n  private     5  Who is …\n"
        );
        let none = [Listed { table: &core, figures: Vec::new() }];
        assert_eq!(list(&none, &[], None, None), "people  core      Who is here.\n");
        assert_eq!(list(&none, &[], None, Some(80)), "core\n  people  Who is here.\n");
    }

    #[test]
    fn what_people_call_it_is_shown_in_the_language_asked_for() {
        let catalog = Catalog::embedded().unwrap();
        let table = catalog.table("unified_employees").unwrap();
        let listed = [Listed { table: &table, figures: Vec::new() }];
        let line = list(&listed, &[], Some(Language::French), None);
        assert!(
            line.contains("unified_employees  personal  Collaborateurs (modèle unifié)  one row per person"),
            "{line}"
        );
        let described = describe(&table, Some(Language::French), None);
        assert!(
            described.starts_with("unified_employees (personal): Collaborateurs (modèle unifié). one row"),
            "{described}"
        );
        let hired = described.lines().find(|line| line.starts_with("hire_date ")).unwrap();
        assert!(hired.contains("  Date d'embauche  ") && hired.contains("  date  "), "{hired}");
        assert!(describe(&table, Some(Language::English), Some(80)).contains("Hire date"));
    }

    #[test]
    fn the_catalogue_fits_a_terminal_and_loses_nothing_in_a_pipe() {
        let tables = Catalog::embedded().unwrap().tables();
        let listed: Vec<Listed<'_>> = tables.iter().map(|table| Listed { table, figures: Vec::new() }).collect();
        assert!(list(&listed, &[], None, Some(80)).lines().all(|line| width(line) <= 80));
        for table in &tables {
            assert!(list(&listed, &[], None, None).contains(&table.meaning), "{}", table.name);
            let text = describe(table, None, Some(80));
            let too_wide: Vec<&str> = text.lines().filter(|line| width(line) > 80).collect();
            assert!(too_wide.iter().all(|line| line.split_whitespace().count() == 1), "{too_wide:?}");
            let whole = describe(table, None, None);
            assert_eq!(whole.lines().count(), table.columns.len() + 2, "{}", table.name);
            assert!(table.columns.iter().all(|c| whole.contains(c.meaning.as_str())), "{}", table.name);
        }
    }
}
