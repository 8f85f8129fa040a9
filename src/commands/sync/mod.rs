//! `sync`: read every selected resource, write its tables, compute the derived tables, publish one snapshot.
//!
//! The only place where the API, the decoder, the lake and the engine meet.

mod extract;
mod fan_out;
mod kept;
mod selection;
mod stop;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio::{sync::watch, task::JoinSet};

use self::{
    extract::{Extracted, Extraction, Job},
    kept::RunCheckpoint,
    selection::Selection,
    stop::Stop,
};
use super::{Context, derivation::derive_tables};
use crate::{
    api::{Client, ClientOptions, Credentials, LearnedLimit, PageLimits, RetryPolicy, Tenant},
    catalog::{Catalog, Zone},
    decode::Decoder,
    error::{Error, ExitCode},
    lake::{
        self, Checkpoint, Lake, LakeError, Lease, Publication, Purpose, Replaces, Snapshot, SnapshotTable, StagedTable,
    },
    report::{Outcome, ResourceReport, RunReport, SkippedReport, TableReport},
    settings::Settings,
};

/// Largest page after decompression. A page of 1,000 attributes has about 250 kB, or 90 MB when each
/// of them is a text of 30,000 letters.
const MAX_PAGE_BYTES: u64 = 128 << 20;
/// What Lucca allows for all integrations of a tenant together.
const LUCCA_REQUESTS_PER_MINUTE: u32 = 50;
/// Key of the manifest's state that says whose data the lake holds.
const TENANT: &str = "tenant";
/// Key of the manifest's state that counts the records of each resource.
const RECORDS: &str = "records";
/// Key of the manifest's state that says how large pages the API gives.
const PAGE_LIMITS: &str = "page_limits";
/// Key of the manifest's state that names the run whose pages the snapshot was made from: they are used up.
const PAGES_OF: &str = "pages_of";
/// Staging of runs that began this long ago belongs to nobody any more.
const ABANDONED_AFTER: chrono::Duration = chrono::Duration::hours(24);

/// One run before it starts: everything checked that can be checked without a request.
struct Run {
    id: String,
    started_at: DateTime<Utc>,
    started: tokio::time::Instant,
    as_of: NaiveDate,
    catalog: Catalog,
    selection: Selection,
    lake: Lake,
    client: Client,
    requests_per_minute: u32,
    purpose: Purpose,
    continue_since: Option<DateTime<Utc>>,
    stop: Stop,
}

/// What a run works with once it may write to the lake.
struct Work {
    replaced: Option<Snapshot>,
    checkpoint: Arc<RunCheckpoint>,
    limits: Arc<PageLimits>,
}

/// What a run produced before it is published.
#[derive(Default)]
struct Produced {
    staged: Vec<StagedTable>,
    resources: Vec<ResourceReport>,
    skipped: Vec<SkippedReport>,
    checkpoint: Option<Arc<RunCheckpoint>>,
}

/// What `sync` is asked beyond the settings.
#[derive(Debug, Clone, Copy, Default)]
pub struct SyncOptions {
    /// Ask for every page, also those that a run which died had read.
    pub fresh: bool,
}

/// Runs `sync` and tells what it did; the report of a failed run is in the lake, as far as the lake can be written.
///
/// # Errors
/// The first failure. Nothing was published then, and the previous snapshot is untouched, unless the error says that
/// only the views could not be written.
pub async fn sync(context: &Context, settings: &Settings, options: SyncOptions) -> Result<RunReport, Error> {
    to_the_end(Run::prepare(context, settings, options)?, context).await
}

async fn to_the_end(run: Run, context: &Context) -> Result<RunReport, Error> {
    let mut produced = Produced::default();
    let signals = run.stop.on_signals();
    let published = run.execute(context, &mut produced).await;
    signals.abort();
    if let Err(error) = &published {
        run.clean_up(error, &produced).await;
    }
    let report = run.report(&produced, &published);
    // A lake of somebody else, or one that another run is writing to, is left as it is.
    if let Err(error @ (Error::OtherTenant { .. } | Error::Lake(LakeError::Held { .. }) | Error::Busy { .. })) =
        published
    {
        return Err(error);
    }
    let json = serde_json::to_vec_pretty(&report).unwrap_or_default();
    if let Err(error) = run.lake.put_report(&run.id, &json).await {
        tracing::warn!(%error, "the run's report could not be written to the lake");
    }
    published.map(|_| report)
}

