//! A run is told in the words of OpenLineage, where somebody is to hear it: that it begins, and how it ended.

use chrono::{DateTime, Utc};
use url::Url;

use crate::{
    context::Context,
    engine::lineage,
    error::Error,
    openlineage::namespace_of,
    run_events::{Known, Target, Told},
    run_id::RunId,
    run_report::{RunReport, Summary},
    settings::Settings,
};

/// A run that somebody hears of.
pub(super) struct Heard<'a> {
    context: &'a Context,
    settings: &'a Settings,
    target: Target,
    command: &'static str,
    run_id: RunId,
    /// Namespace of the lake's tables.
    lake: String,
}

impl<'a> Heard<'a> {
    /// A run that began then; `None` where nobody is to hear of it, and of commands that make no tables.
    ///
    /// # Errors
    /// When what says who is to hear of it makes no sense.
    pub(super) fn of(
        context: &'a Context,
        settings: &'a Settings,
        command: &'static str,
        started_at: DateTime<Utc>,
    ) -> Result<Option<Self>, Error> {
        if !matches!(command, "sync" | "derive") {
            return Ok(None);
        }
        let target = Target::configured(&context.environment, settings.openlineage_file()?).map_err(Error::Usage)?;
        let lake = context.lake_to_read(settings).ok().map(|lake| lake.url().clone());
        let lake = lake.or_else(|| address(settings.lake())).map_or_else(String::new, |url| namespace_of(&url));
        let run_id = context.run_id(started_at);
        Ok(target.map(|target| Self { context, settings, target, command, run_id, lake }))
    }

    /// Tells that it begins.
    pub(super) async fn began(&self, at: DateTime<Utc>) {
        self.target.tell(&self.context.transport, &self.told().began(at)).await;
    }

    /// Tells how it ended.
    pub(super) async fn ended(&self, summary: &Summary, report: Option<&RunReport>) {
        let catalog = &self.context.catalog;
        let tables = catalog.tables();
        // What is not known of queries that do not work is told by whoever runs them.
        let lineage = lineage::of_queries(&catalog.derived, &catalog.api_tables()).await.unwrap_or_default();
        let tenant = self.settings.tenant().ok().map(|tenant| tenant.origin());
        let known = Known { tenant: tenant.as_deref(), tables: &tables, lineage: &lineage };
        self.target.tell(&self.context.transport, &self.told().ended(summary, report, known)).await;
    }

    fn told(&self) -> Told<'_> {
        Told {
            run_id: &self.run_id,
            command: self.command,
            lake: &self.lake,
            namespace: self.target.namespace.as_deref(),
            parent: self.target.parent.as_ref(),
        }
    }
}

/// The address of a lake that is not there yet.
fn address(location: &str) -> Option<Url> {
    match location.contains("://") {
        true => Url::parse(location).ok(),
        false => Url::from_directory_path(std::path::absolute(location).ok()?).ok(),
    }
}
