//! The interactive prompt: statements until `;`, answers below them, and a few commands. No error ends it.

mod command;
mod completion;
mod editor;
mod scan;
mod terminal;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use futures::future::{BoxFuture, FutureExt as _, pending};

use self::{
    command::Command,
    completion::Vocabulary,
    editor::{Editor, Line},
    terminal::{HISTORY, Terminal},
};
use super::{
    opened::{Opened, Which, open},
    options::{QueryOptions, style},
};
use crate::{
    assemble::session_options,
    catalog::{AS_OF, Catalog},
    commands::tables,
    context::Context,
    engine::{
        Parameters, SessionOptions, Value,
        output::{self, Format, Style, Written},
        query as statement,
    },
    error::Error,
    lake::Lake,
    settings::{Settings, did_you_mean},
    terminal_text::escape_lines,
};

/// A lake, somebody who asks, and what they chose so far.
struct Prompt<'l, E, W> {
    lake: &'l Lake,
    catalog: &'l Catalog,
    /// What SQL may use.
    engine: SessionOptions,
    opened: Opened,
    which: Which,
    style: Style,
    values: BTreeMap<String, Value>,
    editor: E,
    out: W,
    /// Ready when the running statement shall stop.
    interrupted: &'l (dyn Fn() -> BoxFuture<'static, ()> + Sync),
}

/// Asks on the terminal until the user leaves.
///
/// # Errors
/// When lake or terminal cannot be used.
pub(super) async fn on_terminal(context: &Context, settings: &Settings, options: QueryOptions) -> Result<(), Error> {
    let style = style(&options, settings)?;
    if style.format.is_binary() || options.output.is_some() {
        return Err(Error::Usage("the prompt prints text; give a statement to write a file with -o".into()));
    }
    let lake = context.lake_to_read(settings)?;
    let engine = session_options(settings)?;
    let opened = open(&lake, &options.which, &engine).await?;
    let folder = match &context.state {
        Some(candidates) if !options.no_history => candidates.open(|| None)?,
        _ => None,
    };
    let history = folder.map(|folder| folder.join(HISTORY));
    let mut prompt = Prompt {
        lake: &lake,
        catalog: &context.catalog,
        engine,
        opened,
        which: options.which,
        style,
        values: options.parameters,
        editor: Terminal::start(history)?,
        out: io::stdout(),
        interrupted: &|| {
            async {
                if tokio::signal::ctrl_c().await.is_err() {
                    pending::<()>().await;
                }
            }
            .boxed()
        },
    };
    prompt.say(&format!("The lake at {}. \\d shows its tables, \\? helps, \\q leaves.\n", lake.display()))?;
    prompt.run().await
}

