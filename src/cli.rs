//! The command line: what there is to ask for, and nothing of how it is done.

mod arguments;
mod catalogue;
mod compare;
mod completions;
mod fake_tenant;
mod flags;
mod get;
mod init;
mod man;
mod query;
mod report;
mod runs;
mod tables;
mod webhooks;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    panic::{self, AssertUnwindSafe},
    process,
    sync::Arc,
};

use clap::{CommandFactory as _, Parser as _};
use rand::Rng as _;

use self::arguments::{Cli, Command};
use crate::{
    api::{HttpTransport, Transport},
    catalog::Catalog,
    clock::SystemClock,
    commands::{self, AcceptOptions, DemoOptions, GcOptions, ListenOptions, McpOptions, PlanOptions, SyncOptions},
    context::Context,
    engine::stack::run_with_deep_stack,
    env_vars::{Environment, LUCCA_LOG},
    error::Error,
    exit_code::ExitCode,
    modes,
    print::tell,
    progress::Progress,
    settings::{self, Settings, SettingsError},
    state_folder::Candidates,
    telemetry::{self, Collector},
    terminal_text,
};

/// Runs the program as the command line says and tells how it ended.
pub fn main() -> process::ExitCode {
    modes::keep_others_out();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, the rest is a usage error; clap knows where each belongs.
            let message = error.render().to_string();
            match terminal_text::escape_lines(&message) {
                Cow::Owned(_) => tell(&message),
                Cow::Borrowed(_) => drop(error.print()),
            }
            let code = if error.use_stderr() { ExitCode::Usage } else { ExitCode::Ok };
            return process::ExitCode::from(code as u8);
        }
    };
    // The message of a panic may quote data: only its place is told.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tell(&format!("lucca-lake: internal error at {place}; please report it\n"));
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| run_with_deep_stack(|| run(cli))));
    match outcome {
        Ok(Ok(Ok(()))) => process::ExitCode::SUCCESS,
        Ok(Ok(Err(error))) => fail(&error),
        Ok(Err(source)) => fail(&Error::Io { what: "starting the program".into(), source }),
        Err(_) => process::ExitCode::from(ExitCode::Bug as u8),
    }
}

fn fail(error: &Error) -> process::ExitCode {
    tell(&format!("lucca-lake: {}", error.for_people()));
    process::ExitCode::from(error.exit_code() as u8)
}

async fn run(cli: Cli) -> Result<(), Error> {
    let environment = Environment::of_process();
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let progress = if terminal && !cli.quiet { Progress::on_terminal() } else { Progress::in_logs() };
    if let Some(problem) = environment.problem(LUCCA_LOG) {
        return Err(SettingsError::Variable { name: LUCCA_LOG, problem }.into());
    }
    let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new().map_err(crate::api::ApiError::Setup)?);
    // What cannot be told to a collector fails nothing.
    let (collector, problem) = match Collector::configured(&environment, Arc::clone(&transport)) {
        Ok(collector) => (collector, None),
        Err(error) => (None, Some(error)),
    };
    let bars = progress.bars().cloned();
    telemetry::start(cli.log_format, cli.quiet, environment.get(LUCCA_LOG), bars, collector.as_ref())
        .map_err(Error::Usage)?;
    if let Some(error) = problem {
        tracing::warn!(%error, "the OpenTelemetry collector gets nothing, as its OTEL_ variables make no sense");
    }
    let done = command(cli, environment, progress, transport).await;
    if let Some(collector) = collector {
        collector.end().await;
    }
    done
}