impl Run {
    fn prepare(context: &Context, settings: &Settings, asked: SyncOptions) -> Result<Self, Error> {
        let mut catalog = context.catalog.clone();
        let personal = settings.personal_definitions();
        for split in catalog.resources.iter_mut().filter_map(|r| r.split.as_mut()) {
            split.patterns.clone_from(&personal);
        }
        let selection = Selection::of(&catalog, settings.tables()?.as_deref())?;
        let started_at = context.clock.now();
        let requests_per_minute = settings.requests_per_minute()?;
        let tenant = settings.tenant()?;
        if requests_per_minute > LUCCA_REQUESTS_PER_MINUTE && !tenant.is_local() {
            tracing::warn!(requests_per_minute, "more than the 50 a minute that Lucca allows: expect to be refused");
        }
        let client_id = settings.client_id()?;
        let reader = reader(&tenant, &client_id);
        let options = ClientOptions {
            tenant,
            credentials: Credentials {
                token_url: settings.token_url()?,
                client_id,
                client_secret: settings.client_secret()?,
                scopes: selection.scopes(),
            },
            requests_per_minute,
            retry: RetryPolicy::default(),
            seed: context.seed,
            max_page_bytes: MAX_PAGE_BYTES,
        };
        let as_of = settings.as_of(started_at)?;
        let resume_within = settings.resume_within()?.filter(|_| !asked.fresh);
        Ok(Self {
            id: context.run_id(started_at),
            started_at,
            started: tokio::time::Instant::now(),
            as_of,
            purpose: Purpose { as_of, reader },
            continue_since: resume_within.map(|hours| started_at - hours),
            selection,
            lake: context.lake(settings)?,
            client: Client::new(options, Arc::clone(&context.transport), Arc::clone(&context.clock)),
            requests_per_minute,
            stop: Stop::new(),
            catalog,
        })
    }

    /// Runs as the only writer of the lake, and as the only one that spends the tenant's budget on this machine.
    async fn execute(&self, context: &Context, produced: &mut Produced) -> Result<Snapshot, Error> {
        let holder = format!("run {} (process {})", self.id, std::process::id());
        let _pace = context.only_one_for(self.client.tenant(), &holder)?;
        // Reading the lake first: a lake that is out of reach is found out before any request is spent.
        self.check_tenant().await?;
        let lease = Lease::take(&self.lake, &holder, &context.clock).await?;
        let published = tokio::select! {
            biased;
            () = lease.lost() => Err(LakeError::Held { lake: self.lake.display(), holder: "another run".into() }.into()),
            published = self.execute_alone(context, produced) => published,
        };
        if published.is_err() {
            self.stop.now();
        }
        lease.release().await;
        published
    }

    async fn execute_alone(&self, context: &Context, produced: &mut Produced) -> Result<Snapshot, Error> {
        let replaced = self.lake.snapshot(self.as_of).await?;
        let limits = Arc::new(PageLimits::new(self.remembered_limits().await?, self.started_at.date_naive()));
        let checkpoint = Arc::new(self.checkpoint(replaced.as_ref()).await?);
        produced.checkpoint = Some(Arc::clone(&checkpoint));
        let work = Work { replaced, checkpoint, limits };
        tracing::info!(
            run = self.id,
            tenant = self.client.tenant().host(),
            as_of = %self.as_of,
            continues = work.checkpoint.continued(),
            "sync"
        );
        self.extract(context, &work, produced).await?;
        let replaces = Replaces::Exactly(work.replaced.as_ref().map(|snapshot| snapshot.sequence));
        let state = self.state(&work, &produced.resources);
        let carried_over = self.carried_over(work.replaced);
        tokio::select! {
            biased;
            () = self.stop.stopped() => return Err(Error::Interrupted),
            derived = self.derive(&carried_over, produced) => derived?,
        }
        let publication = Publication {
            as_of: self.as_of,
            run_id: self.id.clone(),
            published_at: context.clock.now(),
            tables: produced.staged.clone(),
            carried_over,
            state,
            replaces,
        };
        // The last moment to stop: publishing is short, and half of it would have to be cleaned up.
        if self.stop.is_stopped() {
            return Err(Error::Interrupted);
        }
        let published = lake::publish(&self.lake, publication).await?;
        if let Err(error) = work.checkpoint.checkpoint().discard().await {
            tracing::warn!(%error, "pages that are used up stay in staging");
        }
        lake::discard_abandoned(&self.lake, self.started_at - ABANDONED_AFTER).await;
        Ok(published)
    }

