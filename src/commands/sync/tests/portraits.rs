//! Portraits: each is asked for once, whatever happens; what the lake has costs nothing.

use std::{sync::Arc, time::Duration};

use arrow::{
    array::{Array as _, AsArray as _},
    datatypes::TimestampMicrosecondType,
};
use async_trait::async_trait;
use bytes::Bytes;
use http::Request;

use super::{
    FaultyTransport, Plan, Run, SyncOptions, TODAY, catalog, clock, context,
    faulty::Answer,
    kinds::Kind,
    settings_with,
    tables::{Tables, read_tables},
    to_the_end, virtually,
};
use crate::{
    api::Transport,
    clock::SharedClock,
    error::Error,
    exit_code::ExitCode,
    fake_tenant::{FakeTenant, Options, Served},
    lake::{Lake, verify_lake},
    run_report::{ByIdReport, RunReport},
};

const EMPLOYEES: usize = 40;
const IMAGES: (&str, &str) = ("tables", "portraits_images");

/// A lake, and runs one after another.
pub(super) struct World {
    pub(super) clock: SharedClock,
    pub(super) lake: Option<Lake>,
    runs: u64,
}

impl World {
    pub(super) fn new() -> Self {
        Self { clock: clock("2026-03-15T06:00:00Z"), lake: None, runs: 0 }
    }

    pub(super) fn lake(&self) -> &Lake {
        self.lake.as_ref().unwrap()
    }

