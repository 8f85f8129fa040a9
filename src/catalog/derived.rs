//! Derived tables from `queries/*.sql`: the leading comment describes the table, the rest is the query.
//!
//! ```sql
//! -- headcount: one row per department,
//! --   with a meaning that may continue on further lines
//! -- label: Headcount | Effectif
//! -- zone personal
//! -- internal
//! -- over time job_positions
//! -- key department_id
//! -- column department_id string none: identifier of the department
//! -- column headcount int64! none: people that day
//! -- label headcount: People | Personnes
//! -- source headcount: employments, job_positions
//! -- lowered headcount to none: a number of people, nobody's contract
//! -- without departments.manager_id: nobody is the manager then
//! SELECT …
//! ```

use std::collections::BTreeSet;

use super::{
    AS_OF, DerivedTable, Label, LakeType, Lowered, Origin, Privacy, Quality, Table, TableColumn, Without, Zone,
    is_name, quality, without,
};

/// A file of `queries/` that does not describe its table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DerivedError {
    /// The file's name is not `<table>.sql` with a lower snake_case table name.
    #[error("queries/{file}: a derived table's file is named <table>.sql, the table in lower snake_case")]
    FileName {
        /// The file.
        file: String,
    },
    /// A line of the leading comment.
    #[error("queries/{file}:{line}: {problem}")]
    Line {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The description as a whole.
    #[error("queries/{file}: {problem}")]
    File {
        /// The file.
        file: String,
        /// What is wrong and what would be right.
        problem: String,
    },
}

/// Which text a continuation line goes on with.
enum Open {
    Meaning,
    Column(usize),
    Source(usize),
    Lowered(usize),
    /// None: what was read is one line.
    Closed,
    Without(usize),
}

/// Reads one file of `queries/`.
///
/// # Errors
/// The first line that is not understood; nothing is ignored.
pub(crate) fn parse(file_name: &str, text: &str) -> Result<DerivedTable, DerivedError> {
    let stem = file_name.strip_suffix(".sql").filter(|stem| is_name(stem));
    let name = stem.ok_or_else(|| DerivedError::FileName { file: file_name.to_owned() })?;
    let in_file = |problem: &str| DerivedError::File { file: file_name.to_owned(), problem: problem.to_owned() };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);

    let table = Table {
        name: name.to_owned(),
        zone: Zone::Derived,
        origin: Origin::Query,
        meaning: String::new(),
        labels: None,
        columns: Vec::new(),
        quality: Quality::default(),
    };
    let (over_time, lowered, without) = Default::default();
    let mut derived = DerivedTable { table, sql: String::new(), internal: false, over_time, lowered, without };
    let mut open = None;
    let mut header_lines = 0;
    for (index, line) in text.lines().enumerate() {
        let Some(comment) = line.strip_prefix("--") else { break };
        header_lines = index + 1;
        open = Some(header_line(&mut derived, open, comment).map_err(|problem| DerivedError::Line {
            file: file_name.to_owned(),
            line: index + 1,
            problem,
        })?);
    }
    let DerivedTable { table, internal, over_time, lowered, without, .. } = derived;
    if header_lines == 0 {
        return Err(in_file(&format!("the first line must be `-- {name}: <what one row is>`")));
    }
    if table.columns.is_empty() {
        return Err(in_file("no column is declared: add `-- column <name> <type> <privacy>: <meaning>` lines"));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = table.columns.iter().find(|c| !seen.insert(&c.name)) {
        return Err(in_file(&format!("column {} is declared twice", twice.name)));
    }
    if internal && table.quality != Quality::default() {
        return Err(in_file("an internal table is not judged: it has no key, interval or filled line"));
    }
    table.quality.check(&table.columns).map_err(|problem| in_file(&problem))?;
    let sql = text.lines().skip(header_lines).collect::<Vec<_>>().join("\n").trim().to_owned();
    if sql.is_empty() {
        return Err(in_file("there is no query below the leading comment"));
    }
    let most_private = table.columns.iter().map(|c| c.privacy).fold(Privacy::None, Ord::max);
    if let Some(other) = lowered.iter().find(|l| l.column == Lowered::ROWS && l.to > most_private) {
        let problem = format!("rows are lowered to {}, but the most private column is only {most_private}", other.to);
        return Err(in_file(&problem));
    }
    Ok(DerivedTable { table, sql, internal, over_time, lowered, without })
}

