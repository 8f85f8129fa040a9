//! A collection that ends at any of its operations: readers of what stays miss nothing, no manifest or view that they can
//! find names a file that is gone, and the next collection ends it.

use bytes::Bytes;
use chrono::TimeDelta;

use super::{
    interrupted::{ENDINGS, Ending, Kind, Schedule, World},
    worlds::{check_glob, data},
    *,
};
use crate::lake::views::named_files;

const OLD: &str = "2026-11-20";
const MIDDLE: &str = "2026-11-21";
const NEW: &str = "2026-11-22";
/// A run that was killed, and what it left in staging.
const KILLED: &str = "20200101T000000Z-00000000";
/// Collections, which may leave staging too.
const FIRST: &str = "20200102T000000Z-00000000";
const SECOND: &str = "20200103T000000Z-00000000";

/// What is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    /// Two days past retention; a run that was killed left files of the day that stays, and staging.
    Retention,
    /// A day that was published three times, in grace.
    Drop,
    /// A day whose newest manifest cannot be read.
    DropUnreadable,
    /// The only day that is left.
    DropLast,
}

/// A lake about to be collected.
struct Prepared {
    scenario: Scenario,
    objects: Vec<(Path, Bytes)>,
    /// What stays.
    stays: Vec<Snapshot>,
    /// What the views name before.
    in_views: BTreeSet<String>,
}

/// The first row of a run, so that every row tells whose it is.
fn first_row(run: &str) -> i32 {
    run.bytes().last().map_or(0, |digit| i32::from(digit - b'0') * 100)
}

async fn publish_kept(lake: &Lake, as_of: &str, run: &str) -> Snapshot {
    let mut tables = Vec::new();
    for (name, zone) in [("employees", Zone::Core), ("records", Zone::Personal)] {
        tables.push(stage(lake, run, &table(name, zone), first_row(run), 3).await);
    }
    let superseded_grace = TimeDelta::days(400);
    publish(lake, Publication { superseded_grace, ..publication(as_of, run, tables) }).await.unwrap()
}

impl Prepared {
    async fn new(scenario: Scenario) -> Self {
        let lake = TestLake::memory();
        let mut stays = Vec::new();
        for run in ["run-1", "run-2", "run-3"] {
            publish_kept(&lake, OLD, run).await;
        }
        if scenario != Scenario::DropLast {
            let middle = publish_kept(&lake, MIDDLE, "run-4").await;
            stays.extend((scenario != Scenario::Retention).then_some(middle));
            stays.push(publish_kept(&lake, NEW, "run-5").await);
        }
        if scenario == Scenario::Retention {
            let killed = stage(&lake, KILLED, &table("employees", Zone::Core), 900, 3).await;
            let left = layout::data_file(Zone::Core, "employees", day(NEW), &KILLED.parse().unwrap(), 0);
            lake.raw.copy(&Path::from(killed.table().files[0].path.as_str()), &left).await.unwrap();
        }
        if scenario == Scenario::DropUnreadable {
            let newest = layout::manifest(SnapshotId { as_of: day(OLD), sequence: 3 });
            lake.raw.put(&newest, "{".into()).await.unwrap();
        }
        let in_views = named_files(&text(&lake, layout::DUCKDB_VIEWS).await);
        Self { scenario, objects: contents(&lake).await, stays, in_views }
    }

    fn scope(&self) -> GarbageScope {
        match self.scenario {
            Scenario::Retention => GarbageScope::Retention(Retention { last: Some(1), ..Retention::default() }),
            _ => GarbageScope::Days(BTreeSet::from([day(OLD)])),
        }
    }

    async fn collect(&self, lake: &Lake) -> Result<(), LakeError> {
        let garbage = find(lake, &self.scope()).await?;
        assert_eq!(garbage.objections, []);
        collect_garbage(lake, &FIRST.parse().unwrap(), &garbage).await
    }

