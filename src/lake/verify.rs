//! Checks a published snapshot from the store alone.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{Error as StoreError, ObjectStoreExt, path::Path};
use sha2::{Digest, Sha256};

use super::{
    Damage, DataFile, Lake, LakeError, PreviousManifest, Problem, Snapshot, SnapshotId, SnapshotTable,
    digest::gists_of, folders, footer, layout, vanished, verify_delta, views,
};

/// Files checked at once.
const CONCURRENCY: usize = 4;

/// Compares every file of `snapshot` with the manifest: present, size, SHA-256, and rows and columns by its footer.
/// Reports files in any table's folder of that date that neither the snapshot names nor one whose files it keeps for a while, and manifests of the chain that
/// are missing or changed. Sorted by path; empty means all is well. Memory: a few chunks of the files being read.
///
/// # Errors
/// When the store refuses or fails, so that nothing can be said.
pub(crate) async fn verify(lake: &Lake, snapshot: &Snapshot) -> Result<Vec<Damage>, LakeError> {
    let mut findings = check_files(lake, &snapshot.tables).await?;
    findings.extend(strays(lake, snapshot).await?);
    findings.extend(broken_links(lake, snapshot).await?);
    findings.sort();
    Ok(findings)
}

/// Checks what belongs to the lake as a whole: the files with views, and the Delta logs where there are any, against the
/// current snapshots, and that no day has vanished. While a run publishes they may differ. Sorted by path.
///
/// # Errors
/// When the store refuses or fails, or a manifest is of a newer format.
pub(crate) async fn verify_lake(lake: &Lake) -> Result<Vec<Damage>, LakeError> {
    let days = lake.read_days(&lake.snapshots().await?).await?;
    let mut findings = Vec::new();
    let mut found = Vec::new();
    let gists = gists_of(&days.snapshots);
    for (path, expected) in views::files(lake, &gists, &days.unreadable) {
        let failed = |e| LakeError::store("read", path, e);
        let problem = match lake.store.get(&Path::from(path)).await {
            Ok(object) => {
                let content = object.bytes().await.map_err(failed)?;
                found.push((path, String::from_utf8_lossy(&content).into_owned()));
                (!views::are_the_same(&content, &expected)).then_some(Problem::Views)
            }
            Err(StoreError::NotFound { .. }) => Some(Problem::Missing),
            Err(error) => return Err(failed(error)),
        };
        findings.extend(problem.map(|problem| Damage { path: path.to_owned(), problem }));
    }
    if lake.is_misquoted(&gists).await? {
        findings.push(Damage { path: layout::digest().to_string(), problem: Problem::Digest });
    }
    let (gone, unreadable) = vanished::vanished(lake, &days, &found).await?;
    findings.extend(gone.into_iter().map(|(day, named_by)| Damage {
        path: layout::manifests_of(day).to_string(),
        problem: Problem::Vanished { named_by },
    }));
    let removals = unreadable.iter().map(Path::to_string);
    findings.extend(removals.map(|path| Damage { path, problem: Problem::Removal }));
    findings.extend(verify_delta::differences(lake, &days).await?);
    findings.sort();
    Ok(findings)
}

/// Compares every file of `tables` with what is known of it: present, size, SHA-256, and rows and columns by its footer.
/// In the order of the files.
///
/// # Errors
/// When the store refuses or fails, so that nothing can be said.
pub(crate) async fn check_files(lake: &Lake, tables: &[SnapshotTable]) -> Result<Vec<Damage>, LakeError> {
    let files = tables.iter().flat_map(|table| table.files.iter().map(move |file| (table, file)));
    let checks = files.clone().map(|(table, file)| check_file(lake, table, file));
    let checked: Vec<Vec<Problem>> = stream::iter(checks).buffered(CONCURRENCY).try_collect().await?;
    let mut findings = Vec::new();
    for ((_, file), problems) in files.zip(checked) {
        findings.extend(problems.into_iter().map(|problem| Damage { path: file.path.clone(), problem }));
    }
    Ok(findings)
}