/// Reads one line of the leading comment, without its dashes.
fn header_line(derived: &mut DerivedTable, open: Option<Open>, comment: &str) -> Result<Open, String> {
    let DerivedTable { table, internal, over_time, lowered, without, .. } = derived;
    let Some(open) = open else {
        let meaning = comment.strip_prefix(' ').and_then(|c| c.strip_prefix(&*table.name)?.strip_prefix(": "));
        table.meaning = text(meaning.unwrap_or_default());
        return match table.meaning.is_empty() {
            true => Err(format!("expected `-- {}: <what one row is>`", table.name)),
            false => Ok(Open::Meaning),
        };
    };
    if let Some(zone) = comment.strip_prefix(" zone ") {
        table.zone = match zone.trim() {
            "personal" => Zone::Personal,
            "derived" => Zone::Derived,
            other => return Err(format!("a derived table is in zone derived or personal, not {other}")),
        };
        return Ok(open);
    }
    if let Some(tables) = comment.strip_prefix(" over time ") {
        let mut tables = tables.split(',').map(|name| name.trim().to_owned());
        return match tables.clone().find(|name| !is_name(name)) {
            Some(other) => Err(format!("{other:?} is no table")),
            None => {
                over_time.extend(&mut tables);
                Ok(open)
            }
        };
    }
    if comment == " internal" {
        return match std::mem::replace(internal, true) {
            true => Err("a second internal".to_owned()),
            false => Ok(open),
        };
    }
    if let Some(read) = comment.strip_prefix(' ').and_then(|line| quality::heading(&mut table.quality, line)) {
        return read.map(|()| open);
    }
    // Deeper indentation marks a continuation, so that no misspelt keyword is taken for prose.
    if comment.starts_with("  ") {
        let more = text(comment);
        let target = match &open {
            Open::Meaning => Some(&mut table.meaning),
            Open::Column(i) => table.columns.get_mut(*i).map(|c| &mut c.meaning),
            Open::Source(i) => table.columns.get_mut(*i).map(|c| &mut c.source),
            Open::Closed => return Err("a label is one line".to_owned()),
            Open::Lowered(first) => {
                for lowered in lowered.iter_mut().skip(*first).filter(|_| !more.is_empty()) {
                    lowered.reason.push(' ');
                    lowered.reason.push_str(&more);
                }
                None
            }
            Open::Without(first) => {
                go_on(without, *first, &more);
                None
            }
        };
        if let Some(target) = target.filter(|_| !more.is_empty()) {
            target.push(' ');
            target.push_str(&more);
        }
        return Ok(open);
    }
    let (head, meaning) = comment.split_once(':').map(|(head, rest)| (head, text(rest))).unwrap_or_default();
    let words: Vec<&str> = head.split_whitespace().collect();
    match words.as_slice() {
        _ if meaning.is_empty() => Err(expected()),
        ["column", name, lake_type, privacy] => {
            table.columns.push(column(name, lake_type, privacy, meaning)?);
            Ok(Open::Column(table.columns.len() - 1))
        }
        ["source", name] => {
            let index = table.columns.iter().position(|c| c.name == *name);
            let index = index.ok_or_else(|| format!("source of column {name}, which no line above declares"))?;
            match table.columns.get_mut(index).map(|c| &mut c.source) {
                Some(source) if source.is_empty() => *source = meaning,
                _ => return Err(format!("a second source of column {name}")),
            }
            Ok(Open::Source(index))
        }
        ["label", names @ ..] => {
            label(table, names, &meaning)?;
            Ok(Open::Closed)
        }
        ["lowered", names @ .., "to", class] => lower(table, lowered, &names.concat(), privacy(class)?, &meaning),
        ["without", names @ ..] => {
            let first = without.len();
            without::add_columns(without, &names.concat(), &meaning).map(|()| Open::Without(first))
        }
        _ => Err(expected()),
    }
}