    /// One run against any tenant.
    pub(super) async fn run<T: Transport + 'static>(
        &mut self,
        transport: &Arc<T>,
        flags: &[(&'static str, &str)],
        options: SyncOptions,
    ) -> Result<RunReport, Error> {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        self.runs += 1;
        let context = context(&catalog(), &self.clock, transport, self.runs);
        let mut run = Run::prepare(&context, &settings_with(flags), options).unwrap();
        let lake = self.lake.take().unwrap_or(run.lake).with_latest_day(self.clock.now().date_naive());
        run.lake = self.lake.insert(lake).clone();
        to_the_end(run, &context).await
    }

    /// One run against a tenant made of these options, and what that served.
    async fn sync(&mut self, tenant: Options, flags: &[(&'static str, &str)], fresh: bool) -> (RunReport, Served) {
        let transport =
            Arc::new(FaultyTransport::new(FakeTenant::new(tenant), Arc::clone(&self.clock), Plan::clean(1)));
        let report = self.run(&transport, flags, SyncOptions { fresh, ..SyncOptions::default() }).await.unwrap();
        (report, transport.tenant().requests_served())
    }
}

fn tenant() -> Options {
    Options { employees: EMPLOYEES, ..Options::new(TODAY.parse().unwrap()) }
}

/// The ids of portraits that employees refer to.
fn referred() -> Vec<String> {
    let employees = FakeTenant::new(tenant());
    let ids = employees.records("employees").filter_map(|e| e["portrait"]["id"].as_str().map(str::to_owned));
    ids.collect()
}

fn asked(served: &Served) -> u64 {
    served.by_collection.get("portraits").copied().unwrap_or_default()
}

fn by_id(report: &RunReport) -> ByIdReport {
    report.resources.iter().find_map(|r| r.by_id.clone()).unwrap()
}

/// The texts of a column, by row.
fn texts(tables: &Tables, table: &str, column: &str) -> Vec<Option<String>> {
    let column = tables[table].column_by_name(column).unwrap().as_string::<i32>();
    column.iter().map(|text| text.map(str::to_owned)).collect()
}

fn checked(tables: &Tables) -> Vec<i64> {
    let column = tables["portraits_images"].column_by_name("checked_at").unwrap();
    column.as_primitive::<TimestampMicrosecondType>().values().to_vec()
}

#[test]
fn a_second_sync_of_an_unchanged_tenant_asks_for_no_portrait() {
    virtually(async {
        let (mut world, ids) = (World::new(), referred());
        let n = ids.len() as u64;
        let (first, served) = world.sync(tenant(), &[IMAGES], false).await;
        assert_eq!((asked(&served), served.images), (2 * n, n));
        let tables = read_tables(world.lake()).await;
        let found = texts(&tables, "portraits_images", "id");
        assert_eq!(found, texts(&tables, "portraits", "id"));
        assert_eq!(found.len(), ids.len());
        assert!(texts(&tables, "portraits_images", "problem").iter().all(Option::is_none));
        let content = tables["portraits_images"].column_by_name("content").unwrap().as_binary::<i32>().clone();
        let types = texts(&tables, "portraits_images", "content_type");
        for (bytes, name) in content.iter().zip(&types) {
            let beginning: &[u8] = if name.as_deref() == Some("image/png") { b"\x89PNG" } else { b"\xFF\xD8\xFF" };
            assert!(bytes.unwrap().starts_with(beginning), "{name:?}");
        }
        assert_eq!(first.requests.requests, served.api_requests());
        // The same day again, and another one: it is the lake that is asked.
        for (day, changed) in [(TODAY, false), ("2026-03-16", true)] {
            if changed {
                tokio::time::sleep(Duration::from_secs(24 * 3600)).await;
            }
            let (report, served) = world.sync(tenant(), &[IMAGES, ("as-of", day)], false).await;
            assert_eq!((asked(&served), served.images), (0, 0), "{day}");
            assert_eq!(report.fewest_requests, first.fewest_requests - 2 * n);
            let content = by_id(&report).content.unwrap();
            assert_eq!((content.carried_over, content.asked), (n, 0));
            let again = read_tables(world.lake()).await;
            assert_eq!(
                (&again["portraits_images"], &again["portraits"]),
                (&tables["portraits_images"], &tables["portraits"])
            );
        }
        assert!(verify_lake(world.lake()).await.unwrap().is_empty());
    });
}

#[test]
fn a_sync_asks_for_no_portrait_unless_somebody_wants_them() {
    virtually(async {
        let n = referred().len() as u64;
        for (flags, records, images) in [
            (&[][..], 0, 0),
            (&[("portraits", "metadata")][..], n, 0),
            (&[("portraits", "images")], n, n),
            (&[("tables", "portraits")], n, 0),
        ] {
            let mut world = World::new();
            let (_, served) = world.sync(tenant(), flags, false).await;
            assert_eq!((asked(&served), served.images), (records + images, images), "{flags:?}");
            let tables = read_tables(world.lake()).await;
            assert_eq!(tables.contains_key("portraits"), records > 0);
            assert_eq!(tables.contains_key("portraits_images"), images > 0);
            assert!(!served.by_collection.contains_key("events"));
        }
    });
}

#[test]
fn a_picture_replaced_under_its_id_is_noticed_when_it_falls_due() {
    virtually(async {
        let (mut world, n) = (World::new(), referred().len() as u64);
        world.sync(tenant(), &[IMAGES], false).await;
        let before = read_tables(world.lake()).await;
        let replaced = || Options { portrait_revision: 1, ..tenant() };
        let (_, served) = world.sync(replaced(), &[IMAGES], false).await;
        assert_eq!(served.images, 0, "nobody asks");
        // After half of the days, some are due; after all of them every one was asked for.
        let mut images = Vec::new();
        for day in ["2026-04-08", "2026-04-15"] {
            let until: chrono::DateTime<chrono::Utc> = format!("{day}T06:00:00Z").parse().unwrap();
            tokio::time::sleep((until - world.clock.now()).to_std().unwrap()).await;
            let (_, served) = world.sync(replaced(), &[IMAGES, ("as-of", day)], false).await;
            images.push(served.images);
        }
        assert!(images[0] > 0 && images[1] > 0, "spread over the days: {images:?}");
        assert_eq!(images.iter().sum::<u64>(), n);
        let after = read_tables(world.lake()).await;
        let sums = |tables| texts(tables, "portraits_images", "sha256");
        let ids = texts(&after, "portraits_images", "id");
        assert_eq!(ids, texts(&before, "portraits_images", "id"));
        let same =
            ids.iter().zip(sums(&before).into_iter().zip(sums(&after))).filter(|(_, (before, after))| before == after);
        assert_eq!(same.map(|(id, _)| id).collect::<Vec<_>>(), Vec::<&Option<String>>::new(), "{images:?}");
        assert!(sums(&after).iter().all(Option::is_some));
    });
}

#[test]
fn what_is_the_same_is_said_to_be_and_not_sent() {
    virtually(async {
        let (mut world, n) = (World::new(), referred().len() as u64);
        world.sync(tenant(), &[IMAGES], false).await;
        let before = read_tables(world.lake()).await;
        let (report, served) = world.sync(tenant(), &[IMAGES], true).await;
        assert_eq!((served.images, served.by_status[&304]), (0, n));
        let content = by_id(&report).content.unwrap();
        assert_eq!((content.asked, content.unchanged, content.received), (n, n, 0));
        let after = read_tables(world.lake()).await;
        assert_eq!(
            before["portraits_images"].column_by_name("content"),
            after["portraits_images"].column_by_name("content")
        );
        assert!(checked(&before).iter().zip(checked(&after)).all(|(before, after)| *before < after));
    });
}

#[test]
fn a_portrait_that_is_gone_is_no_error() {
    virtually(async {
        let (mut world, ids) = (World::new(), referred());
        let gone = || Options { gone_portraits: vec![ids[1].clone()], ..tenant() };
        let (report, _) = world.sync(gone(), &[IMAGES], false).await;
        assert_eq!(by_id(&report).gone, 1);
        let there = |tables: &Tables| texts(tables, "portraits", "id").contains(&Some(ids[1].clone()));
        assert!(!there(&read_tables(world.lake()).await));
        // It is back, and is asked for alone; then it is gone again, which shows when it is asked for again.
        let (_, served) = world.sync(tenant(), &[IMAGES], false).await;
        assert_eq!(asked(&served), 2);
        assert!(there(&read_tables(world.lake()).await));
        let (report, _) = world.sync(gone(), &[IMAGES], true).await;
        assert_eq!(by_id(&report).gone, 1);
        let tables = read_tables(world.lake()).await;
        assert!(!there(&tables));
        assert_eq!(tables["portraits_images"].num_rows(), ids.len() - 1);
    });
}

type Images = fn() -> Answer;

/// A tenant whose images are something else.
struct Spoilt {
    tenant: Arc<FaultyTransport>,
    images: Images,
}

#[async_trait]
impl Transport for Spoilt {
    async fn send(&self, request: Request<Bytes>, max_body_bytes: u64) -> Answer {
        let is_image = request.headers().get("accept").is_some_and(|accept| accept == "image/*");
        let answer = self.tenant.send(request, max_body_bytes).await?;
        if is_image { (self.images)() } else { Ok(answer) }
    }
}

#[test]
fn what_is_no_image_is_told_and_not_kept() {
    virtually(async {
        let not_found = || {
            let problem = br#"{"status":404,"title":"Not Found"}"#;
            Ok(http::Response::builder().status(404).body(Bytes::from_static(problem)).unwrap())
        };
        let cases: [(Images, &str); 4] = [
            (|| Ok(http::Response::new(Bytes::from_static(b"<html>closed</html>"))), "not_an_image"),
            (|| Ok(http::Response::new(Bytes::from_static(br#"{"id":"1","type":"portrait"}"#))), "not_an_image"),
            (|| Ok(http::Response::new([&b"\xFF\xD8\xFF"[..], &vec![0; 17 << 20]].concat().into())), "too_large"),
            (not_found, "gone"),
        ];
        let n = referred().len();
        for (images, problem) in cases {
            let mut world = World::new();
            let options = Options { employees: 8, ..tenant() };
            let tenant = FaultyTransport::new(FakeTenant::new(options), Arc::clone(&world.clock), Plan::clean(1));
            let spoilt = Arc::new(Spoilt { tenant: Arc::new(tenant), images });
            let report = world.run(&spoilt, &[IMAGES], SyncOptions::default()).await.unwrap();
            let tables = read_tables(world.lake()).await;
            let problems = texts(&tables, "portraits_images", "problem");
            assert!(!problems.is_empty() && problems.len() < n);
            assert!(problems.iter().all(|found| found.as_deref() == Some(problem)), "{problems:?}");
            assert_eq!(tables["portraits_images"].column_by_name("content").unwrap().null_count(), problems.len());
            let content = by_id(&report).content.unwrap();
            assert_eq!(content.not_kept, [(problem.to_owned(), problems.len() as u64)].into());
            assert_eq!(content.received, 0);
            // Nobody asks for it again and again.
            let before = spoilt.tenant.tenant().requests_served().images;
            world.run(&spoilt, &[IMAGES], SyncOptions::default()).await.unwrap();
            assert_eq!(spoilt.tenant.tenant().requests_served().images, before);
        }
    });
}

#[test]
fn a_run_goes_on_with_the_portraits_that_the_one_before_had() {
    virtually(async {
        let n = referred().len() as u64;
        let mut died = 0;
        for at in [20, 35, 55] {
            let mut world = World::new();
            let broken = Plan { seed: at, rate: 0.0, kinds: vec![Kind::Unavailable], lasts_from: Some(at) };
            let tenant_of = |plan| FaultyTransport::new(FakeTenant::new(tenant()), Arc::clone(&world.clock), plan);
            let (dying, next) = (Arc::new(tenant_of(broken)), Arc::new(tenant_of(Plan::clean(2))));
            let error = world.run(&dying, &[IMAGES], SyncOptions::default()).await.unwrap_err();
            assert_eq!(error.exit_code(), ExitCode::Temporary, "{error}");
            let before = dying.tenant().requests_served();
            let report = world.run(&next, &[IMAGES], SyncOptions::default()).await.unwrap();
            let after = next.tenant().requests_served();
            // What was asked for in the list that was under way is asked for again.
            let all = asked(&before) + asked(&after);
            assert!((2 * n..2 * n + 50).contains(&all), "{at}: {all} of {}", 2 * n);
            died += u64::from(asked(&before) > 0 && asked(&after) < 2 * n && report.continued.is_some());
            let tables = read_tables(world.lake()).await;
            let mut whole = World::new();
            whole.sync(tenant(), &[IMAGES], false).await;
            let expected = read_tables(whole.lake()).await;
            let content = |tables: &Tables| texts(tables, "portraits_images", "sha256");
            assert_eq!((&tables["portraits"], content(&tables)), (&expected["portraits"], content(&expected)));
        }
        assert!(died > 0, "none died among the portraits");
    });
}

#[test]
fn faults_change_nothing_of_portraits() {
    virtually(async {
        let mut clean = World::new();
        clean.sync(tenant(), &[IMAGES], false).await;
        let expected = read_tables(clean.lake()).await;
        for kind in [Kind::Unavailable, Kind::Html, Kind::ShortToken] {
            let mut world = World::new();
            let plan = Plan { seed: 3, rate: 0.2, kinds: vec![kind], lasts_from: None };
            let faulty = FaultyTransport::new(FakeTenant::new(tenant()), Arc::clone(&world.clock), plan);
            world.run(&Arc::new(faulty), &[("tables", "portraits")], SyncOptions::default()).await.unwrap();
            assert_eq!(read_tables(world.lake()).await["portraits"], expected["portraits"], "{kind:?}");
        }
    });
}