async fn check_file(lake: &Lake, table: &SnapshotTable, file: &DataFile) -> Result<Vec<Problem>, LakeError> {
    let path = Path::from(file.path.as_str());
    let failed = |e| LakeError::store("read", &path, e);
    let object = match lake.store.get(&path).await {
        Ok(object) => object,
        Err(StoreError::NotFound { .. }) => return Ok(vec![Problem::Missing]),
        Err(error) => return Err(failed(error)),
    };
    let mut problems = Vec::new();
    let size = object.meta.size;
    if size != file.bytes {
        problems.push(Problem::Size { expected: file.bytes, found: size });
    }
    let mut hash = Sha256::new();
    let mut content = object.into_stream();
    while let Some(chunk) = content.try_next().await.map_err(failed)? {
        hash.update(&chunk);
    }
    let found = hex::encode(hash.finalize());
    if found != file.sha256 {
        problems.push(Problem::Content { expected: file.sha256.clone(), found });
    }
    match footer::read(&lake.store, &path, size).await {
        Ok(footer) => {
            if footer.rows != file.rows {
                problems.push(Problem::Rows { expected: file.rows, found: footer.rows });
            }
            let difference = footer::difference(&table.arrow_schema(), &footer.schema);
            problems.extend(difference.map(|difference| Problem::Schema { difference }));
        }
        Err(error) => match LakeError::read_back(&path, error) {
            LakeError::Damaged { reason, .. } => problems.push(Problem::Unreadable { reason }),
            failed => return Err(failed),
        },
    }
    Ok(problems)
}

async fn strays(lake: &Lake, snapshot: &Snapshot) -> Result<Vec<Damage>, LakeError> {
    // A chain that is broken is a finding of its own; what it named cannot be told from strays then.
    let (in_grace, _) = lake.readable_in_grace(snapshot, DateTime::<Utc>::MIN_UTC).await?;
    let known: HashSet<&str> =
        in_grace.iter().chain([snapshot]).flat_map(Snapshot::files).map(|f| f.path.as_str()).collect();
    let found = folders::data_files(lake, snapshot.as_of).await?;
    let strays = found.iter().filter(|path| !known.contains(path.as_ref()));
    Ok(strays.map(|path| Damage { path: path.to_string(), problem: Problem::Stray }).collect())
}

/// Follows the links from manifest to manifest. One that could not be believed when it was replaced, and has the bytes that it
/// had then, was repaired by that: from there on only what each manifest says of itself counts.
async fn broken_links(lake: &Lake, snapshot: &Snapshot) -> Result<Vec<Damage>, LakeError> {
    let parentless = |path: &str| {
        let reason = "it names no predecessor, but is not the first".to_owned();
        Ok(vec![Damage { path: path.to_owned(), problem: Problem::Succession { reason } }])
    };
    let mut link = snapshot.previous.clone();
    if link.is_none() && snapshot.sequence > 1 {
        return parentless(layout::manifest(snapshot.id()).as_ref());
    }
    for sequence in (1..snapshot.sequence).rev() {
        let id = SnapshotId { as_of: snapshot.as_of, sequence };
        let expected = layout::manifest(id);
        let broken = |path: &str, reason: String| {
            Ok(vec![Damage { path: path.to_owned(), problem: Problem::Succession { reason } }])
        };
        if let Some(link) = link.as_ref().filter(|link| link.path != expected.as_ref()) {
            return broken(&link.path, format!("it should be {expected}"));
        }
        let stored = match lake.load(id).await {
            Ok(stored) => stored,
            Err(error) if error.is_not_found() => return broken(expected.as_ref(), "it is missing".to_owned()),
            Err(error) => return Err(error),
        };
        if let Some(PreviousManifest { sha256, .. }) = link.as_ref().filter(|link| link.sha256 != stored.sha256) {
            let found = &stored.sha256;
            return broken(&stored.path, format!("SHA-256 is {found}, its successor says {sha256}"));
        }
        link = match (stored.snapshot, link) {
            (Ok(previous), _) if previous.previous.is_none() && sequence > 1 => {
                return parentless(&stored.path);
            }
            (Ok(previous), _) => previous.previous,
            (Err(LakeError::Corrupt { .. }), Some(_)) => None,
            (Err(LakeError::Corrupt { reason, .. }), None) => return broken(&stored.path, reason),
            (Err(error), _) => return Err(error),
        };
    }
    if let Some(PreviousManifest { path, .. }) = link {
        let reason = "no manifest comes before number 1".to_owned();
        return Ok(vec![Damage { path, problem: Problem::Succession { reason } }]);
    }
    Ok(Vec::new())
}