/// Reads what people call a column, or the table where none is named.
fn label(table: &mut Table, names: &[&str], text: &str) -> Result<(), String> {
    let label = Label::parse(text)?;
    let labels = match names {
        [] => &mut table.labels,
        [name] => {
            let column = table.columns.iter_mut().find(|column| column.name == *name);
            &mut column.ok_or_else(|| format!("label of column {name}, which no line above declares"))?.labels
        }
        _ => return Err(expected()),
    };
    if labels.replace(label).is_some() {
        return Err(format!(
            "a second label{}",
            names.first().map(|name| format!(" of column {name}")).unwrap_or_default()
        ));
    }
    Ok(())
}

/// Goes on with the reason that the last of them share.
fn go_on(without: &mut [Without], first: usize, more: &str) {
    for without in without.iter_mut().skip(first).filter(|_| !more.is_empty()) {
        without.reason.push(' ');
        without.reason.push_str(more);
    }
}

/// Reads a list of columns declared less private than what flows into them, for one reason.
fn lower(table: &Table, lowered: &mut Vec<Lowered>, names: &str, to: Privacy, reason: &str) -> Result<Open, String> {
    let first = lowered.len();
    for name in names.split(',') {
        match table.columns.iter().find(|c| c.name == name) {
            None if name != Lowered::ROWS => {
                return Err(format!("column {name} is lowered, which no line above declares"));
            }
            Some(column) if column.privacy != to => {
                return Err(format!("column {name} is lowered to {to} and declared {}", column.privacy));
            }
            _ if lowered.iter().any(|l| l.column == name) => return Err(format!("{name} is lowered twice")),
            _ => lowered.push(Lowered { column: name.to_owned(), to, reason: reason.to_owned() }),
        }
    }
    Ok(Open::Lowered(first))
}

fn expected() -> String {
    "expected `-- column <name> <type>[!] <privacy>: <meaning>`, `-- source <column>: <text>`, \
     `-- label [<column>]: <English> | <French>`, `-- lowered <column>, … to <class>: <reason>`, `-- without <table>.<column>, …: <reason>`, `-- internal`, `-- over time <table>, …`, `-- key …`, `-- interval …`, `-- filled …` or a continuation indented by two spaces or more"
        .to_owned()
}

fn column(name: &str, lake_type: &str, privacy: &str, meaning: String) -> Result<TableColumn, String> {
    if !is_name(name) {
        return Err(format!("column name {name} is not lower snake_case"));
    }
    if name == Lowered::ROWS {
        return Err("a column named rows could not be told from the rows of the table".to_owned());
    }
    if name == AS_OF {
        return Err("column as_of is the partition key, which every table has already".to_owned());
    }
    let (type_name, nullable) = lake_type.strip_suffix('!').map_or((lake_type, true), |t| (t, false));
    let lake_type = LakeType::ALL.into_iter().find(|t| t.as_str() == type_name).ok_or_else(|| {
        let known: Vec<&str> = LakeType::ALL.iter().map(|t| t.as_str()).collect();
        format!("unknown type {type_name}; the types are {}", known.join(", "))
    })?;
    let privacy = self::privacy(privacy)?;
    Ok(TableColumn::new(name, lake_type, nullable, privacy, &meaning))
}

fn privacy(class: &str) -> Result<Privacy, String> {
    Privacy::ALL.into_iter().find(|p| p.to_string() == class).ok_or_else(|| {
        let known = Privacy::ALL.map(|p| p.to_string()).join(", ");
        format!("unknown privacy class {class}; the classes are {known}")
    })
}

fn text(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