    /// Where pages are kept: with the run that died before, if its pages may be used, or with this one.
    async fn checkpoint(&self, replaced: Option<&Snapshot>) -> Result<RunCheckpoint, Error> {
        let used_up = replaced.and_then(|s| s.state.get(PAGES_OF)).and_then(Value::as_str);
        let mut found = Checkpoint::all(&self.lake, &self.purpose).await?;
        found.sort_by_key(Checkpoint::begun_at);
        let usable = |c: &Checkpoint| {
            used_up != Some(c.run_id()) && self.continue_since.is_some_and(|since| c.begun_at() >= since)
        };
        let continued = found.pop_if(|newest| usable(newest));
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

    /// Removes what a failed run leaves. Its pages stay when running again makes sense, and go when they may be why it
    /// failed.
    async fn clean_up(&self, error: &Error, produced: &Produced) {
        let Some(checkpoint) = &produced.checkpoint else { return };
        let tables = lake::discard_tables(&self.lake, &self.id).await;
        let pages = if error.exit_code() == ExitCode::Temporary && self.continue_since.is_some() {
            let kept = checkpoint.kept();
            tracing::info!(
                kept,
                "the next run of the same command asks only for the other pages; --fresh asks for all"
            );
            Ok(())
        } else {
            checkpoint.checkpoint().discard().await
        };
        // The failure is what matters; what is left in staging is invisible, and removed by a run of the next days.
        if let Err(error) = tables.and(pages) {
            tracing::warn!(%error, "staged files of the failed run stay behind");
        }
    }

    /// What the newest snapshot says about page limits.
    async fn remembered_limits(&self) -> Result<BTreeMap<String, LearnedLimit>, Error> {
        let newest = self.lake.newest().await?;
        let remembered = newest.as_ref().and_then(|s| s.state.get(PAGE_LIMITS)).cloned();
        // Written by a version that says it otherwise: it is asked anew, for one request.
        Ok(remembered.and_then(|r| serde_json::from_value(r).ok()).unwrap_or_default())
    }

    /// A lake holds one tenant: rows of two could not be told apart.
    async fn check_tenant(&self) -> Result<(), Error> {
        let asked = self.client.tenant().host();
        let newest = self.lake.newest().await?;
        let held = newest.as_ref().and_then(|s| s.state.get(TENANT)).and_then(Value::as_str);
        match held {
            Some(held) if held != asked => {
                Err(Error::OtherTenant { lake: self.lake.display(), held: held.to_owned(), asked })
            }
            _ => Ok(()),
        }
    }

    /// Reads all resources side by side; those read by the ids of another wait for them.
    async fn extract(&self, context: &Context, work: &Work, produced: &mut Produced) -> Result<(), Error> {
        let job = Arc::new(Job {
            client: self.client.clone(),
            lake: self.lake.clone(),
            run_id: self.id.clone(),
            as_of: self.as_of.to_string(),
            stop: self.stop.clone(),
            limits: Arc::clone(&work.limits),
            checkpoint: Arc::clone(&work.checkpoint),
        });
        let id_sources: IdSources = self
            .selection
            .resources
            .iter()
            .filter_map(|(resource, _)| Some((resource.fan_out.as_ref()?.from.clone(), watch::Sender::new(None))))
            .collect();
        let id_sources = Arc::new(id_sources);
        let mut running = JoinSet::new();
        for (resource, tables) in &self.selection.resources {
            let extraction = Extraction {
                job: Arc::clone(&job),
                decoder: Arc::new(Decoder::new(resource, &self.id)),
                tables: tables.clone(),
                progress: Arc::new(context.progress.resource(
                    &resource.name,
                    work.limits.current(resource),
                    self.requests_per_minute,
                )),
                collect_ids: id_sources.contains_key(&resource.name),
                resource: Arc::new(resource.clone()),
            };
            running.spawn(extract_one(extraction, Arc::clone(&id_sources), self.stop.clone()));
        }
        let mut failure = None;
        while let Some(ended) = running.join_next().await {
            let ended = ended.unwrap_or_else(|e| Err(Error::task_lost("the extraction of a resource", &e)));
            match ended {
                Ok(extracted) => {
                    produced.staged.extend(extracted.tables);
                    produced.resources.push(extracted.report);
                }
                // The others end as interrupted, which says less than what interrupted them.
                Err(error) if matches!(failure, None | Some(Error::Interrupted)) => {
                    self.stop.now();
                    failure = Some(error);
                }
                Err(_) => {}
            }
        }
        produced.resources.sort_by(|a, b| a.resource.cmp(&b.resource));
        failure.map_or(Ok(()), Err)
    }

    /// API tables of the replaced snapshot that this run does not read again.
    fn carried_over(&self, replaced: Option<Snapshot>) -> Vec<SnapshotTable> {
        let written = self.selection.table_names();
        let known: Vec<String> = self.catalog.tables().into_iter().map(|t| t.name).collect();
        let kept = |t: &SnapshotTable| {
            t.zone != Zone::Derived && !written.contains(t.name.as_str()) && known.contains(&t.name)
        };
        replaced.into_iter().flat_map(|s| s.tables).filter(kept).collect()
    }

    async fn derive(&self, carried_over: &[SnapshotTable], produced: &mut Produced) -> Result<(), Error> {
        let staged: Vec<SnapshotTable> = produced.staged.iter().map(StagedTable::as_snapshot_table).collect();
        let inputs = carried_over.iter().chain(&staged);
        let queries = &self.catalog.derived;
        let (tables, skipped) = derive_tables(&self.lake, &self.id, self.as_of, inputs, queries, &self.catalog).await?;
        produced.staged.extend(tables);
        produced.skipped = skipped.into_iter().map(|s| SkippedReport { table: s.table, missing: s.missing }).collect();
        Ok(())
    }

    /// What the manifest remembers: whose data it is, how many records each resource had when it was last read, how
    /// large pages the API gives, and which pages are used up.
    fn state(&self, work: &Work, resources: &[ResourceReport]) -> Map<String, Value> {
        let before = work.replaced.as_ref().and_then(|s| s.state.get(RECORDS)).and_then(Value::as_object);
        let mut records = before.cloned().unwrap_or_default();
        records.extend(resources.iter().map(|r| (r.resource.clone(), json!(r.records))));
        let state = [
            (TENANT, json!(self.client.tenant().host())),
            (RECORDS, Value::Object(records)),
            (PAGE_LIMITS, json!(work.limits.learned())),
            (PAGES_OF, json!(work.checkpoint.checkpoint().run_id())),
        ];
        state.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn report(&self, produced: &Produced, published: &Result<Snapshot, Error>) -> RunReport {
        let mut tables: Vec<TableReport> =
            produced.staged.iter().map(|t| TableReport::from(&t.as_snapshot_table())).collect();
        tables.sort_by(|a, b| (a.zone, &a.table).cmp(&(b.zone, &b.table)));
        let fewest = |report: &ResourceReport| report.records.div_ceil(u64::from(report.page_limit.max(1))).max(1);
        RunReport {
            run_id: self.id.clone(),
            program_version: env!("CARGO_PKG_VERSION"),
            tenant: self.client.tenant().host(),
            as_of: self.as_of,
            started_at: self.started_at,
            seconds: self.started.elapsed().as_secs_f64(),
            outcome: match published {
                Ok(snapshot) => Outcome::Published { sequence: snapshot.sequence },
                Err(error) => Outcome::Failed { exit_code: error.exit_code() as u8, error: error.chain() },
            },
            requests: self.client.stats().counts(),
            continued: produced.checkpoint.as_ref().and_then(|c| c.continued()).map(str::to_owned),
            seconds_lost_to_others: self.client.budget().lost().as_secs_f64(),
            fewest_requests: produced.resources.iter().map(fewest).sum(),
            resources: produced.resources.clone(),
            tables,
            skipped: produced.skipped.clone(),
        }
    }
}

/// Pages may be used again by the same program for the same tenant and application, which sees the same records. The
/// application's name is hashed: it is no secret, but nobody needs it there.
fn reader(tenant: &Tenant, client_id: &str) -> String {
    let application = hex::encode(Sha256::digest(client_id));
    format!("lucca-lake {} for {} by {application}", env!("CARGO_PKG_VERSION"), tenant.origin())
}

/// Ids of resources that others are read by, once they are known.
type IdSources = BTreeMap<String, watch::Sender<Option<Arc<Vec<String>>>>>;

async fn extract_one(extraction: Extraction, id_sources: Arc<IdSources>, stop: Stop) -> Result<Extracted, Error> {
    let name = extraction.resource.name.clone();
    let ids = match extraction.resource.fan_out.as_ref().and_then(|f| id_sources.get(&f.from)) {
        None => None,
        Some(source) => {
            let mut ids = source.subscribe();
            tokio::select! {
                biased;
                () = stop.stopped() => return Err(Error::Interrupted),
                ids = ids.wait_for(Option::is_some) => ids.ok().and_then(|ids| ids.clone()),
            }
        }
    };
    let mut extracted = extraction.run(ids).await?;
    if let Some(source) = id_sources.get(&name) {
        source.send_replace(Some(Arc::new(std::mem::take(&mut extracted.ids))));
    }
    Ok(extracted)
}
