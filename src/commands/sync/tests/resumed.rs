//! A run over several days that died goes on after the last day that it published.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use arrow::array::AsArray as _;
use chrono::NaiveDate;
use object_store::{ObjectStore, ObjectStoreExt as _, memory::InMemory, path::Path};
use tokio::sync::Notify;
use url::Url;

use super::{
    Plan, Run, SyncOptions, catalog, clock, context,
    edited::{Edited, Victim},
    settings_with,
    tables::{Tables, differences, tables_of},
    to_the_end, transport, virtually,
};
use crate::{
    api::Transport,
    clock::SharedClock,
    error::Error,
    lake::{
        Lake,
        testing::{Change, Fate, FaultyStore},
        verify, verify_lake,
    },
    run_report::{KeptBecause, Outcome, RunReport},
};

const NOW: &str = "2026-03-15T06:00:00Z";
const DAYS: &str = "2025-12-31,2026-01-31,2026-02-28";
fn never(_: u64, _: &Path) -> bool {
    false
}

/// A lake in memory, in which processes die.
struct World {
    objects: Arc<dyn ObjectStore>,
    clock: SharedClock,
    runs: AtomicU64,
}

impl World {
    fn new() -> Self {
        Self { objects: Arc::new(InMemory::new()), clock: clock(NOW), runs: AtomicU64::new(0) }
    }

    fn lake(&self) -> Lake {
        Lake::with_store(Arc::clone(&self.objects), Url::parse("memory:///").unwrap())
    }

