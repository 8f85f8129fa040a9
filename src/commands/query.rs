//! `query`: read-only SQL over exactly the published files: one statement, or a prompt.

mod parameter;
mod prompt;

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal as _, Read as _},
    path::{Path, PathBuf},
    str::FromStr,
};

use chrono::NaiveDate;

pub(crate) use self::parameter::parse as parse_parameter;
use super::{
    accept::{held, run_called},
    tables,
};
use crate::{
    assemble::{session_options, table_files},
    catalog::Privacy,
    context::Context,
    engine::{
        EngineError, Parameters, Rows, Session, SessionOptions, TableFiles, Value, all_days, output,
        output::{Format, Style},
        privacy::{Classes, Computed, computed},
        query as statement,
    },
    error::Error,
    lake::{Lake, LakeError, Snapshot, SnapshotId},
    modes::{self, Access},
    settings::{Settings, parse_date},
    terminal_text::escape,
};

/// Most columns that a warning names.
const NAMED: usize = 5;

/// Which snapshots a query reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Which {
    /// The one of the latest as-of date.
    #[default]
    Newest,
    /// The one of that date.
    Date(NaiveDate),
    /// All of them, told apart by the column `as_of`, under the tables' own names.
    All,
    /// One by its name, also when a later one replaced it.
    Snapshot(SnapshotId),
    /// What a run published, or holds back.
    Run(String),
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" { Ok(Self::All) } else { parse_date(text).map(Self::Date) }
    }
}

/// What to ask and where the answer goes.
#[derive(Debug, Default)]
pub(crate) struct QueryOptions {
    /// The statement; otherwise `file`, otherwise standard input.
    pub(crate) sql: Option<String>,
    /// File that holds the statement.
    pub(crate) file: Option<PathBuf>,
    /// Which snapshots.
    pub(crate) which: Which,
    /// How the answer looks; aligned columns by default.
    pub(crate) format: Option<Format>,
    /// Whether CSV has no cell that a spreadsheet runs; otherwise the setting says.
    pub(crate) safe: bool,
    /// Where the answer goes; stdout by default.
    pub(crate) output: Option<PathBuf>,
    /// Values for the `$name`s of the statement.
    pub(crate) parameters: BTreeMap<String, Value>,
    /// Whether the prompt keeps no history.
    pub(crate) no_history: bool,
}

/// Snapshots that can be asked.
struct Opened {
    session: Session,
    snapshots: Vec<Snapshot>,
    /// The files of all days, once a statement named a table of theirs.
    all_days: Option<Vec<TableFiles>>,
}

impl Opened {
    /// What `$as_of` stands for: the latest day.
    fn day(&self) -> Option<NaiveDate> {
        self.snapshots.last().map(|snapshot| snapshot.as_of)
    }

    /// Makes the tables of all days known, if the statement names one.
    async fn know_all_days(&mut self, lake: &Lake, sql: &str) -> Result<(), Error> {
        if !all_days::named_in(sql) {
            return Ok(());
        }
        let files = match self.all_days.take() {
            Some(files) => files,
            None => files(&lake.days().await?.snapshots),
        };
        all_days::register(&self.session, &files, sql)?;
        self.all_days = Some(files);
        Ok(())
    }
}

/// Runs `query`.
///
/// # Errors
/// What is wrong with the statement, the lake or the output.
pub(crate) async fn query(context: &Context, settings: &Settings, options: QueryOptions) -> Result<(), Error> {
    if options.sql.is_none() && options.file.is_none() && io::stdin().is_terminal() && io::stdout().is_terminal() {
        return prompt::on_terminal(context, settings, options).await;
    }
    let style = style(&options, settings)?;
    let sql = read_statement(&options)?;
    let lake = context.lake_to_read(settings)?;
    let mut opened = open(&lake, &options.which, &session_options(settings)?).await?;
    let parameters = Parameters { as_of: opened.day(), values: options.parameters };
    parameters.check_used(&sql)?;
    opened.know_all_days(&lake, &sql).await?;
    let planned = statement::plan(&opened.session, &sql, &parameters).await?;
    let privacy = || computed(&planned, &Classes::of(&tables::published(&context.catalog, &opened.snapshots)));
    let on_terminal = io::stdout().is_terminal();
    if let Some(path) = &options.output {
        let access = access(&privacy());
        return write_file(path, style, planned.rows().await?, access).await;
    }
    let warning = if on_terminal { warning(&privacy()) } else { None };
    let rows = planned.rows().await?;
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
    if style.format.is_binary() && on_terminal {
        return Err(Error::Usage(format!("{} is no text for a terminal; use -o FILE", style.format)));
    }
    output::write(style, rows, io::stdout()).await?;
    Ok(())
}

/// How the answer is written: as asked, and where only the setting asks for safe CSV, the other formats are as ever.
fn style(options: &QueryOptions, settings: &Settings) -> Result<Style, Error> {
    let format = options.format.unwrap_or(Format::Table);
    if options.safe && format != Format::Csv {
        let why = format!("--safe is for --format csv, which spreadsheets open; {format} has no cells that they run");
        return Err(Error::Usage(why));
    }
    Ok(Style { format, safe_csv: options.safe || settings.safe_csv()? })
}

/// Starts one statement over some snapshots of a lake.
pub(super) async fn run(lake: &Lake, which: &Which, sql: &str, engine: &SessionOptions) -> Result<Rows, Error> {
    let opened = open(lake, which, engine).await?;
    Ok(statement::run(&opened.session, sql, opened.day()).await?)
}

