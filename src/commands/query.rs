//! `query`: read-only SQL over exactly the published files: one statement, or a prompt.

mod counted;
mod opened;
mod options;
mod parameter;
mod prompt;

use std::{
    io::{self, IsTerminal as _, Read as _},
    path::Path,
};

pub(crate) use self::{opened::Which, options::QueryOptions, parameter::parse as parse_parameter};
use self::{opened::open, options::style};
use super::tables;
use crate::{
    assemble::session_options,
    catalog::Privacy,
    context::Context,
    engine::{
        EngineError, Parameters, Rows, SessionOptions, output,
        output::{Format, Layout, Style, Written},
        privacy::{Classes, Computed, computed},
        query as statement,
    },
    error::Error,
    lake::Lake,
    modes::{self, Access},
    print::print,
    screen,
    settings::Settings,
    terminal_text::escape,
};

/// Most columns that a warning names.
const NAMED: usize = 5;

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
    if let Some(path) = &options.output {
        let access = access(&privacy());
        return write_file(path, style, planned.rows().await?, access).await;
    }
    let screen = screen::of_stdout();
    let warning = if screen.is_some() { warning(&privacy()) } else { None };
    let rows = planned.rows().await?;
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
    let Some(screen) = screen else {
        output::write(style, rows, io::stdout()).await?;
        return Ok(());
    };
    if style.format.is_binary() {
        return Err(Error::Usage(format!("{} is no text for a terminal; use -o FILE", style.format)));
    }
    let is_counted = style.format == Format::Table && !rows.explain();
    let layout = Layout { screen: Some(screen.width), abridged: true, ..Layout::default() };
    if let Written::All { rows, left_out } = output::write(Style { layout, ..style }, rows, io::stdout()).await?
        && is_counted
    {
        print(&counted::line(rows, &left_out, None, "`| less -S` shows all"))?;
    }
    Ok(())
}

/// Starts one statement over some snapshots of a lake.
pub(super) async fn run(lake: &Lake, which: &Which, sql: &str, engine: &SessionOptions) -> Result<Rows, Error> {
    let opened = open(lake, which, engine).await?;
    Ok(statement::run(&opened.session, sql, opened.day()).await?)
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
