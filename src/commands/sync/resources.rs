//! All resources of a run, side by side; those read by the ids of another wait for them.

use std::{collections::BTreeMap, sync::Arc};

use tokio::{sync::watch, task::JoinSet};

use super::{
    Produced, Run, Selected, Selection, Work,
    extract::{Extracted, Extraction, Ids, Job},
    stop::Stop,
    writers::Collected,
};
use crate::{catalog::Resource, commands::Context, decode::Decoder, error::Error, report::Absence};

impl Run {
    /// Reads all resources side by side; those read by the ids of another wait for them.
    pub(super) async fn extract(
        &self,
        context: &Context,
        work: &Work,
        selection: &Selection,
        produced: &mut Produced,
    ) -> Result<(), Error> {
        let job = Arc::new(Job {
            client: self.client.clone(),
            lake: self.lake.clone(),
            run_id: self.id.clone(),
            as_of: self.day_asked_for(),
            stop: self.stop.clone(),
            limits: Arc::clone(&work.limits),
            checkpoint: Arc::clone(&work.checkpoint),
            history: self.history.clone(),
        });
        let id_sources: IdSources =
            selection.resources.iter().flat_map(|s| s.read_by()).map(|from| (from, watch::Sender::new(None))).collect();
        if let Some(absent) = produced.absent.iter().find(|a| self.chooses_by(&self.selection, &a.resource)) {
            let Absence { resource, reason, .. } = absent;
            return Err(Error::Usage(format!("--attribute-people needs {resource}: {reason}; leave one of both out")));
        }
        // Without the resource that gives the ids, one chain without a filter reads the other.
        for (_, source) in id_sources.iter().filter(|(name, _)| !selection.reads(name)) {
            source.send_replace(Some(Arc::default()));
        }
        let id_sources = Arc::new(id_sources);
        let mut running = JoinSet::new();
        for selected in &selection.resources {
            let Selected { resource, tables, .. } = selected;
            let extraction = Extraction {
                job: Arc::clone(&job),
                decoder: Arc::new(Decoder::new(resource, &self.id)),
                tables: tables.clone(),
                progress: Arc::new(context.progress.resource(
                    &resource.name,
                    work.limits.current(resource),
                    self.requests_per_minute,
                )),
                collected: match id_sources.contains_key(&resource.name) {
                    true => self.collected(resource, selection),
                    false => Collected::None,
                },
                restricted: resource.fan_out.as_ref().is_some_and(|f| f.status.is_some())
                    && self.history.statuses.is_some(),
                filter: None,
                accepted_missing: selected.accepted_missing,
                anew: false,
                resource: Arc::new(resource.clone()),
            };
            let extracting = extract_one(extraction, Arc::clone(&id_sources), self.stop.clone());
            let selected = selected.clone();
            running.spawn(async move { (selected, extracting.await) });
        }
        let mut failure = None;
        while let Some(ended) = running.join_next().await {
            let (selected, ended) = match ended {
                Ok((selected, ended)) => (Some(selected), ended),
                Err(error) => (None, Err(Error::task_lost("the extraction of a resource", &error))),
            };
            match (selected, ended) {
                (_, Ok(extracted)) => {
                    produced.staged.extend(extracted.tables);
                    produced.resources.push(extracted.report);
                    produced.labels.merge(extracted.labels);
                }
                (Some(selected), Err(Error::Api(error)))
                    if selected.optional
                        && error.is_inaccessible()
                        && !self.chooses_by(selection, &selected.resource.name) =>
                {
                    tracing::warn!(resource = selected.resource.name, %error, "an optional resource is left out");
                    if let Some(source) = id_sources.get(&selected.resource.name) {
                        source.send_replace(Some(Arc::default()));
                    }
                    produced.absent.push(selected.absence("is missing, or its module is not active"));
                }
                // The others end as interrupted, which says less than what interrupted them.
                (_, Err(error)) if matches!(failure, None | Some(Error::Interrupted)) => {
                    self.stop.now();
                    failure = Some(error);
                }
                (_, Err(_)) => {}
            }
        }
        produced.resources.sort_by(|a, b| a.resource.cmp(&b.resource));
        failure.map_or(Ok(()), Err)
    }

    /// Whether it is by the records of `resource` that only some owners are read: without it there would be none.
    fn chooses_by(&self, selection: &Selection, resource: &str) -> bool {
        let fans = selection.resources.iter().filter_map(|s| s.resource.fan_out.as_ref());
        self.history.statuses.is_some() && fans.filter(|f| f.status.is_some()).any(|f| f.from == resource)
    }

    /// Which ids of `resource` the others are read by: those of people with the wanted statuses.
    fn collected(&self, resource: &Resource, selection: &Selection) -> Collected {
        let fans = selection.resources.iter().filter_map(|s| s.resource.fan_out.as_ref());
        let status = fans.filter(|f| f.from == resource.name).find_map(|f| f.status.clone());
        match (status, &self.history.statuses) {
            (Some(column), Some(statuses)) => Collected::Only(column, statuses.clone()),
            _ => Collected::All,
        }
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
            tokio::select! {
                biased;
                () = stop.stopped() => Err(Error::Interrupted),
                ids = ids.wait_for(Option::is_some) => Ok(ids.ok().and_then(|ids| ids.clone())),
            }
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
