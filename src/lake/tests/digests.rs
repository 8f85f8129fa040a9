//! What the digest says is what the manifests say, whatever becomes of it or of them; and a day more costs no more requests
//! where there are many.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    steps::{Gate, Step, SteppedStore},
    *,
};
use crate::lake::{
    digest::{Believe, gists_of},
    views::named_files,
};

on_every_store! {
    manifests_that_are_known_are_not_read_again
    a_digest_that_is_no_digest_is_as_good_as_none
    a_manifest_that_changes_is_read_again
    a_digest_that_says_otherwise_is_found
}

/// Counts what is read by path.
#[derive(Debug, Default)]
struct Reads(std::sync::Mutex<BTreeMap<String, usize>>);

#[async_trait::async_trait]
impl Gate for Reads {
    async fn pass(&self, what: &'static str, path: &Path) -> Step {
        if what == "get" {
            *self.0.lock().unwrap().entry(path.to_string()).or_default() += 1;
        }
        Step::Done
    }
}

impl Reads {
    fn of_manifests(&self) -> usize {
        let reads = self.0.lock().unwrap();
        reads.iter().filter(|(path, _)| path.starts_with("_lake/manifests")).map(|(_, times)| times).sum()
    }
}

/// That the digest is believed, and says the same as the manifests.
async fn check(lake: &Lake) {
    let (digest, manifests) =
        (lake.survey(Believe::Digest).await.unwrap(), lake.survey(Believe::Manifests).await.unwrap());
    assert_eq!(digest.gists, manifests.gists);
    assert_eq!(digest.ids, manifests.ids);
    assert_eq!(digest.gists, gists_of(&lake.days().await.unwrap().snapshots));
    assert_eq!(verify_lake(lake).await.unwrap(), []);
}

async fn manifests_that_are_known_are_not_read_again(lake: &TestLake) {
    for n in 1..=5 {
        publish_employees(lake, &format!("2026-11-0{n}"), &format!("run-{n}"), 0, 1).await.unwrap();
    }
    check(lake).await;
    let reads = Arc::new(Reads::default());
    let seen = lake.through(Arc::new(SteppedStore::new(&lake.raw, Arc::<Reads>::clone(&reads))));
    publish_employees(&seen, "2026-11-06", "run-6", 0, 1).await.unwrap();
    assert_eq!(reads.of_manifests(), 1, "its own alone: {reads:?}");
    let around = seen.days_around(&[day("2026-11-04"), day("2026-11-07")]).await.unwrap();
    assert_eq!(reads.of_manifests(), 4, "{reads:?}");
    let all = lake.days().await.unwrap();
    let dates: Vec<String> = around.snapshots.iter().map(|s| s.as_of.to_string()).collect();
    assert_eq!(dates, ["2026-11-03", "2026-11-04", "2026-11-06"]);
    assert_eq!((around.dates(), around.newest()), (all.dates(), all.newest()));
    assert!(all.dates().iter().all(|day| around.sequence_of(*day) == all.sequence_of(*day)));
}

async fn a_digest_that_is_no_digest_is_as_good_as_none(lake: &TestLake) {
    publish_employees(lake, "2026-11-01", "run-1", 0, 1).await.unwrap();
    publish_employees(lake, "2026-11-02", "run-2", 0, 1).await.unwrap();
    let whole = text(lake, layout::digest().as_ref()).await.into_bytes();
    let half = whole[..whole.len() / 2].to_vec();
    let mut other = whole.clone();
    other[20] ^= 1;
    for damaged in [half, other, Vec::new(), b"{}".to_vec(), b"[1]".to_vec()] {
        lake.raw.put(&layout::digest(), damaged.into()).await.unwrap();
        check(lake).await;
    }
    lake.raw.delete(&layout::digest()).await.unwrap();
    check(lake).await;
    publish_employees(lake, "2026-11-03", "run-3", 0, 1).await.unwrap();
    assert!(objects(&lake.raw, "_lake").await.contains(layout::digest().as_ref()), "it is written anew");
    check(lake).await;
}

async fn a_manifest_that_changes_is_read_again(lake: &TestLake) {
    let older = publish_employees(lake, "2026-11-01", "run-1", 0, 1).await.unwrap();
    publish_employees(lake, "2026-11-02", "run-2", 0, 1).await.unwrap();
    let path = layout::manifest(older.id());
    let whole = text(lake, path.as_ref()).await;
    let broken = whole.replacen("run-1", "run-9", 1);
    assert_eq!(broken.len(), whole.len());
    lake.raw.put(&path, broken.into()).await.unwrap();
    let surveyed = lake.survey(Believe::Digest).await.unwrap();
    assert_eq!((surveyed.gists.len(), surveyed.unreadable.len()), (1, 1));
    let around = lake.days_around(&[day("2026-11-03")]).await.unwrap();
    assert_eq!((around.unreadable.len(), around.dates().len()), (1, 2));
    publish_employees(lake, "2026-11-03", "run-3", 0, 1).await.unwrap();
    assert!(!named_files(&text(lake, layout::DUCKDB_VIEWS).await).iter().any(|file| file.contains("run-1")));
    // Restored, it is believed again.
    lake.raw.put(&path, whole.into()).await.unwrap();
    assert_eq!(lake.survey(Believe::Digest).await.unwrap().gists.len(), 3);
}

