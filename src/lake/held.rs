//! Snapshots that a quality gate did not let through: complete, staged, and published only when somebody says so.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use object_store::ObjectStoreExt as _;
use serde::{Deserialize, Serialize};

use super::{
    Accepted, Damage, FORMAT_VERSION, Lake, LakeError, Publication, Replaces, Snapshot, SnapshotState, SnapshotTable,
    StagedTable, layout, manifest,
    publish::{self, publish},
    seal::{self, Seal},
    staging, verify,
};
use crate::{catalog::is_name, run_id::RunId};

/// Findings that a message names.
const FINDINGS_NAMED: usize = 3;

/// A staged snapshot and why it was not published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Held {
    /// The day the data describes.
    pub(crate) as_of: NaiveDate,
    /// The run.
    pub(crate) run_id: RunId,
    /// When it was held back.
    pub(crate) held_at: DateTime<Utc>,
    /// What the gates said, one line each.
    pub(crate) breaches: Vec<String>,
    /// Sequence number of the snapshot that it would replace.
    pub(crate) replaces: Option<u64>,
    /// Its tables; the paths are in staging.
    pub(crate) tables: Vec<SnapshotTable>,
    /// Tables it would keep from the snapshot that it would replace.
    pub(crate) carried_over: Vec<SnapshotTable>,
    /// State of the extraction.
    pub(crate) state: SnapshotState,
}

