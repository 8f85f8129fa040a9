//! The tables that an HR department reads, as a workbook: one sheet each, in its own order, below words in place of names.
//!
//! The first sheet says whose data it is, of which day, what each sheet is, and what was left out and why. Columns above the
//! ceiling of privacy are not read; a table whose rows alone tell more than that is left out.

mod about;
mod asked;
mod chosen;
#[cfg(test)]
mod tests;
mod texts;

use std::io::Write;

use futures::StreamExt as _;

pub(crate) use self::asked::Asked;
use self::{chosen::Chosen, texts::Texts};
use crate::{
    catalog::Privacy,
    engine::{
        EngineError, derive,
        output::{Format, Sheet, Workbook},
        query,
    },
    error::Error,
};

/// What was made.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Made {
    /// How many sheets there are beside the first.
    pub(crate) sheets: usize,
    /// How many tables have none.
    pub(crate) left_out: usize,
}

/// The most private class that the workbook shows: known before anything is read.
///
/// # Errors
/// When a query cannot be planned.
pub(crate) fn most_private(asked: &Asked<'_>) -> Result<Privacy, Error> {
    let (chosen, _) = chosen::of(asked)?;
    Ok(chosen.iter().flat_map(|chosen| &chosen.columns).map(|column| column.privacy).fold(Privacy::None, Ord::max))
}

/// Writes the workbook.
///
/// # Errors
/// When a table cannot be read, or the file cannot be written.
pub(crate) async fn write<W: Write + Send>(asked: &Asked<'_>, out: W) -> Result<Made, Error> {
    let texts = Texts::of(asked.language)?;
    let (chosen, left_out) = chosen::of(asked)?;
    let mut workbook = Workbook::new(Some(asked.at));
    // Its name is its own, whatever tables are called.
    let lines = about::facts(asked, &texts)?;
    let mut first = workbook.sheet(&texts.about.sheet, &lines.schema()).map_err(unwritten)?;
    first.write(&lines).map_err(unwritten)?;
    let mut sheets = Vec::new();
    for chosen in &chosen {
        let sheet = filled(asked, &mut workbook, chosen).await?;
        first.write(&about::sheet(asked, &texts, chosen, sheet.rows())?).map_err(unwritten)?;
        sheets.push(sheet);
    }
    first.write(&about::left_out(asked, &texts, &left_out)?).map_err(unwritten)?;
    for sheet in std::iter::once(first).chain(sheets) {
        workbook.add(sheet).map_err(unwritten)?;
    }
    workbook.save(out).map_err(unwritten)?;
    Ok(Made { sheets: chosen.len(), left_out: left_out.len() })
}

/// The sheet of a table, or of a query, with all its rows.
async fn filled(asked: &Asked<'_>, workbook: &mut Workbook, chosen: &Chosen<'_>) -> Result<Sheet, Error> {
    let Chosen { table, columns, query } = chosen;
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let rows = match query {
        None => {
            let sql = format!("SELECT {} FROM \"{}\"", names.join(", "), table.name);
            query::run(asked.session, &sql, None).await?
        }
        Some(query) => {
            let origin = format!("queries/report/{}.sql", table.name);
            let rows = derive::start(asked.session, &origin, &query.sql, table, asked.snapshot.as_of).await?;
            let places = columns.iter().filter_map(|column| table.columns.iter().position(|c| c.name == column.name));
            rows.only(&places.collect::<Vec<_>>())?
        }
    };
    let headings: Vec<String> = columns.iter().map(|column| column.label(asked.language).into_owned()).collect();
    let rows = rows.headed(&headings);
    let mut sheet = workbook.sheet(table.label(asked.language), rows.schema()).map_err(unwritten)?;
    let mut batches = rows.into_stream();
    while let Some(batch) = batches.next().await {
        sheet.write(&batch?).map_err(unwritten)?;
    }
    Ok(sheet)
}

fn unwritten(message: String) -> Error {
    EngineError::Encode { format: Format::Xlsx.as_str(), message }.into()
}
