//! How records of a collection are printed: as the API sent them, or as rows of the lake's columns.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use serde_json::value::RawValue;

use super::pages::Pages;
use crate::{
    catalog::Resource,
    commands::{answer, get::rows},
    context::Context,
    decode::Decoder,
    engine::{
        Rows, output,
        output::{Format, Layout, Records, Style},
    },
    error::Error,
    print::print,
    screen,
    terminal_text::escape_json,
};

/// The collection with this name.
pub(super) fn resource<'c>(context: &'c Context, name: &str) -> Result<&'c Resource, Error> {
    let found = context.catalog.resources.iter().find(|resource| resource.name == name);
    found.ok_or_else(|| Error::Bug(format!("there is no schema of {name}")))
}

/// Columns that a table for people has no room for: where a record is, and when it was read.
const OF_KEEPING: [&str; 4] = ["url", "_extra", "_extracted_at", "_run_id"];

/// How records of a collection are printed.
#[derive(Clone)]
pub(super) struct Printed {
    decoder: Arc<Decoder>,
    style: Style,
    /// Whether characters that act on a terminal are escaped in JSON.
    escaped: bool,
    received_at: DateTime<Utc>,
}

impl Printed {
    /// In a style, whatever it is printed to.
    pub(super) fn new(context: &Context, resource: &Resource, style: Style) -> Self {
        let received_at = context.clock.now();
        let decoder = Arc::new(Decoder::new(resource, context.run_id(received_at).as_str()));
        Self { decoder, style, escaped: false, received_at }
    }

    /// What is wrong with printing it to a terminal, if stdout is one.
    pub(super) fn check_screen(&self) -> Result<(), Error> {
        if screen::of_stdout().is_some() { answer::check_screen(self.style.format) } else { Ok(()) }
    }

    /// The same for stdout: where that is a screen, a row that is too wide for it has a line for each column.
    pub(super) fn on_screen(mut self) -> Self {
        if let Some(screen) = screen::of_stdout() {
            self.style.layout =
                Layout { screen: Some(screen.width), records: Records::WhenTooWide, ..Layout::default() };
            self.escaped = true;
        }
        self
    }

    /// Whether records are printed as the API sent them.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.style.format, Format::Json | Format::Ndjson)
    }

    /// Prints one record to stdout.
    ///
    /// # Errors
    /// When a value of it fits no column; when stdout cannot be written.
    pub(super) async fn record(&self, record: &RawValue) -> Result<(), Error> {
        if self.is_text() {
            return self.text(record.get());
        }
        let batch = self.batch([record.get()], 1)?;
        let rows = Rows::new(batch.schema(), stream::iter([Ok(batch)]).boxed());
        output::write(self.style, rows, io::stdout()).await?;
        Ok(())
    }

    /// Prints the JSON of one record to stdout.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn text(&self, json: &str) -> Result<(), Error> {
        print(&format!("{}\n", self.line(json)))
    }

    /// Writes the records of pages as they come.
    ///
    /// # Errors
    /// When a page cannot be read, a value of it fits no column, or the output cannot be written.
    pub(super) async fn pages<W: Write + Send>(&self, pages: Pages, out: W) -> Result<(), Error> {
        if self.is_text() { self.texts(pages, out).await } else { self.rows(pages, out).await }
    }

    async fn texts<W: Write>(&self, mut pages: Pages, mut out: W) -> Result<(), Error> {
        let (before, between, after) =
            if self.style.format == Format::Json { ("[", ",\n", "]\n") } else { ("", "\n", "\n") };
        let mut separator = before;
        let mut write = |text: &str| match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(source) => Err(Error::Io { what: "the output".into(), source }),
            Ok(()) => Ok(true),
        };
        while let Some(records) = pages.next().await? {
            let mut text = String::new();
            for record in &records {
                text.push_str(mem::replace(&mut separator, between));
                text.push_str(&self.line(record.get()));
            }
            if !write(&text)? {
                // Who reads has seen enough.
                return Ok(());
            }
        }
        let end = match (separator == between, self.style.format) {
            (true, _) => after,
            (false, Format::Json) => "[]\n",
            (false, _) => "",
        };
        write(end).map(drop)
    }

    async fn rows<W: Write + Send>(&self, pages: Pages, out: W) -> Result<(), Error> {
        let schema = self.batch([], 1)?.schema();
        // Rows can fail as statements do; whatever else ends them is kept until they have ended.
        let failure = Arc::new(Mutex::new(None));
        let (printed, noted) = (self.clone(), Arc::clone(&failure));
        let batches = stream::unfold((pages, 1), move |(mut pages, number)| {
            let (printed, noted) = (printed.clone(), Arc::clone(&noted));
            async move {
                let batch = match pages.next().await {
                    Ok(None) => return None,
                    Ok(Some(records)) => printed.batch(records.iter().map(|record| record.get()), number),
                    Err(error) => Err(error.into()),
                };
                match batch {
                    Ok(batch) => Some((Ok(batch), (pages, number + 1))),
                    Err(error) => {
                        *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                        None
                    }
                }
            }
        });
        output::write(self.style, Rows::new(schema, batches.boxed()), out).await?;
        let failure = failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.map_or(Ok(()), Err)
    }

    fn batch<'r>(&self, records: impl IntoIterator<Item = &'r str>, number: u64) -> Result<RecordBatch, Error> {
        let batch = rows::batch(&self.decoder, records.into_iter(), number, self.received_at)?;
        if self.style.format != Format::Table {
            return Ok(batch);
        }
        let schema = batch.schema();
        let names = schema.fields().iter().map(|field| field.name().as_str());
        let shown: Vec<usize> =
            names.enumerate().filter(|(_, name)| !OF_KEEPING.contains(name)).map(|(at, _)| at).collect();
        batch.project(&shown).map_err(|error| Error::Bug(format!("columns of a table: {error}")))
    }

    /// A record on one line: within a text of JSON a line end is escaped, one that is not stands between values.
    fn line(&self, json: &str) -> String {
        let json = if self.style.format == Format::Ndjson { json.replace(['\n', '\r'], " ") } else { json.to_owned() };
        if !self.escaped {
            return json;
        }
        json.split('\n').map(escape_json).collect::<Vec<_>>().join("\n")
    }
}
