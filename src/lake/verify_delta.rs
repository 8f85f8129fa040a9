//! Compares the Delta logs of a lake with its manifests: the files that a log names live are those of the current snapshots,
//! and no other. Logs are read as what they are, JSON lines, so that every build can: this program writes no checkpoints.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::{ObjectStoreExt as _, path::Path};
use serde::Deserialize;

use super::{Damage, Days, Lake, LakeError, Problem, layout, logs, side_by_side::AT_ONCE};
use crate::catalog::Zone;

/// What of an action says which files are live.
#[derive(Deserialize)]
struct Action {
    add: Option<File>,
    remove: Option<File>,
}

#[derive(Deserialize)]
struct File {
    path: String,
}

/// What differs between the logs and `days`; nothing where no table has a log. A log may name files of days that cannot be
/// read: nobody can tell whether they are right.
///
/// # Errors
/// When the store refuses or fails.
pub(super) async fn differences(lake: &Lake, days: &Days) -> Result<Vec<Damage>, LakeError> {
    let with_logs: BTreeSet<(Zone, String)> = logs::with_logs(lake).await?.into_iter().collect();
    if with_logs.is_empty() {
        return Ok(Vec::new());
    }
    let mut published = BTreeMap::<(Zone, String), BTreeSet<String>>::new();
    for table in days.snapshots.iter().flat_map(|snapshot| &snapshot.tables) {
        let files = table.files.iter().map(|file| file.path.clone());
        published.entry((table.zone, table.name.clone())).or_default().extend(files);
    }
    let mut findings = Vec::new();
    for (zone, name) in published.keys().filter(|table| !with_logs.contains(table)) {
        findings.push(Damage { path: layout::delta_log(*zone, name).to_string(), problem: Problem::Missing });
    }
    let unreadable: BTreeSet<_> = days.unreadable.iter().map(|day| day.as_of).collect();
    for (zone, name) in with_logs {
        let live = match live_files(lake, zone, &name).await? {
            Ok(live) => live,
            Err((path, reason)) => {
                findings.push(Damage { path, problem: Problem::Log { reason } });
                continue;
            }
        };
        let expected = published.remove(&(zone, name)).unwrap_or_default();
        let missing = expected.difference(&live).map(|path| (path, Problem::NotInLog));
        let is_known = |path: &&String| layout::place_of(path).is_none_or(|(_, day)| !unreadable.contains(&day));
        let surplus = live.difference(&expected).filter(is_known).map(|path| (path, Problem::OnlyInLog));
        findings.extend(missing.chain(surplus).map(|(path, problem)| Damage { path: path.clone(), problem }));
    }
    Ok(findings)
}

/// The files that the log of a table names after its last version, by lake-relative path; or what of the log cannot be read,
/// and why.
async fn live_files(
    lake: &Lake,
    zone: Zone,
    name: &str,
) -> Result<Result<BTreeSet<String>, (String, String)>, LakeError> {
    let folder = layout::delta_log(zone, name);
    let table = layout::table_dir(zone, name);
    let listing = lake.objects_in(&folder).await?;
    let paths: BTreeSet<String> = listing.iter().map(|object| object.location.to_string()).collect();
    let versions = (0..).map(|version: u64| folder.clone().join(format!("{version:020}.json")));
    let versions: Vec<Path> = versions.take_while(|path| paths.contains(path.as_ref())).collect();
    let known: BTreeSet<&str> = versions.iter().map(Path::as_ref).collect();
    if let Some(beyond) = paths.iter().find(|path| is_version(path) && !known.contains(path.as_str())) {
        let reason = format!("version {} before it is missing", versions.len());
        return Ok(Err((beyond.clone(), reason)));
    }
    let read = |path: Path| async move {
        let failed = |e| LakeError::store("read", &path, e);
        let content = lake.store.get(&path).await.map_err(failed)?.bytes().await.map_err(failed)?;
        Ok::<_, LakeError>((path, content))
    };
    let mut contents = stream::iter(versions).map(read).buffered(AT_ONCE);
    let mut live = BTreeSet::new();
    while let Some((path, content)) = contents.try_next().await? {
        let actions = serde_json::Deserializer::from_slice(&content).into_iter::<Action>();
        let actions: Vec<Action> = match actions.collect::<Result<_, _>>() {
            Ok(actions) => actions,
            Err(e) => return Ok(Err((path.to_string(), format!("line {} column {}", e.line(), e.column())))),
        };
        let (added, removed): (Vec<_>, Vec<_>) = actions.into_iter().map(|action| (action.add, action.remove)).unzip();
        for file in removed.into_iter().flatten() {
            live.remove(&format!("{table}/{}", file.path));
        }
        live.extend(added.into_iter().flatten().map(|file| format!("{table}/{}", file.path)));
    }
    Ok(Ok(live))
}

/// Whether a file of a log is one of its versions.
fn is_version(path: &str) -> bool {
    let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".json"));
    name.is_some_and(|digits| digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit()))
}