    /// A run of a process that may die before it changes the lake another time; and the changes that it made.
    async fn run<T: Transport + 'static>(
        &self,
        transport: &Arc<T>,
        flags: &[(&'static str, &str)],
        dies: impl Fn(u64, &Path) -> bool + Send + Sync + 'static,
    ) -> (Option<Result<RunReport, Error>>, u64) {
        // The lease of one that died is over by then.
        let _ = self.objects.delete(&Path::from("_lake/lease.json")).await;
        tokio::time::sleep(std::time::Duration::from_secs(120)).await;
        let context = context(&catalog(), &self.clock, transport, self.runs.fetch_add(1, Ordering::Relaxed));
        let flags: Vec<_> = [("as-of", DAYS)].iter().chain(flags).copied().collect();
        let mut run = Run::prepare(&context, &settings_with(&flags), SyncOptions::default()).unwrap();
        let (changes, died) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
        let (so_far, dying) = (Arc::clone(&changes), Arc::clone(&died));
        let rule = move |_: Change, path: &Path| match path.as_ref() {
            "_lake/lease.json" | "_lake/clock" => Fate::Done,
            _ if dies(so_far.fetch_add(1, Ordering::SeqCst), path) => {
                dying.notify_one();
                Fate::Dead
            }
            _ => Fate::Done,
        };
        run.lake = Lake::with_store(FaultyStore::with_uploads(&self.objects, rule), Url::parse("memory:///").unwrap());
        let ended = tokio::select! {
            ended = to_the_end(run, &context) => Some(ended),
            () = died.notified() => None,
        };
        (ended, changes.load(Ordering::SeqCst))
    }

    /// The days, each with the number of its snapshot.
    async fn numbers(&self) -> BTreeMap<NaiveDate, u64> {
        self.lake().snapshots().await.unwrap().into_iter().map(|id| (id.as_of, id.sequence)).collect()
    }

    /// The tables of each day; all of them are what their manifests say, and nothing else lies there.
    async fn whole(&self) -> BTreeMap<NaiveDate, Tables> {
        let lake = self.lake();
        assert_eq!(verify_lake(&lake).await.unwrap(), []);
        let mut days = BTreeMap::new();
        for snapshot in lake.days().await.unwrap().snapshots {
            assert_eq!(verify(&lake, &snapshot).await.unwrap(), []);
            days.insert(snapshot.as_of, tables_of(&lake, snapshot).await);
        }
        days
    }
}

fn clean(clock: &SharedClock) -> Arc<super::FaultyTransport> {
    transport(clock, Plan::clean(1))
}

fn kept(report: &RunReport) -> Vec<NaiveDate> {
    assert!(report.kept.iter().all(|day| day.because == KeptBecause::AlreadyPublished));
    report.kept.iter().map(|day| day.as_of).collect()
}

fn published(report: &RunReport) -> Vec<NaiveDate> {
    report.published.iter().map(|day| day.as_of).collect()
}

fn days() -> Vec<NaiveDate> {
    DAYS.split(',').map(|day| day.parse().unwrap()).collect()
}

#[test]
fn whatever_kills_a_series_it_goes_on_after_the_last_day() {
    virtually(async {
        let whole = World::new();
        let (report, changes) = whole.run(&clean(&whole.clock), &[], never).await;
        assert_eq!(published(&report.unwrap().unwrap()), days());
        let expected = whole.whole().await;
        let (mut seen, step) = ([0; 4], 19);
        for dies_after in (0..changes).step_by(step) {
            let world = World::new();
            let (ended, _) = world.run(&clean(&world.clock), &[], move |nth, _| nth >= dies_after).await;
            assert!(ended.is_none(), "{dies_after} of {changes}");
            let there = world.numbers().await;
            let tenant = clean(&world.clock);
            let report = world.run(&tenant, &[], never).await.0.unwrap().unwrap();
            let at = format!("after {dies_after} of {changes} changes, with {there:?}");
            assert_eq!([kept(&report), published(&report)].concat(), days(), "{at}");
            assert!(report.unpublished.is_empty(), "{at}");
            let again = published(&report).iter().filter(|day| there.contains_key(day)).count();
            // Of what came to its end only pages were left.
            let ended = there.len() == days().len() && report.continued.is_none();
            assert!(again <= 1 || ended, "{at}: {again} days were published twice");
            assert!(kept(&report).iter().all(|day| there.contains_key(day)), "{at}");
            let found = world.whole().await;
            assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{at}");
            for (day, tables) in &found {
                assert_eq!(differences(tables, &expected[day]), Vec::<String>::new(), "{day} {at}");
            }
            if let Some(count) = seen.get_mut(kept(&report).len()) {
                *count += 1;
            }
            if !kept(&report).is_empty() {
                assert!(report.for_people().contains("published before, of the same reading: 2025-12-31"), "{at}");
            }
        }
        assert!(seen[..3].iter().all(|times| *times > 0) && seen[3] == 0, "{seen:?}");
    });
}

#[test]
fn however_often_it_dies_no_day_is_published_more_than_twice() {
    virtually(async {
        let (world, mut deaths) = (World::new(), 0);
        let report = loop {
            // While it publishes: enough for the pages, or for about half a day.
            let dies = |nth, path: &Path| nth >= 130 && !path.as_ref().starts_with("_lake/");
            match world.run(&clean(&world.clock), &[], dies).await.0 {
                Some(ended) => break ended.unwrap(),
                None => deaths += 1,
            }
            assert!(deaths < 30, "{:?}", world.numbers().await);
        };
        assert!(deaths > 1 && !kept(&report).is_empty(), "{deaths}");
        assert!(world.numbers().await.values().all(|number| *number <= 2), "{:?}", world.numbers().await);
        world.whole().await;
    });
}

/// What a run leaves that dies when two of the three days are published.
async fn two_days_of(flags: &[(&'static str, &str)]) -> World {
    let world = World::new();
    let last = |_, path: &Path| path.as_ref().contains("manifests/as_of=2026-02-28");
    assert!(world.run(&clean(&world.clock), flags, last).await.0.is_none());
    assert_eq!(world.numbers().await.len(), 2);
    world
}

#[test]
fn another_command_publishes_all_days() {
    for (first, then) in [
        (&[][..], &[("tolerate", "rows_dropped")][..]),
        (&[], &[("attributes", "history")]),
        (&[("attribute-definitions", "employee.*,e_*")], &[]),
        (&[], &[("as-of", "2025-11-30,2025-12-31,2026-01-31,2026-02-28")]),
        (&[("tables", "employees,departments")], &[]),
    ] {
        virtually(async {
            let world = two_days_of(first).await;
            let report = world.run(&clean(&world.clock), then, never).await.0.unwrap().unwrap();
            assert_eq!(
                (kept(&report), report.published.len()),
                (Vec::new(), report.published.len().max(3)),
                "{then:?}"
            );
            world.whole().await;
        });
    }
}

#[test]
fn a_reading_that_is_no_longer_the_same_makes_all_days() {
    virtually(async {
        let world = two_days_of(&[]).await;
        let departments = &world.whole().await[&days()[0]]["departments"];
        let id = departments.column(0).as_string::<i32>().value(0).to_owned();
        let victim = Victim { resource: "departments", id, owner: None };
        let tenant = Arc::new(Edited::new(clean(&world.clock), move |asked, page| victim.remove(asked, page)));
        let report = world.run(&tenant, &[], never).await.0.unwrap().unwrap();
        assert!(report.continued.is_some());
        assert_eq!((kept(&report), published(&report)), (Vec::new(), days()));
        world.whole().await;
    });
}

#[test]
fn a_day_that_somebody_else_published_meanwhile_is_published_again() {
    virtually(async {
        let world = two_days_of(&[]).await;
        let day = [("as-of", "2026-01-31")];
        world.run(&clean(&world.clock), &day, never).await.0.unwrap().unwrap();
        assert_eq!(world.numbers().await.into_values().collect::<Vec<_>>(), [1, 2]);
        let report = world.run(&clean(&world.clock), &[], never).await.0.unwrap().unwrap();
        assert_eq!(kept(&report), days()[..1]);
        assert_eq!(world.numbers().await.into_values().collect::<Vec<_>>(), [1, 3, 1]);
        world.whole().await;
    });
}

#[test]
fn a_series_that_came_to_its_end_is_read_again() {
    virtually(async {
        let world = World::new();
        for number in 1..3 {
            let tenant = clean(&world.clock);
            let report = world.run(&tenant, &[], never).await.0.unwrap().unwrap();
            assert!(matches!(report.outcome, Outcome::Published { sequence } if sequence == number));
            assert!(report.continued.is_none() && tenant.log().requests > 20);
        }
    });
}
