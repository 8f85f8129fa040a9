//! The interactive prompt: statements until `;`, answers below them, and a few commands. No error ends it.

mod command;
mod completion;
mod describe;
mod display;
mod editor;
mod help;
mod pager;
mod scan;
mod script;
mod target;
mod terminal;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::Path,
    time::Duration,
};

use futures::future::{BoxFuture, FutureExt as _, pending};

use self::{
    command::Command,
    completion::Vocabulary,
    display::Display,
    editor::{Editor, Line},
    pager::Ended,
    script::Scripts,
    target::Target,
    terminal::{HISTORY, Terminal},
};
use super::{
    counted,
    opened::{Opened, Which, open},
    options::{QueryOptions, style},
};
use crate::{
    assemble::session_options,
    catalog::{AS_OF, Catalog},
    context::Context,
    engine::{
        Parameters, SessionOptions, Value,
        output::{self, LeftOut, Written},
        query as statement,
    },
    error::Error,
    lake::Lake,
    modes::{Access, create_output},
    screen::{self, Screen},
    settings::Settings,
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
    display: Display,
    values: BTreeMap<String, Value>,
    editor: E,
    /// Files whose lines are read before what is typed.
    scripts: Scripts,
    out: W,
    /// The command that pages, if there is one.
    pager: Option<String>,
    /// What `out` shows at once.
    screen: &'l (dyn Fn() -> Option<Screen> + Sync),
    /// The time since some instant.
    elapsed: &'l (dyn Fn() -> Duration + Sync),
    /// Ready when the running statement shall stop.
    interrupted: &'l (dyn Fn() -> BoxFuture<'static, ()> + Sync),
}

/// How a statement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Answered,
    Failed,
    /// By the user.
    Stopped,
}

