//! `sync` as a whole, on virtual time: the real client against a fake tenant in the same process, into a lake in memory.

mod deadlines;
mod edited;
mod events;
mod evidence;
mod failures;
mod faulty;
mod full_disk;
mod keyed;
mod kinds;
mod legacy;
mod log;
mod missing;
mod mutations;
mod oddities;
mod portraits;
mod recount;
mod resumed;
mod schedules;
mod series;
mod sizes;
mod tables;
mod tokens;
mod turned;
mod wire;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use self::{
    faulty::{FaultyTransport, Plan},
    log::Log,
    tables::{Tables, read_tables, visible},
};
use super::{Run, SyncOptions, to_the_end};
use crate::{
    api::Transport,
    catalog::{Catalog, Quality},
    clock::{SharedClock, TokioClock},
    context::Context,
    env_vars::{Environment, LUCCA_CLIENT_SECRET},
    error::Error,
    exit_code::ExitCode,
    fake_tenant::{FakeTenant, Options},
    progress::Progress,
    run_report::RunReport,
    settings::Settings,
};

/// Host and port of the tenant.
const TENANT: &str = "localhost:1";
const TODAY: &str = "2026-03-15";
const EMPLOYEES: usize = 12;
/// A run of the tiny tenant takes minutes; one that takes longer than this does not end.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What came of one run.
struct Outcome {
    result: Result<RunReport, Error>,
    /// The tables published.
    tables: Tables,
    /// What a reader could see.
    visible: Vec<String>,
    log: Log,
    /// After exit 75: what the same command published when nothing went wrong any more, and its requests.
    continued: Option<(Tables, u64)>,
    /// Requests beyond the tenant's own budget.
    over_budget: u64,
    took: Duration,
}

/// All resources, in pages so small that the tiny tenant has several of each, and nothing asked of or computed from
/// them.
fn catalog() -> Catalog {
    let mut catalog = Catalog::embedded().unwrap();
    catalog.derived.clear();
    catalog.rules.clear();
    for (resource, limit) in catalog.resources.iter_mut().zip([5, 6, 7].into_iter().cycle()) {
        resource.page_limit = if resource.fan_out.is_some() { 40 } else { limit };
        resource.columns.iter_mut().for_each(|column| column.refers_to = None);
        resource.quality = Quality::default();
    }
    catalog
}

fn settings() -> Settings {
    settings_with(&[])
}

/// The settings of all tests, and these flags.
fn settings_with(more: &[(&'static str, &str)]) -> Settings {
    let flags = [
        ("base-url", format!("http://{TENANT}")),
        ("token-url", format!("http://{TENANT}/connect/token")),
        ("client-id", "fake-client".to_owned()),
        ("lake", "memory:///".to_owned()),
        ("as-of", TODAY.to_owned()),
    ];
    let environment = Environment::from([(LUCCA_CLIENT_SECRET, "fake-secret")]);
    let mut flags = BTreeMap::from(flags);
    flags.extend(more.iter().map(|(flag, value)| (*flag, (*value).to_owned())));
    Settings::resolve(&flags, &environment, None).unwrap()
}

/// Runs a test on virtual time.
fn virtually<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(test)
}

/// Runs one `sync` as `plan` says, and once more without faults when it ends with exit 75.
fn sync(catalog: &Catalog, plan: Plan) -> Outcome {
    virtually(async {
        let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00.25Z".parse().unwrap()));
        let clean = Plan::clean(plan.seed + 1);
        let transport = transport(&clock, plan.clone());
        let context = context(catalog, &clock, &transport, plan.seed);
        let run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
        let lake = run.lake.clone();
        let started = tokio::time::Instant::now();
        let result = tokio::time::timeout(LONGEST, to_the_end(run, &context)).await.expect("the run does not end");
        let mut outcome = Outcome {
            took: started.elapsed(),
            tables: read_tables(&lake).await,
            visible: visible(&lake).await,
            log: transport.log(),
            over_budget: transport.tenant().requests_served().refused_429,
            continued: None,
            result,
        };
        if outcome.result.as_ref().is_err_and(|error| error.exit_code() == ExitCode::Temporary) {
            let transport = self::transport(&clock, clean.clone());
            let context = self::context(catalog, &clock, &transport, clean.seed);
            let mut run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
            run.lake = lake.clone();
            to_the_end(run, &context).await.expect("nothing goes wrong any more");
            outcome.continued = Some((read_tables(&lake).await, transport.log().requests));
        }
        outcome
    })
}

/// A clock that begins at that time.
fn clock(at: &str) -> SharedClock {
    Arc::new(TokioClock::starting_at(at.parse().unwrap()))
}

fn transport(clock: &SharedClock, plan: Plan) -> Arc<FaultyTransport> {
    transport_of(EMPLOYEES, clock, plan)
}

/// A tenant with so many employees.
fn transport_of(employees: usize, clock: &SharedClock, plan: Plan) -> Arc<FaultyTransport> {
    transport_to(Options { employees, ..Options::new(TODAY.parse().unwrap()) }, clock, plan)
}

fn transport_to(tenant: Options, clock: &SharedClock, plan: Plan) -> Arc<FaultyTransport> {
    Arc::new(FaultyTransport::new(FakeTenant::new(tenant), Arc::clone(clock), plan))
}

fn context<T: Transport + 'static>(catalog: &Catalog, clock: &SharedClock, transport: &Arc<T>, seed: u64) -> Context {
    Context {
        catalog: catalog.clone(),
        environment: Environment::default(),
        clock: Arc::clone(clock),
        transport: Arc::clone(transport) as Arc<_>,
        progress: Progress::in_logs(),
        quiet: false,
        seed,
        state: None,
    }
}
