//! `get`: records by their ids, as the API sends them or as the lake's columns.

mod image;
mod in_lake;
pub(super) mod rows;
mod sent;
#[cfg(test)]
mod tests;

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use chrono::NaiveDate;

use super::answer::{self, Asked};
use crate::{
    account::{Account, FILES_SCOPE, Found, check_ids},
    assemble::session_options,
    catalog::{Catalog, Privacy, Resource},
    context::Context,
    decode::Decoder,
    engine::{
        Rows, output,
        output::{Format, Layout, Records, Style},
    },
    error::{Error, NoRecord},
    modes::Access,
    print, screen,
    settings::{Settings, did_you_mean},
};

/// Which records, and how they are printed.
#[derive(Debug, Default)]
pub(crate) struct GetOptions {
    /// The collection, its table, or what one record of it is called.
    pub(crate) resource: String,
    /// Their ids.
    pub(crate) ids: Vec<String>,
    /// Whether what the API embeds comes with them.
    pub(crate) embedded: bool,
    /// Whether metadata of the files that the records name is printed in their place.
    pub(crate) files: bool,
    /// Whether JSON is of the lake's columns too.
    pub(crate) lake_columns: bool,
    /// Whether the lake is asked in place of the API: its newest snapshot, or that of a day.
    #[expect(clippy::option_option, reason = "whether, and of which day")]
    pub(crate) from_lake: Option<Option<NaiveDate>>,
    /// How the answer looks; by default as the name of the output says, else JSON.
    pub(crate) format: Option<Format>,
    /// Whether CSV has no cell that a spreadsheet runs; otherwise the setting says.
    pub(crate) safe: bool,
    /// Where the answer goes; stdout by default.
    pub(crate) output: Option<PathBuf>,
}

/// Runs `get`. The records that there are are printed in the order of their ids, each once, also where others are missing.
///
/// # Errors
/// When an id has no record; what is wrong with the arguments, the API or the lake.
pub(crate) async fn get(context: &Context, settings: &Settings, options: GetOptions) -> Result<(), Error> {
    let resource = collection(&context.catalog, &options.resource)?;
    let ids = check_ids(&options.ids).map_err(Error::Usage)?;
    let of_records =
        options.format.is_some() || options.lake_columns || options.embedded || options.from_lake.is_some();
    let output = options.output.as_deref().filter(|_| !of_records);
    if let Some(wanted) = image::is_wanted(resource, &options.resource, output) {
        return image::write(context, settings, resource, wanted, &ids).await;
    }
    let (output, at) = (options.output.as_deref(), context.clock.now());
    let asked = Asked { format: options.format, safe: options.safe, output, at };
    let style = answer::style(asked, Format::Json, settings)?;
    let is_text = matches!(style.format, Format::Json | Format::Ndjson);
    let as_sent = is_text && !options.lake_columns && options.from_lake.is_none();
    if options.embedded && !as_sent {
        let why =
            "--include embedded is for records as the API sends them: the lake has no columns for what is embedded";
        return Err(Error::Usage(why.to_owned()));
    }
    if options.files && !as_sent {
        return Err(Error::Usage(
            "--files is for json and ndjson: the lake has no columns for what files are".to_owned(),
        ));
    }
    if options.files && resource.files.is_empty() {
        let known = context.catalog.resources.iter().filter(|known| !known.files.is_empty());
        let known = known.map(|known| known.name.as_str()).collect::<Vec<_>>().join(", ");
        return Err(Error::Usage(format!("{} name no files; these do: {known}", resource.name)));
    }
    if options.output.is_none() && screen::of_stdout().is_some() {
        answer::check_screen(style.format)?;
        let sensitive = resource.columns.iter().filter(|column| column.privacy == Privacy::Sensitive);
        if let Some(warning) = answer::warning(&sensitive.map(|column| column.name.as_str()).collect::<Vec<_>>()) {
            tracing::warn!("{warning}");
        }
    }
    let (place, found, missing) = match options.from_lake {
        Some(day) => {
            let lake = context.lake_to_read(settings)?;
            let in_lake = in_lake::find(&lake, resource, day, &ids, &session_options(settings)?).await?;
            (in_lake.place, Answer::Rows(in_lake.rows), in_lake.missing)
        }
        None => {
            let Found { records, missing } = ask(context, settings, resource, &ids, &options).await?;
            // One record without a file prints nothing, several an empty list.
            let answer = match as_sent {
                true if records.is_empty() && options.ids.len() == 1 => Answer::Text(String::new()),
                true => Answer::Text(sent::text(&records, style.format, options.ids.len() > 1)),
                false => {
                    let run_id = context.run_id(context.clock.now());
                    Answer::Rows(rows::rows_of(&Decoder::new(resource, run_id.as_str()), &records)?)
                }
            };
            (resource.name.clone(), answer, missing)
        }
    };
    let printed = ids.len() - missing.len();
    if printed > 0 {
        found.write(style, &options).await?;
    }
    // Of records that name no file nothing was printed.
    let printed = if options.files { 0 } else { printed };
    if missing.is_empty() { Ok(()) } else { Err(NoRecord { place, ids: missing, printed }.into()) }
}

