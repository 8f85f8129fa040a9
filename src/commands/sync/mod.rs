//! `sync`: read every selected resource, write its tables, compute the derived tables, publish one snapshot.
//!
//! `fetch` reads, `assemble` makes snapshots of what was read; here it is said for which days, and what is left when a run
//! ends early.

mod days;
mod ending;
mod series;
mod state;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sha2::{Digest as _, Sha256};

use super::ended::{Ran, put_report};
use crate::{
    api::{Client, PageLimits},
    assemble::{Notes, session_options},
    catalog::{Catalog, Source, Split},
    context::{Context, Turn, Writer, exclusively, split_as_configured},
    engine::SessionOptions,
    error::Error,
    fetch::{
        self, AskedDays, Fetched, Increments, Job, LastTables, Mapping, Readings, RunCheckpoint, Selection, Stop,
        Takes, Wanted, check_tenant, refuse_above, sort_out,
    },
    lake::{
        self, Checkpoint, Days, Lake, LakeError, NotAvailable, Provenance, Purpose, PutIfAbsent, Snapshot, StagedTable,
    },
    lock::Owner,
    quality::Thresholds,
    run_id::RunId,
    run_report::{Absence, KeptBecause, KeptDay, PublishedDay, ResourceReport, RunReport},
    settings::{self, AccountRules, HistoryMode, HistorySettings, LeavesWindow, Settings},
};

/// One run before it starts: everything checked that can be checked without a request.
struct Run {
    id: RunId,
    started_at: DateTime<Utc>,
    started: tokio::time::Instant,
    /// The days to describe, ascending.
    days: Vec<NaiveDate>,
    /// The last of them.
    as_of: NaiveDate,
    /// Whether days are read again that were read on their own day.
    replace: bool,
    /// Where a day is a day.
    zone: Tz,
    catalog: Catalog,
    selection: Selection,
    lake: Lake,
    client: Client,
    /// Held for as long as the run lives: nobody else spends the tenant's budget on this machine.
    turn: Turn,
    requests_per_minute: u32,
    purpose: Purpose,
    continue_since: Option<DateTime<Utc>>,
    max_requests: Option<u64>,
    /// Whether everything is asked for, also what the lake or a run before has.
    fresh: bool,
    recheck_days: Option<u32>,
    /// Whether only what changed is read, where that can be told.
    increments: settings::Increments,
    history: HistorySettings,
    /// The days whose absences are read, where they are.
    window: Option<LeavesWindow>,
    /// Which leave accounts are sensitive.
    account_rules: AccountRules,
    /// Which definitions are personal.
    split: Split,
    /// The day on which the API is read, in the configured time zone.
    today: NaiveDate,
    thresholds: Thresholds,
    superseded_grace: chrono::TimeDelta,
    /// What SQL may use.
    engine: SessionOptions,
    stop: Stop,
}

/// What a run works with once it may write to the lake.
struct Work {
    /// The days when the run began; of those that it has nothing to do with it knows little.
    before: Days,
    checkpoint: Arc<RunCheckpoint>,
    limits: Arc<PageLimits>,
    /// Tables that rows are taken over from.
    last_tables: LastTables,
    /// How lists are read that tell what changed.
    increments: Increments,
}

/// What a run has to report, as far as it came.
#[derive(Default)]
struct Produced {
    staged: Vec<StagedTable>,
    resources: Vec<ResourceReport>,
    absent: Vec<Absence>,
    /// Of the last day that was computed.
    notes: Notes,
    published: Vec<PublishedDay>,
    /// Days that stay as they are.
    kept: Vec<KeptDay>,
    checkpoint: Option<Arc<RunCheckpoint>>,
    /// Columns that the source cannot fill.
    not_available: Vec<NotAvailable>,
    /// Tables whose rows tell of the day alone on which they were read.
    only_current: Vec<String>,
}

impl Produced {
    /// The days that are published of this reading, by this run or the one that it goes on with; ascending.
    fn days_there(&self) -> Vec<NaiveDate> {
        let before = self.kept.iter().filter(|day| day.because == KeptBecause::AlreadyPublished).map(|day| day.as_of);
        before.chain(self.published.iter().map(|day| day.as_of)).collect()
    }
}

/// What `sync` is asked beyond the settings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SyncOptions {
    /// Ask for every page, also those that a run which died had read.
    pub(crate) fresh: bool,
    /// Do not start when more requests than these are expected.
    pub(crate) max_requests: Option<u64>,
    /// Read and replace also days that were read on their own day.
    pub(crate) replace: bool,
}

