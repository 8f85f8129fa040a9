//! From what a run read to one snapshot for each of its days: contracts, positions and attributes come with their whole
//! history, so that one reading serves them all.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Produced, Run, Work};
use crate::{
    assemble::{
        Judged, Subject, WideInputs, derive_tables, follow_references, judge, stage_applicable, stage_labels,
        stage_wide,
    },
    catalog::{History, Resource},
    commands::Context,
    error::Error,
    lake::{
        self, Days, Held, Publication, Replaces, Snapshot, SnapshotState, SnapshotTable, StagedTable, UnreadableDay,
    },
    report::{PublishedDay, SkippedReport, WideReport},
    run_id::RunId,
    settings::HistoryMode,
};

/// Says which columns of the wide tables are new and which are gone since the snapshot before.
fn compare_wide(reports: &mut [WideReport], staged: &[StagedTable], before: Option<&Snapshot>) {
    let Some(before) = before else { return };
    for report in reports {
        let Some(known) = before.table(&report.table) else { continue };
        let staged = staged.iter().find(|t| t.table().name == report.table);
        let now: Vec<&str> =
            staged.iter().flat_map(|t| &t.table().columns).map(|column| column.name.as_str()).collect();
        let then: Vec<&str> = known.columns.iter().map(|column| column.name.as_str()).collect();
        let only = |these: &[&str], those: &[&str]| -> Vec<String> {
            these.iter().filter(|name| !those.contains(name)).map(|name| (*name).to_owned()).collect()
        };
        (report.appeared, report.disappeared) = (only(&now, &then), only(&then, &now));
    }
}

impl Run {
    /// Publishes the days in ascending order and tells the last snapshot. A run that is stopped in between leaves the days
    /// published so far.
    pub(super) async fn publish_days(
        &self,
        context: &Context,
        work: &Work,
        produced: &mut Produced,
    ) -> Result<Snapshot, Error> {
        let read = std::mem::take(&mut produced.staged);
        let mut last: Option<Snapshot> = None;
        for day in &self.days {
            let run_id = self.run_of(*day);
            let replaced = work.before.of(*day);
            let carried_over = self.carried_over(replaced);
            let staging = self.stage_day(*day, &run_id, &read, (replaced, &carried_over), produced);
            let staged = self.stop.unless_stopped(staging).await?;
            let state = self.state(replaced, work, produced);
            let mut tables = staged;
            let breaches = {
                let before = self.snapshot_before(*day, work, last.as_ref());
                let judging = self.judge(*day, &run_id, (&tables, &carried_over), &state, before, produced);
                let judged = self.stop.unless_stopped(judging).await?;
                tables.push(judged.findings);
                judged.breaches
            };
            let staged = tables.clone();
            let publication = Publication {
                as_of: *day,
                run_id,
                published_at: context.clock.now(),
                tables,
                carried_over,
                state,
                replaces: Replaces::Exactly(work.before.sequence_of(*day)),
                superseded_grace: self.superseded_grace,
            };
            if !breaches.is_empty() {
                let held = Held::keep(&self.lake, publication, breaches).await?;
                produced.staged = staged;
                return Err(Error::Refused { as_of: *day, run_id: held.run_id, breaches: held.breaches });
            }
            // The last moment to stop: publishing is short, and half of it would have to be cleaned up.
            if self.stop.is_stopped() {
                return Err(Error::Interrupted);
            }
            compare_wide(&mut produced.wide, &staged, last.as_ref().or(work.before.newest()));
            let snapshot = match lake::publish(&self.lake, publication).await {
                Ok(snapshot) => snapshot,
                Err(error) => {
                    // The day may be published, and only what follows from it not.
                    let published = error.published().map(|id| PublishedDay { as_of: id.as_of, sequence: id.sequence });
                    produced.published.extend(published);
                    return Err(error.into());
                }
            };
            produced.published.push(PublishedDay { as_of: *day, sequence: snapshot.sequence });
            produced.staged = staged;
            last = Some(snapshot);
        }
        last.ok_or_else(|| Error::Bug("a run without a day".into()))
    }

    /// The snapshot that a day's is compared with: the one it replaces, or else that of the latest day before.
    fn snapshot_before<'a>(&self, day: NaiveDate, work: &'a Work, last: Option<&'a Snapshot>) -> Option<&'a Snapshot> {
        let known = work.before.snapshots.iter().filter(|snapshot| snapshot.as_of <= day);
        known.chain(last).max_by_key(|snapshot| snapshot.as_of)
    }

    async fn judge(
        &self,
        day: NaiveDate,
        run_id: &RunId,
        (staged, carried_over): (&[StagedTable], &[SnapshotTable]),
        state: &SnapshotState,
        before: Option<&Snapshot>,
        produced: &Produced,
    ) -> Result<Judged, Error> {
        let tables: Vec<SnapshotTable> = staged.iter().map(StagedTable::table).chain(carried_over).cloned().collect();
        let subject = Subject {
            day,
            read_that_day: day == self.today,
            tables: &tables,
            references: &produced.references,
            state,
            before,
            thresholds: &self.thresholds,
            engine: &self.engine,
        };
        judge(&self.lake, run_id, &self.catalog, &subject).await
    }

