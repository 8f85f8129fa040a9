//! A tenant that is read with a legacy key: the same lake.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use tokio::time::{Instant, sleep};

use super::{
    TENANT, TODAY, clock, read_tables, settings_with,
    tables::{Tables, tables_of},
    virtually,
};
use crate::{
    api::{Transport, TransportError},
    catalog::{Catalog, Source},
    clock::SharedClock,
    commands::sync::{Run, SyncOptions, to_the_end},
    context::Context,
    engine::stack::on_deep_thread,
    env_vars::{Environment, LUCCA_API_KEY},
    error::Error,
    exit_code::ExitCode,
    fake_tenant::{FakeTenant, Options},
    lake::{Lake, Snapshot},
    progress::Progress,
    run_report::RunReport,
    settings::Settings,
};

mod not_told;

/// Runs a test on virtual time, with a stack for all queries.
fn deeply<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send) {
    on_deep_thread(|| virtually(test()));
}

const KEY: &str = "fake-key";
const NOW: &str = "2026-03-15T06:00:00Z";

/// A tenant in the same process, that dies at some request where it is told to.
struct Server {
    tenant: FakeTenant,
    dies_at: Option<u64>,
    /// A route that takes no request for a right one.
    refuses: Option<&'static str>,
    asked: std::sync::atomic::AtomicU64,
}

impl Server {
    fn new(options: Options) -> Arc<Self> {
        Self::refusing(None, options)
    }

    fn refusing(refuses: Option<&'static str>, options: Options) -> Arc<Self> {
        Arc::new(Self { tenant: FakeTenant::new(options), dies_at: None, refuses, asked: 0.into() })
    }

