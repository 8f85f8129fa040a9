//! What can go wrong in the engine.

use datafusion::error::DataFusionError;

use super::{
    diagnosis::diagnose,
    failure::{FailureKind, classify},
    known::Known,
    position::Position,
    wording::{flatten, in_plain_words, one_line, without_values},
};
use crate::{causes::is_disk_full, exit_code::ExitCode};

/// An error of the engine; its text is one line.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The statement is not valid SQL over these tables.
    #[error("SQL error{}: {message}", position_of(position))]
    Sql {
        /// What is wrong, in one line.
        message: String,
        /// Where, as far as it is known.
        position: Option<Box<Position>>,
        /// The error itself.
        #[source]
        source: Box<DataFusionError>,
    },
    /// A clause that the parser takes and the engine would drop, or execute otherwise than SQL says.
    #[error("SQL error{}: {clause} is not supported{}", position_of(position), remedied(remedy))]
    NotExecuted {
        /// What it is called.
        clause: String,
        /// What to write instead; empty where there is nothing.
        remedy: String,
        /// Where it stands.
        position: Option<Box<Position>>,
    },
    /// A `$name` without a value.
    #[error("SQL error{}: ${name} has no value; give it with --param {name}=VALUE", position_of(position))]
    MissingParameter {
        /// Its name.
        name: String,
        /// Where it stands.
        position: Option<Box<Position>>,
    },
    /// A value that the statement does not use.
    #[error("the statement has no ${name}, for which --param gives a value; it has {}", if has.is_empty() { "none" } else { has })]
    UnusedParameter {
        /// Its name.
        name: String,
        /// Those that the statement has.
        has: String,
    },
    /// The statement would change something.
    #[error("only queries are allowed here (SELECT, WITH, VALUES, EXPLAIN, DESCRIBE, SHOW TABLES), not {statement}")]
    NotAQuery {
        /// The statement's first word.
        statement: String,
    },
    /// More than the rows of the tables that somebody may see.
    #[error("{message}")]
    Confined {
        /// What is refused, and what to ask instead.
        message: String,
    },
    /// Not exactly one statement.
    #[error("expected exactly one SQL statement, found {found}")]
    NotOneStatement {
        /// How many there are.
        found: usize,
    },
    /// The statement is beyond what can be planned without risk for the process.
    #[error("the SQL statement is too complex: {what} {actual}, the limit is {limit}; split it or join a VALUES list")]
    TooComplex {
        /// What was measured.
        what: &'static str,
        /// How much there is.
        actual: usize,
        /// How much is allowed.
        limit: usize,
    },
    /// A running ad-hoc query failed. The message tells what went wrong without the values it went wrong with.
    #[error("the query failed: {message}")]
    Failed {
        /// What class of failure it is.
        kind: FailureKind,
        /// DataFusion's words, in one line.
        message: String,
        /// The error itself, when there is one.
        #[source]
        source: Option<Box<DataFusionError>>,
    },
    /// A running derived query failed. Neither text nor source holds a value of the data.
    #[error("{origin} failed: {}", kind.as_str())]
    DeriveFailed {
        /// What the query is called: its file, or what it asks.
        origin: String,
        /// What class of failure it is.
        kind: FailureKind,
    },
    /// A derived query is not valid SQL over the tables of the catalogue.
    #[error("{origin}: {source}")]
    DeriveInvalid {
        /// What the query is called: its file, or what it asks.
        origin: String,
        /// What is wrong with it.
        source: Box<EngineError>,
    },
    /// A derived query names a table that nobody has.
    #[error("{origin} reads table {table}, which is neither an API table nor a derived one")]
    DeriveUnknownTable {
        /// What the query is called: its file, or what it asks.
        origin: String,
        /// The table it names.
        table: String,
    },
    /// Derived queries that read each other's results.
    #[error("derived tables depend on each other in a circle: {}", queries.join(" -> "))]
    DeriveCycle {
        /// The derived tables in question.
        queries: Vec<String>,
    },
    /// The columns of a query are not the declared ones.
    #[error("{origin}: {detail}")]
    DeriveColumns {
        /// What the query is called: its file, or what it asks.
        origin: String,
        /// The first difference.
        detail: String,
    },
    /// A column declared not null holds a null.
    #[error("{origin} gave a null in column {column}, which is declared not null")]
    DeriveNull {
        /// What the query is called: its file, or what it asks.
        origin: String,
        /// The column.
        column: String,
    },
    /// Two snapshots disagree on a table so that it cannot be read as one.
    #[error("table {table} cannot be read over these dates: {detail}; ask for one date with --as-of")]
    TableConflict {
        /// The table.
        table: String,
        /// What differs.
        detail: String,
    },
    /// Two result columns have one name, which the output format cannot express.
    #[error("two columns of the result are named {column}; name them apart with AS to write {format}")]
    DuplicateColumn {
        /// The name.
        column: String,
        /// The output format.
        format: &'static str,
    },
    /// The output could not be written.
    #[error("cannot write the result: {source}")]
    Output {
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The result has a type which the output format cannot express, or its encoder failed.
    #[error("cannot write the result as {format}: {message}")]
    Encode {
        /// The output format.
        format: &'static str,
        /// What the encoder said.
        message: String,
    },
    /// A defect of this program.
    #[error("internal error: {message}")]
    Internal {
        /// What happened.
        message: String,
    },
}

