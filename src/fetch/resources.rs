//! All resources of a run, side by side; those read by the ids of another wait for them.

use std::{collections::BTreeMap, sync::Arc};

use tokio::{sync::watch, task::JoinSet};
use tracing::Instrument as _;

use super::{
    extract::Ids,
    fan_out::Owners,
    job::Job,
    labels::{Gathered, stage_labels},
    mapped::{Mapping, map},
    reading::{Extracted, Extraction},
    required,
    selection::{IdsOf, Selected, Selection},
    stop::Stop,
    writers::Collecting,
};
use crate::{
    catalog::{Resource, Source},
    decode::Decoder,
    engine::not_told::Columns,
    error::Error,
    lake::{NotAvailable, ReceivedSegment, StagedTable},
    progress::Progress,
    run_report::{Absence, ResourceReport},
    spans,
};

/// What is to be read.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) job: Job,
    /// What may be read.
    pub(crate) selection: &'a Selection,
    /// What tables are made of what is read.
    pub(crate) mapping: Mapping,
    /// What was selected and may not be read.
    pub(crate) absent: Vec<Absence>,
    pub(crate) progress: &'a Progress,
    pub(crate) requests_per_minute: u32,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Fetched {
    /// The tables, staged by the run.
    pub(crate) tables: Vec<StagedTable>,
    /// What was read of each resource, by name.
    pub(crate) resources: Vec<ResourceReport>,
    /// What was received and is in the tables.
    pub(crate) received: Vec<ReceivedSegment>,
    /// What was selected and could not be read.
    pub(crate) absent: Vec<Absence>,
    /// Columns of the tables that the source cannot fill.
    pub(crate) not_available: Vec<NotAvailable>,
    /// Tables whose rows tell of the day alone on which they were read.
    pub(crate) only_current: Vec<String>,
}

/// Reads all resources side by side; those read by the ids of another wait for them. Beside what ended the reading there is
/// what was read until then.
pub(crate) async fn fetch(request: Request<'_>) -> (Fetched, Result<(), Error>) {
    let Request { job, selection, mapping, absent, progress, requests_per_minute } = request;
    let mut fetched = Fetched { absent, ..Fetched::default() };
    let statuses = job.history.statuses.clone();
    let chooses_by = |resource: &str| statuses.is_some() && selection.chooses_by(resource);
    let id_sources: IdSources =
        selection.resources.iter().flat_map(|s| s.read_by()).map(|ids| (ids, watch::Sender::new(Ids::None))).collect();
    // Without the resource that gives the ids, one chain without a filter reads the other.
    for (_, source) in id_sources.iter().filter(|(ids, _)| !selection.reads(&ids.resource)) {
        source.send_replace(Ids::Unreadable);
    }
    let (job, id_sources) = (Arc::new(job), Arc::new(id_sources));
    let mut running = JoinSet::new();
    for selected in &selection.resources {
        let Selected { resource, tables, .. } = selected;
        let limit = job.limits.current(resource);
        let extraction = Extraction {
            job: Arc::clone(&job),
            decoder: Arc::new(Decoder::new(resource, job.run_id.as_str())),
            tables: tables.clone(),
            progress: Arc::new(progress.resource(&resource.name, limit, requests_per_minute)),
            collecting: collecting(&id_sources, resource, selection, statuses.as_deref()),
            contents: selected.contents,
            grown: None,
            restricted: IdsOf::required(resource).is_some()
                || resource.fan_out.as_ref().is_some_and(|f| f.status.is_some()) && statuses.is_some(),
            filter: None,
            accepted_missing: selected.accepted_missing,
            anew: false,
            lists_labels: selection.resources.iter().any(|s| s.resource.takes_labels_from(&resource.name)),
            resource: Arc::new(resource.clone()),
        };
        let extracting = extract_one(extraction, Arc::clone(&id_sources), job.stop.clone());
        let selected = selected.clone();
        let span = spans::resource(&selected.resource.name);
        running.spawn(async move { (selected, extracting.await) }.instrument(span));
    }
    let (mut labels, mut failure) = (Gathered::default(), None);
    while let Some(ended) = running.join_next().await {
        let (selected, ended) = match ended {
            Ok((selected, ended)) => (Some(selected), ended),
            Err(error) => (None, Err(Error::task_lost("the extraction of a resource", &error))),
        };
        match (selected, ended) {
            (_, Ok(extracted)) => {
                fetched.tables.extend(extracted.tables);
                fetched.resources.push(extracted.report);
                fetched.received.extend(extracted.received);
                labels.merge(extracted.labels);
            }
            (Some(selected), Err(Error::Api(error)))
                if !chooses_by(&selected.resource.name)
                    && let Some(absence) = selected.absence_after(&error) =>
            {
                tracing::info!(resource = selected.resource.name, %error, "an optional resource is left out");
                let of = |ids: &IdsOf| ids.resource == selected.resource.name;
                for (_, source) in id_sources.iter().filter(|(ids, _)| of(ids)) {
                    source.send_replace(Ids::Unreadable);
                }
                fetched.absent.push(absence);
            }
            // The others end as interrupted, which says less than what interrupted them.
            (_, Err(error)) if matches!(failure, None | Some(Error::Interrupted)) => {
                job.stop.now();
                failure = Some(error);
            }
            (_, Err(_)) => {}
        }
    }
    fetched.resources.sort_by(|a, b| a.resource.cmp(&b.resource));
    let ended = match failure {
        Some(error) => Err(error),
        None => label_tables(&job, selection, &fetched.absent, &labels).await,
    };
    match ended {
        Ok(tables) => fetched.tables.extend(tables),
        Err(error) => return (fetched, Err(error)),
    }
    if selection.source == Source::V5 {
        return (fetched, Ok(()));
    }
    let left_out = left_out(selection, &fetched.resources);
    let mapped = map(&job, selection, mapping, fetched.tables.clone(), &fetched.absent, left_out).await;
    match mapped {
        Ok(mapped) => {
            fetched.tables = mapped.tables;
            fetched.absent = mapped.absent;
            (fetched.not_available, fetched.only_current) = (mapped.not_available, mapped.only_current);
            (fetched, Ok(()))
        }
        Err(error) => (fetched, Err(error)),
    }
}

