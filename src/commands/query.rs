//! `query`: read-only SQL over exactly the published files: one statement, or a prompt.

mod counted;
mod labelled;
mod opened;
mod options;
mod parameter;
mod prompt;

use std::io::{self, IsTerminal as _, Read as _};

pub(super) use self::opened::{Opened, open, snapshots};
use self::options::style;
pub(crate) use self::{opened::Which, options::QueryOptions, parameter::parse as parse_parameter};
use super::answer;
use crate::{
    assemble::session_options,
    catalog::Privacy,
    context::Context,
    engine::{
        Parameters, Rows, SessionOptions, output,
        output::{Format, Layout, Style, Written},
        passed::passed,
        privacy::{Classes, computed},
        query as statement,
        query::Planned,
    },
    error::Error,
    lake::{Lake, published::published},
    language::Language,
    print::print,
    screen,
    settings::Settings,
};

/// Runs `query`.
///
/// # Errors
/// What is wrong with the statement, the lake or the output.
pub(crate) async fn query(context: &Context, settings: &Settings, options: QueryOptions) -> Result<(), Error> {
    if options.sql.is_none() && options.file.is_none() && io::stdin().is_terminal() && io::stdout().is_terminal() {
        return prompt::on_terminal(context, settings, options).await;
    }
    let style = style(context, &options, settings)?;
    let sql = read_statement(&options)?;
    let lake = context.lake_to_read(settings)?;
    let mut opened = open(&lake, &options.which, &session_options(settings)?).await?;
    let parameters = Parameters { as_of: opened.day(), values: options.parameters };
    parameters.check_used(&sql)?;
    opened.know_all_days(&lake, &sql).await?;
    let planned = statement::plan(&opened.session, &sql, &parameters).await?;
    let privacy = || computed(&planned, &Classes::of(&published(&context.catalog, &opened.snapshots)));
    if let Some(path) = &options.output {
        let access = answer::access(privacy().most_private());
        let headings = headings(context, options.language, &planned, &opened);
        let rows = planned.rows().await?.headed(&headings).titled(answer::title(path));
        return answer::into_file(path, access, async |file| Ok(output::write(style, rows, file).await.map(drop)?))
            .await;
    }
    let headings = headings(context, options.language, &planned, &opened);
    let screen = screen::of_stdout();
    let warning = screen.and_then(|_| answer::warning(&privacy().of_class(Privacy::Sensitive)));
    let rows = planned.rows().await?.headed(&headings);
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
    let Some(screen) = screen else {
        output::write(style, rows, io::stdout()).await?;
        return Ok(());
    };
    answer::check_screen(style.format)?;
    let is_counted = style.format == Format::Table && !rows.explain();
    let layout = Layout { screen: Some(screen.width), abridged: true, ..Layout::default() };
    if let Written::All { rows, left_out } = output::write(Style { layout, ..style }, rows, io::stdout()).await?
        && is_counted
    {
        print(&counted::line(rows, &left_out, None, "`| less -S` shows all"))?;
    }
    Ok(())
}

/// What heads the columns of the answer.
fn headings(context: &Context, language: Option<Language>, planned: &Planned<'_>, opened: &Opened) -> Vec<String> {
    let names = planned.headings();
    let Some(language) = language else { return names.to_vec() };
    labelled::headings(names, &passed(planned), &published(&context.catalog, &opened.snapshots), language)
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
