//! The one error type that crosses the whole program.

mod no_record;

use chrono::NaiveDate;

pub(crate) use self::no_record::NoRecord;
use crate::{
    api::{AddressError, ApiError},
    catalog::CatalogError,
    causes::{causes, is_disk_full},
    day_list::days_in_words,
    decode::RowsError,
    engine::{EngineError, Position},
    exit_code::ExitCode,
    html::HtmlError,
    lake::LakeError,
    run_id::RunId,
    settings::SettingsError,
    state_folder::StateFolderError,
};

/// Why a command ended without doing what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The API.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// An embedded schema or query.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// SQL.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The configuration.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The folder for state.
    #[error(transparent)]
    StateFolder(#[from] StateFolderError),
    /// An address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Ids that no record has.
    #[error(transparent)]
    NoRecord(#[from] NoRecord),
    /// A change that was perhaps made.
    #[error("{source}: {look}")]
    Unsure {
        /// What happened instead of an answer.
        #[source]
        source: ApiError,
        /// How to see whether it was made.
        look: String,
    },
    /// What was asked for makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The lake has no such snapshot.
    #[error("{0}")]
    NoSnapshot(String),
    /// The API served fewer records than it says it has.
    #[error(
        "{resource}: the API says {expected} records but served {served} different ones; nothing was published; run again, \
         and if it stays, the others may be hidden from the application: check its permissions, or do without them with \
         --accept-missing {table}={}",
        expected.saturating_sub(*served)
    )]
    Incomplete {
        /// Collection.
        resource: String,
        /// Its table.
        table: String,
        /// `totalCount`.
        expected: u64,
        /// Different records received.
        served: u64,
    },
    /// Records came or went while they were read a second time.
    #[error(
        "{resource}: records come and go while they are read: {before} counted before, {served} served, {after} counted after; \
         nothing was published, run the same command again"
    )]
    Changing {
        /// Collection.
        resource: String,
        /// `totalCount` before.
        before: u64,
        /// Different records received.
        served: u64,
        /// `totalCount` after.
        after: u64,
    },
    /// The API answered a filter with records outside it.
    #[error("{resource}: the API ignored the filter {parameter}; the API broke its contract, nothing was published")]
    FilterIgnored {
        /// Collection.
        resource: String,
        /// Query parameter.
        parameter: String,
    },
    /// The API served the same records page after page.
    #[error(
        "{resource}: page after page holds only records already read; the API broke its contract, nothing was published"
    )]
    Endless {
        /// Collection.
        resource: String,
    },
    /// The rows of a page could not be sorted out.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A lake of somebody else.
    #[error("the lake at {lake} holds the data of {held}, not of {asked}; use another lake for another tenant")]
    OtherTenant {
        /// Where.
        lake: String,
        /// Whose data it holds.
        held: String,
        /// Whose data was to be written.
        asked: String,
    },
    /// The application lacks scopes.
    #[error(
        "the application was not granted {scopes} (tables {tables}); grant it, leave the tables out with --tables, or allow \
         their absence with --optional-tables"
    )]
    MissingScopes {
        /// Which.
        scopes: String,
        /// What cannot be read without them.
        tables: String,
    },
    /// The key lacks a permission.
    #[error(
        "the API key may not read {resource}: tick \"{permission}\" in the permissions of its role, leave its tables out with \
         --tables, or allow their absence with --optional-tables"
    )]
    MissingPermission {
        /// Collection.
        resource: String,
        /// What is to be ticked.
        permission: String,
    },
    /// Problems found by `check`, each already told.
    #[error("{failed} checks failed")]
    ChecksFailed {
        /// How many.
        failed: usize,
        /// Exit code of the first.
        exit_code: ExitCode,
    },
    /// More requests than the run was allowed.
    #[error(
        "the run needs about {expected} requests, more than --max-requests {allowed}; allow more, or read fewer tables with --tables"
    )]
    TooManyRequests {
        /// What it is estimated to need.
        expected: u64,
        /// What was allowed.
        allowed: u64,
    },
    /// Another process of this machine reads from the same tenant.
    #[error("{tenant} is being read by {holder} on this machine; wait for it to end, as both spend one request budget")]
    Busy {
        /// Whose data.
        tenant: String,
        /// By whom.
        holder: String,
    },
    /// Another process receives events there.
    #[error("events in {folder} are being received by {holder}; end it, or name another folder by --spool")]
    Receiving {
        /// Where.
        folder: String,
        /// By whom.
        holder: String,
    },
    /// Stopped by a signal, or because another part of the run failed.
    #[error("interrupted; nothing was published, run the same command again")]
    Interrupted,
    /// A run over several days ended when some of them were published.
    #[error("{}", self.unfinished())]
    Unfinished {
        /// Days published, ascending.
        published: Vec<NaiveDate>,
        /// The others.
        left: Vec<NaiveDate>,
        /// Why it ended.
        source: Box<Error>,
    },
    /// Reading or writing something local.
    #[error("{what}: {source}")]
    Io {
        /// What was attempted.
        what: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A quality gate did not let a snapshot through.
    #[error(
        "a quality gate refused to publish {as_of}: {}; look at it with `lucca-lake query --run {run_id}`, publish it \
         with `lucca-lake publish --accept {run_id} --reason TEXT`",
        breaches.join("; ")
    )]
    Refused {
        /// The day.
        as_of: chrono::NaiveDate,
        /// The run that is held back.
        run_id: RunId,
        /// What the gates said.
        breaches: Vec<String>,
    },
    /// `gc` found something that speaks against deleting anything.
    #[error(
        "gc deleted nothing in the lake at {lake}: {}; look at the list with --dry-run, and say --force if it is right all the same",
        objections.join("; ")
    )]
    Doubtful {
        /// Where.
        lake: String,
        /// What was found.
        objections: Vec<String>,
    },
    /// A table that others are computed from is not as it was published.
    #[error(
        "the snapshot of {as_of} is damaged, so nothing is computed from it: {finding}; `lucca-lake verify` lists all that is \
         damaged, and a sync of that day replaces it"
    )]
    DamagedInput {
        /// The day.
        as_of: chrono::NaiveDate,
        /// The first file, and what is wrong with it.
        finding: String,
    },
    /// What `compare-sources` found, already told.
    #[error("the sides differ in {}", .0.join(", "))]
    Different(Vec<String>),
    /// Problems found by `verify`.
    #[error("the snapshot is damaged: {0} findings")]
    Damaged(usize),
    /// A page that cannot be made.
    #[error("internal error: {0}; please report it")]
    Page(#[from] HtmlError),
    /// A defect of this program.
    #[error("internal error: {0}; please report it")]
    Bug(String),
}

