//! Pages and tokens, changed once or every time.

use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tokio::time::{Instant, sleep};

use super::{
    super::tables::differences,
    mutate::{ALL, Mutation},
    reading::{self, Row},
    *,
};
use crate::{
    api::{Transport, TransportError},
    catalog::Resource,
};

const PAGES: u64 = 169;
const TOKENS: u64 = 39;
const TOKEN_PATH: &str = "/connect/token";

/// A tenant one of whose answers is changed.
struct Mutating {
    tenant: FakeTenant,
    how: How,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
struct How {
    seed: u64,
    mutation: Mutation,
    /// Whether it is a token that is changed, and not a page.
    token: bool,
    /// Number of the answer.
    at: u64,
    /// Whether the same request is answered so every time.
    lasts: bool,
}

#[derive(Default)]
struct State {
    seen: u64,
    /// Address that was answered so, and what the answer should have been.
    struck: Option<(String, Bytes)>,
    /// The pages of each address, in the order in which they were served.
    served: BTreeMap<String, Vec<Bytes>>,
}

impl Mutating {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let response = self.tenant.handle(request, Instant::now());
        let address = request.uri().to_string();
        let is_token = request.uri().path() == TOKEN_PATH;
        let has_records = is_token || !address.contains("limit=0");
        if response.status() != StatusCode::OK || is_token != self.how.token || !has_records {
            return response;
        }
        let mut state = self.state();
        let again = self.how.lasts && state.struck.as_ref().is_some_and(|(struck, _)| *struck == address);
        let (parts, mut body) = response.into_parts();
        if state.seen == self.how.at || again {
            let original = body.clone();
            body = self.how.mutation.apply(&body, &mut StdRng::seed_from_u64(self.how.seed)).into();
            state.struck = Some((address.clone(), original));
        }
        state.seen += 1;
        state.served.entry(address).or_default().push(body.clone());
        Response::from_parts(parts, body)
    }
}

#[async_trait]
impl Transport for Mutating {
    async fn send(&self, request: Request<Bytes>, _max_body_bytes: u64) -> Result<Response<Bytes>, TransportError> {
        assert_eq!(request.uri().authority().unwrap().as_str(), TENANT, "a request left the tenant");
        let response = self.answer(&request);
        sleep(Duration::from_millis(20)).await;
        Ok(response)
    }
}

/// Rows by id, and the ids of the newest pages.
type Served = (BTreeMap<String, Vec<Row>>, Vec<String>);

struct Ran {
    result: Result<RunReport, Error>,
    tables: Tables,
    visible: Vec<String>,
    state: State,
}

fn run(catalog: &Catalog, how: How) -> Ran {
    virtually(async {
        let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00.25Z".parse().unwrap()));
        let mut options = Options::new(TODAY.parse().unwrap());
        options.employees = EMPLOYEES;
        let transport = Arc::new(Mutating { tenant: FakeTenant::new(options), how, state: Mutex::default() });
        let context = context(catalog, &clock, &transport, how.seed);
        let run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
        let lake = run.lake.clone();
        let result = tokio::time::timeout(LONGEST, to_the_end(run, &context)).await.expect("the run does not end");
        let state = std::mem::take(&mut *transport.state());
        Ran { result, tables: read_tables(&lake).await, visible: visible(&lake).await, state }
    })
}

/// An unchanged run.
fn clean(catalog: &Catalog, token: bool) -> Ran {
    let ran = run(catalog, How { seed: 0, mutation: Mutation::Cut, token, at: u64::MAX, lasts: false });
    assert!(ran.result.is_ok() && ran.state.struck.is_none());
    ran
}

fn draw(seed: u64, token: bool, answers: u64) -> How {
    let mut random = StdRng::seed_from_u64(seed);
    let mutation = ALL[usize::try_from(seed).unwrap() % ALL.len()];
    How { seed, mutation, token, at: random.random_range(0..answers), lasts: random.random_ratio(1, 4) }
}