/// Runs `sync` and tells what it did; the report of a failed run is in the lake, as far as the lake can be written.
///
/// # Errors
/// The first failure. Nothing was published then, and the previous snapshot is untouched, unless the error says that
/// only the views could not be written.
pub(crate) async fn sync(context: &Context, settings: &Settings, options: SyncOptions) -> Result<RunReport, Error> {
    to_the_end(Run::prepare(context, settings, options)?, context).await
}

/// The same for those who watch, begun at that moment: with its report, whatever came of it. People are told what it did when it went well.
pub(crate) async fn sync_watched(
    context: &Context,
    settings: &Settings,
    options: SyncOptions,
    started_at: DateTime<Utc>,
) -> Ran {
    let run = match Run::prepare_at(context, settings, options, started_at) {
        Ok(run) => run,
        Err(error) => return Err(error).into(),
    };
    let Ended { report, result } = ended(run, context).await;
    if result.is_ok() {
        context.note(&report.for_people());
    }
    Ran { report: Some(Box::new(report)), result }
}

/// What a run did, and how it ended.
struct Ended {
    report: RunReport,
    result: Result<(), Error>,
}

async fn to_the_end(run: Run, context: &Context) -> Result<RunReport, Error> {
    let Ended { report, result } = ended(run, context).await;
    result.map(|()| report)
}

async fn ended(mut run: Run, context: &Context) -> Ended {
    let mut produced = Produced::default();
    let signals = run.stop.on_signals();
    let published = match run.sort_out_days(&mut produced).await {
        Ok(()) if run.days.is_empty() => Ok(None),
        Ok(()) => run.execute(context, &mut produced).await.map(Some),
        Err(error) => Err(error),
    };
    signals.abort();
    if let Err(error) = &published {
        run.clean_up(error, &produced).await;
    }
    let published = published.map_err(|error| run.unfinished(error, &produced));
    let report = run.report(&produced, &published);
    // A lake of somebody else, or one that another run is writing to, is left as it is.
    if !matches!(
        published,
        Err(Error::OtherTenant { .. } | Error::Lake(LakeError::Locked { .. } | LakeError::NoneReadable { .. }))
    ) {
        put_report(&run.lake, &report).await;
    }
    Ended { report, result: published.map(drop) }
}

impl Run {
    fn prepare(context: &Context, settings: &Settings, asked: SyncOptions) -> Result<Self, Error> {
        Self::prepare_at(context, settings, asked, context.clock.now())
    }

    fn prepare_at(
        context: &Context,
        settings: &Settings,
        asked: SyncOptions,
        started_at: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let (catalog, split) = split_as_configured(&context.catalog, settings)?;
        let selection = Selection::configured(&catalog, settings)?;
        let tenant = settings.tenant()?;
        let reader = reader(settings, selection.source)?;
        let days = settings.days(started_at)?;
        let window = selection.window(settings, &days)?;
        let as_of = settings.as_of(started_at)?;
        let resume_within = settings.resume_within()?.filter(|_| !asked.fresh);
        let id = context.run_id(started_at);
        let lake = context.lake(settings)?;
        let turn = context.turn(settings, &tenant, &writer(&id, None).holder())?;
        Ok(Self {
            id,
            started_at,
            started: tokio::time::Instant::now(),
            days,
            as_of,
            replace: asked.replace,
            zone: settings.timezone()?,
            purpose: Purpose { as_of, reader },
            max_requests: asked.max_requests,
            fresh: asked.fresh,
            recheck_days: settings.portraits_recheck_days()?,
            increments: settings.increments(selection.source)?,
            history: settings.history()?,
            window,
            account_rules: settings.account_rules(),
            today: settings.today(started_at)?,
            thresholds: settings.thresholds()?,
            superseded_grace: settings.superseded_grace()?,
            engine: session_options(settings)?,
            split,
            continue_since: resume_within.map(|hours| started_at - hours),
            lake,
            client: context.client(settings, selection.scopes(), &turn)?,
            selection,
            turn,
            requests_per_minute: settings.requests_per_minute()?,
            stop: Stop::new(),
            catalog,
        })
    }

    /// The day that historised collections are asked for; none when their whole history is read.
    fn day_asked_for(&self) -> Option<String> {
        (self.history.mode == HistoryMode::AsOf && self.days.len() == 1).then(|| self.as_of.to_string())
    }

