//! Every setting there is.

use crate::env_vars;

/// One setting that exists.
#[derive(Debug, Clone, Copy)]
pub struct Declared {
    /// Key in `lucca-lake.toml` and in `config`.
    pub key: &'static str,
    /// Name of its flag without the dashes, where it has one.
    pub flag: Option<&'static str>,
    /// Name of its environment variable, where it has one.
    pub variable: Option<&'static str>,
    /// Value when nobody says anything.
    pub default: Option<&'static str>,
    /// Whether `lucca-lake.toml` may hold it.
    pub in_file: bool,
    /// Whether it says where secrets or personal data go: a file that was only found must then be the user's own.
    pub steers: bool,
    /// Whether it says which program is run: a file that was only found never does.
    pub runs: bool,
    /// Whether its value must never be shown.
    pub secret: bool,
    /// What it means, in the words of the table in README.md.
    pub meaning: &'static str,
}

const PLAIN: Declared = Declared {
    key: "",
    flag: None,
    variable: None,
    default: None,
    in_file: true,
    steers: false,
    runs: false,
    secret: false,
    meaning: "",
};

/// Every setting, in the order in which `config` shows them.
pub const SETTINGS: &[Declared] = &[
    Declared {
        key: "base_url",
        flag: Some("base-url"),
        variable: Some(env_vars::LUCCA_BASE_URL),
        steers: true,
        meaning: "tenant address, such as https://example.ilucca.net; plain http only to loopback",
        ..PLAIN
    },
    Declared {
        key: "token_url",
        flag: Some("token-url"),
        variable: Some(env_vars::LUCCA_TOKEN_URL),
        default: Some("https://accounts.world.luccasoftware.com/connect/token"),
        steers: true,
        meaning: "OAuth 2.0 token endpoint",
        ..PLAIN
    },
    Declared {
        key: "client_id",
        flag: Some("client-id"),
        variable: Some(env_vars::LUCCA_CLIENT_ID),
        meaning: "OAuth 2.0 client id",
        ..PLAIN
    },
    Declared {
        key: "client_secret",
        variable: Some(env_vars::LUCCA_CLIENT_SECRET),
        in_file: false,
        secret: true,
        meaning: "OAuth 2.0 client secret; never a flag, never in the file",
        ..PLAIN
    },
    Declared {
        key: "client_secret_file",
        variable: Some(env_vars::LUCCA_CLIENT_SECRET_FILE),
        steers: true,
        meaning: "file that holds the client secret",
        ..PLAIN
    },
    Declared {
        key: "api_key",
        variable: Some(env_vars::LUCCA_API_KEY),
        in_file: false,
        secret: true,
        meaning: "legacy API key, in place of client id and secret; never a flag, never in the file",
        ..PLAIN
    },
    Declared {
        key: "api_key_file",
        variable: Some(env_vars::LUCCA_API_KEY_FILE),
        steers: true,
        meaning: "file that holds the legacy API key",
        ..PLAIN
    },
    Declared {
        key: "webhook_secret",
        variable: Some(env_vars::LUCCA_WEBHOOK_SECRET),
        in_file: false,
        secret: true,
        meaning: "secret that listen checks signatures with, or several, with space between; never a flag, never in the file",
        ..PLAIN
    },
    Declared {
        key: "webhook_secret_file",
        variable: Some(env_vars::LUCCA_WEBHOOK_SECRET_FILE),
        steers: true,
        meaning: "file that holds these secrets, one a line",
        ..PLAIN
    },
    Declared {
        key: "lake",
        flag: Some("lake"),
        variable: Some(env_vars::LUCCA_LAKE),
        default: Some("./lake"),
        steers: true,
        meaning: "where the lake is: a path, s3://bucket/prefix, az://container/prefix or gs://bucket/prefix",
        ..PLAIN
    },
    Declared {
        key: "state_dir",
        variable: Some(env_vars::LUCCA_STATE_DIR),
        in_file: false,
        meaning: "folder for locks, the window of requests and the prompt's history; by default lucca-lake in $XDG_STATE_HOME, \
                  else in ~/.local/state, else _lake/state in a lake on a disk",
        ..PLAIN
    },
    Declared {
        key: "table_format",
        flag: Some("table-format"),
        default: Some("parquet"),
        meaning: "parquet, or delta: every table is a Delta Lake table too, over the same files",
        ..PLAIN
    },
    Declared {
        key: "requests_per_minute",
        flag: Some("requests-per-minute"),
        variable: Some(env_vars::LUCCA_REQUESTS_PER_MINUTE),
        default: Some("50"),
        meaning: "share of the tenant's budget, which is 50 a minute for all its integrations together",
        ..PLAIN
    },
    Declared {
        key: "request_timeout_seconds",
        flag: Some("request-timeout-seconds"),
        default: Some("300"),
        meaning: "longest time of one request to the tenant or the token endpoint, the whole answer included",
        ..PLAIN
    },
    Declared {
        key: "timezone",
        flag: Some("timezone"),
        default: Some("Europe/Paris"),
        meaning: "time zone in which today is the default as-of date",
        ..PLAIN
    },
    Declared {
        key: "as_of",
        flag: Some("as-of"),
        in_file: false,
        meaning: "day to describe, YYYY-MM-DD, or several; default today",
        ..PLAIN
    },
    Declared {
        key: "tables",
        flag: Some("tables"),
        meaning: "only these tables, comma-separated, and what they need; `all` stands for those that are read by default",
        ..PLAIN
    },
    Declared {
        key: "optional_tables",
        flag: Some("optional-tables"),
        meaning: "tables, comma-separated, that a run does without when their scope is missing or their module is not there",
        ..PLAIN
    },
    Declared {
        key: "accept_missing",
        flag: Some("accept-missing"),
        meaning: "records of a table, TABLE=N, comma-separated, that may be missing because the API counts them and does not \
                  serve them",
        ..PLAIN
    },
    Declared {
        key: "resume_within_hours",
        flag: Some("resume-within-hours"),
        default: Some("6"),
        meaning: "pages that a run which died had read are used for so long; 0 never uses them",
        ..PLAIN
    },
    Declared {
        key: "attributes",
        flag: Some("attributes"),
        default: Some("as-of"),
        meaning: "which attribute values: as-of (those of the day), history (every value ever), or off",
        ..PLAIN
    },
    Declared {
        key: "attribute_definitions",
        flag: Some("attribute-definitions"),
        default: Some("*"),
        meaning: "only attributes of these definitions, comma-separated: ids, or prefixes that end in *",
        ..PLAIN
    },
    Declared {
        key: "attribute_people",
        flag: Some("attribute-people"),
        default: Some("all"),
        meaning: "only attributes of people with these statuses, comma-separated: active, upcoming, deactivated; or all",
        ..PLAIN
    },
    Declared {
        key: "portraits",
        flag: Some("portraits"),
        variable: Some(env_vars::LUCCA_PORTRAITS),
        default: Some("off"),
        meaning: "what is read of portraits where all tables are: off, metadata, or images, which are one request each",
        ..PLAIN
    },
    Declared {
        key: "portraits_recheck_days",
        default: Some("30"),
        meaning: "portraits that the lake has are asked for again after so many days at most; 0 never asks again",
        ..PLAIN
    },
    Declared {
        key: "personal_definitions",
        steers: true,
        meaning: "more attribute definitions whose values go to the personal zone, besides personal.*, custom and unknown \
                  ones: ids, or prefixes that end in *",
        ..PLAIN
    },
    Declared {
        key: "public_definitions",
        steers: true,
        meaning: "custom attribute definitions whose values go to the core zone all the same: ids such as e_tShirtSize, no \
                  prefixes",
        ..PLAIN
    },
    Declared {
        key: "incremental",
        flag: Some("incremental"),
        default: Some("false"),
        meaning: "with a legacy key: true asks only for the users and leaves that changed since the last reading, and takes \
                  the others from the newest snapshot",
        ..PLAIN
    },
    Declared {
        key: "full_read_every",
        default: Some("7"),
        meaning: "with incremental: days after which a run reads everything again, and counts what the ones before had missed",
        ..PLAIN
    },
    Declared {
        key: "leaves_from",
        meaning: "with a legacy key: first day of the absences that are read, the first of a month; default January of the \
                  year before the as-of date",
        ..PLAIN
    },
    Declared {
        key: "leaves_until",
        meaning: "with a legacy key: last day of them, the last of a month; default December of the year after it",
        ..PLAIN
    },
    Declared {
        key: "harmless_accounts",
        steers: true,
        meaning: "with a legacy key: leave accounts that are not sensitive, comma-separated: ids or names; * is every account. \
                  All others are: an account says why somebody is away",
        ..PLAIN
    },
    Declared {
        key: "sensitive_accounts",
        steers: true,
        meaning: "with a legacy key: leave accounts that are sensitive even where harmless_accounts names them",
        ..PLAIN
    },
    Declared {
        key: "max_row_drop",
        default: Some("20"),
        meaning: "gate: percent of its rows that a table may lose since the snapshot before",
        ..PLAIN
    },
    Declared {
        key: "max_fill_drop",
        default: Some("20"),
        meaning: "gate: points by which the percentage of rows with a value may fall in a column since the snapshot before",
        ..PLAIN
    },
    Declared {
        key: "max_unresolved_rise",
        default: Some("20"),
        meaning: "gate: points by which the percentage of references that lead nowhere may rise since the snapshot before",
        ..PLAIN
    },
    Declared {
        key: "gate_min_rows",
        default: Some("10"),
        meaning: "gate: fewer rows, values or references than these are not judged by percentages",
        ..PLAIN
    },
    Declared {
        key: "tolerate",
        flag: Some("tolerate"),
        meaning: "rules, comma-separated, that never stop a publication; their findings are published all the same",
        ..PLAIN
    },
    Declared {
        key: "safe_csv",
        default: Some("false"),
        meaning: "true: query writes CSV so that no spreadsheet runs a cell of it, as with --safe",
        ..PLAIN
    },
    Declared {
        key: "superseded_grace",
        flag: Some("superseded-grace"),
        default: Some("0"),
        meaning: "how long the files of a snapshot that was run again stay for those who still read them, such as 6h or 2d; \
                  a plain glob reads both until they go",
        ..PLAIN
    },
    Declared {
        key: "memory_limit",
        flag: Some("memory-limit"),
        variable: Some(env_vars::LUCCA_MEMORY_LIMIT),
        default: Some("1GiB"),
        meaning: "memory that one SQL statement may use, such as 512MiB or 2GiB; what it needs beyond that goes to temp_dir",
        ..PLAIN
    },
    Declared {
        key: "temp_dir",
        steers: true,
        flag: Some("temp-dir"),
        variable: Some(env_vars::LUCCA_TEMP_DIR),
        meaning: "folder for what does not fit into memory, in a folder of its own that only the user may open; default the \
                  system's temporary folder",
        ..PLAIN
    },
    Declared {
        key: "keep_last",
        flag: Some("keep-last"),
        meaning: "gc keeps so many newest dates; without any keep_ setting it keeps all",
        ..PLAIN
    },
    Declared {
        key: "keep_days",
        flag: Some("keep-days"),
        meaning: "gc keeps the dates of so many days before today",
        ..PLAIN
    },
    Declared {
        key: "keep_month_ends",
        flag: Some("keep-month-ends"),
        meaning: "gc keeps the last date of each of so many newest months that are over",
        ..PLAIN
    },
    Declared {
        key: "metrics_file",
        steers: true,
        flag: Some("metrics-file"),
        variable: Some(env_vars::LUCCA_METRICS_FILE),
        meaning: "file for node_exporter that sync, derive, verify, gc and check put their metrics into, well or not",
        ..PLAIN
    },
    Declared {
        key: "openlineage_file",
        steers: true,
        flag: Some("openlineage-file"),
        meaning: "file that sync and derive add events of OpenLineage to, a line each: what a run reads and writes",
        ..PLAIN
    },
    Declared {
        key: "notify_command",
        runs: true,
        flag: Some("notify-command"),
        variable: Some(env_vars::LUCCA_NOTIFY_COMMAND),
        meaning: "program, or list of it and its arguments, that is run when one of these ends, with a summary in JSON on its \
                  standard input; a file that was only found cannot set it",
        ..PLAIN
    },
    Declared {
        key: "notify_on",
        flag: Some("notify-on"),
        default: Some("success,held,failure"),
        meaning: "how it must have ended for that: success, held (back by a gate), failure, comma-separated",
        ..PLAIN
    },
];