impl Held {
    /// Keeps in staging what would have been published.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn keep(lake: &Lake, publication: Publication, breaches: Vec<String>) -> Result<Self, LakeError> {
        let Publication { as_of, run_id, published_at, tables, carried_over, state, replaces, .. } = publication;
        let replaces = match replaces {
            Replaces::Exactly(sequence) => sequence,
            Replaces::Current => lake.snapshot(as_of).await?.map(|s| s.sequence),
        };
        let tables = tables.iter().map(|table| table.table().clone()).collect();
        let held = Self { as_of, run_id, held_at: published_at, breaches, replaces, tables, carried_over, state };
        let failed = |e| LakeError::Internal { reason: format!("a held snapshot cannot be written as JSON: {e}") };
        let json = serde_json::to_vec_pretty(&held).map_err(failed)?;
        lake.put(layout::held(&held.run_id), seal::seal(&json)).await?;
        Ok(held)
    }

    /// The snapshot that `run_id` holds back, if it does.
    ///
    /// # Errors
    /// When the store refuses or fails, or what is kept cannot be used.
    pub(crate) async fn of_run(lake: &Lake, run_id: &RunId) -> Result<Option<Self>, LakeError> {
        let path = layout::held(run_id);
        let failed = |e| LakeError::store("read", &path, e);
        let content = match lake.store().get(&path).await {
            Ok(object) => object.bytes().await.map_err(failed)?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let corrupt = |reason: String, source| LakeError::Corrupt { path: path.to_string(), reason, source };
        let json = match seal::open(&content) {
            Seal::Whole(json) => Cow::Owned(json),
            Seal::Broken => {
                return Err(corrupt("its content does not have the sha256 it carries".to_owned(), None));
            }
            // Written by a version that did not seal it.
            Seal::Absent => Cow::Borrowed(&*content),
        };
        let held: Self = serde_json::from_slice(&json)
            .map_err(|e| corrupt(format!("line {} column {}", e.line(), e.column()), Some(e)))?;
        held.check(run_id).map_err(|reason| corrupt(reason, None))?;
        Ok(Some(held))
    }

    /// Every held snapshot, by run; what cannot be used is left out with a warning.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn all(lake: &Lake) -> Result<Vec<Self>, LakeError> {
        Ok(Self::by_run(lake).await?.into_values().flatten().collect())
    }

    /// What each run holds back; `None`, with a warning, where that cannot be used.
    pub(super) async fn by_run(lake: &Lake) -> Result<BTreeMap<RunId, Option<Self>>, LakeError> {
        let mut held = BTreeMap::new();
        for run_id in staging::staged_runs(lake).await? {
            match Self::of_run(lake, &run_id).await {
                Ok(found) => held.extend(found.map(|found| (run_id, Some(found)))),
                Err(LakeError::Corrupt { path, reason, .. }) => {
                    tracing::warn!(path, reason, "a held snapshot is not usable");
                    held.insert(run_id, None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(held)
    }

    /// It is input: a path that leads out of the run's staging would publish, and later delete, what is not its own.
    fn check(&self, run_id: &RunId) -> Result<(), String> {
        if self.run_id != *run_id {
            return Err(format!("it says run {}", self.run_id));
        }
        manifest::check_tables(self.as_of, &self.carried_over)?;
        for table in &self.tables {
            if !is_name(&table.name) || table.files.is_empty() || table.columns.is_empty() {
                return Err("a table without a usable name, files or columns".to_owned());
            }
            let staged = |number: usize| layout::staging_file(run_id, table.zone, &table.name, number);
            let strange = table.files.iter().enumerate().find(|(n, f)| f.path != staged(*n).as_ref());
            if let Some((_, file)) = strange {
                return Err(format!("table {}: {:?} is not one of its files", table.name, file.path));
            }
        }
        Ok(())
    }

    /// The snapshot as it would be, with the paths in staging.
    pub(crate) fn as_snapshot(&self) -> Snapshot {
        let mut tables: Vec<SnapshotTable> = self.tables.iter().chain(&self.carried_over).cloned().collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        Snapshot {
            format_version: FORMAT_VERSION,
            as_of: self.as_of,
            sequence: self.replaces.unwrap_or(0).saturating_add(1),
            run_id: self.run_id.clone(),
            published_at: self.held_at,
            program_version: env!("CARGO_PKG_VERSION").to_owned(),
            keeps_replaced_until: None,
            previous: None,
            tables,
            state: self.state.clone(),
        }
    }

    /// Publishes it, if every file is still what it was when it was held back: size, SHA-256, rows and columns. The snapshot
    /// remembers that it was `accepted`. Where this was done before and did not end, it is ended.
    ///
    /// # Errors
    /// [`LakeError::HeldDamaged`] when a file is not; as [`publish`]; the store's errors.
    pub(crate) async fn publish(
        &self,
        lake: &Lake,
        accepted: Accepted,
        superseded_grace: TimeDelta,
    ) -> Result<Snapshot, LakeError> {
        let current = lake.snapshot(self.as_of).await?;
        if let Some(published) = current.as_ref().filter(|current| current.run_id == self.run_id) {
            publish::finish(lake, published, Vec::new()).await?;
            return Ok(published.clone());
        }
        // One that was overtaken is refused for that, whatever became of its files.
        if current.map(|current| current.sequence) == self.replaces {
            let findings = verify::check_files(lake, &self.as_snapshot().tables).await?;
            if !findings.is_empty() {
                return Err(self.damaged(&findings));
            }
        }
        let mut publication = self.clone().into_publication(accepted.at, superseded_grace);
        publication.state.accepted = Some(accepted);
        publish(lake, publication).await
    }

    fn damaged(&self, findings: &[Damage]) -> LakeError {
        let mut named: Vec<String> = findings.iter().take(FINDINGS_NAMED).map(Damage::to_string).collect();
        let more = findings.len().saturating_sub(FINDINGS_NAMED);
        named.extend((more > 0).then(|| format!("and {more} more")));
        LakeError::HeldDamaged { as_of: self.as_of, run_id: self.run_id.clone(), findings: named }
    }

    /// What publishes it.
    fn into_publication(self, published_at: DateTime<Utc>, superseded_grace: TimeDelta) -> Publication {
        let tables = self.tables.into_iter().map(|table| StagedTable::from_held(table, &self.run_id)).collect();
        Publication {
            as_of: self.as_of,
            run_id: self.run_id,
            published_at,
            tables,
            carried_over: self.carried_over,
            state: self.state,
            replaces: Replaces::Exactly(self.replaces),
            superseded_grace,
        }
    }
}