/// The collection that a name is of.
///
/// # Errors
/// When it is of none.
fn collection<'c>(catalog: &'c Catalog, name: &str) -> Result<&'c Resource, Error> {
    let names = |resource: &Resource| {
        let tables = resource.tables().into_iter().map(|table| table.name);
        tables.chain([resource.name.clone(), resource.item_type.clone()]).collect::<Vec<_>>()
    };
    if let Some(resource) = catalog.resources.iter().find(|resource| names(resource).iter().any(|known| known == name))
    {
        return Ok(resource);
    }
    if catalog.table(name).is_some() {
        let why = format!("table {name:?} is computed, not read: ask for its rows with `lucca-lake query`");
        return Err(Error::Usage(why));
    }
    let hint = did_you_mean(name, catalog.resources.iter().map(|resource| resource.name.as_str()));
    let known: Vec<&str> = catalog.resources.iter().map(|resource| resource.name.as_str()).collect();
    Err(Error::Usage(format!("there is no collection {name:?}{hint}; there are: {}", known.join(", "))))
}

/// Asks the API. Says beforehand what takes minutes, and afterwards how many records have other ids than were asked for.
async fn ask(
    context: &Context,
    settings: &Settings,
    resource: &Resource,
    ids: &[String],
    options: &GetOptions,
) -> Result<Found, Error> {
    settings.check_application("get without --from-lake")?;
    let tenant = settings.tenant()?;
    let turn = context.turn(settings, &tenant, &format!("get (process {})", std::process::id()))?;
    let scopes = [Some(resource.scope.clone()), options.files.then(|| FILES_SCOPE.to_owned())];
    let account = Account::new(context.client(settings, scopes.into_iter().flatten().collect(), &turn)?);
    let requests = match options.files {
        true => 2 * ids.len(),
        false => Account::requests(resource, ids, options.embedded),
    };
    let a_minute = settings.requests_per_minute()?;
    if requests > a_minute as usize {
        let minutes = requests.div_ceil(a_minute.max(1) as usize);
        context.note(&format!("{}: {requests} requests, {minutes} minutes at {a_minute} a minute\n", resource.name));
    }
    if options.files {
        let found = account.files(resource, ids).await?;
        if found.records.is_empty() && found.missing.is_empty() {
            context.note(&format!("{}: no file is named\n", resource.name));
        }
        return Ok(found);
    }
    let found = account.records(resource, ids, options.embedded).await?;
    let others = found.records.iter().filter(|record| record.found_by.is_some()).count();
    if let Some(other) = &resource.other_id
        && others > 0
    {
        let (name, parameter) = (&resource.name, &other.parameter);
        context.note(&format!("{name}: {others} of the records have other ids and were found by {parameter}\n"));
    }
    Ok(found)
}

/// What is printed.
enum Answer {
    Text(String),
    Rows(Rows),
}

impl Answer {
    async fn write(self, style: Style, options: &GetOptions) -> Result<(), Error> {
        match (self, &options.output) {
            (Self::Text(text), Some(path)) => {
                let what = || path.display().to_string();
                let write = async |mut file: std::fs::File| {
                    file.write_all(text.as_bytes()).map_err(|source| Error::Io { what: what(), source })
                };
                answer::into_file(path, Access::Private, write).await
            }
            (Self::Rows(rows), Some(path)) => {
                let rows = rows.titled(answer::title(path));
                let write = async |file| Ok(output::write(style, rows, file).await.map(drop)?);
                answer::into_file(path, Access::Private, write).await
            }
            (Self::Text(text), None) => match screen::of_stdout() {
                Some(_) => print::print(&sent::for_screen(&text)),
                None => print::print(&text),
            },
            (Self::Rows(rows), None) => {
                let screen = screen::of_stdout().map(|screen| screen.width);
                let layout = match screen {
                    Some(_) => Layout { screen, records: Records::WhenTooWide, ..Layout::default() },
                    None => Layout::default(),
                };
                output::write(Style { layout, ..style }, rows, io::stdout()).await?;
                Ok(())
            }
        }
    }
}