/// As nobody but somebody with bad intentions leaves it: the digest fits the object that it was not made from.
async fn a_digest_that_says_otherwise_is_found(lake: &TestLake) {
    publish_employees(lake, "2026-11-01", "run-1", 0, 1).await.unwrap();
    publish_employees(lake, "2026-11-02", "run-2", 0, 1).await.unwrap();
    let honest = text(lake, layout::digest().as_ref()).await;
    let (sealed, _) = honest.split_once(",\n  \"sha256\"").unwrap();
    let lying = seal::seal(format!("{}\n}}", sealed.replacen("run-1", "run-9", 1)).as_bytes());
    lake.raw.put(&layout::digest(), lying.into()).await.unwrap();
    let found: Vec<String> = verify_lake(lake).await.unwrap().iter().map(Damage::to_string).collect();
    assert!(
        found.len() == 1 && found[0].starts_with("_lake/digest.json: says what a manifest does not say"),
        "{found:?}"
    );
    // A collection goes by manifests alone.
    views::regenerate(lake, &"gc-1".parse().unwrap(), Believe::Manifests).await.unwrap();
    check(lake).await;
}

/// What can happen to a lake.
#[derive(Debug, Clone)]
enum Event {
    /// A day is published, perhaps over another, with so many files and perhaps a table more.
    Published {
        day: u32,
        files: i32,
        both: bool,
        small: bool,
        grace: bool,
    },
    /// A day is dropped.
    Dropped {
        day: u32,
    },
    /// The digest is lost, or comes back as it once was.
    Lost,
    Restored,
    /// Somebody writes nonsense in place of a manifest.
    Broken {
        day: u32,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let published = (1..9_u32, 1..3_i32, any::<[bool; 3]>())
        .prop_map(|(day, files, [both, small, grace])| Event::Published { day, files, both, small, grace });
    prop_oneof![
        6 => published,
        1 => (1..9_u32).prop_map(|day| Event::Dropped { day }),
        1 => Just(Event::Lost),
        1 => Just(Event::Restored),
        1 => (1..9_u32).prop_map(|day| Event::Broken { day }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Views and types by the digest are those by all manifests, after every event of any history.
    #[test]
    fn no_history_makes_the_digest_say_otherwise(events in prop::collection::vec(event(), 1..12)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let lake = TestLake::memory();
            let mut once = None;
            for (n, event) in events.into_iter().enumerate() {
                if let Ok(object) = lake.raw.get(&layout::digest()).await {
                    once.get_or_insert(object.bytes().await.unwrap());
                }
                happen(&lake, n, &event, once.clone()).await;
                let (digest, manifests) =
                    (lake.survey(Believe::Digest).await.unwrap(), lake.survey(Believe::Manifests).await.unwrap());
                assert_eq!(digest.gists, manifests.gists, "{event:?}");
                assert_eq!(digest.ids, manifests.ids);
                assert_eq!(lake.wide_types().await.unwrap(), *lake.days().await.unwrap().wide_types());
                if matches!(event, Event::Published { .. } | Event::Dropped { .. }) {
                    for (path, expected) in views::files(&lake, &manifests.gists, &manifests.unreadable) {
                        // Dropping a day that is not there writes nothing.
                        let found = lake.raw.get(&Path::from(path)).await;
                        if let Ok(found) = found {
                            let found = found.bytes().await.unwrap();
                            assert!(matches!(event, Event::Dropped { .. }) || found == expected.as_bytes(), "{event:?}");
                        }
                    }
                }
            }
        });
    }
}

async fn happen(lake: &TestLake, n: usize, event: &Event, once: Option<bytes::Bytes>) {
    let of = |day: u32| format!("2026-11-0{day}");
    match *event {
        Event::Published { day, files, both, small, grace } => {
            let run = format!("run-{n}");
            let mut tables = Vec::new();
            for name in if both { vec!["departments", "employees"] } else { vec!["employees"] } {
                let mut table = table(name, Zone::Core);
                table.columns.truncate(if small { 4 } else { 9 });
                let batch = batch(&rows(0, 4)).project(&(0..table.columns.len()).collect::<Vec<_>>()).unwrap();
                let options =
                    WriterOptions { target_file_bytes: 1, max_row_group_bytes: 1 << 20, ..Default::default() };
                let batches = if files == 1 { vec![batch] } else { vec![batch.slice(0, 2), batch.slice(2, 2)] };
                tables.push(stage_with(lake, &run, &table, &batches, options).await);
            }
            let mut publication = publication(&of(day), &run, tables);
            publication.state.wide_types = [
                (format!("column_{day}"), LakeType::Int32),
                ("shared".into(), if small { LakeType::Int64 } else { LakeType::Double }),
            ]
            .into();
            publication.state.absent =
                if both { [("professions".to_owned(), "not granted".to_owned())].into() } else { [].into() };
            publication.superseded_grace = chrono::TimeDelta::days(if grace { 1 } else { 0 });
            publish(lake, publication).await.unwrap();
        }
        Event::Dropped { day } => {
            let scope = GarbageScope::Days([super::day(&of(day))].into());
            let garbage = find_garbage(lake, &scope, super::day("2026-11-22"), now()).await.unwrap();
            collect_garbage(lake, &format!("gc-{n}").parse().unwrap(), &garbage).await.unwrap();
        }
        Event::Lost => drop(lake.raw.delete(&layout::digest()).await),
        Event::Restored => {
            if let Some(once) = once {
                lake.raw.put(&layout::digest(), once.into()).await.unwrap();
            }
        }
        Event::Broken { day } => {
            let there = lake.every_snapshot().await.unwrap();
            if let Some(id) = there.into_iter().rfind(|id| id.as_of == super::day(&of(day))) {
                lake.raw.put(&layout::manifest(id), "{}".into()).await.unwrap();
            }
        }
    }
}
