//! What the lake's tables are made of, in the words of [OpenLineage](https://openlineage.io/spec/2-0-2/OpenLineage.json): one
//! JSON object an event, which Marquez, DataHub, Atlan and others read.
//!
//! - `dataset`: tables as datasets: name, columns, meaning, classes
//! - `columns`: which columns each column is made of
//! - `facet`: what is said of something
//! - `event`: jobs as they are designed, and runs as they happen

mod columns;
mod dataset;
mod event;
mod facet;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    columns::{ColumnLineage, FieldsMade, InputField, Transformation},
    dataset::{Dataset, DatasetVersion, OutputStatistics, namespace_of},
    event::{
        ErrorMessage, Event, EventType, Job, JobEvent, JobFacets, JobType, Parent, ParentJob, ParentRun,
        ProcessingEngine, Run, RunEvent, RunFacets, Sql, run_uuid,
    },
};
