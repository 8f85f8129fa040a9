//! From what a lake holds to what may go. Pure: the same inventory gives the same list, in a dry run as in a real one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{
    Garbage, GarbageObject, Objection, Scope, Why,
    begun::Begun,
    inventory::{DataObject, Inventory, Manifest},
};
use crate::{
    catalog::Zone,
    lake::{
        Retention, Snapshot, SnapshotId,
        abandoned::{Holds, is_abandoned},
        layout,
    },
    run_id::RunId,
};

/// In a bucket, a file that no manifest names may be another run's that is about to publish, however unlikely: a lease
/// that is lost is noticed within this time. On a local disk the lock excludes it.
const STRAY_FOR: TimeDelta = TimeDelta::hours(1);

/// What of `inventory` goes. `today` is the day from which ages are counted.
pub(super) fn judge(inventory: &Inventory, scope: &Scope, today: NaiveDate, now: DateTime<Utc>) -> Garbage {
    let mut garbage = match scope {
        Scope::Retention(retention) => collectable(inventory, *retention, today, now),
        Scope::Days(days) => dropped(inventory, days, now),
    };
    let going: BTreeSet<SnapshotId> = garbage.manifests.iter().copied().collect();
    garbage.snapshots = garbage.manifests.iter().map(ToString::to_string).collect();
    garbage.remaining = inventory.manifests.keys().filter(|id| !going.contains(id)).copied().collect();
    garbage.objects.sort_by(|a, b| a.path.cmp(&b.path));
    // Views and logs follow every manifest that stays, and this program cannot tell what such a one says.
    garbage.newer = inventory.manifests.iter().find_map(|(id, said)| match said {
        Manifest::Newer(found) if !going.contains(id) => Some((*id, *found)),
        _ => None,
    });
    garbage
}

/// Days that readers can read and that can be right.
fn believable(inventory: &Inventory) -> BTreeSet<NaiveDate> {
    let unreadable = inventory.unreadable_days();
    let all = inventory.manifests.keys().map(|id| id.as_of);
    all.filter(|day| *day <= inventory.latest_day && !unreadable.contains(day)).collect()
}

fn collectable(inventory: &Inventory, retention: Retention, today: NaiveDate, now: DateTime<Utc>) -> Garbage {
    let unreadable = inventory.unreadable_days();
    // A day that cannot be right must not make the others look old, nor one that nobody can read.
    let believable = believable(inventory);
    let kept = retention.kept(&believable, today);
    let expired: BTreeSet<NaiveDate> = believable.difference(&kept).copied().collect();

    let mut named = HashSet::<&str>::new();
    let mut explained = HashMap::<&str, Why>::new();
    for (id, said) in &inventory.manifests {
        let Some(snapshot) = said.snapshot() else { continue };
        let why = if expired.contains(&id.as_of) { Why::Expired } else { Why::Superseded };
        explained.extend(snapshot.files().map(|file| (file.path.as_str(), why)));
        if why == Why::Superseded && inventory.current(id.as_of).is_some_and(|current| current.id() == *id) {
            let needed = in_grace(inventory, snapshot, now).into_iter().chain([snapshot]);
            named.extend(needed.flat_map(Snapshot::files).map(|file| file.path.as_str()));
        }
    }
    for object in inventory.begun.iter().flat_map(|begun| &begun.objects) {
        explained.entry(&object.path).or_insert(object.why);
    }

    let mut objects = Vec::new();
    for object in &inventory.data {
        if named.contains(object.path.as_str()) || unreadable.contains(&object.as_of) {
            continue;
        }
        let why = explained.get(object.path.as_str()).copied().unwrap_or(Why::Unnamed);
        if !(why == Why::Unnamed && is_young(inventory, object, now)) {
            objects.push(GarbageObject { path: object.path.clone(), bytes: object.bytes, why });
        }
    }
    let mut objections: Vec<Objection> = no_manifest(inventory, &explained).into_iter().collect();
    // Without any manifest the others only say it again.
    if objections.is_empty() {
        objections.extend(cannot_be_read(inventory));
        objections.extend(most_of_zones(inventory, &objects));
        objections.extend(vanished(inventory, &objects));
    }
    objects.extend(staging(inventory, &unreadable, now));
    Garbage {
        manifests: inventory.manifests.keys().filter(|id| expired.contains(&id.as_of)).copied().collect(),
        objects,
        objections,
        ended: inventory.begun.iter().map(|begun| begun.run_id.clone()).collect(),
        ..Garbage::default()
    }
}