impl Error {
    /// Exit code of a process that ends with this.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Api(e) | Self::Unsure { source: e, .. } => e.exit_code(),
            Self::Engine(e) => e.exit_code(),
            Self::Lake(e) => e.exit_code(),
            Self::StateFolder(_)
            | Self::Settings(_)
            | Self::Address(_)
            | Self::Usage(_)
            | Self::NoSnapshot(_)
            | Self::OtherTenant { .. } => ExitCode::Usage,
            Self::Unfinished { source, .. } => source.exit_code(),
            Self::Incomplete { .. } | Self::FilterIgnored { .. } | Self::Endless { .. } | Self::NoRecord(_) => {
                ExitCode::Contract
            }
            Self::Rows(RowsError::SharedId { .. }) => ExitCode::Contract,
            Self::Rows(RowsError::Arrow(_)) => ExitCode::Bug,
            Self::Busy { .. } | Self::Receiving { .. } | Self::Doubtful { .. } => ExitCode::Conflict,
            Self::MissingScopes { .. } | Self::MissingPermission { .. } => ExitCode::Permission,
            Self::ChecksFailed { exit_code, .. } => *exit_code,
            Self::TooManyRequests { .. } => ExitCode::Usage,
            Self::Interrupted | Self::Changing { .. } => ExitCode::Temporary,
            Self::Io { source, .. } if is_disk_full(source) => ExitCode::Temporary,
            Self::Io { .. } => ExitCode::Usage,
            Self::Different(_) | Self::Damaged(_) | Self::DamagedInput { .. } | Self::Refused { .. } => ExitCode::Gate,
            Self::Catalog(_) | Self::Page(_) | Self::Bug(_) => ExitCode::Bug,
        }
    }

    /// What a gate holds back, where one ended the run.
    pub(crate) fn held(&self) -> Option<&RunId> {
        match self {
            Self::Refused { run_id, .. } => Some(run_id),
            Self::Unfinished { source, .. } => source.held(),
            _ => None,
        }
    }

    /// How much was found wrong, where the command was to find that, or a gate did.
    pub(crate) fn findings(&self) -> u64 {
        match self {
            Self::Damaged(findings) => *findings as u64,
            Self::ChecksFailed { failed, .. } => *failed as u64,
            Self::Refused { breaches, .. } => breaches.len() as u64,
            Self::Doubtful { objections, .. } => objections.len() as u64,
            Self::DamagedInput { .. } => 1,
            Self::Unfinished { source, .. } => source.findings(),
            _ => 0,
        }
    }

    /// The line of the SQL statement that is wrong, with a caret below the place.
    pub(crate) fn excerpt(&self) -> Option<&str> {
        match self {
            Self::Engine(error) => error.position().map(Position::excerpt),
            Self::Unfinished { source, .. } => source.excerpt(),
            _ => None,
        }
    }

    /// The whole message: one line, and below it the excerpt where there is one.
    pub(crate) fn for_people(&self) -> String {
        let excerpt = self.excerpt().map(|excerpt| format!("{excerpt}\n")).unwrap_or_default();
        format!("{}\n{excerpt}", self.with_causes())
    }

    /// A task that ended without a result: it panicked, as nothing here is cancelled. The panic's text may hold data.
    pub(crate) fn task_lost(what: &str, error: &tokio::task::JoinError) -> Self {
        let how = if error.is_panic() { "panicked" } else { "was cancelled" };
        Self::Bug(format!("{what} {how}"))
    }

    /// What became of each day, after what ended the run.
    fn unfinished(&self) -> String {
        let Self::Unfinished { published, left, source } = self else { return String::new() };
        let (published, left) = (days_in_words(published), days_in_words(left));
        let (why, remedy) = match **source {
            Self::Interrupted => ("interrupted".to_owned(), "; run the same command again"),
            _ => (source.with_causes(), ""),
        };
        format!("{why}; published: {published}; not published: {left}{remedy}")
    }

    /// The message and, after colons, those of its causes that it does not already contain.
    pub(crate) fn with_causes(&self) -> String {
        let mut text = self.to_string();
        if matches!(self, Self::Unfinished { .. }) {
            return text;
        }
        if matches!(self, Self::Engine(EngineError::Sql { .. } | EngineError::DeriveInvalid { .. })) {
            // These say it in our words; the cause says it again.
            return text.replace(['\n', '\r'], " ");
        }
        for cause in causes(self).skip(1).map(ToString::to_string) {
            if !text.contains(&cause) {
                text = format!("{text}: {cause}");
            }
        }
        text.replace(['\n', '\r'], " ")
    }
}
