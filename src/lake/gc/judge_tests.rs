use std::collections::BTreeMap;

use chrono::{Days, TimeDelta};
use proptest::prelude::*;

use super::{
    inventory::{DataObject, Manifest},
    judge::judge,
    *,
};
use crate::{
    catalog::Zone,
    lake::{DataFile, Held, Retention, Snapshot, SnapshotColumn, SnapshotTable},
};

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() + Days::new(number)
}

/// The tenth day.
fn today() -> NaiveDate {
    day(10)
}

fn now() -> DateTime<Utc> {
    "2026-03-11T06:00:00Z".parse().unwrap()
}

/// The files of one run: one in core, one in personal.
fn files(as_of: NaiveDate, run: &str) -> [String; 2] {
    ["core/employees", "personal/records"].map(|table| format!("{table}/as_of={as_of}/{run}-0000.parquet"))
}

fn snapshot(id: SnapshotId, run: &str, keeps_replaced: bool) -> Snapshot {
    let file = |path: String| DataFile { path, rows: 1, bytes: 10, sha256: String::new() };
    let column = SnapshotColumn { name: "id".into(), lake_type: crate::catalog::LakeType::String, nullable: false };
    let table = |path: String| SnapshotTable {
        name: path.split('/').nth(1).unwrap().to_owned(),
        zone: layout::place_of(&path).unwrap().0,
        columns: vec![column.clone()],
        files: vec![file(path)],
    };
    Snapshot {
        format_version: 2,
        as_of: id.as_of,
        sequence: id.sequence,
        run_id: run.parse().unwrap(),
        published_at: now(),
        program_version: String::new(),
        previous: None,
        keeps_replaced_until: keeps_replaced.then(|| now() + TimeDelta::hours(1)),
        tables: files(id.as_of, run).map(table).into(),
        state: crate::lake::SnapshotState::default(),
    }
}

fn add_files(inventory: &mut Inventory, as_of: NaiveDate, run: &str) {
    for path in files(as_of, run) {
        let zone = layout::place_of(&path).unwrap().0;
        let last_modified = now() - TimeDelta::days(1);
        inventory.data.push(DataObject { path, zone, as_of, bytes: 10, last_modified });
    }
}

/// A lake without anything, on a day when tomorrow is the latest that can be right.
fn empty() -> Inventory {
    Inventory { latest_day: day(11), ..Inventory::default() }
}

/// Publishes `sequence` snapshots of a day; the files of all of them are there.
fn publish(inventory: &mut Inventory, as_of: NaiveDate, sequence: u64, keeps_replaced: bool) {
    for sequence in 1..=sequence {
        let (id, run) = (SnapshotId { as_of, sequence }, format!("run-{sequence}"));
        add_files(inventory, as_of, &run);
        inventory.manifests.insert(id, Manifest::Says(Box::new(snapshot(id, &run, keeps_replaced))));
    }
}

/// Three days, each published once.
fn three_days() -> Inventory {
    let mut inventory = empty();
    (1..=3).for_each(|number| publish(&mut inventory, day(number), 1, false));
    inventory
}

fn keep_last(last: usize) -> Scope {
    Scope::Retention(Retention { last: Some(last), ..Retention::default() })
}

fn keep_all() -> Scope {
    Scope::Retention(Retention::default())
}