impl<E: Editor, W: Write + Send> Prompt<'_, E, W> {
    async fn run(mut self) -> Result<(), Error> {
        self.editor.know(vocabulary(&self.opened));
        let mut typed = String::new();
        loop {
            let prompt = self.prompt(!typed.is_empty());
            match self.editor.read(&prompt, &typed)? {
                Line::End => return Ok(()),
                Line::Abandoned => typed.clear(),
                Line::Text(line) if typed.is_empty() && line.trim_start().starts_with('\\') => {
                    self.editor.remember(&line);
                    if !self.command(&line).await? {
                        return Ok(());
                    }
                }
                Line::Text(line) => {
                    typed.push_str(&line);
                    typed.push('\n');
                    while let Some((statement, rest)) = scan::first_statement(&typed) {
                        let (statement, rest) = (statement.trim().to_owned(), rest.trim_start().to_owned());
                        self.editor.remember(&format!("{statement};"));
                        typed = if self.answer(&statement).await? { rest } else { String::new() };
                    }
                    if typed.trim().is_empty() {
                        typed.clear();
                    }
                }
            }
        }
    }

    /// The day, so that nobody forgets which one it is; on further lines of a statement an arrow below it.
    fn prompt(&self, further: bool) -> String {
        let day = match &self.which {
            Which::All => "all".to_owned(),
            Which::Snapshot(id) => id.to_string(),
            _ => self.opened.day().map(|day| day.to_string()).unwrap_or_default(),
        };
        if further { format!("{:>1$}> ", "-", day.len()) } else { format!("{day}> ") }
    }

    /// Runs one statement; `false` when the user stopped it.
    async fn answer(&mut self, sql: &str) -> Result<bool, Error> {
        let parameters = Parameters { as_of: self.opened.day(), values: self.values.clone() };
        let (opened, lake, style, out) = (&mut self.opened, self.lake, self.style, &mut self.out);
        let work = async {
            opened.know_all_days(lake, sql).await?;
            let rows = statement::plan(&opened.session, sql, &parameters).await?.rows().await?;
            Ok::<_, Error>(output::write(style, rows, out).await?)
        };
        let outcome = tokio::select! {
            biased;
            () = (self.interrupted)() => None,
            outcome = work => Some(outcome),
        };
        match outcome {
            None => {
                self.say("\nstopped\n")?;
                return Ok(false);
            }
            Some(Err(error)) => self.say(&error.for_people())?,
            Some(Ok(Written::All { rows, .. })) if style.format == Format::Table => {
                self.say(&format!("({rows} {})\n", if rows == 1 { "row" } else { "rows" }))?;
            }
            Some(Ok(_)) => {}
        }
        Ok(true)
    }

    /// Obeys a command; `false` to leave.
    async fn command(&mut self, line: &str) -> Result<bool, Error> {
        match Command::parse(line) {
            Err(problem) => self.say(&format!("{problem}\n"))?,
            Ok(Command::Leave) => return Ok(false),
            Ok(Command::Help) => self.say(&command::help())?,
            Ok(Command::Tables) => self.say(&tables::list_published(self.catalog, &self.opened.snapshots, None))?,
            Ok(Command::Describe(name)) => {
                let known = tables::published(self.catalog, &self.opened.snapshots);
                let name = name.trim_matches('"').to_lowercase();
                match known.iter().find(|table| table.name == name) {
                    Some(table) => self.say(&tables::describe(table, None))?,
                    None => {
                        let hint = did_you_mean(&name, known.iter().map(|t| t.name.as_str()));
                        self.say(&format!("there is no table {name}{hint}\n"))?;
                    }
                }
            }
            Ok(Command::Format(format)) => self.style.format = format,
            Ok(Command::Parameter(name, value)) => {
                self.values.insert(name, value);
            }
            Ok(Command::Parameters) => {
                let names: String = self.values.keys().map(|name| format!("${name}\n")).collect();
                self.say(&format!("${AS_OF}\n{names}"))?;
            }
            Ok(Command::AsOf(which)) => match open(self.lake, &which, &self.engine).await {
                Ok(opened) => {
                    self.editor.know(vocabulary(&opened));
                    (self.opened, self.which) = (opened, which);
                }
                Err(error) => self.say(&error.for_people())?,
            },
        }
        Ok(true)
    }

    /// What is said may quote names of the tenant.
    fn say(&mut self, text: &str) -> Result<(), Error> {
        let written = self.out.write_all(escape_lines(text).as_bytes()).and_then(|()| self.out.flush());
        written.map_err(|source| Error::Io { what: "the terminal".into(), source })
    }
}

fn vocabulary(opened: &Opened) -> Vocabulary {
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for table in opened.snapshots.iter().flat_map(|snapshot| &snapshot.tables) {
        let columns = tables.entry(&table.name).or_insert_with(|| vec![AS_OF.to_owned()]);
        for column in &table.columns {
            if !columns.contains(&column.name) {
                columns.push(column.name.clone());
            }
        }
    }
    Vocabulary { tables: tables.into_iter().map(|(name, columns)| (name.to_owned(), columns)).collect() }
}