    /// Leaves out the days that the lake keeps as they are. Reading the lake first: one that is out of reach is found out
    /// before any request is spent.
    async fn sort_out_days(&mut self, produced: &mut Produced) -> Result<(), Error> {
        check_tenant(&self.lake, self.client.tenant()).await?;
        if self.replace {
            return Ok(());
        }
        let AskedDays { read, kept } = sort_out(&self.lake, &self.days, self.started_at, self.zone).await?;
        fetch::tell(&kept);
        produced.kept = kept;
        self.days = read;
        if let Some(last) = self.days.last() {
            self.as_of = *last;
            self.purpose.as_of = *last;
        }
        Ok(())
    }

    /// Runs as the only writer of the lake.
    async fn execute(&self, context: &Context, produced: &mut Produced) -> Result<Snapshot, Error> {
        if self.lake.probe(&self.id).await? == PutIfAbsent::Ignored {
            return Err(self.lake.not_conditional().into());
        }
        let work = self.execute_alone(context, produced);
        exclusively(context, &self.lake, writer(&self.id, self.turn.owner()), work)
            .await
            .inspect_err(|_| self.stop.now())
    }

    async fn execute_alone(&self, context: &Context, produced: &mut Produced) -> Result<Snapshot, Error> {
        lake::align(&self.lake).await?;
        let before = self.lake.days_around(&self.days).await?;
        self.check_replaceable(&before).await?;
        let replaced = before.of(self.as_of);
        let checkpoint = Arc::new(self.checkpoint(replaced).await?);
        produced.checkpoint = Some(Arc::clone(&checkpoint));
        let mut remembered = before.newest().map(|newest| newest.state.page_limits.clone()).unwrap_or_default();
        remembered.extend(checkpoint.noted_limits().await);
        let left_out = before.newest().map(|newest| newest.state.left_out.clone()).unwrap_or_default();
        let limits = PageLimits::new(remembered, self.started_at, self.lake.page_limits_dropped_at().await?);
        let limits = Arc::new(limits.with_left_out(left_out));
        let last_tables = self.last_tables(&before).await?;
        let readings = Readings {
            lake: &self.lake,
            before: &before,
            settings: self.increments,
            fresh: self.fresh,
            began_at: checkpoint.checkpoint().begun_at(),
            zone: self.zone,
            window: self.window,
            reader: &self.purpose.reader,
        };
        let increments = self.stop.unless_stopped(fetch::upon(&readings, &self.selection)).await?;
        let work = Work { before, checkpoint, limits, last_tables, increments };
        tracing::info!(
            run = %self.id,
            tenant = self.client.tenant().host(),
            as_of = %self.as_of,
            continues = work.checkpoint.continued().map(RunId::as_str),
            "sync"
        );
        let missing = self.stop.unless_stopped(self.client.missing_scopes()).await?;
        let (selection, mut absent) = self.selection.clone().without_scopes(&missing)?;
        absent.extend(selection.out_of_reach(&self.catalog));
        produced.absent.clone_from(&absent);
        if let Some(allowed) = self.max_requests {
            let kept =
                if work.checkpoint.continued().is_some() { work.checkpoint.checkpoint().pages().await? } else { 0 };
            // Where pages are used again, the records are counted again.
            let kept = kept.saturating_sub(selection.resources.len() as u64);
            let as_of = self.day_asked_for();
            let (history, increments) = (&self.history, &work.increments);
            let wanted = Wanted { as_of: as_of.as_deref(), history, window: self.window, increments };
            let (limits, last) = (&work.limits, &work.last_tables);
            refuse_above(allowed, &self.client, wanted, &selection, limits, last, kept).await?;
        }
        let (fetched, ended) = self.fetch(context, &work, &selection, absent).await?;
        let Fetched { tables, resources, received, absent, not_available, only_current } = fetched;
        (produced.resources, produced.absent) = (resources, absent);
        (produced.not_available, produced.only_current) = (not_available, only_current);
        if let Some(newest) = work.before.newest() {
            warn_of_loss(&produced.absent, newest);
        }
        if let Err(error) = ended {
            produced.staged = tables;
            return Err(error);
        }
        let published = self.publish_days(context, &work, &tables, produced).await?;
        if let Err(error) = self.lake.remove_received(&received).await {
            tracing::warn!(%error, "received events that are published stay in their files, and are read once more");
        }
        if self.days.len() > 1 {
            for run_id in [self.id.clone(), self.id.of_several_days()] {
                if let Err(error) = lake::discard(&self.lake, &run_id).await {
                    tracing::warn!(%error, "what was read for all days stays in staging");
                }
            }
        }
        if let Err(error) = work.checkpoint.checkpoint().discard().await {
            tracing::warn!(%error, "pages that are used up stay in staging");
        }
        lake::discard_abandoned(&self.lake, self.started_at).await;
        Ok(published)
    }