fn said(garbage: &Garbage) -> String {
    garbage.objections.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn reasons(garbage: &Garbage) -> BTreeMap<Why, usize> {
    let mut reasons = BTreeMap::new();
    garbage.objects.iter().for_each(|object| *reasons.entry(object.why).or_default() += 1);
    reasons
}

#[test]
fn files_without_any_manifest_are_not_garbage() {
    let mut inventory = three_days();
    inventory.manifests.clear();
    let garbage = judge(&inventory, &keep_all(), today(), now());
    assert_eq!(garbage.objections, [Objection::NoManifest { files: 6, bytes: 60 }]);
    assert_eq!(garbage.objects.len(), 6, "the list is the same as with --force");
    assert_eq!(judge(&empty(), &keep_all(), today(), now()), Garbage::default(), "an empty folder");
}

#[test]
fn nothing_of_a_day_that_cannot_be_read_goes() {
    for broken in [1, 2] {
        let mut inventory = three_days();
        publish(&mut inventory, day(2), 2, false);
        inventory
            .manifests
            .insert(SnapshotId { as_of: day(2), sequence: broken }, Manifest::Unknown("line 1 column 2".into()));
        let garbage = judge(&inventory, &keep_last(1), today(), now());
        assert!(said(&garbage).contains("as_of=2026-03-03/000000000"), "{}", said(&garbage));
        assert!(said(&garbage).contains("(line 1 column 2)"), "{}", said(&garbage));
        assert_eq!(garbage.snapshots, ["2026-03-02.1"], "and it does not count as the newest");
        assert_eq!(reasons(&garbage), BTreeMap::from([(Why::Expired, 2)]));
        // Unless somebody names it: what is in its folders is its own, named or not.
        let days = Scope::Days(BTreeSet::from([day(2)]));
        let dropped = judge(&inventory, &days, today(), now());
        assert_eq!((dropped.objections.len(), dropped.snapshots.len()), (0, 2));
        assert!(dropped.objects.iter().all(|o| o.path.contains("as_of=2026-03-03") && o.why == Why::Dropped));
        assert!(dropped.notes[0].contains("cannot be read"), "{:?}", dropped.notes);
    }
}

#[test]
fn more_than_half_of_a_zone_needs_a_reason() {
    let mut inventory = three_days();
    for run in ["a", "b", "c"] {
        add_files(&mut inventory, day(4), run);
        let garbage = judge(&inventory, &keep_all(), today(), now());
        assert_eq!(garbage.objections, [], "half is what a run that was killed may leave");
        assert_eq!(reasons(&garbage)[&Why::Unnamed], garbage.objects.len());
    }
    add_files(&mut inventory, day(4), "d");
    let garbage = judge(&inventory, &keep_all(), today(), now());
    let most = |zone| Objection::MostOfZone { zone, unexplained: 4, files: 7 };
    assert_eq!(garbage.objections, [most(Zone::Core), most(Zone::Personal)]);
    // Snapshots that go explain as much as they like.
    let mut inventory = empty();
    (1..=9).for_each(|number| publish(&mut inventory, day(number), 1, false));
    let garbage = judge(&inventory, &keep_last(1), today(), now());
    assert_eq!((garbage.objections.len(), garbage.objects.len()), (0, 16));
    let mut inventory = empty();
    publish(&mut inventory, day(1), 9, false);
    let garbage = judge(&inventory, &keep_last(1), today(), now());
    assert_eq!((garbage.objections.len(), reasons(&garbage)), (0, BTreeMap::from([(Why::Superseded, 16)])));
}

#[test]
fn files_of_a_day_that_lost_something_are_not_garbage() {
    let id = |sequence| SnapshotId { as_of: day(2), sequence };
    let whole = || {
        let mut inventory = three_days();
        publish(&mut inventory, day(2), 3, false);
        inventory
    };
    let mut gap = whole();
    gap.manifests.remove(&id(2));
    assert!(said(&judge(&gap, &keep_all(), today(), now())).contains("2 files of 2026-03-03 are in no manifest, but "));
    let mut newest = whole();
    newest.manifests.remove(&id(3));
    newest.data.retain(|object| !object.path.contains("run-2"));
    let garbage = judge(&newest, &keep_all(), today(), now());
    assert!(said(&garbage).contains("run-2-0000.parquet, which its manifest names, is gone"), "{}", said(&garbage));
    let mut all = whole();
    (1..=3).for_each(|sequence| drop(all.manifests.remove(&id(sequence))));
    all.in_views.insert((day(2), "run-3-0000.parquet".to_owned()));
    let garbage = judge(&all, &keep_all(), today(), now());
    assert!(said(&garbage).contains("views/duckdb.sql names"), "{}", said(&garbage));
    // What a run that was killed left of a day is no loss.
    let mut killed = whole();
    add_files(&mut killed, day(2), "killed");
    add_files(&mut killed, day(5), "killed");
    assert_eq!(judge(&killed, &keep_all(), today(), now()).objections, []);
}

#[test]
fn a_day_that_cannot_be_right_does_not_make_the_others_old() {
    let mut inventory = three_days();
    publish(&mut inventory, "2062-11-21".parse().unwrap(), 1, false);
    let garbage = judge(&inventory, &keep_last(2), today(), now());
    assert_eq!(garbage.snapshots, ["2026-03-02.1"]);
    let days = Scope::Days(BTreeSet::from(["2062-11-21".parse().unwrap()]));
    let garbage = judge(&inventory, &days, today(), now());
    assert_eq!((garbage.snapshots.len(), garbage.objects.len(), garbage.notes.len()), (1, 2, 0));
}

#[test]
fn a_dropped_day_says_what_it_leaves() {
    let mut inventory = three_days();
    let held = |run: &str, as_of| Held {
        as_of,
        run_id: run.parse().unwrap(),
        held_at: now(),
        breaches: Vec::new(),
        replaces: Some(1),
        tables: Vec::new(),
        carried_over: Vec::new(),
        state: crate::lake::SnapshotState::default(),
    };
    for (run_id, as_of) in [("held-3", day(3)), ("held-2", day(2))] {
        inventory.held.insert(run_id.parse().unwrap(), Some(held(run_id, as_of)));
        let path = format!("_lake/staging/{run_id}/held.json");
        inventory.staged.push(inventory::StagedObject { path, run_id: run_id.parse().unwrap(), bytes: 5 });
    }
    let drop = |days: &[u64]| {
        let days = Scope::Days(days.iter().map(|number| day(*number)).collect());
        judge(&inventory, &days, today(), now())
    };
    let newest = drop(&[3]);
    assert_eq!(
        newest.notes,
        [
            "what run held-3 holds back for 2026-03-04 goes too",
            "2026-03-04 is the newest day: 2026-03-03 will be the newest"
        ]
    );
    assert_eq!((newest.objects.len(), newest.objects[0].path.as_str()), (3, "_lake/staging/held-3/held.json"));
    let all = drop(&[1, 2, 3]);
    assert_eq!(all.notes.last().unwrap(), "2026-03-04 is the newest day, and none will be left to read");
    let typo = drop(&[7]);
    assert!(typo.is_empty() && typo.notes == ["there is nothing of 2026-03-08"], "{typo:?}");
}

#[test]
fn what_somebody_dropped_needs_no_other_reason_when_it_did_not_end() {
    let days = Scope::Days([1, 2, 3].map(day).into());
    let garbage = judge(&three_days(), &days, today(), now());
    for manifests in 0..=3 {
        let plain = judge(&after(three_days(), &garbage, manifests, 0), &keep_all(), today(), now());
        assert_eq!((plain.objections.len(), plain.objects.len()), (0, 2 * manifests));
        assert!(plain.objects.iter().all(|object| object.why == Why::Dropped));
    }
}

#[test]
fn in_a_bucket_a_run_may_be_about_to_publish_what_nothing_names() {
    for (is_remote, age, goes) in [(true, 59, false), (true, 61, true), (false, 0, true)] {
        let mut inventory = three_days();
        inventory.is_remote = is_remote;
        add_files(&mut inventory, day(3), "stray");
        for object in &mut inventory.data {
            object.last_modified = now() - TimeDelta::minutes(age);
        }
        let garbage = judge(&inventory, &keep_all(), today(), now());
        assert_eq!(garbage.objects.len(), if goes { 2 } else { 0 });
        let dropped = judge(&inventory, &Scope::Days(BTreeSet::from([day(3)])), today(), now());
        assert_eq!(dropped.objects.len(), if goes { 4 } else { 2 });
        assert_eq!(dropped.notes.iter().any(|note| note.starts_with("2 files of 2026-03-04 stay")), !goes);
        // What a manifest names is no run's that is about to publish.
        let expired = judge(&inventory, &keep_last(1), today(), now());
        assert_eq!(reasons(&expired)[&Why::Expired], 4);
    }
}

#[test]
fn held_snapshots_stay_where_nobody_can_tell_that_they_are_out_of_date() {
    let mut inventory = three_days();
    let run_id = "20260301T000000Z-00000000";
    let path = format!("_lake/staging/{run_id}/core/employees/0000.parquet");
    inventory.staged.push(inventory::StagedObject { path, run_id: run_id.parse().unwrap(), bytes: 5 });
    assert_eq!(judge(&inventory, &keep_all(), today(), now()).objects.len(), 1);
    inventory.held.insert(run_id.parse().unwrap(), None);
    assert_eq!(judge(&inventory, &keep_all(), today(), now()).objects.len(), 0, "its held.json cannot be read");
    assert_eq!(judge(&inventory, &keep_all(), today(), now() + TimeDelta::days(10)).objects.len(), 1);
}

/// What becomes of one day.
#[derive(Debug, Clone)]
struct Day {
    snapshots: u64,
    keeps_replaced: bool,
    broken: Option<u64>,
    lost: Vec<u64>,
    strays: u64,
    gone: bool,
}

fn a_day() -> impl Strategy<Value = Day> {
    let broken = prop::option::weighted(0.1, 1..4_u64);
    let lost = prop_oneof![8 => Just(Vec::new()), 1 => prop::collection::vec(1..4_u64, 1..4)];
    (0..4_u64, any::<bool>(), broken, lost, 0..3_u64, prop::bool::weighted(0.1)).prop_map(
        |(snapshots, keeps_replaced, broken, lost, strays, gone)| Day {
            snapshots,
            keeps_replaced,
            broken,
            lost,
            strays,
            gone,
        },
    )
}

fn a_lake() -> impl Strategy<Value = Inventory> {
    (prop::collection::vec(a_day(), 0..14), any::<bool>()).prop_map(|(days, is_remote)| {
        let mut inventory = Inventory { is_remote, ..empty() };
        for (number, plan) in (0_u64..).zip(days) {
            let as_of = day(number);
            publish(&mut inventory, as_of, plan.snapshots, plan.keeps_replaced);
            let id = |sequence| SnapshotId { as_of, sequence };
            if let Some(broken) = plan.broken.filter(|broken| *broken <= plan.snapshots) {
                inventory.manifests.insert(id(broken), Manifest::Unknown("it is broken".into()));
            }
            plan.lost.iter().for_each(|sequence| drop(inventory.manifests.remove(&id(*sequence))));
            (0..plan.strays).for_each(|stray| add_files(&mut inventory, as_of, &format!("stray-{stray}")));
            if plan.gone {
                inventory.data.retain(|object| object.as_of != as_of || !object.path.contains("run-1"));
            }
        }
        inventory
    })
}

fn rules() -> impl Strategy<Value = Scope> {
    let retention = (prop::option::of(0..5_usize), prop::option::of(0..9_u64), prop::option::of(0..2_usize));
    let retention = retention.prop_map(|(last, days, month_ends)| Retention { last, days, month_ends });
    prop_oneof![
        2 => retention.prop_map(Scope::Retention),
        1 => prop::collection::btree_set((0..14_u64).prop_map(day), 1..4).prop_map(Scope::Days),
    ]
}

/// What is left when the first `manifests` of them and the first `objects` have gone.
fn after(inventory: Inventory, garbage: &Garbage, manifests: usize, objects: usize) -> Inventory {
    let mut left = inventory;
    garbage.manifests.iter().take(manifests).for_each(|id| drop(left.manifests.remove(id)));
    let mut going: Vec<&GarbageObject> = garbage.objects.iter().collect();
    going.sort_by_key(|object| object.why != Why::Unnamed);
    let gone: BTreeSet<&str> = going.iter().take(objects).map(|object| object.path.as_str()).collect();
    left.data.retain(|object| !gone.contains(object.path.as_str()));
    let explained = garbage.objects.iter().filter(|object| object.why != Why::Unnamed).cloned().collect();
    let (run_id, snapshots) = ("gc-1".parse().unwrap(), garbage.snapshots.clone());
    if !snapshots.is_empty() {
        left.begun.push(Begun { run_id, snapshots, objects: explained });
    }
    left
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_reader_ever_misses_a_file(lake in a_lake(), scope in rules()) {
        let garbage = judge(&lake, &scope, today(), now());
        let unreadable = lake.unreadable_days();
        let goes: BTreeSet<&str> = garbage.objects.iter().map(|object| object.path.as_str()).collect();
        for id in lake.manifests.keys().filter(|id| garbage.remaining.contains(id)) {
            let current = lake.current(id.as_of).filter(|current| current.id() == *id);
            let named = current.into_iter().flat_map(Snapshot::files);
            for file in named {
                prop_assert!(!goes.contains(file.path.as_str()), "{id} needs {}", file.path);
            }
        }
        // Manifests of a day go all or none.
        let days: BTreeSet<NaiveDate> = garbage.manifests.iter().map(|id| id.as_of).collect();
        prop_assert!(garbage.remaining.iter().all(|id| !days.contains(&id.as_of)));
        match &scope {
            Scope::Days(days) => {
                let all: BTreeSet<&str> =
                    lake.data.iter().filter(|o| days.contains(&o.as_of)).map(|o| o.path.as_str()).collect();
                prop_assert_eq!(goes, all, "exactly these days");
                prop_assert!(garbage.objections.is_empty());
            }
            Scope::Retention(_) => {
                let of_unreadable = garbage.objects.iter().any(|o| {
                    unreadable.contains(&layout::place_of(&o.path).unwrap().1)
                });
                prop_assert!(!of_unreadable && days.is_disjoint(&unreadable));
                prop_assert!(garbage.manifests.iter().all(|id| id.as_of <= day(11)), "tomorrow is the last");
            }
        }
    }

    #[test]
    fn without_an_objection_most_of_a_zone_stays_or_has_a_reason(lake in a_lake(), scope in rules()) {
        let garbage = judge(&lake, &scope, today(), now());
        if let (Scope::Retention(_), true) = (&scope, garbage.objections.is_empty()) {
            prop_assert!(lake.unreadable_days().is_empty());
            prop_assert!(lake.data.is_empty() || !lake.manifests.is_empty());
            for zone in Zone::ALL {
                let of_zone = |path: &str| path.starts_with(zone.as_str());
                let all = lake.data.iter().filter(|o| o.zone == zone).count();
                let doubtful = garbage.objects.iter().filter(|o| o.why == Why::Unnamed && of_zone(&o.path)).count();
                prop_assert!(doubtful * 2 <= all);
            }
            for object in garbage.objects.iter().filter(|o| o.why == Why::Expired) {
                let explains = |id: &&SnapshotId| {
                    lake.manifests[id].snapshot().unwrap().files().any(|file| file.path == object.path)
                };
                prop_assert!(garbage.manifests.iter().any(|id| explains(&id)), "{}", object.path);
            }
        }
    }

    #[test]
    fn the_next_one_ends_what_one_that_died_began(
        lake in a_lake(), scope in rules(), manifests in 0..40_usize, objects in 0..40_usize,
    ) {
        let garbage = judge(&lake, &scope, today(), now());
        // Files go only after all manifests have gone.
        let objects = if manifests < garbage.manifests.len() { 0 } else { objects };
        let left = after(lake, &garbage, manifests, objects);
        let next = judge(&left, &scope, today(), now());
        prop_assert!(next.objections.len() <= garbage.objections.len(), "{}", said(&next));
        let whole = after(left, &next, usize::MAX, usize::MAX);
        let there: BTreeSet<&str> = whole.data.iter().map(|object| object.path.as_str()).collect();
        prop_assert!(garbage.objects.iter().all(|object| !there.contains(object.path.as_str())));
    }
}
