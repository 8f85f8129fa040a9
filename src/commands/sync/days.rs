//! From what a run read to one snapshot for each of its days: contracts, positions and attributes come with their whole
//! history, so that one reading serves them all.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Produced, Run, Work};
use crate::{
    assemble::{Assembled, Assembler, Cause, Day, DayBefore, Outcome, ReadForDays, Rows, day_sessions},
    catalog::{Resource, Source},
    context::Context,
    engine::days::DaySessions,
    error::Error,
    lake::{Days, Snapshot, SnapshotTable, StagedTable, UnreadableDay},
    run_id::RunId,
    run_report::PublishedDay,
    settings::HistoryMode,
};

impl Run {
    /// Publishes the days in ascending order, each with its tables of those that were `read`, and tells the last snapshot.
    /// A run that is stopped in between leaves the days published so far, and the next run of the same command goes on
    /// after them.
    pub(super) async fn publish_days(
        &self,
        context: &Context,
        work: &Work,
        read: &[StagedTable],
        produced: &mut Produced,
    ) -> Result<Snapshot, Error> {
        let sessions = day_sessions(&self.lake, &self.engine)?;
        let assembler = self.assembler(&sessions);
        let mut tables = match self.days.len() {
            1 => None,
            _ => Some(ReadForDays::new(assembler, &self.id.of_several_days(), read, self.rows()).await?),
        };
        let mut known_types = work.before.wide_types().clone();
        let mut last: Option<Snapshot> = None;
        let mut day_before = DayBefore::default();
        let mut series = self.series(work, produced).await?;
        produced.kept.extend(series.published_before());
        let days: Vec<NaiveDate> = self.days.iter().filter(|day| !series.has(**day)).copied().collect();
        for as_of in &days {
            let assembling = async {
                let mut staged = match &mut tables {
                    None => read.to_vec(),
                    Some(tables) => tables.of_day(*as_of, &self.run_of(*as_of)).await?,
                };
                let replaced = work.before.of(*as_of);
                let carried_over = self.carried_over(replaced);
                staged.extend(self.kept_growing(work, *as_of, &staged, &carried_over).await?);
                let day = Day {
                    as_of: *as_of,
                    run_id: self.run_of(*as_of),
                    staged,
                    carried_over,
                    replaces: work.before.sequence_of(*as_of),
                    day_before: tables.is_some().then_some(&day_before),
                    before: snapshot_before(*as_of, self.selection.source, work, last.as_ref()),
                    attributes: self.attributes_of_day(replaced),
                    known_types: known_types.clone(),
                    read_that_day: *as_of == self.today,
                    cause: Cause::NewTables,
                    state: self.state(replaced, work, produced),
                };
                assembler.assemble(day).await
            };
            let mut assembled: Assembled = self.stop.unless_stopped(assembling).await?;
            known_types.clone_from(&assembled.state.wide_types);
            produced.notes = assembled.notes.clone();
            // The last moment to stop: publishing is short, and half of it would have to be cleaned up.
            if self.stop.is_stopped() {
                return Err(Error::Interrupted);
            }
            let (staged, remembered) = (assembled.staged.clone(), std::mem::take(&mut assembled.remembered));
            let outcome = assembler.publish(assembled, context.clock.now()).await;
            let published = match &outcome {
                Ok(Outcome::Published(snapshot)) => Some(snapshot.id()),
                // The day may be published, and only what follows from it not.
                Err(Error::Lake(error)) => error.published(),
                _ => None,
            };
            produced.published.extend(published.map(|id| PublishedDay { as_of: id.as_of, sequence: id.sequence }));
            if published.is_some() || matches!(outcome, Ok(Outcome::Held(_))) {
                produced.staged = staged;
            }
            let snapshot = outcome?.published()?;
            series.add(snapshot.id(), &work.checkpoint).await;
            day_before = DayBefore::new(snapshot.clone(), remembered);
            last = Some(snapshot);
        }
        last.ok_or_else(|| Error::Bug("a run without a day".into()))
    }

    fn assembler<'a>(&'a self, sessions: &'a DaySessions) -> Assembler<'a> {
        Assembler {
            lake: &self.lake,
            catalog: &self.catalog,
            sessions,
            thresholds: &self.thresholds,
            superseded_grace: self.superseded_grace,
        }
    }

    /// The run that stages and publishes `day`.
    pub(super) fn run_of(&self, day: NaiveDate) -> RunId {
        if self.days.len() == 1 { self.id.clone() } else { self.id.of_day(day) }
    }

