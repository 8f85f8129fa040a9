//! A lake about to be published to, as often as a test wants to begin again.

use super::*;
use crate::lake::views::named_files;

/// The day that is published.
pub(super) const DAY: &str = "2026-11-22";
/// A day that must stay as it is.
const OTHER_DAY: &str = "2026-11-21";

/// What a publication finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scenario {
    /// Nothing for its day.
    First,
    /// A snapshot with the same tables and one more.
    Replaces,
    /// A snapshot, one of whose tables it keeps.
    CarriesOver,
}

pub(super) const SCENARIOS: [Scenario; 3] = [Scenario::First, Scenario::Replaces, Scenario::CarriesOver];

/// The objects of a lake in which `run-2`, `run-3` and `run-4` have staged what they are about to publish.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    objects: Vec<(Path, bytes::Bytes)>,
    staged: Vec<StagedTable>,
    scenario: Scenario,
    other: Snapshot,
    pub(super) before: Option<Snapshot>,
}

/// The first number of a run's rows, so that every row tells whose it is.
fn first_row(run: &str) -> i32 {
    run.bytes().last().map_or(0, |digit| i32::from(digit - b'0') * 100)
}

impl Prepared {
    pub(super) async fn new(scenario: Scenario) -> Self {
        let lake = TestLake::memory();
        let other = publish_employees(&lake, OTHER_DAY, "run-0", 0, 5).await.unwrap();
        let mut before = None;
        if scenario != Scenario::First {
            let mut tables = Vec::new();
            for (name, zone) in
                [("employees", Zone::Core), ("departments", Zone::Core), ("personal_records", Zone::Personal)]
            {
                tables.push(in_two_files(&lake, "run-1", name, zone).await);
            }
            before = Some(publish(&lake, publication(DAY, "run-1", tables)).await.unwrap());
        }
        let mut staged = Vec::new();
        for run in ["run-2", "run-3", "run-4"] {
            for name in ["employees", "departments"] {
                staged.push(in_two_files(&lake, run, name, Zone::Core).await);
            }
        }
        Self { objects: contents(&lake).await, staged, scenario, other, before }
    }

    /// The same, with what `run` publishes held back by a gate.
    pub(super) async fn holding(mut self, run: &str) -> Self {
        let lake = TestLake::memory();
        self.fill(&lake).await;
        Held::keep(&lake, self.publication(run), vec!["rows_dropped".to_owned()]).await.unwrap();
        self.objects = contents(&lake).await;
        self
    }

    /// Every object.
    pub(super) fn objects(&self) -> &[(Path, bytes::Bytes)] {
        &self.objects
    }

    /// Fills `lake`, which is empty.
    pub(super) async fn fill(&self, lake: &TestLake) {
        for (path, content) in &self.objects {
            lake.raw.put(path, content.clone().into()).await.unwrap();
        }
    }

    /// What `run` publishes.
    pub(super) fn publication(&self, run: &str) -> Publication {
        let mut tables: Vec<StagedTable> = self.staged.iter().filter(|t| t.run_id().as_str() == run).cloned().collect();
        let mut carried_over = Vec::new();
        // The run after the one that is interrupted reads everything.
        if self.scenario == Scenario::CarriesOver && run != "run-3" {
            tables.retain(|t| t.table().name == "employees");
            carried_over.extend(self.before.as_ref().and_then(|b| b.table("departments")).cloned());
        }
        Publication { carried_over, ..publication(DAY, run, tables) }
    }

    /// What readers see, which must be the snapshot before `run` or its own, whole; returns whether it is its own.
    pub(super) async fn check_readers(&self, lake: &Lake, runs: &[&str]) -> bool {
        let findings = verify(lake, &lake.snapshot(day(OTHER_DAY)).await.unwrap().unwrap()).await.unwrap();
        assert_eq!(findings, [], "another day");
        let current = lake.snapshot(day(DAY)).await.unwrap();
        if let Some(current) = &current {
            let findings = verify(lake, current).await.unwrap();
            assert!(findings.iter().all(|f| f.problem == Problem::Stray), "{findings:?}");
            let whole: usize = if runs.contains(&current.run_id.as_str()) { 2 } else { 3 };
            assert_eq!(current.tables.len(), whole);
            for table in &current.tables {
                let kept = self.scenario == Scenario::CarriesOver && table.name == "departments";
                let run = if kept && current.run_id.as_str() != "run-3" { "run-1" } else { current.run_id.as_str() };
                assert_eq!(read_table(lake, table).await, batch(&rows(first_row(run), 30)), "{}", table.name);
            }
        }
        let is_new = current.as_ref().is_some_and(|c| runs.contains(&c.run_id.as_str()));
        assert!(is_new || current == self.before, "neither the old snapshot nor a new one");
        self.check_views(lake, current.as_ref()).await;
        check_glob(lake).await;
        is_new
    }

    /// The views name whole snapshots: this one, or the one before.
    async fn check_views(&self, lake: &Lake, current: Option<&Snapshot>) {
        let of = |snapshot: Option<&Snapshot>| {
            let mut all = paths(&self.other);
            all.extend(snapshot.map(paths).unwrap_or_default());
            all
        };
        for path in [layout::DUCKDB_VIEWS, layout::SPARK_VIEWS] {
            let named = named_files(&text(lake, path).await);
            assert!(named == of(current) || named == of(self.before.as_ref()), "{path} names {named:?}");
            let present = objects(&lake.store(), "").await;
            assert!(named.is_subset(&present), "{path} names files that are gone");
        }
    }

    /// What `run-3` leaves when nothing interrupts it: nothing of what was before it.
    pub(super) async fn check_next_run(&self, lake: &Lake) {
        let next = publish(lake, self.publication("run-3")).await.unwrap();
        assert!(self.check_readers(lake, &["run-3"]).await);
        for snapshot in [&next, &self.other] {
            assert_eq!(verify(lake, snapshot).await.unwrap(), []);
        }
        assert_eq!(verify_lake(lake).await.unwrap(), []);
        let published = paths(&next).union(&paths(&self.other)).cloned().collect();
        assert_eq!(data(lake).await, published, "a glob sees each row once");
    }
}

/// Thirty rows in several files.
async fn in_two_files(lake: &Lake, run: &str, name: &str, zone: Zone) -> StagedTable {
    let all = batch(&rows(first_row(run), 30));
    let options = WriterOptions { target_file_bytes: 1, max_row_group_bytes: 1 << 20, ..WriterOptions::default() };
    let halves = [all.slice(0, 15), all.slice(15, 15)];
    let staged = stage_with(lake, run, &table(name, zone), &halves, options).await;
    assert_eq!(staged.table().files.len(), 2);
    staged
}

/// Every file under the tables' folders, as a plain glob finds them.
pub(super) async fn data(lake: &Lake) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for zone in Zone::ALL {
        all.extend(objects(&lake.store(), zone.as_str()).await);
    }
    all
}

/// Every file that a glob finds is whole.
pub(super) async fn check_glob(lake: &Lake) {
    for path in data(lake).await {
        let content = lake.store.get(&Path::from(path.as_str())).await.unwrap().bytes().await.unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(content).unwrap().build().unwrap();
        let rows: usize = reader.map(|batch| batch.unwrap().num_rows()).sum();
        assert!(rows > 0, "{path}");
    }
}
