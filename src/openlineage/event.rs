//! What happens to datasets: jobs as they are designed, and runs as they happen.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::{
    Dataset,
    facet::{Body, EVENTS, Facet, PRODUCER, is_default},
};
use crate::run_id::RunId;

/// One event, with who says it and by which specification.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event<B> {
    #[serde(serialize_with = "in_milliseconds")]
    event_time: DateTime<Utc>,
    producer: &'static str,
    #[serde(rename = "schemaURL")]
    schema_url: String,
    #[serde(flatten)]
    body: B,
}

/// What an event tells.
pub(crate) trait Told {
    /// The name of its type.
    const TYPE: &str;
}

/// What a run does, at one moment of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunEvent {
    /// Which moment.
    pub(crate) event_type: EventType,
    /// Which run.
    pub(crate) run: Run,
    /// Of which job.
    pub(crate) job: Job,
    /// What it reads.
    pub(crate) inputs: Vec<Dataset>,
    /// What it writes.
    pub(crate) outputs: Vec<Dataset>,
}

/// What a job is designed to do, whether or not it ever ran.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct JobEvent {
    /// Which job.
    pub(crate) job: Job,
    /// What it reads.
    pub(crate) inputs: Vec<Dataset>,
    /// What it writes.
    pub(crate) outputs: Vec<Dataset>,
}

/// A moment of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum EventType {
    /// It begins.
    Start,
    /// It ended well.
    Complete,
    /// It failed, or was stopped.
    Fail,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    /// Its name as a UUID: see [`run_uuid`].
    pub(crate) run_id: String,
    /// What is said of it.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) facets: RunFacets,
}

/// What is said of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct RunFacets {
    /// The run that started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<Facet<Parent>>,
    /// What ran it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) processing_engine: Option<Facet<ProcessingEngine>>,
    /// Why it failed.
    #[serde(rename = "errorMessage", skip_serializing_if = "Option::is_none")]
    pub(crate) error_message: Option<Facet<ErrorMessage>>,
}

/// The run that started another one, such as a task of Airflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Parent {
    /// That run.
    pub(crate) run: ParentRun,
    /// Its job.
    pub(crate) job: ParentJob,
}

/// A run by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ParentRun {
    /// A UUID.
    pub(crate) run_id: String,
}

/// A job by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ParentJob {
    /// Whose names these are.
    pub(crate) namespace: String,
    /// The name.
    pub(crate) name: String,
}

/// The program that runs a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ProcessingEngine {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its version.
    pub(crate) version: &'static str,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorMessage {
    /// One line, without values of the data.
    pub(crate) message: String,
    /// What the program is written in.
    pub(crate) programming_language: &'static str,
}

/// One job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Job {
    /// Whose names these are: that of the lake that it writes.
    pub(crate) namespace: String,
    /// The name: `sync`, or `derive/headcount`.
    pub(crate) name: String,
    /// What is said of it.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) facets: JobFacets,
}

/// What is said of a job.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobFacets {
    /// What kind of job it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job_type: Option<Facet<JobType>>,
    /// The statement that it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sql: Option<Facet<Sql>>,
}

/// What kind of job it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JobType {
    processing_type: &'static str,
    integration: &'static str,
    /// What it does: `SYNC` or `QUERY`.
    job_type: &'static str,
}

impl JobType {
    /// A job that begins and ends, of this program.
    pub(crate) fn batch(job_type: &'static str) -> Self {
        Self { processing_type: "BATCH", integration: "LUCCA_LAKE", job_type }
    }
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Sql {
    /// The statement.
    pub(crate) query: String,
    /// Whose SQL it is.
    pub(crate) dialect: &'static str,
}

impl Told for RunEvent {
    const TYPE: &str = "RunEvent";
}

impl Told for JobEvent {
    const TYPE: &str = "JobEvent";
}

impl Body for Parent {
    const VERSION: &str = "1-2-0";
    const TYPE: &str = "ParentRunFacet";
}

impl Body for ProcessingEngine {
    const VERSION: &str = "1-1-1";
    const TYPE: &str = "ProcessingEngineRunFacet";
}

impl Body for ErrorMessage {
    const VERSION: &str = "1-0-1";
    const TYPE: &str = "ErrorMessageRunFacet";
}

impl Body for JobType {
    const VERSION: &str = "2-0-4";
    const TYPE: &str = "JobTypeJobFacet";
}

impl Body for Sql {
    const VERSION: &str = "1-1-0";
    const TYPE: &str = "SQLJobFacet";
}

impl<B: Told> Event<B> {
    /// Tells it as of a moment.
    pub(crate) fn at(event_time: DateTime<Utc>, body: B) -> Self {
        Self { event_time, producer: PRODUCER, schema_url: format!("{EVENTS}{}", B::TYPE), body }
    }
}

impl ProcessingEngine {
    /// This program.
    pub(crate) fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") }
    }
}

/// The UUID of a run: the same one for each event of it, made of its name alone.
pub(crate) fn run_uuid(run: &RunId) -> String {
    let hash: [u8; 32] = Sha256::digest(format!("lucca-lake run {run}")).into();
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = hash;
    // Version 8: made as its maker likes.
    let bytes = [a, b, c, d, e, f, (g & 0x0f) | 0x80, h, (i & 0x3f) | 0x80, j, k, l, m, n, o, p];
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut uuid = String::with_capacity(36);
    for (at, digit) in digits.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            uuid.push('-');
        }
        uuid.push(digit);
    }
    uuid
}

fn in_milliseconds<S: Serializer>(time: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true))
}
