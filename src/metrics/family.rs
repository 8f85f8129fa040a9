//! Every metric there is.

/// Names and values of labels, in their order.
pub(super) type Labels = Vec<(String, String)>;

/// One metric that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) of: Of,
}

/// What a metric tells of: when its values are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    /// The last run of a command.
    Run,
    /// The last one that did what it was to do.
    Success,
    /// The newest day of the lake.
    Lake,
    /// This program.
    Program,
}

macro_rules! families {
    ($($(#[doc = $doc:literal])+ $constant:ident: $of:ident $name:literal $help:literal;)+) => {
        $($(#[doc = $doc])+ pub(super) const $constant: Family = Family { name: $name, help: $help, of: Of::$of };)+
        /// Every metric there is.
        pub(super) const FAMILIES: &[Family] = &[$($constant),+];
    };
}

families! {
    /// When it ended.
    ENDED: Run "lucca_lake_last_run_timestamp_seconds" "When the last run ended, in seconds since 1970";
    /// How.
    EXIT_CODE: Run "lucca_lake_last_run_exit_code" "Exit code of the last run; 0 is well, 75 will mend itself";
    /// How long it took.
    DURATION: Run "lucca_lake_last_run_duration_seconds" "How long the last run took";
    /// Requests.
    REQUESTS: Run "lucca_lake_last_run_requests" "Requests that the last run sent to the tenant";
    /// Requests that were sent again.
    RETRIES: Run "lucca_lake_last_run_retries" "Requests of the last run that were sent again";
    /// Answers with status 429.
    TOO_MANY: Run "lucca_lake_last_run_too_many_requests" "Answers with status 429: others spend the same budget";
    /// Whether a gate stopped it.
    HELD: Run "lucca_lake_last_run_held_back" "1 where a quality gate holds back what the last run made";
    /// What a command that checks has found.
    FINDINGS: Run "lucca_lake_last_run_findings" "What the last run found wrong: damage, failed checks, breaches of gates";
    /// What the schemas do not know.
    DRIFT: Run "lucca_lake_last_run_drift" "Properties and values of the API that the schemas do not know";
    /// Tables that were not computed.
    SKIPPED: Run "lucca_lake_last_run_skipped_tables" "Derived tables that the last run did not compute";
    /// Tables that were not read.
    ABSENT: Run "lucca_lake_last_run_absent_tables" "Optional tables that the last run could not read";
    /// When it last went well.
    SUCCESS: Success "lucca_lake_last_success_timestamp_seconds" "When a run last ended with code 0, in seconds since 1970";
    /// The newest day.
    DAY: Lake "lucca_lake_snapshot_day_timestamp_seconds" "Midnight (UTC) of the newest day that was published";
    /// When it was published.
    PUBLISHED: Lake "lucca_lake_snapshot_published_timestamp_seconds" "When the newest day was last published";
    /// Rows of its tables.
    ROWS: Lake "lucca_lake_table_rows" "Rows of a table of the newest day";
    /// The program.
    BUILD: Program "lucca_lake_build_info" "1, with the version of the program as a label";
}