/// The snapshots whose files a current one keeps for those who still read them.
fn in_grace<'a>(inventory: &'a Inventory, current: &'a Snapshot, now: DateTime<Utc>) -> Vec<&'a Snapshot> {
    let mut kept = Vec::new();
    let mut successor = current;
    let said = |id| inventory.manifests.get(&id).and_then(Manifest::snapshot);
    while let Some(replaced) = successor.keeps(now).and_then(said) {
        kept.push(replaced);
        successor = replaced;
    }
    kept
}

fn is_young(inventory: &Inventory, object: &DataObject, now: DateTime<Utc>) -> bool {
    inventory.is_remote && object.last_modified > now - STRAY_FOR
}

/// What lies in the staging of abandoned runs, but nothing of a day that cannot be read.
fn staging(inventory: &Inventory, unreadable: &BTreeSet<NaiveDate>, now: DateTime<Utc>) -> Vec<GarbageObject> {
    let goes = |run_id: &RunId| match inventory.held.get(run_id) {
        None => is_abandoned(run_id, Holds::Nothing, now),
        Some(None) => is_abandoned(run_id, Holds::Unreadable, now),
        Some(Some(held)) => !unreadable.contains(&held.as_of) && is_abandoned(run_id, Holds::This(held), now),
    };
    let left = inventory.staged.iter().filter(|object| goes(&object.run_id));
    left.map(|o| GarbageObject { path: o.path.clone(), bytes: o.bytes, why: Why::Staging }).collect()
}

/// Everything of `days`, and nothing else.
fn dropped(inventory: &Inventory, days: &BTreeSet<NaiveDate>, now: DateTime<Utc>) -> Garbage {
    let unreadable = inventory.unreadable_days();
    let named: HashSet<&str> = {
        let readable = inventory.manifests.values().filter_map(Manifest::snapshot);
        let files = readable.flat_map(Snapshot::files).map(|file| file.path.as_str());
        files.chain(inventory.begun.iter().flat_map(|b| &b.objects).map(|o| o.path.as_str())).collect()
    };
    let mut garbage = Garbage { dropped: days.clone(), ..Garbage::default() };
    garbage.manifests = inventory.manifests.keys().filter(|id| days.contains(&id.as_of)).copied().collect();
    let mut young = BTreeMap::<NaiveDate, usize>::new();
    for object in inventory.data.iter().filter(|object| days.contains(&object.as_of)) {
        // Of a day that cannot be read, everything in its folders is its own.
        let is_known = unreadable.contains(&object.as_of) || named.contains(object.path.as_str());
        if !is_known && is_young(inventory, object, now) {
            *young.entry(object.as_of).or_default() += 1;
            continue;
        }
        garbage.objects.push(GarbageObject { path: object.path.clone(), bytes: object.bytes, why: Why::Dropped });
    }
    let held: Vec<_> = inventory.held.values().flatten().filter(|held| days.contains(&held.as_of)).collect();
    for object in inventory.staged.iter().filter(|object| held.iter().any(|held| held.run_id == object.run_id)) {
        garbage.objects.push(GarbageObject { path: object.path.clone(), bytes: object.bytes, why: Why::Dropped });
    }
    let is_of_days = |id: SnapshotId| days.contains(&id.as_of);
    garbage.ended =
        inventory.begun.iter().filter(|b| b.ids().all(is_of_days)).map(|begun| begun.run_id.clone()).collect();

    for (id, said) in inventory.manifests.iter().filter(|(id, _)| days.contains(&id.as_of)) {
        if let Some(reason) = said.unreadable() {
            let path = layout::manifest(*id);
            garbage.notes.push(format!("{path} cannot be read ({reason}): everything in the folders of its day goes"));
        }
    }
    for held in held {
        garbage.notes.push(format!("what run {} holds back for {} goes too", held.run_id, held.as_of));
    }
    for (day, files) in young {
        garbage.notes.push(format!(
            "{files} files of {day} stay: no manifest names them, and they are so new that a run may be publishing them"
        ));
    }
    let believable = believable(inventory);
    if let Some(newest) = believable.last().filter(|newest| days.contains(newest)) {
        garbage.notes.push(match believable.difference(days).last() {
            Some(next) => format!("{newest} is the newest day: {next} will be the newest"),
            None => format!("{newest} is the newest day, and none will be left to read"),
        });
    }
    let empty = days.iter().filter(|day| {
        let has_objects = inventory.data.iter().any(|object| object.as_of == **day);
        let is_held = inventory.held.values().flatten().any(|held| held.as_of == **day);
        inventory.manifests_of(**day).next().is_none() && !has_objects && !is_held
    });
    garbage.notes.extend(empty.map(|day| format!("there is nothing of {day}")));
    garbage
}

