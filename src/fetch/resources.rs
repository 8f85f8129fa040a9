//! All resources of a run, side by side; those read by the ids of another wait for them.

use std::{collections::BTreeMap, sync::Arc};

use tokio::{sync::watch, task::JoinSet};

use super::{
    extract::Ids,
    job::Job,
    labels::{Gathered, stage_labels},
    reading::{Extracted, Extraction},
    selection::{Selected, Selection},
    stop::Stop,
    writers::Collected,
};
use crate::{
    catalog::Resource,
    decode::Decoder,
    error::Error,
    lake::StagedTable,
    progress::Progress,
    report::{Absence, ResourceReport},
};

/// What is to be read.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) job: Job,
    /// What may be read.
    pub(crate) selection: &'a Selection,
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
    /// What was selected and could not be read.
    pub(crate) absent: Vec<Absence>,
}

/// Reads all resources side by side; those read by the ids of another wait for them. Beside what ended the reading there is
/// what was read until then.
pub(crate) async fn fetch(request: Request<'_>) -> (Fetched, Result<(), Error>) {
    let Request { job, selection, absent, progress, requests_per_minute } = request;
    let mut fetched = Fetched { absent, ..Fetched::default() };
    let statuses = job.history.statuses.clone();
    let chooses_by = |resource: &str| statuses.is_some() && selection.chooses_by(resource);
    let id_sources: IdSources =
        selection.resources.iter().flat_map(|s| s.read_by()).map(|from| (from, watch::Sender::new(None))).collect();
    // Without the resource that gives the ids, one chain without a filter reads the other.
    for (_, source) in id_sources.iter().filter(|(name, _)| !selection.reads(name)) {
        source.send_replace(Some(Arc::default()));
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
            collected: match id_sources.contains_key(&resource.name) {
                true => collected(resource, selection, statuses.as_deref()),
                false => Collected::None,
            },
            restricted: resource.fan_out.as_ref().is_some_and(|f| f.status.is_some()) && statuses.is_some(),
            filter: None,
            accepted_missing: selected.accepted_missing,
            anew: false,
            lists_labels: selection.resources.iter().any(|s| s.resource.takes_labels_from(&resource.name)),
            resource: Arc::new(resource.clone()),
        };
        let extracting = extract_one(extraction, Arc::clone(&id_sources), job.stop.clone());
        let selected = selected.clone();
        running.spawn(async move { (selected, extracting.await) });
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
                labels.merge(extracted.labels);
            }
            (Some(selected), Err(Error::Api(error)))
                if selected.optional && error.is_inaccessible() && !chooses_by(&selected.resource.name) =>
            {
                tracing::info!(resource = selected.resource.name, %error, "an optional resource is left out");
                if let Some(source) = id_sources.get(&selected.resource.name) {
                    source.send_replace(Some(Arc::default()));
                }
                fetched.absent.push(selected.absence("is missing, or its module is not active"));
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
        Ok(tables) => {
            fetched.tables.extend(tables);
            (fetched, Ok(()))
        }
        Err(error) => (fetched, Err(error)),
    }
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

/// Which ids of `resource` the others are read by: those of people with the wanted statuses.
fn collected(resource: &Resource, selection: &Selection, statuses: Option<&[String]>) -> Collected {
    let fans = selection.resources.iter().filter_map(|s| s.resource.fan_out.as_ref());
    let status = fans.filter(|f| f.from == resource.name).find_map(|f| f.status.clone());
    match (status, statuses) {
        (Some(column), Some(statuses)) => Collected::Only(column, statuses.to_vec()),
        _ => Collected::All,
    }
}

/// Ids of resources that others are read by, once they are known.
type IdSources = BTreeMap<String, watch::Sender<Ids>>;

async fn extract_one(extraction: Extraction, id_sources: Arc<IdSources>, stop: Stop) -> Result<Extracted, Error> {
    let name = extraction.resource.name.clone();
    let known = |from: Option<&String>| {
        let source = from.and_then(|from| id_sources.get(from)).map(watch::Sender::subscribe);
        let stop = stop.clone();
        async move {
            let Some(mut ids) = source else { return Ok(None) };
            let known = async { Ok::<_, Error>(ids.wait_for(Option::is_some).await.ok().and_then(|ids| ids.clone())) };
            stop.unless_stopped(known).await
        }
    };
    let owners = known(extraction.resource.fan_out.as_ref().map(|f| &f.from));
    let filtered_by = known(extraction.resource.filter.as_ref().map(|f| &f.from));
    let mut extracted = extraction.run(owners, filtered_by).await?;
    if let Some(source) = id_sources.get(&name) {
        source.send_replace(Some(Arc::new(std::mem::take(&mut extracted.ids))));
    }
    Ok(extracted)
}