    /// The tables that rows are taken over from: of what is read one by one, and of what grows.
    async fn last_tables(&self, before: &Days) -> Result<LastTables, Error> {
        let mut last = LastTables::new();
        for Takes { table, irreplaceable } in self.selection.takes_over() {
            if let Some(there) = self.lake.last_written(before, &table, irreplaceable).await? {
                last.insert(table, there);
            }
        }
        Ok(last)
    }

    /// Reads all resources, and says what was read also when it fails.
    async fn fetch(
        &self,
        context: &Context,
        work: &Work,
        selection: &Selection,
        absent: Vec<Absence>,
    ) -> Result<(Fetched, Result<(), Error>), Error> {
        let needed = |a: &&Absence| self.history.statuses.is_some() && self.selection.chooses_by(&a.resource);
        if let Some(Absence { resource, reason, .. }) = absent.iter().find(needed) {
            return Err(Error::Usage(format!("--attribute-people needs {resource}: {reason}; leave one of both out")));
        }
        let job = Job {
            client: self.client.clone(),
            lake: self.lake.clone(),
            run_id: self.id.clone(),
            provenance: Provenance {
                tenant: Some(self.client.tenant().host()),
                as_of: self.days.first().filter(|_| self.days.len() == 1).copied(),
            },
            as_of: self.day_asked_for(),
            window: self.window,
            stop: self.stop.clone(),
            limits: Arc::clone(&work.limits),
            checkpoint: Arc::clone(&work.checkpoint),
            history: self.history.clone(),
            last_tables: work.last_tables.clone(),
            increments: work.increments.clone(),
            now: self.started_at,
            fresh: self.fresh,
            recheck_days: self.recheck_days,
        };
        let request = fetch::Request {
            job,
            selection,
            mapping: Mapping { as_of: self.today, values: self.mapping_values(), engine: self.engine.clone() },
            absent,
            progress: &context.progress,
            requests_per_minute: self.requests_per_minute,
        };
        Ok(fetch::fetch(request).await)
    }

    /// Where pages are kept: with the run that died before, if its pages may be used, or with this one.
    async fn checkpoint(&self, replaced: Option<&Snapshot>) -> Result<RunCheckpoint, Error> {
        let mut found = Checkpoint::all(&self.lake, &self.purpose).await?;
        found.sort_by_key(Checkpoint::begun_at);
        let is_recent = |c: &mut Checkpoint| self.continue_since.is_some_and(|since| c.begun_at() >= since);
        let continued = match found.pop_if(is_recent) {
            Some(newest) if self.used_up(&newest, replaced).await => {
                found.push(newest);
                None
            }
            newest => newest,
        };
        for other in found {
            other.discard().await?;
        }
        match continued {
            Some(checkpoint) => {
                // Its tables are made anew from its pages.
                lake::discard_tables(&self.lake, checkpoint.run_id()).await?;
                Ok(RunCheckpoint::new(checkpoint, true))
            }
            None => {
                let begun = Checkpoint::begin(&self.lake, &self.id, self.purpose.clone(), self.started_at).await?;
                Ok(RunCheckpoint::new(begun, false))
            }
        }
    }
}

/// That an optional table is absent is known to those who called it so; that the lake had it until now is news.
fn warn_of_loss(absent: &[Absence], newest: &Snapshot) {
    for Absence { tables, reason, .. } in absent {
        let lost: Vec<&str> =
            newest.tables.iter().map(|t| t.name.as_str()).filter(|name| tables.iter().any(|t| t == name)).collect();
        if !lost.is_empty() {
            tracing::warn!(tables = lost.join(", "), reason, until = %newest.as_of, "no longer read");
        }
    }
}

/// A run as the writer of the lake.
fn writer<'a>(run_id: &'a RunId, owner: Option<&'a Owner>) -> Writer<'a> {
    Writer { what: "run", run_id, owner }
}

/// Pages may be used again by the same program for the same tenant and application or key, which sees the same records. Its
/// name is hashed: it is no secret, but nobody needs it there.
///
/// # Errors
/// When the tenant or the credentials are not set as they must be.
pub(crate) fn reader(settings: &Settings, source: Source) -> Result<String, Error> {
    let name = match source {
        Source::V5 => settings.client_id()?,
        Source::Legacy => settings.api_key()?.fingerprint(),
    };
    let (name, tenant) = (hex::encode(Sha256::digest(name)), settings.tenant()?);
    Ok(format!("lucca-lake {} for {} by {name}", env!("CARGO_PKG_VERSION"), tenant.origin()))
}