    /// The run that stages and publishes `day`.
    pub(super) fn run_of(&self, day: NaiveDate) -> RunId {
        if self.days.len() == 1 { self.id.clone() } else { self.id.of_day(day) }
    }

    /// The tables of one day, from what was read for all of them.
    async fn stage_day(
        &self,
        day: NaiveDate,
        run_id: &RunId,
        read: &[StagedTable],
        (replaced, carried_over): (Option<&Snapshot>, &[SnapshotTable]),
        produced: &mut Produced,
    ) -> Result<Vec<StagedTable>, Error> {
        let mut staged = Vec::new();
        for table in read {
            staged.push(match self.history_of(table) {
                _ if self.days.len() == 1 => table.clone(),
                Some(history) => {
                    stage_applicable(&self.lake, run_id, day, &self.catalog, table, history, &self.engine).await?
                }
                None => table.copy_for(&self.lake, run_id).await?,
            });
        }
        let is_absent = |resource: &Resource| produced.absent.iter().any(|a| a.resource == resource.name);
        for resource in self.selection.resources.iter().map(|s| &s.resource).filter(|r| !is_absent(r)) {
            if let Some(table) = resource.labels_table() {
                staged.push(stage_labels(&self.lake, run_id, &table, &produced.labels).await?);
            }
        }
        let tables: Vec<SnapshotTable> = staged.iter().map(StagedTable::table).cloned().collect();
        let inputs = carried_over.iter().chain(&tables);
        produced.references = follow_references(&self.lake, day, inputs.clone(), &self.catalog, &self.engine).await?;
        let queries = &self.catalog.derived;
        let (derived, mut skipped) =
            derive_tables(&self.lake, run_id, day, inputs.clone(), queries, &self.catalog, &self.engine).await?;
        let inputs: Vec<SnapshotTable> = inputs.cloned().collect();
        let attributes = self.attributes_of_day(replaced);
        let wide = WideInputs { day, attributes: &attributes, known: &produced.wide_types, engine: &self.engine };
        let widened = stage_wide(&self.lake, run_id, &self.catalog, &inputs, wide).await?;
        skipped.extend(widened.skipped);
        produced.wide = widened.reports;
        produced.wide_types.extend(widened.types);
        produced.described = widened.described;
        staged.extend(derived.into_iter().chain(widened.staged));
        produced.skipped = skipped.into_iter().map(|s| SkippedReport { table: s.table, missing: s.missing }).collect();
        Ok(staged)
    }

    /// Whether the attributes, with whose pages the labels come, are among what is read.
    pub(super) fn reads_labels(&self) -> bool {
        self.selection.resources.iter().any(|selected| selected.resource.labels.is_some())
    }

    /// How the rows of a table say on which days they apply, where each day has its own.
    fn history_of(&self, table: &StagedTable) -> Option<&History> {
        let name = &table.table().name;
        let of_table = |resource: &&Resource| resource.tables().iter().any(|t| t.name == *name);
        let resource = self.catalog.resources.iter().find(of_table)?;
        resource.history.as_ref().filter(|_| self.history.mode == HistoryMode::AsOf)
    }

    /// API tables of the replaced snapshot that this run does not read again.
    pub(super) fn carried_over(&self, replaced: Option<&Snapshot>) -> Vec<SnapshotTable> {
        let kept = self.kept_as_they_are();
        let tables = replaced.into_iter().flat_map(|snapshot| &snapshot.tables);
        tables.filter(|table| kept.contains(&table.name)).cloned().collect()
    }

    /// The tables that this run does not read and that are not computed from what it reads.
    fn kept_as_they_are(&self) -> BTreeSet<String> {
        let written = self.selection.table_names();
        self.catalog.api_tables().into_iter().map(|table| table.name).filter(|name| !written.contains(name)).collect()
    }

    /// A day whose manifest cannot be read can only be read again as a whole: what this run leaves out could not be kept.
    ///
    /// # Errors
    /// When such a day has files of a table that this run does not read.
    pub(super) async fn check_replaceable(&self, before: &Days) -> Result<(), Error> {
        let kept = self.kept_as_they_are();
        for UnreadableDay { as_of, path, .. } in before.unreadable.iter().filter(|day| self.days.contains(&day.as_of)) {
            let there = self.lake.tables_with_files(*as_of).await?;
            if let Some(table) = there.intersection(&kept).next() {
                return Err(Error::Usage(format!(
                    "manifest {path} is not usable, so that {as_of} can only be read again as a whole, and this run would not \
                     keep {table}; leave out --tables, or restore the manifest from a backup"
                )));
            }
        }
        Ok(())
    }
}