fn no_manifest(inventory: &Inventory, explained: &HashMap<&str, Why>) -> Option<Objection> {
    let unexplained = inventory.data.iter().filter(|object| !explained.contains_key(object.path.as_str()));
    let (files, bytes) = unexplained.fold((0, 0), |(files, bytes), object| (files + 1, bytes + object.bytes));
    (inventory.manifests.is_empty() && files > 0).then_some(Objection::NoManifest { files, bytes })
}

fn cannot_be_read(inventory: &Inventory) -> Option<Objection> {
    let unreadable = inventory.manifests.iter().filter_map(|(id, said)| Some((id, said.unreadable()?)));
    let manifests: Vec<(String, String)> =
        unreadable.map(|(id, reason)| (layout::manifest(*id).to_string(), reason)).collect();
    (!manifests.is_empty()).then_some(Objection::Unreadable { manifests })
}

fn most_of_zones(inventory: &Inventory, objects: &[GarbageObject]) -> Vec<Objection> {
    let mut zones = BTreeMap::<Zone, (usize, usize)>::new();
    let unexplained = paths_without_reason(objects);
    for object in &inventory.data {
        let (going, all) = zones.entry(object.zone).or_default();
        *going += usize::from(unexplained.contains(object.path.as_str()));
        *all += 1;
    }
    let most = zones.into_iter().filter(|(_, (going, all))| going * 2 > *all);
    most.map(|(zone, (unexplained, files))| Objection::MostOfZone { zone, unexplained, files }).collect()
}

/// Days that have lost something, so that the files which nothing names may be what it named.
fn vanished(inventory: &Inventory, objects: &[GarbageObject]) -> Vec<Objection> {
    let present: HashSet<&str> = inventory.data.iter().map(|object| object.path.as_str()).collect();
    let unexplained = paths_without_reason(objects);
    let mut days = BTreeMap::<NaiveDate, Vec<&str>>::new();
    for object in inventory.data.iter().filter(|object| unexplained.contains(object.path.as_str())) {
        days.entry(object.as_of).or_default().push(&object.path);
    }
    let found = days.into_iter().filter_map(|(as_of, files)| {
        let missing = missing_manifest(inventory, as_of)
            .map(|id| format!("{} is gone", layout::manifest(id)))
            .or_else(|| {
                let mut named = inventory.current(as_of).into_iter().flat_map(Snapshot::files);
                let file = named.find(|file| !present.contains(file.path.as_str()))?;
                Some(format!("{}, which its manifest names, is gone", file.path))
            })
            .or_else(|| {
                let is_in_views = |path: &str| {
                    layout::day_and_name(path)
                        .is_some_and(|(day, name)| inventory.in_views.contains(&(day, name.to_owned())))
                };
                let file = files.iter().find(|file| is_in_views(file))?;
                Some(format!("{} names {file}", layout::DUCKDB_VIEWS))
            })?;
        Some(Objection::Vanished { as_of, files: files.len(), missing })
    });
    found.collect()
}

/// The first number that a day should have and has not, unless a collection that did not end has removed it.
fn missing_manifest(inventory: &Inventory, as_of: NaiveDate) -> Option<SnapshotId> {
    let removed: BTreeSet<SnapshotId> = inventory.begun.iter().flat_map(Begun::ids).collect();
    let there = inventory.manifests_of(as_of).map(|(id, _)| id);
    let all = there.chain(removed.into_iter().filter(|id| id.as_of == as_of)).collect::<BTreeSet<_>>();
    let numbered = all.iter().zip(1_u64..);
    let gap = numbered.into_iter().find(|(id, number)| id.sequence != *number);
    gap.map(|(_, sequence)| SnapshotId { as_of, sequence })
}

fn paths_without_reason(objects: &[GarbageObject]) -> HashSet<&str> {
    objects.iter().filter(|object| object.why == Why::Unnamed).map(|object| object.path.as_str()).collect()
}