async fn command(
    cli: Cli,
    environment: Environment,
    progress: Progress,
    transport: Arc<dyn Transport>,
) -> Result<(), Error> {
    let state = Some(Candidates::of(&environment));
    let context = Context {
        catalog: Catalog::embedded()?,
        environment,
        clock: Arc::new(SystemClock),
        transport,
        progress,
        quiet: cli.quiet,
        seed: rand::rng().random(),
        state,
    };
    let resolve = |flags: BTreeMap<&'static str, String>| {
        let file = settings::read_file(cli.config.as_deref())?;
        let file = file.as_ref().map(|(path, text)| (path.as_str(), text.as_str()));
        Settings::resolve(&flags, &context.environment, file)
    };
    match cli.command {
        Command::Demo { settings, employees, seed, open } => {
            let options = DemoOptions { employees, seed, open, program: called() };
            commands::demo(&context, &settings.given(), options).await
        }
        Command::Sync { settings, fresh, max_requests, days, lineage, watch } => {
            let options = SyncOptions { fresh, max_requests, replace: days.replace };
            let mut given = settings.of_days(&days)?.given();
            given.extend(lineage.given());
            given.extend(watch.given());
            let settings = resolve(given)?;
            let run = async |at| commands::sync_watched(&context, &settings, options, at).await;
            commands::watched(&context, &settings, "sync", run).await
        }
        Command::Check { settings, format, watch } => {
            let mut given = settings.given();
            given.extend(watch.given());
            let settings = resolve(given)?;
            let check = async |_| commands::check(&context, &settings, format).await.into();
            commands::watched(&context, &settings, "check", check).await
        }
        Command::Init(arguments) => commands::init(&context, arguments.options(cli.config.clone(), called())).await,
        Command::Plan { settings, offline, days, format } => {
            let options = PlanOptions { offline, replace: days.replace, format };
            commands::plan(&context, &resolve(settings.of_days(&days)?.given())?, options).await
        }
        Command::Derive { lake, table_format, resources, as_of, explain, lineage, watch } => {
            let mut flags = lake.given();
            flags.extend(table_format.given());
            flags.extend(resources.given());
            flags.extend(lineage.given());
            flags.extend(watch.given());
            let settings = resolve(flags)?;
            match explain {
                Some(table) => commands::explain(&context, &settings, as_of, &table).await,
                None => {
                    let run = async |at| commands::derive(&context, &settings, as_of, at).await;
                    commands::watched(&context, &settings, "derive", run).await
                }
            }
        }
        Command::Query(arguments) => {
            let (given, options) = arguments.parts()?;
            commands::query(&context, &resolve(given)?, options).await
        }
        Command::Report(arguments) => {
            let (given, options) = arguments.parts()?;
            commands::report(&context, &resolve(given)?, options).await
        }
        Command::Get(arguments) => {
            let (given, options) = arguments.parts();
            commands::get(&context, &resolve(given)?, options).await
        }
        Command::Webhooks(arguments) => arguments.run(&context, resolve).await,
        Command::Tables(arguments) => {
            let (given, options) = arguments.parts();
            commands::tables(&context, &resolve(given)?, &options).await
        }
        Command::Catalogue(arguments) => {
            let (given, options) = arguments.parts();
            commands::catalogue(&context, &resolve(given)?, &options).await
        }
        Command::CompareSources(arguments) => {
            let (given, options) = arguments.parts()?;
            commands::compare_sources(&context, &resolve(given)?, options).await
        }
        Command::Verify { lake, as_of, watch } => {
            let mut given = lake.given();
            given.extend(watch.given());
            let settings = resolve(given)?;
            let verify = async |_| commands::verify(&context, &settings, as_of).await.into();
            commands::watched(&context, &settings, "verify", verify).await
        }
        Command::Listen { lake, address, spool, insecure, exec } => {
            let options = ListenOptions { address, spool, insecure, exec };
            commands::listen(&context, &resolve(lake.given())?, options).await
        }
        Command::Runs(arguments) => {
            let (given, options) = arguments.parts();
            commands::runs(&context, &resolve(given)?, &options).await
        }
        Command::Snapshots { lake, format } => commands::snapshots(&context, &resolve(lake.given())?, format).await,
        Command::Publish { lake, table_format, accept, reason } => {
            let mut given = lake.given();
            given.extend(table_format.given());
            commands::accept(&context, &resolve(given)?, AcceptOptions { run_id: accept, reason }).await
        }
        Command::Gc {
            lake,
            table_format,
            dry_run,
            keep_last,
            keep_days,
            keep_month_ends,
            drop,
            yes,
            force,
            verbose,
            format,
            watch,
        } => {
            let mut given = lake.given();
            given.extend(table_format.given());
            let keep = [("keep-last", keep_last), ("keep-days", keep_days), ("keep-month-ends", keep_month_ends)];
            given.extend(keep.into_iter().filter_map(|(name, value)| Some((name, value?))));
            given.extend(watch.given());
            let settings = resolve(given)?;
            let options = GcOptions { dry_run, drop, yes, force, verbose, format };
            // What only looks is no run that anybody waits for.
            if options.dry_run {
                return commands::gc(&context, &settings, options).await;
            }
            let gc = async |_| commands::gc(&context, &settings, options).await.into();
            commands::watched(&context, &settings, "gc", gc).await
        }
        Command::Mcp { lake, resources, max_privacy, allow_writes, max_wait_seconds } => {
            let mut flags = lake.given();
            flags.extend(resources.given());
            let patience = std::time::Duration::from_secs(max_wait_seconds);
            let options = McpOptions { ceiling: max_privacy, writes: allow_writes, patience };
            let settings = resolve(flags)?;
            commands::mcp(context, &settings, options).await
        }
        Command::Config { settings } => commands::config(&resolve(settings.given())?),
        // The same without it, by another process.
        Command::FakeTenant(arguments) if arguments.detach => {
            commands::detach(std::env::args_os().skip(1).filter(|argument| argument != "--detach"))
        }
        Command::FakeTenant(arguments) => {
            let now = context.clock.now();
            let options = arguments.options(now, || Ok(resolve(BTreeMap::new())?.as_of(now)?))?;
            commands::fake_tenant(&context, options).await
        }
        Command::Completions(arguments) => arguments.print(Cli::command()),
        Command::Man(arguments) => arguments.run(Cli::command()),
    }
}

/// How this program was called, so that it can be called again.
fn called() -> String {
    let program = std::env::args_os().next().unwrap_or_else(|| env!("CARGO_PKG_NAME").into());
    program.to_string_lossy().into_owned()
}