/// The columns of each table that the API refused to show.
fn left_out(selection: &Selection, reports: &[ResourceReport]) -> Columns {
    let of = |selected: &Selected| {
        let report = reports.iter().find(|report| report.resource == selected.resource.name)?;
        let columns = selected.resource.columns_without(&report.left_out);
        (!columns.is_empty()).then(|| (selected.resource.table_name(), columns))
    };
    selection.resources.iter().filter_map(of).collect()
}

/// Stages the labels that came with the pages of collections that were read.
async fn label_tables(
    job: &Job,
    selection: &Selection,
    absent: &[Absence],
    labels: &Gathered,
) -> Result<Vec<StagedTable>, Error> {
    let mut staged = Vec::new();
    let was_read = |resource: &Resource| absent.iter().all(|a| a.resource != resource.name);
    let read = selection.resources.iter().map(|selected| &selected.resource).filter(|resource| was_read(resource));
    for table in read.filter_map(Resource::labels_table) {
        staged.push(stage_labels(job, &table, labels).await?);
    }
    Ok(staged)
}

/// Which ids of `resource` the others are read by: where they are its own, those of people with the wanted statuses.
fn collecting(
    sources: &IdSources,
    resource: &Resource,
    selection: &Selection,
    statuses: Option<&[String]>,
) -> Vec<Collecting> {
    let fans = selection.resources.iter().filter_map(|s| s.resource.fan_out.as_ref());
    let status = fans.filter(|f| f.from == resource.name).find_map(|f| f.status.clone());
    let own = status.zip(statuses).map(|(column, statuses)| (column, statuses.to_vec()));
    let rest: Vec<IdsOf> = selection.resources.iter().filter_map(|s| IdsOf::rest(&s.resource)).flatten().collect();
    let wanted = sources.keys().filter(|ids| ids.resource == resource.name);
    let collecting = |ids: &IdsOf| {
        let only = own.clone().filter(|_| ids.column == IdsOf::OWN);
        Collecting { column: ids.column.clone(), only, with_nulls: rest.contains(ids) }
    };
    wanted.map(collecting).collect()
}

/// Ids that others are read by, once they are known.
type IdSources = BTreeMap<IdsOf, watch::Sender<Ids>>;

async fn extract_one(extraction: Extraction, id_sources: Arc<IdSources>, stop: Stop) -> Result<Extracted, Error> {
    let name = extraction.resource.name.clone();
    let known = |ids: Option<IdsOf>| {
        let source = ids.and_then(|ids| id_sources.get(&ids)).map(watch::Sender::subscribe);
        let stop = stop.clone();
        async move {
            let Some(mut ids) = source else { return Ok(Ids::None) };
            let is_known = |ids: &Ids| !matches!(ids, Ids::None);
            let known =
                async { Ok::<_, Error>(ids.wait_for(is_known).await.map(|ids| ids.clone()).unwrap_or_default()) };
            stop.unless_stopped(known).await
        }
    };
    let resource = Arc::clone(&extraction.resource);
    let owners = known(IdsOf::owners(&resource));
    let filtered_by = known(IdsOf::filter(&resource));
    let (from, rest) = (known(IdsOf::required(&resource)), IdsOf::rest(&resource));
    let (own, column) = rest.map_or((None, None), |[own, column]| (Some(own), Some(column)));
    let (own, column) = (known(own), known(column));
    let lists = async {
        let Some(declared) = resource.route.as_ref().and_then(|route| route.required.as_ref()) else {
            return Ok::<Option<Vec<Owners>>, Error>(None);
        };
        let (from, own, column) = tokio::try_join!(from, own, column)?;
        required::lists(&resource.name, declared, &from, own.all(), column.all()).map(Some)
    };
    let mut extracted = extraction.run(owners, filtered_by, lists).await?;
    for (column, ids) in std::mem::take(&mut extracted.ids) {
        if let Some(source) = id_sources.get(&IdsOf { resource: name.clone(), column }) {
            source.send_replace(Ids::Read(Arc::new(ids)));
        }
    }
    Ok(extracted)
}
