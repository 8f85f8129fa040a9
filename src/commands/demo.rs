//! `demo`: the whole main job on a machine with nothing else: a fake tenant on loopback, a real `sync` over HTTP into the
//! lake, headcount and probation deadlines printed from what was just published, and a report to look at.

mod browser;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{SyncOptions, Which, fake_tenant::listen, query, report, sync};
use crate::{
    assemble::session_options,
    catalog::Privacy,
    context::Context,
    engine::output::{self, Format, Written},
    env_vars::{Environment, LUCCA_CLIENT_SECRET},
    error::Error,
    fake_tenant::{FakeTenant, Options, server::serve},
    lake::Lake,
    language::Language,
    print::print,
    quality::compare::COMPARING,
    settings::Settings,
    shell,
};

/// Size of the demo.
#[derive(Debug)]
pub(crate) struct DemoOptions {
    /// Employees of the fake tenant.
    pub(crate) employees: usize,
    /// Seed of its people.
    pub(crate) seed: u64,
    /// Whether the report is opened in a browser.
    pub(crate) open: bool,
    /// How this program was called, so that it can be called again.
    pub(crate) program: String,
}

const HEADCOUNT: &str = "SELECT department_name, legal_entity_name, headcount FROM headcount \
                         ORDER BY headcount DESC, department_name, legal_entity_name LIMIT 15";
const PROBATION: &str = "SELECT employee_given_name, employee_family_name, department_name, manager_family_name, \
                         ends_on, is_extended, days_left, status FROM probation_deadlines \
                         WHERE status <> 'ended' ORDER BY ends_on, probationary_period_id LIMIT 15";

const BY_LEGAL_ENTITY: &str = "SELECT legal_entity_name, sum(headcount) AS people FROM headcount \
                               GROUP BY legal_entity_name ORDER BY people DESC";

/// Runs the demo into the configured lake.
///
/// # Errors
/// As `sync` and `query`.
pub(crate) async fn demo(
    context: &Context,
    flags: &BTreeMap<&'static str, String>,
    options: DemoOptions,
) -> Result<(), Error> {
    let (listener, address) = listen(0).await?;
    let asked = Settings::resolve(flags, &context.environment, None)?;
    let mut tenant = Options::new(asked.as_of(context.clock.now())?);
    tenant.employees = options.employees;
    tenant.seed = options.seed;

    // Only what was asked for on the command line counts: a demo must not reach for a real tenant by accident.
    let mut flags = flags.clone();
    flags.insert("base-url", format!("http://{address}"));
    flags.insert("token-url", format!("http://{address}/connect/token"));
    flags.insert("client-id", tenant.client_id.clone());
    flags.entry("lake").or_insert_with(|| "./lake".to_owned());
    // Another size or seed is another company: its numbers are not to be compared.
    flags.entry("tolerate").or_insert_with(|| COMPARING.join(","));
    let environment = Environment::from([(LUCCA_CLIENT_SECRET, tenant.client_secret.as_str())]);
    let settings = Settings::resolve(&flags, &environment, None)?;

    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(Arc::new(FakeTenant::new(tenant)), listener, async {
        let _ = stopped.await;
    }));
    let report = sync(context, &settings, SyncOptions::default()).await;
    drop(stop);
    let _ = server.await;
    context.note(&report?.for_people());

    let lake = context.lake_to_read(&settings)?;
    let engine = session_options(&settings)?;
    for (title, sql) in [("Headcount (largest 15)", HEADCOUNT), ("Probation deadlines (next 15)", PROBATION)] {
        print(&format!("\n{title}\n"))?;
        let rows = query::run(&lake, &Which::Newest, sql, &engine).await?;
        if output::write(Format::Table, rows, io::stdout()).await? == Written::ReaderGone {
            break;
        }
    }
    let shown = looked_at(context, &settings, &lake).await?;
    context.note(&next(&options.program, settings.lake(), &shown, lake.duckdb_views()));
    if options.open && !browser::open(&shown) {
        context.note(&format!("no browser could be started; open {} yourself\n", shown.display()));
    }
    Ok(())
}

/// Writes the report beside the lake; in this folder, when the lake is no folder.
async fn looked_at(context: &Context, settings: &Settings, lake: &Lake) -> Result<PathBuf, Error> {
    let folder = Some(settings.lake()).filter(|lake| !lake.contains("://"));
    let beside = folder.and_then(|folder| Path::new(folder).parent());
    let file = beside.unwrap_or(Path::new("")).join("report.html");
    let found = query::snapshots(lake, &Which::Newest).await?;
    let snapshot = found.last().ok_or_else(|| Error::Bug("a snapshot was found and is none".to_owned()))?;
    let engine = session_options(settings)?;
    let made = report::of_snapshot(context, lake, snapshot, &engine, Privacy::Directory, Language::English).await?;
    report::write(&file, &made).await?;
    Ok(file)
}

/// What to look at, and three things to try next, as a shell takes them in this folder.
fn next(program: &str, lake: &str, report: &Path, views: Option<PathBuf>) -> String {
    let command = |arguments: &[&str]| {
        [&[program], arguments].concat().into_iter().map(shell::word).collect::<Vec<_>>().join(" ")
    };
    let in_duckdb = match views {
        Some(views) => {
            let here = std::env::current_dir().ok();
            let views = here.and_then(|here| views.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or(views);
            format!("the same tables in DuckDB:\n  duckdb -init {}\n", shell::word(&views.display().to_string()))
        }
        None => format!("what there is to read:\n  {}\n", command(&["snapshots", "--lake", lake])),
    };
    format!(
        "\nLook at it\nin a browser: headcount, movements, deadlines, data quality\n  {}\n\nTry next\nSQL over the lake, or a prompt where no statement is given:\n  {}\n\
         what the columns mean, where they come from and how private they are:\n  {}\n{in_duckdb}",
        shell::word(&report.display().to_string()),
        command(&["query", "--lake", lake, BY_LEGAL_ENTITY]),
        command(&["tables", "--lake", lake, "probation_deadlines"]),
    )
}