impl EngineError {
    /// The process's exit code for this error.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Sql { .. }
            | Self::NotExecuted { .. }
            | Self::MissingParameter { .. }
            | Self::UnusedParameter { .. }
            | Self::NotAQuery { .. }
            | Self::Confined { .. }
            | Self::NotOneStatement { .. }
            | Self::TooComplex { .. }
            | Self::DeriveUnknownTable { .. }
            | Self::DeriveCycle { .. }
            | Self::DeriveColumns { .. }
            | Self::DuplicateColumn { .. }
            | Self::Encode { .. }
            | Self::TableConflict { .. } => ExitCode::Usage,
            Self::Output { source } if is_disk_full(source) => ExitCode::Temporary,
            Self::Output { .. } => ExitCode::Usage,
            Self::DeriveNull { .. } => ExitCode::Gate,
            Self::Failed { kind, .. } | Self::DeriveFailed { kind, .. } => kind.exit_code(),
            Self::DeriveInvalid { source, .. } => source.exit_code(),
            Self::Internal { .. } => ExitCode::Bug,
        }
    }

    /// An error met before any row was read: it can speak only of the statement and of the tables' columns, except
    /// when planning had to read files.
    pub(crate) fn planning(error: DataFusionError, sql: &str, known: &Known) -> Self {
        match classify(&error) {
            FailureKind::Value => {
                let diagnosis = diagnose(&error, sql, known);
                let message = match error.find_root() {
                    // A value computed while planning; it may be one of a parameter.
                    root @ DataFusionError::ArrowError(..) => in_plain_words(without_values(&one_line(root))),
                    _ => diagnosis.message,
                };
                Self::Sql { message, position: diagnosis.position.map(Box::new), source: Box::new(error) }
            }
            _ => Self::running(error),
        }
    }

    /// Where in the statement the error is.
    pub(crate) fn position(&self) -> Option<&Position> {
        match self {
            Self::Sql { position, .. }
            | Self::NotExecuted { position, .. }
            | Self::MissingParameter { position, .. } => position.as_deref(),
            _ => None,
        }
    }

    /// An error met while rows were read.
    pub(crate) fn running(error: DataFusionError) -> Self {
        match classify(&error) {
            // What a value could not be turned into is worth telling; the value is not, nor is the source that quotes it.
            FailureKind::Value => {
                let message = in_plain_words(without_values(&one_line(&error)));
                Self::Failed { kind: FailureKind::Value, message, source: None }
            }
            // The engine's words are a list of its operators, over several lines.
            FailureKind::Resources => {
                tracing::debug!(error = one_line(&error), "out of memory or temporary disk");
                let kind = FailureKind::Resources;
                Self::Failed { kind, message: kind.as_str().to_owned(), source: None }
            }
            kind => Self::Failed { kind, message: one_line(&error), source: Some(Box::new(error)) },
        }
    }

    /// Whether there was too little memory, or room for what does not fit into it.
    pub(crate) fn is_want_of_memory(&self) -> bool {
        matches!(
            self,
            Self::Failed { kind: FailureKind::Resources, .. } | Self::DeriveFailed { kind: FailureKind::Resources, .. }
        )
    }

    /// A panic below us.
    pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(|s| &**s));
        let message = flatten(text.unwrap_or("a component panicked"));
        Self::Failed { kind: FailureKind::Internal, message, source: None }
    }

    /// The same failure as seen by a scheduled derivation, where neither the message nor the source may quote data.
    pub(crate) fn in_derived(self, origin: &str) -> Self {
        let origin = origin.to_owned();
        match self {
            Self::Failed { kind, .. } => Self::DeriveFailed { origin, kind },
            // Its lines are counted below the heading, which is not what an editor shows.
            Self::Sql { message, source, .. } => {
                Self::DeriveInvalid { origin, source: Box::new(Self::Sql { message, position: None, source }) }
            }
            Self::NotExecuted { clause, remedy, .. } => {
                Self::DeriveInvalid { origin, source: Box::new(Self::NotExecuted { clause, remedy, position: None }) }
            }
            other => Self::DeriveInvalid { origin, source: Box::new(other) },
        }
    }
}

fn position_of(position: &Option<Box<Position>>) -> String {
    position.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn remedied(remedy: &str) -> String {
    if remedy.is_empty() { String::new() } else { format!("; {remedy}") }
}
