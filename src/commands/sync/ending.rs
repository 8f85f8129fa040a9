//! How a run ends: what it reports, what it says of days it did not come to, and what it leaves in staging.

use super::{super::ended, Produced, Run};
use crate::{
    error::Error,
    exit_code::ExitCode,
    lake::{self, Snapshot},
    run_report::{Outcome, ResourceReport, RunReport, TableReport},
};

impl Run {
    /// Says of a run over several days which ones were published before it ended.
    pub(super) fn unfinished(&self, error: Error, produced: &Produced) -> Error {
        let published = produced.days_there();
        // Whatever ends a run while it reads says that nothing was published; a gate speaks of one day alone.
        let unsaid = !published.is_empty() || matches!(error, Error::Refused { .. });
        if self.days.len() == 1 || !unsaid {
            return error;
        }
        let left = self.days.iter().filter(|day| !published.contains(day)).copied().collect();
        Error::Unfinished { published, left, source: Box::new(error) }
    }

    /// Removes what a failed run leaves. Its pages stay when running again makes sense, and go when they may be why it
    /// failed.
    pub(super) async fn clean_up(&self, error: &Error, produced: &Produced) {
        let Some(checkpoint) = &produced.checkpoint else { return };
        // What a gate holds back stays for whoever looks at it.
        let held = if let Error::Refused { run_id, .. } = error { Some(run_id) } else { None };
        let mut tables = Ok(());
        if held != Some(&self.id) {
            tables = lake::discard_tables(&self.lake, &self.id).await;
        }
        for run_id in self.parts() {
            if held != Some(&run_id) {
                tables = tables.and(lake::discard(&self.lake, &run_id).await);
            }
        }
        // Kept pages would fill the disk that is full.
        let full = matches!(error, Error::Lake(error) if error.is_full());
        let pages = if error.exit_code() == ExitCode::Temporary && self.continue_since.is_some() && !full {
            let kept = checkpoint.kept();
            if kept > 0 {
                tracing::info!(
                    kept,
                    "the next run of the same command asks only for the other pages; --fresh asks for all"
                );
            }
            Ok(())
        } else if held == Some(&self.id) {
            checkpoint.checkpoint().discard_pages().await
        } else {
            checkpoint.checkpoint().discard().await
        };
        // The failure is what matters; what is left in staging is invisible, and removed by a run of the next days.
        if let Err(error) = tables.and(pages) {
            tracing::warn!(%error, "staged files of the failed run stay behind");
        }
    }

    /// What the run did, and how it ended.
    pub(super) fn report(&self, produced: &Produced, published: &Result<Option<Snapshot>, Error>) -> RunReport {
        let mut tables: Vec<TableReport> = produced.staged.iter().map(|t| TableReport::from(t.table())).collect();
        tables.sort_by(|a, b| (a.zone, &a.table).cmp(&(b.zone, &b.table)));
        RunReport {
            run_id: self.id.clone(),
            command: "sync".into(),
            program_version: env!("CARGO_PKG_VERSION").into(),
            tenant: self.client.tenant().host(),
            source: self.selection.source,
            as_of: self.as_of,
            published: produced.published.clone(),
            unpublished: self.days.iter().filter(|day| !produced.days_there().contains(day)).copied().collect(),
            kept: produced.kept.clone(),
            started_at: self.started_at,
            seconds: self.started.elapsed().as_secs_f64(),
            outcome: match published {
                Ok(None) => Outcome::Kept,
                Ok(Some(snapshot)) => Outcome::Published { sequence: snapshot.sequence },
                Err(error) => ended::badly(error),
            },
            requests: self.client.stats().counts(),
            continued: produced.checkpoint.as_ref().and_then(|c| c.continued()).cloned(),
            seconds_lost_to_others: self.client.budget().lost().as_secs_f64(),
            seconds_waited_for_budget: self.client.budget().waited().as_secs_f64(),
            fewest_requests: produced.resources.iter().map(ResourceReport::fewest_requests).sum(),
            resources: produced.resources.clone(),
            tables,
            skipped: produced.notes.skipped.clone(),
            absent: produced.absent.clone(),
            not_available: produced.notes.not_available.clone(),
            references: produced.notes.references.clone(),
            wide: produced.notes.wide.clone(),
            derive: produced.notes.derive.clone(),
        }
    }
}