    /// The parts of a run over several days, which stage what belongs to some of them.
    pub(super) fn parts(&self) -> Vec<RunId> {
        let of_days = self.days.iter().map(|day| self.id.of_day(*day));
        match self.days.len() {
            1 => Vec::new(),
            _ => of_days.chain([self.id.of_several_days()]).collect(),
        }
    }

    /// Which rows a day has of those that were read for all of them.
    fn rows(&self) -> Rows {
        if self.history.mode == HistoryMode::AsOf { Rows::Applicable } else { Rows::All }
    }

    /// Whether the attributes are among what is read.
    pub(super) fn reads_attributes(&self) -> bool {
        let read = self.selection.resources.iter().any(|selected| selected.resource.labels.is_some());
        let made = self.selection.mapped.iter().filter_map(|mapping| mapping.of.as_ref());
        read || made.filter(|of| of.labels.is_some()).count() > 0
    }

    /// API tables of the replaced snapshot that this run does not read again.
    pub(super) fn carried_over(&self, replaced: Option<&Snapshot>) -> Vec<SnapshotTable> {
        let kept = self.kept_as_they_are();
        let tables = self.of_same_source(replaced).into_iter().flat_map(|snapshot| &snapshot.tables);
        tables.filter(|table| kept.contains(&table.name)).cloned().collect()
    }

    /// Tables that grow and are neither read for a day nor there: they stay as they were written last, for that day or one
    /// before. What the API no longer serves would go with the days that are not kept.
    async fn kept_growing(
        &self,
        work: &Work,
        day: NaiveDate,
        staged: &[StagedTable],
        carried_over: &[SnapshotTable],
    ) -> Result<Vec<StagedTable>, Error> {
        let there: BTreeSet<&str> =
            staged.iter().map(StagedTable::table).chain(carried_over).map(|table| table.name.as_str()).collect();
        let grow = self.catalog.resources.iter().filter(|r| r.grows.is_some()).map(Resource::table_name);
        let mut kept = Vec::new();
        for table in grow.filter(|table| !there.contains(table.as_str())) {
            if work.before.last_written(&table).is_some_and(|of| of <= day)
                && let Some(last) = self.lake.last_written(&work.before, &table, true).await?
            {
                kept.push(StagedTable::of_published(&last, &self.lake, &self.run_of(day)).await?);
            }
        }
        Ok(kept)
    }

    /// A snapshot of the day, if it was read of the same source: tables of two do not go together.
    pub(super) fn of_same_source<'s>(&self, replaced: Option<&'s Snapshot>) -> Option<&'s Snapshot> {
        replaced.filter(|snapshot| snapshot.state.source == self.selection.source)
    }

    /// The tables that this run does not read and that are not computed from what it reads.
    fn kept_as_they_are(&self) -> BTreeSet<String> {
        let written = self.selection.table_names();
        self.catalog.api_tables().into_iter().map(|table| table.name).filter(|name| !written.contains(name)).collect()
    }

    /// A day whose manifest cannot be read can only be read again as a whole: what this run leaves out could not be kept.
    ///
    /// Neither can a day that was read of another source be replaced by some tables of this one.
    ///
    /// # Errors
    /// When such a day has files of a table that this run does not read.
    pub(super) async fn check_replaceable(&self, before: &Days) -> Result<(), Error> {
        for day in self.days.iter().filter(|_| self.selection.is_some) {
            if let Some(replaced) = before.of(*day)
                && self.of_same_source(Some(replaced)).is_none()
            {
                let (was, now) = (credentials(replaced.state.source), credentials(self.selection.source));
                return Err(Error::Usage(format!(
                    "the snapshot of {day} was read with {was}, and some tables read with {now} cannot take their place \
                     in it: leave out --tables, or write to another lake"
                )));
            }
        }
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

/// What a source is read with.
fn credentials(source: Source) -> &'static str {
    match source {
        Source::V5 => "an OAuth application",
        Source::Legacy => "a legacy API key",
    }
}

/// The snapshot that a day's is compared with: the one it replaces, or else that of the latest day before, of the same
/// source.
fn snapshot_before<'a>(
    day: NaiveDate,
    source: Source,
    work: &'a Work,
    last: Option<&'a Snapshot>,
) -> Option<&'a Snapshot> {
    let known =
        work.before.snapshots.iter().filter(|snapshot| snapshot.as_of <= day && snapshot.state.source == source);
    known.chain(last).max_by_key(|snapshot| snapshot.as_of)
}
