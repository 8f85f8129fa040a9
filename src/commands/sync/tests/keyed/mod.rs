//! `sync` with a legacy key: what it makes of a tenant is what API v5 says of the same tenant.

mod increments;
mod permissions;
mod readings;
mod relation;
mod same;
mod schedules;
mod shifting;

use std::{collections::BTreeMap, sync::Arc};

use arrow::record_batch::RecordBatch;

use super::{
    FaultyTransport, LONGEST, Log, Plan, TENANT, TODAY, catalog, context, settings,
    tables::{Tables, read_tables, visible},
    transport_to, virtually,
};
use crate::{
    catalog::Catalog,
    clock::{SharedClock, TokioClock},
    commands::sync::{Run, SyncOptions, to_the_end},
    engine::stack::deeply,
    env_vars::{Environment, LUCCA_API_KEY},
    error::Error,
    fake_tenant::{Legacy, Options},
    run_report::RunReport,
    settings::Settings,
};

const KEY: &str = "fa4e0000-1e9a-4c1e-8000-00000000c0de";
/// Enough that there is one of each story, and that lists have several pages.
const EMPLOYEES: usize = 36;

/// What came of one run.
struct Keyed {
    result: Result<RunReport, Error>,
    tables: Tables,
    visible: Vec<String>,
    log: Log,
    /// Requests beyond the tenant's own budget.
    over_budget: u64,
}

/// A tenant of which a key may see `legacy`.
fn tenant(legacy: Legacy) -> Options {
    let mut options = Options::new(TODAY.parse().unwrap());
    options.employees = EMPLOYEES;
    options.legacy_key = Some(KEY.to_owned());
    options.legacy = legacy;
    options
}

/// As the catalogue of the other tests; legacy lists have pages as small.
fn keyed_catalog() -> Catalog {
    let mut catalog = catalog();
    for (resource, limit) in catalog.legacy.iter_mut().zip([13, 7, 40].into_iter().cycle()) {
        resource.page_limit = resource.page_limit.min(limit);
        resource.quality = Default::default();
        resource.columns.iter_mut().for_each(|column| column.refers_to = None);
    }
    catalog
}

fn keyed_settings(more: &[(&'static str, &str)]) -> Settings {
    let flags =
        [("base-url", format!("http://{TENANT}")), ("lake", "memory:///".to_owned()), ("as-of", TODAY.to_owned())];
    let mut flags = BTreeMap::from(flags);
    flags.extend(more.iter().map(|(flag, value)| (*flag, (*value).to_owned())));
    Settings::resolve(&flags, &Environment::from([(LUCCA_API_KEY, KEY)]), None).unwrap()
}

/// Reads a tenant with its key.
fn with_key(tenant: &Options, plan: Plan) -> Keyed {
    read(tenant, &keyed_catalog(), &keyed_settings(&[]), plan)
}

/// Reads a tenant by API v5.
fn with_application(tenant: &Options) -> Tables {
    let read = read(tenant, &catalog(), &settings(), Plan::clean(0));
    read.result.expect("nothing goes wrong");
    read.tables
}

/// A table of them.
fn table<'t>(tables: &'t Tables, name: &str) -> &'t RecordBatch {
    tables.get(name).unwrap_or_else(|| panic!("{name} is not among {:?}", tables.keys()))
}

/// On a thread with the stack that the program has: some mapping queries are deep.
fn read(tenant: &Options, catalog: &Catalog, settings: &Settings, plan: Plan) -> Keyed {
    deeply(|| virtually(read_once(tenant, catalog, settings, plan)))
}

async fn read_once(tenant: &Options, catalog: &Catalog, settings: &Settings, plan: Plan) -> Keyed {
    let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00.25Z".parse().unwrap()));
    let seed = plan.seed;
    let transport: Arc<FaultyTransport> = transport_to(tenant.clone(), &clock, plan);
    let context = context(catalog, &clock, &transport, seed);
    let run = Run::prepare(&context, settings, SyncOptions::default()).unwrap();
    let lake = run.lake.clone();
    let result = tokio::time::timeout(LONGEST, to_the_end(run, &context)).await.expect("the run does not end");
    Keyed {
        tables: read_tables(&lake).await,
        visible: visible(&lake).await,
        log: transport.log(),
        over_budget: transport.tenant().requests_served().refused_429,
        result,
    }
}