#[test]
fn changed_pages_are_published_as_they_are_or_not_at_all() {
    let catalog = catalog();
    let clean = clean(&catalog, false);
    assert_eq!(published_wrongly(&catalog, &clean, &clean), Vec::<String>::new());
    let mut counts = Counts::default();
    for seed in 0..PAGES {
        let how = draw(seed, false, clean.state.seen);
        let ran = run(&catalog, how);
        assert!(ran.state.struck.is_some());
        let wrong = match &ran.result {
            Ok(_) => published_wrongly(&catalog, &ran, &clean),
            Err(error) => left_wrongly(error, &ran),
        };
        counts.note(seed, how.mutation, &ran.result, wrong);
    }
    counts.finish(PAGES);
}

#[test]
fn changed_tokens_change_nothing_that_is_published() {
    let catalog = catalog();
    let clean = clean(&catalog, true);
    let mut counts = Counts::default();
    for seed in 0..TOKENS {
        let how = draw(seed, true, clean.state.seen);
        let ran = run(&catalog, how);
        let wrong = match &ran.result {
            Ok(_) => differences(&ran.tables, &clean.tables),
            Err(error) => left_wrongly(error, &ran),
        };
        counts.note(seed, how.mutation, &ran.result, wrong);
    }
    counts.finish(TOKENS);
}

/// What a failed run should not have left.
fn left_wrongly(error: &Error, ran: &Ran) -> Vec<String> {
    let kept = |path: &&String| path.contains("/pages/") && error.exit_code() == ExitCode::Temporary;
    ran.visible.iter().filter(|path| !kept(path)).map(|path| format!("left behind: {path}")).collect()
}

/// How the published tables differ from what was served.
fn published_wrongly(catalog: &Catalog, ran: &Ran, clean: &Ran) -> Vec<String> {
    let mut wrong = Vec::new();
    for resource in &catalog.resources {
        let (served, last) = match served(resource, &ran.state.served) {
            Ok(served) => served,
            Err(problem) => {
                wrong.push(problem);
                continue;
            }
        };
        let published = published(resource, &ran.tables);
        for (id, row) in &published {
            if !served.get(id).is_some_and(|rows| rows.contains(row)) {
                wrong.push(format!("{}: a row that nobody served", resource.name));
            }
        }
        wrong.extend(
            last.iter().filter(|id| !published.contains_key(*id)).map(|_| format!("{}: a row is lost", resource.name)),
        );
        // A chain that ends early serves less: only the records of the changed page may be missing.
        let changed = match &ran.state.struck {
            Some((address, original)) if is_of(resource, address) => {
                reading::rows(resource, original).unwrap().into_iter().map(|row| id_of(&row)).collect()
            }
            _ => Vec::new(),
        };
        let before = self::published(resource, &clean.tables);
        let missing = before.keys().filter(|id| !published.contains_key(*id) && !changed.contains(id));
        wrong.extend(missing.map(|_| format!("{}: a row of another page is lost", resource.name)));
    }
    wrong
}

/// The rows of all pages of a resource, by id: what was read again counts as it was at any time. And the ids of the last
/// page of each address.
fn served(resource: &Resource, pages: &BTreeMap<String, Vec<Bytes>>) -> Result<Served, String> {
    let mut served: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    let mut last = Vec::new();
    for (_, bodies) in pages.iter().filter(|(address, _)| is_of(resource, address)) {
        let mut readings = bodies.iter().map(|body| reading::rows(resource, body));
        let newest = readings.next_back().flatten();
        let newest = newest.ok_or_else(|| format!("{}: a page was taken that is none", resource.name))?;
        last.extend(newest.iter().map(id_of));
        for row in readings.flatten().flatten().chain(newest) {
            served.entry(id_of(&row)).or_default().push(row);
        }
    }
    Ok((served, last))
}

fn is_of(resource: &Resource, address: &str) -> bool {
    address.parse::<http::Uri>().is_ok_and(|uri| uri.path() == format!("/lucca-api/{}", resource.name))
}

fn id_of(row: &Row) -> String {
    row["id"].clone().unwrap()
}

fn published(resource: &Resource, tables: &Tables) -> BTreeMap<String, Row> {
    let tables = resource.tables().into_iter().filter_map(|table| tables.get(&table.name));
    tables.flat_map(|table| reading::published(resource, table)).map(|row| (id_of(&row), row)).collect()
}