async fn open(lake: &Lake, which: &Which, engine: &SessionOptions) -> Result<Opened, Error> {
    let snapshots = snapshots(lake, which).await?;
    let session = Session::over(lake.store(), engine, files(&snapshots))?;
    Ok(Opened { session, snapshots, all_days: None })
}

fn files(snapshots: &[Snapshot]) -> Vec<TableFiles> {
    snapshots.iter().flat_map(|s| s.tables.iter().map(|t| table_files(t, s.as_of))).collect()
}

async fn snapshots(lake: &Lake, which: &Which) -> Result<Vec<Snapshot>, Error> {
    let nothing = async |what: &str| match lake.snapshots().await {
        Err(error) => error.into(),
        Ok(any) if any.is_empty() => {
            let here = format!("the lake at {} has no snapshot", lake.display());
            Error::NoSnapshot(format!("{here}; run `lucca-lake sync` first"))
        }
        Ok(_) => {
            let here = format!("the lake at {} has no snapshot{what}", lake.display());
            Error::NoSnapshot(format!("{here}; `lucca-lake snapshots` lists those there are"))
        }
    };
    let readable = " that can be read and is not in the future";
    match which {
        Which::Newest => match lake.newest().await? {
            Some(newest) => Ok(vec![newest]),
            None => Err(nothing(readable).await),
        },
        Which::Date(date) => match lake.snapshot(*date).await? {
            Some(snapshot) => Ok(vec![snapshot]),
            None => Err(nothing(&format!(" as of {date}")).await),
        },
        Which::All => {
            let all = lake.days().await?.snapshots;
            if all.is_empty() { Err(nothing(" that can be read").await) } else { Ok(all) }
        }
        Which::Snapshot(id) => Ok(vec![called(lake, *id).await?]),
        Which::Run(run) => {
            let run_id = run_called(lake, run)?;
            for id in lake.every_snapshot().await?.into_iter().rev() {
                let snapshot = match lake.snapshot_called(id).await {
                    // Whichever run published it, it is not known to be this one.
                    Err(LakeError::Corrupt { .. }) => None,
                    snapshot => snapshot?,
                };
                if snapshot.is_some_and(|snapshot| snapshot.run_id == run_id) {
                    return Ok(vec![called(lake, id).await?]);
                }
            }
            Ok(vec![held(lake, &run_id).await?.as_snapshot()])
        }
    }
}

/// A snapshot by its name. One whose files went with its successor is told apart from one that never was.
async fn called(lake: &Lake, id: SnapshotId) -> Result<Snapshot, Error> {
    let here = format!("in the lake at {}; `lucca-lake snapshots` lists them", lake.display());
    let snapshot = lake.snapshot_called(id).await?;
    let snapshot = snapshot.ok_or_else(|| Error::NoSnapshot(format!("there is no snapshot {id} {here}")))?;
    if lake.has_files(&snapshot).await? {
        return Ok(snapshot);
    }
    let why = "a later one of its date replaced it, and `superseded_grace` is over";
    Err(Error::NoSnapshot(format!("the files of snapshot {id} are gone: {why}")))
}

fn read_statement(options: &QueryOptions) -> Result<String, Error> {
    let unreadable = |what: String| move |source| Error::Io { what, source };
    match (&options.sql, &options.file) {
        (Some(sql), None) => Ok(sql.clone()),
        (None, Some(path)) => std::fs::read_to_string(path).map_err(unreadable(path.display().to_string())),
        (Some(_), Some(_)) => Err(Error::Usage("give the statement as an argument or with -f FILE, not both".into())),
        (None, None) if io::stdin().is_terminal() => {
            Err(Error::Usage("no statement: give it as an argument, with -f FILE, or on standard input".into()))
        }
        (None, None) => {
            let mut sql = String::new();
            io::stdin().read_to_string(&mut sql).map_err(unreadable("standard input".into()))?;
            Ok(sql)
        }
    }
}

/// Who may read a file of a result: its owner alone, unless nothing in it, nor what chose its rows, is about people.
fn access(privacy: &Computed) -> Access {
    if privacy.most_private() == Privacy::None { Access::Shared } else { Access::Private }
}

/// What to say before a result is shown whose leak would harm.
fn warning(privacy: &Computed) -> Option<String> {
    let columns = privacy.of_class(Privacy::Sensitive);
    let named: Vec<String> = columns.iter().take(NAMED).map(|column| escape(column).into_owned()).collect();
    let more = columns.len().checked_sub(NAMED).filter(|more| *more > 0).map(|more| format!(" and {more} more"));
    (!columns.is_empty())
        .then(|| format!("sensitive data: {}{}; mind who sees this screen", named.join(", "), more.unwrap_or_default()))
}

/// Writes beside the file and renames, so that a failure leaves what was there.
async fn write_file(path: &Path, style: Style, rows: Rows, access: Access) -> Result<(), Error> {
    let failed = |source| Error::Io { what: path.display().to_string(), source };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let file = modes::create_output(&part, access).map_err(failed)?;
    if let Err(error) = output::write(style, rows, file).await {
        let _ = std::fs::remove_file(&part);
        return Err(match error {
            EngineError::Output { source } => failed(source),
            error => error.into(),
        });
    }
    std::fs::rename(&part, path).map_err(failed)
}
