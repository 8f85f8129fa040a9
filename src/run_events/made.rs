//! The events of a run: that it begins, and how it ended, with what it read and wrote.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    catalog::Table,
    engine::lineage::{Field, Fields, How, TableLineage},
    openlineage::{
        ColumnLineage, Dataset, DatasetVersion, ErrorMessage, Event, EventType, InputField, Job, JobFacets, JobType,
        OutputStatistics, Parent, ProcessingEngine, Run, RunEvent, RunFacets, Transformation, run_uuid,
    },
    run_id::RunId,
    run_report::{Ending, RunReport, Summary, TableReport},
};

/// A run as its events name it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    /// The run.
    pub(crate) run_id: &'a RunId,
    /// Which command it is.
    pub(crate) command: &'static str,
    /// Namespace of the lake's tables.
    pub(crate) lake: &'a str,
    /// Namespace of the job, where it is not that of the lake.
    pub(crate) namespace: Option<&'a str>,
    /// The run that started it.
    pub(crate) parent: Option<&'a Parent>,
}

/// What is known of what runs read and write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Namespace of the tenant's collections: its address.
    pub(crate) tenant: Option<&'a str>,
    /// The tables of the catalogue.
    pub(crate) tables: &'a [Table],
    /// What computed tables are made of.
    pub(crate) lineage: &'a BTreeMap<String, TableLineage>,
}

impl Told<'_> {
    /// That the run begins.
    pub(crate) fn began(&self, at: DateTime<Utc>) -> Event<RunEvent> {
        Event::at(at, self.event(EventType::Start, None))
    }

    /// How it ended; a run that could not begin has no report.
    pub(crate) fn ended(&self, summary: &Summary, report: Option<&RunReport>, known: Known<'_>) -> Event<RunEvent> {
        let is_well = !matches!(summary.outcome, Ending::Failed | Ending::Held);
        let kind = if is_well { EventType::Complete } else { EventType::Fail };
        let mut event = self.event(kind, summary.error.clone());
        if let Some(report) = report {
            event.inputs = self.inputs(report, known);
            event.outputs = self.outputs(report, known);
        }
        Event::at(summary.ended_at(), event)
    }

    fn event(&self, event_type: EventType, error: Option<String>) -> RunEvent {
        let error = error.map(|message| ErrorMessage { message, programming_language: "Rust" });
        let facets = RunFacets {
            parent: self.parent.cloned().map(Into::into),
            processing_engine: Some(ProcessingEngine::this().into()),
            error_message: error.map(Into::into),
        };
        let kind = if self.command == "derive" { "QUERY" } else { "SYNC" };
        let facets_of_job = JobFacets { job_type: Some(JobType::batch(kind).into()), sql: None };
        let namespace = self.namespace.unwrap_or(self.lake).to_owned();
        RunEvent {
            event_type,
            run: Run { run_id: run_uuid(self.run_id), facets },
            job: Job { namespace, name: self.command.to_owned(), facets: facets_of_job },
            inputs: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// The collections of the API, or the tables that others were computed from.
    fn inputs(&self, report: &RunReport, Known { tenant, tables, lineage }: Known<'_>) -> Vec<Dataset> {
        let collection = |name: &str| Dataset {
            namespace: tenant.unwrap_or(&report.tenant).to_owned(),
            name: name.to_owned(),
            ..Dataset::default()
        };
        if self.command != "derive" {
            return report.resources.iter().map(|read| collection(&read.resource)).collect();
        }
        let written: BTreeSet<&str> = report.tables.iter().map(|table| table.table.as_str()).collect();
        let read = written.iter().filter_map(|table| lineage.get(*table)).flat_map(|made| &made.reads);
        let read: BTreeSet<&String> = read.filter(|table| !written.contains(table.as_str())).collect();
        tables.iter().filter(|table| read.contains(&table.name)).map(|table| Dataset::named(self.lake, table)).collect()
    }

    /// The tables of the day that was published last.
    fn outputs(&self, report: &RunReport, known: Known<'_>) -> Vec<Dataset> {
        let Some(published) = report.published.last() else { return Vec::new() };
        let dataset_version = format!("{}.{}", published.as_of, published.sequence);
        let output = |TableReport { table, zone, rows, files, bytes }: &TableReport| {
            let declared = known.tables.iter().find(|known| known.name == *table);
            let mut dataset = match declared {
                Some(declared) => Dataset::of(self.lake, declared),
                None => {
                    Dataset { namespace: self.lake.to_owned(), name: format!("{zone}/{table}"), ..Dataset::default() }
                }
            };
            let statistics = OutputStatistics { row_count: *rows, size: *bytes, file_count: *files };
            dataset.output_facets.output_statistics = Some(statistics.into());
            dataset.facets.version = Some(DatasetVersion { dataset_version: dataset_version.clone() }.into());
            let lineage = known.lineage.get(table).map(|made| self.columns(made, known.tables).into());
            dataset.facets.column_lineage = lineage;
            dataset
        };
        report.tables.iter().map(output).collect()
    }

    /// What the columns of a table are made of.
    fn columns(&self, made: &TableLineage, tables: &[Table]) -> ColumnLineage {
        let input = |(field, ways): (&Field, &BTreeSet<How>)| {
            let table = tables.iter().find(|table| table.name == field.table)?;
            let Dataset { namespace, name, .. } = Dataset::named(self.lake, table);
            let transformations = ways.iter().copied().map(Transformation::from).collect();
            Some(InputField { namespace, name, field: field.column.clone(), transformations })
        };
        let inputs = |fields: &Fields| fields.iter().filter_map(input).collect::<Vec<_>>();
        let mut lineage = ColumnLineage { dataset: inputs(&made.rows), ..ColumnLineage::default() };
        for (column, made) in made.columns.iter().map(|(column, made)| (column, inputs(made))) {
            if !made.is_empty() {
                lineage.fields.entry(column.clone()).or_default().input_fields = made;
            }
        }
        lineage
    }
}