/// Asks on the terminal until the user leaves.
///
/// # Errors
/// When lake or terminal cannot be used.
pub(super) async fn on_terminal(context: &Context, settings: &Settings, options: QueryOptions) -> Result<(), Error> {
    let style = style(context, &options, settings)?;
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
    let begun = tokio::time::Instant::now();
    let mut prompt = Prompt {
        lake: &lake,
        catalog: &context.catalog,
        engine,
        opened,
        which: options.which,
        display: Display::new(style),
        values: options.parameters,
        editor: Terminal::start(history)?,
        scripts: Scripts::default(),
        out: io::stdout(),
        pager: pager::command(&context.environment),
        screen: &screen::of_stdout,
        elapsed: &|| begun.elapsed(),
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
        self.know().await;
        let mut typed = String::new();
        loop {
            let line = match self.scripts.next() {
                Some(script::Line::Text(line)) => line,
                Some(script::Line::End) => {
                    // What is left needs no `;`.
                    let rest = std::mem::take(&mut typed);
                    if !scan::is_blank(&rest) {
                        self.answer_in_turn(rest.trim()).await?;
                    }
                    continue;
                }
                None => match self.editor.read(&self.prompt(!typed.is_empty()), &typed)? {
                    Line::End => return Ok(()),
                    Line::Abandoned => {
                        typed.clear();
                        continue;
                    }
                    Line::Text(line) => {
                        if typed.is_empty() && command::read(&line).is_some() {
                            self.editor.remember(&line);
                        }
                        line
                    }
                },
            };
            if typed.is_empty()
                && let Some(command) = command::read(&line)
            {
                if !self.obey(command).await? {
                    return Ok(());
                }
                continue;
            }
            let from_file = self.scripts.are_read();
            if !from_file && matches!(command::read(&line), Some(Ok(Command::Leave))) {
                // It may be a name in what is typed; who meant to leave is told how.
                self.say(
                    "this line belongs to the statement, which ends with ; (Ctrl-C gives it up, then \\q leaves)\n",
                )?;
            }
            typed.push_str(&line);
            typed.push('\n');
            while let Some((statement, rest)) = scan::first_statement(&typed) {
                let (statement, rest) = (statement.trim().to_owned(), rest.trim_start().to_owned());
                if !from_file {
                    self.editor.remember(&format!("{statement};"));
                }
                typed = if self.answer_in_turn(&statement).await? { rest } else { String::new() };
            }
            if typed.trim().is_empty() {
                typed.clear();
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

    /// Answers one statement; `false` where nothing that was read with it is to follow.
    async fn answer_in_turn(&mut self, sql: &str) -> Result<bool, Error> {
        let outcome = self.answer(sql).await?;
        let is_over = outcome == Outcome::Stopped || (outcome == Outcome::Failed && self.scripts.are_read());
        if is_over && let Some(path) = self.scripts.stop() {
            self.say(&format!("the rest of {} is not run\n", path.display()))?;
        }
        Ok(!is_over)
    }

    /// Runs one statement and shows its answer.
    async fn answer(&mut self, sql: &str) -> Result<Outcome, Error> {
        let parameters = Parameters { as_of: self.opened.day(), values: self.values.clone() };
        let screen = (self.screen)();
        let style = self.display.style(screen);
        let begun = (self.elapsed)();
        let pager = self.pager.clone().filter(|_| self.display.paged);
        let mut target = Target::new(&mut self.display.file, &mut self.out, screen.zip(pager));
        let (opened, lake) = (&mut self.opened, self.lake);
        let work = async {
            opened.know_all_days(lake, sql).await?;
            let rows = statement::plan(&opened.session, sql, &parameters).await?.rows().await?;
            let explains = rows.explain();
            Ok::<_, Error>((output::write(style, rows, &mut target).await?, explains))
        };
        let outcome = tokio::select! {
            biased;
            () = (self.interrupted)() => None,
            outcome = work => Some(outcome),
        };
        let took = (self.elapsed)().saturating_sub(begun);
        let ended = target.finish().map_err(unwritable)?;
        match (outcome, ended) {
            (_, Ended::NoPager) => {
                self.display.paged = false;
                let pager = self.pager.as_deref().unwrap_or_default();
                self.say(&format!("the pager {pager:?} does not run: \\pager is off; ask again\n"))?;
                return Ok(Outcome::Failed);
            }
            // Who looked at it left it.
            (None, Ended::Paged) => return Ok(Outcome::Stopped),
            (None, _) => {
                self.say("\nstopped\n")?;
                return Ok(Outcome::Stopped);
            }
            (Some(Err(error)), _) => {
                self.say(&error.for_people())?;
                return Ok(Outcome::Failed);
            }
            (Some(Ok((Written::All { rows, left_out }, explains))), ended) => {
                // Somebody read meanwhile.
                let took = Some(took).filter(|_| self.display.timing && ended != Ended::Paged);
                self.say_counted(rows, &left_out, took, explains)?;
            }
            (Some(Ok((Written::ReaderGone, _))), _) => {}
        }
        Ok(Outcome::Answered)
    }

    fn say_counted(
        &mut self,
        rows: u64,
        left_out: &LeftOut,
        took: Option<Duration>,
        explains: bool,
    ) -> Result<(), Error> {
        let mut text = String::new();
        if let Some(file) = &self.display.file {
            text = format!("{} has the answer\n", file.path.display());
        }
        if self.display.is_counted() && !explains {
            let everything = if left_out.rows > 0 { "\\pager on shows all" } else { "\\x shows all" };
            text += &counted::line(rows, left_out, took, everything);
        }
        self.say(&text)
    }

    /// Obeys a command; `false` to leave.
    async fn obey(&mut self, command: Result<Command, String>) -> Result<bool, Error> {
        let width = (self.screen)().map(|screen| screen.width);
        let said = match command {
            Err(problem) => format!("{problem}\n"),
            Ok(Command::Leave) => return Ok(false),
            Ok(Command::Help) => help::help(),
            Ok(Command::Tables { pattern, with_files }) => {
                describe::tables(self.catalog, &self.opened.snapshots, pattern.as_deref(), with_files, width)
            }
            Ok(Command::Describe { table, with_files }) => {
                describe::columns(self.catalog, &self.opened.snapshots, &table, with_files, width)
            }
            Ok(Command::Format(format)) => {
                self.display.style.format = format;
                String::new()
            }
            Ok(Command::Records(to)) => self.display.set_records(to).to_owned(),
            Ok(Command::Timing(to)) => self.display.set_timing(to).to_owned(),
            Ok(Command::Pager(to)) => self.set_pager(to),
            Ok(Command::Parameter(name, value)) => {
                self.values.insert(name, value);
                self.know().await;
                String::new()
            }
            Ok(Command::Parameters) => {
                let names: String = self.values.keys().map(|name| format!("${name}\n")).collect();
                format!("${AS_OF}\n{names}")
            }
            Ok(Command::Run(path)) => {
                self.scripts.begin(&path).map_or_else(|problem| problem + "\n", |()| String::new())
            }
            Ok(Command::Output(path)) => self.set_file(path.as_deref()),
            Ok(Command::AsOf(which)) => match open(self.lake, &which, &self.engine).await {
                Ok(opened) => {
                    (self.opened, self.which) = (opened, which);
                    self.know().await;
                    String::new()
                }
                Err(error) => error.for_people(),
            },
        };
        self.say(&said)?;
        Ok(true)
    }

    fn set_pager(&mut self, to: Option<bool>) -> String {
        self.display.paged = to.unwrap_or(!self.display.paged);
        match (&self.pager, self.display.paged) {
            (_, false) => "answers that do not fit are abridged\n".to_owned(),
            (Some(pager), true) => format!("answers that do not fit are shown by {pager}\n"),
            (None, true) => {
                self.display.paged = false;
                "there is no pager: name one in PAGER\n".to_owned()
            }
        }
    }

    /// Answers may be about people: the file is the user's alone.
    fn set_file(&mut self, path: Option<&Path>) -> String {
        self.display.file = None;
        let Some(path) = path else { return String::new() };
        match create_output(path, Access::Private) {
            Ok(file) => {
                self.display.file = Some(display::Opened { path: path.to_owned(), file });
                String::new()
            }
            Err(error) => format!("{} cannot be written: {error}\n", path.display()),
        }
    }

    /// Tells the editor what can be completed.
    async fn know(&mut self) {
        // What cannot be listed is not completed.
        let days = self.lake.every_snapshot().await.unwrap_or_default();
        let mut days: Vec<String> = days.iter().map(|id| id.as_of.to_string()).collect();
        days.dedup();
        let parameters = self.values.keys().cloned().chain([AS_OF.to_owned()]).collect();
        self.editor.know(Vocabulary { days, parameters, ..vocabulary(&self.opened) });
    }

    /// What is said may quote names of the tenant.
    fn say(&mut self, text: &str) -> Result<(), Error> {
        self.out.write_all(escape_lines(text).as_bytes()).and_then(|()| self.out.flush()).map_err(unwritable)
    }
}

fn unwritable(source: io::Error) -> Error {
    Error::Io { what: "the terminal".into(), source }
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
    let tables = tables.into_iter().map(|(name, columns)| (name.to_owned(), columns)).collect();
    Vocabulary { tables, functions: opened.session.function_names(), ..Vocabulary::default() }
}