    /// What readers see: every day that they can find, whole, and what stays in any case.
    async fn check_readers(&self, lake: &Lake) {
        let mut found = Vec::new();
        for id in lake.every_snapshot().await.unwrap() {
            match lake.snapshot_called(id).await {
                Ok(snapshot) => found.push(snapshot.unwrap()),
                Err(error) => assert!(self.scenario == Scenario::DropUnreadable, "{error:?}"),
            }
        }
        for snapshot in &found {
            for table in &snapshot.tables {
                let expected = batch(&rows(first_row(snapshot.run_id.as_str()), 3));
                assert_eq!(read_table(lake, table).await, expected, "{}: {}", snapshot.id(), table.name);
            }
        }
        for snapshot in &self.stays {
            assert!(found.contains(snapshot), "{} stays", snapshot.id());
        }
        let present = data(lake).await;
        for path in [layout::DUCKDB_VIEWS, layout::SPARK_VIEWS] {
            let named = named_files(&text(lake, path).await);
            assert!(named.is_subset(&self.in_views) && self.files_that_stay().is_subset(&named), "{path}: {named:?}");
            for day in [OLD, MIDDLE, NEW] {
                let of_day = |files: &BTreeSet<String>| files.iter().filter(|file| file.contains(day)).count();
                assert!([0, of_day(&self.in_views)].contains(&of_day(&named)), "{path} names half of {day}");
            }
            assert!(named.is_subset(&present), "{path} names files that are gone");
        }
        check_glob(lake).await;
    }

    fn files_that_stay(&self) -> BTreeSet<String> {
        self.stays.iter().flat_map(paths).collect()
    }

    /// Nothing of what goes is left.
    async fn check_collected(&self, lake: &TestLake) {
        self.check_readers(lake).await;
        let ids: Vec<SnapshotId> = self.stays.iter().map(Snapshot::id).collect();
        assert_eq!(lake.every_snapshot().await.unwrap(), ids);
        assert_eq!(data(lake).await, self.files_that_stay());
        assert_eq!(verify_lake(lake).await.unwrap(), []);
        for snapshot in &self.stays {
            assert_eq!(verify(lake, snapshot).await.unwrap(), []);
        }
        for folder in [layout::STAGING, "_lake/collecting"] {
            assert_eq!(objects(&lake.raw, folder).await, BTreeSet::new());
        }
        assert!(find(lake, &self.scope()).await.unwrap().is_empty());
    }
}

/// In a bucket, files must look old enough.
async fn find(lake: &Lake, scope: &GarbageScope) -> Result<Garbage, LakeError> {
    find_garbage(lake, scope, day(NEW), Utc::now() + TimeDelta::days(2)).await
}

async fn ends_anywhere(kind: Kind, scenario: Scenario) -> usize {
    let prepared = Prepared::new(scenario).await;
    let plain = GarbageScope::Retention(Retention::default());
    let mut operations = 0;
    for ending in ENDINGS {
        for at in 0..200 {
            let schedule = Schedule::new(ending, at);
            let world = World::new(kind, &prepared.objects, &schedule).await;
            let result = world.run(&schedule, async |lake| prepared.collect(lake).await).await;
            prepared.check_readers(&world.after).await;
            match &result {
                None => assert_eq!(ending, Ending::Killed),
                Some(Ok(())) => prepared.check_collected(&world.after).await,
                Some(Err(error)) => assert!(error.is_retryable(), "{ending:?} at {at}: {error:?}"),
            }
            // Somebody else's plain collection may come first.
            if at % 2 == 1 {
                let between = find(&world.after, &plain).await.unwrap();
                let unreadable = |o: &Objection| matches!(o, Objection::Unreadable { .. });
                assert!(between.objections.iter().all(unreadable), "{ending:?} at {at}: {:?}", between.objections);
                collect_garbage(&world.after, &SECOND.parse().unwrap(), &between).await.unwrap();
                prepared.check_readers(&world.after).await;
            }
            prepared.collect(&world.after).await.unwrap();
            prepared.check_collected(&world.after).await;
            if at > schedule.passed() {
                operations = schedule.passed();
                break;
            }
        }
        assert!(operations > 0, "a collection has fewer operations");
    }
    operations
}

/// For each scenario, the operations: `docs/publishing.md` tells these numbers.
async fn all(kind: Kind, scenarios: &[Scenario]) -> Vec<usize> {
    let mut operations = Vec::new();
    for scenario in scenarios {
        operations.push(ends_anywhere(kind, *scenario).await);
    }
    operations
}

#[tokio::test]
async fn readers_miss_nothing_whatever_ends_a_collection_in_memory() {
    let all_four = [Scenario::Retention, Scenario::Drop, Scenario::DropUnreadable, Scenario::DropLast];
    assert_eq!(all(Kind::Memory, &all_four).await, [40, 34, 34, 30]);
}

#[tokio::test]
async fn readers_miss_nothing_whatever_ends_a_collection_on_a_disk() {
    assert_eq!(all(Kind::Disk, &[Scenario::Retention, Scenario::DropUnreadable]).await, [39, 35]);
}

#[tokio::test]
async fn readers_miss_nothing_whatever_ends_a_collection_on_s3() {
    assert_eq!(all(Kind::S3, &[Scenario::Retention, Scenario::DropUnreadable]).await, [32, 29]);
}