    fn asked(&self) -> u64 {
        self.asked.load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: Request<Bytes>, _: u64) -> Result<Response<Bytes>, TransportError> {
        let number = self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        sleep(Duration::from_millis(20)).await;
        match self.dies_at {
            Some(at) if number >= at => Ok(Response::builder().status(503).body(Bytes::new()).unwrap()),
            _ if self.refuses.is_some_and(|path| request.uri().path() == path) => {
                let body = Bytes::from_static(br#"{"Status":400,"Message":"No such module"}"#);
                Ok(Response::builder().status(400).body(body).unwrap())
            }
            _ => Ok(self.tenant.handle(&request, Instant::now())),
        }
    }
}

fn options(employees: usize) -> Options {
    let mut options = Options::new(TODAY.parse().unwrap());
    options.employees = employees;
    options.legacy_key = Some(KEY.to_owned());
    options
}

fn with_key(more: &[(&'static str, &str)]) -> Settings {
    let flags =
        [("base-url", format!("http://{TENANT}")), ("lake", "memory:///".to_owned()), ("as-of", TODAY.to_owned())];
    let mut flags = std::collections::BTreeMap::from(flags);
    flags.extend(more.iter().map(|(flag, value)| (*flag, (*value).to_owned())));
    Settings::resolve(&flags, &Environment::from([(LUCCA_API_KEY, KEY)]), None).unwrap()
}

fn context(clock: &SharedClock, server: &Arc<Server>, seed: u64) -> Context {
    Context {
        catalog: Catalog::embedded().unwrap(),
        environment: Environment::default(),
        clock: Arc::clone(clock),
        transport: Arc::clone(server) as Arc<_>,
        progress: Progress::in_logs(),
        quiet: false,
        seed,
        state: None,
    }
}

/// One run into `lake`, or a new one.
async fn run(
    settings: &Settings,
    clock: &SharedClock,
    server: &Arc<Server>,
    lake: Option<&Lake>,
    seed: u64,
) -> (Lake, Result<RunReport, Error>) {
    let context = context(clock, server, seed);
    let mut run = Run::prepare(&context, settings, SyncOptions::default()).unwrap();
    if let Some(lake) = lake {
        run.lake = lake.clone();
    }
    let lake = run.lake.clone();
    let ended = to_the_end(run, &context).await;
    (lake, ended)
}

async fn newest(lake: &Lake) -> Snapshot {
    lake.newest().await.unwrap().unwrap()
}

fn ids(tables: &Tables, table: &str) -> Vec<String> {
    use arrow::array::AsArray as _;
    let column = tables[table].column_by_name("id").unwrap();
    column.as_string::<i32>().iter().flatten().map(str::to_owned).collect()
}

#[test]
fn a_key_gives_the_tables_of_an_application() {
    deeply(|| async {
        let clock = clock(NOW);
        let server = Server::new(options(30));
        let (lake, report) = run(&with_key(&[]), &clock, &server, None, 1).await;
        let report = report.unwrap();
        assert_eq!(report.source, Source::Legacy);
        let snapshot = newest(&lake).await;
        assert_eq!(snapshot.state.source, Source::Legacy);
        assert!(!snapshot.state.not_available.is_empty());
        let tables = read_tables(&lake).await;
        let (v5_lake, v5) = run(&settings_with(&[]), &clock, &Server::new(options(30)), None, 2).await;
        v5.unwrap();
        let of_v5 = read_tables(&v5_lake).await;
        for table in ["employees", "departments", "legal_entities", "business_establishments"] {
            assert_eq!(ids(&tables, table), ids(&of_v5, table), "{table}");
        }
        // What was only read for others is gone.
        assert!(tables.keys().all(|name| !name.starts_with("v4_")), "{:?}", tables.keys());
    });
}

#[test]
fn a_run_that_died_goes_on_and_gives_the_same() {
    deeply(|| async {
        let clock = clock(NOW);
        let (expected, whole) = run(&with_key(&[]), &clock, &Server::new(options(30)), None, 1).await;
        let requests = whole.unwrap().requests.requests;
        let (tenant, dies_at) = (FakeTenant::new(options(30)), Some(requests / 2));
        let dying = Arc::new(Server { tenant, dies_at, refuses: None, asked: 0.into() });
        let (lake, ended) = run(&with_key(&[]), &clock, &dying, None, 2).await;
        assert_eq!(ended.unwrap_err().exit_code(), ExitCode::Temporary);
        let server = Server::new(options(30));
        let (lake, ended) = run(&with_key(&[]), &clock, &server, Some(&lake), 3).await;
        let report = ended.unwrap();
        // What was kept of one page costs a count instead.
        let kept: u64 = report.resources.iter().map(|resource| resource.kept_pages).sum();
        assert!(report.continued.is_some() && kept > 2, "{kept}");
        assert!(server.asked() <= requests, "{} of {requests}", server.asked());
        let (found, expected) = (read_tables(&lake).await, read_tables(&expected).await);
        let differences = super::tables::differences(&found, &expected);
        assert!(differences.is_empty(), "{differences:?}");
    });
}

#[test]
fn a_lake_goes_from_one_source_to_the_other_and_back() {
    deeply(|| async {
        let clock = clock(NOW);
        let (lake, ended) = run(&settings_with(&[]), &clock, &Server::new(options(30)), None, 1).await;
        ended.unwrap();
        let (_, some) =
            run(&with_key(&[("tables", "leaves")]), &clock, &Server::new(options(30)), Some(&lake), 2).await;
        let some = some.unwrap_err();
        assert!(some.to_string().contains("was read with an OAuth application"), "{some}");
        let (_, ended) = run(&with_key(&[]), &clock, &Server::new(options(30)), Some(&lake), 3).await;
        ended.unwrap();
        let legacy = newest(&lake).await;
        assert_eq!((legacy.sequence, legacy.state.source), (2, Source::Legacy));
        assert!(legacy.table("professions").is_none(), "nothing of the other source stays");
        assert!(legacy.state.absent.contains_key("professions"));
        let (_, ended) = run(&settings_with(&[]), &clock, &Server::new(options(30)), Some(&lake), 4).await;
        ended.unwrap();
        let back = newest(&lake).await;
        assert_eq!((back.sequence, back.state.source), (3, Source::V5));
        assert!(back.table("leaves").is_none() && back.state.not_available.is_empty());
    });
}

#[test]
fn several_days_are_made_of_one_reading() {
    deeply(|| async {
        let clock = clock(NOW);
        let settings = with_key(&[("as-of", "2026-02-28,2026-03-15")]);
        let (lake, ended) = run(&settings, &clock, &Server::new(options(30)), None, 1).await;
        assert_eq!(ended.unwrap().published.len(), 2);
        let mut sets = Vec::new();
        for id in lake.snapshots().await.unwrap() {
            let snapshot = lake.snapshot(id.as_of).await.unwrap().unwrap();
            assert_eq!(snapshot.state.source, Source::Legacy);
            sets.push(tables_of(&lake, snapshot).await);
        }
        assert_eq!(ids(&sets[0], "employees"), ids(&sets[1], "employees"));
    });
}
