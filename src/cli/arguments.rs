//! Commands and flags.

use std::{collections::BTreeMap, ffi::OsString, path::PathBuf};

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand};

use super::{
    catalogue::CatalogueArguments,
    compare::CompareArguments,
    completions::CompletionsArguments,
    fake_tenant::FakeTenantArguments,
    flags::{LakeFlag, LineageFlag, ResourceFlags, WatchFlags, parse_privacy},
    get::GetArguments,
    init::InitArguments,
    man::ManArguments,
    query::QueryArguments,
    report::ReportArguments,
    runs::RunsArguments,
    tables::TablesArguments,
    webhooks::WebhooksArguments,
};
use crate::{
    catalog::Privacy,
    error::Error,
    print::ListFormat,
    settings::{Every, parse_date, series},
    telemetry::LogFormat,
};

/// Turns a Lucca HR account into a trustworthy Parquet lake.
#[derive(Debug, Parser)]
#[command(name = "lucca-lake", version, about, max_term_width = 110)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Configuration file; otherwise lucca-lake.toml in the working directory, where it exists
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// How log lines look
    #[arg(long, global = true, value_enum, default_value = "text", value_name = "FORMAT")]
    pub(super) log_format: LogFormat,
    /// Only warnings and errors on stderr; commands that act or check print nothing where all is well
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the whole job on this machine: a fake tenant, a real sync into ./lake, headcount and probation deadlines
    Demo {
        #[command(flatten)]
        settings: SettingFlags,
        /// Employees of the fake tenant
        #[arg(long, default_value_t = 250)]
        employees: usize,
        /// Seed of its people
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Open the report in a browser
        #[arg(long)]
        open: bool,
    },
    /// Set up a real account: ask for what is needed, write lucca-lake.toml, check it, and say what is missing in Lucca
    Init(InitArguments),
    /// Fetch all resources, write Parquet, compute the derived tables, publish one snapshot
    Sync {
        #[command(flatten)]
        settings: SettingFlags,
        /// Ask for every page, also those that a run which died had read
        #[arg(long)]
        fresh: bool,
        /// Do not start when more requests are expected; counting takes one request for each resource
        #[arg(long, value_name = "N")]
        max_requests: Option<u64>,
        #[command(flatten)]
        days: DayFlags,
        #[command(flatten)]
        lineage: LineageFlag,
        #[command(flatten)]
        watch: WatchFlags,
    },
    /// Show what a sync would cost: requests for each resource, minutes at the tenant's rate, scopes; reads no record
    Plan {
        #[command(flatten)]
        settings: SettingFlags,
        /// Ask nobody: take the counts of the newest snapshot
        #[arg(long)]
        offline: bool,
        #[command(flatten)]
        days: DayFlags,
        /// How to print
        #[arg(long, value_enum, default_value = "text")]
        format: ListFormat,
    },
    /// Prove the configuration: address, secret, token, scopes, every collection, clock, lake
    Check {
        #[command(flatten)]
        settings: SettingFlags,
        /// How to print
        #[arg(long, value_enum, default_value = "text")]
        format: ListFormat,
        #[command(flatten)]
        watch: WatchFlags,
    },
    /// Compute the derived tables again over a published snapshot, without touching the API
    Derive {
        #[command(flatten)]
        lake: LakeFlag,
        #[command(flatten)]
        table_format: TableFormatFlag,
        #[command(flatten)]
        resources: ResourceFlags,
        /// Snapshot to compute for; the newest by default
        #[arg(long, value_name = "DATE", value_parser = parse_date)]
        as_of: Option<NaiveDate>,
        /// Publish nothing: print how the query of this derived table is answered, with the rows and the time of each step
        #[arg(long, value_name = "TABLE")]
        explain: Option<String>,
        #[command(flatten)]
        lineage: LineageFlag,
        #[command(flatten)]
        watch: WatchFlags,
    },
    /// Run one read-only SQL statement over the published snapshots, or a prompt for them
    Query(Box<QueryArguments>),
    /// Write what people look at: headcount, movements, deadlines, data quality and more, as one HTML file
    Report(ReportArguments),
    /// Print records by their ids: as the API sends them, or as the lake's columns
    Get(Box<GetArguments>),
    /// Say who is told of changes, and see what was told: webhook endpoints, deliveries, attempts, events
    Webhooks(Box<WebhooksArguments>),
    /// Show the catalogue: tables, columns, types, meaning, privacy class, source
    Tables(TablesArguments),
    /// Write the catalogue as a static site: every table and column, with lineage
    Catalogue(CatalogueArguments),
    /// Say whether two lakes hold the same, table by table and column by column: what changed, and for whom
    CompareSources(Box<CompareArguments>),
    /// Re-check published snapshots: every file present, size, SHA-256, rows, schema
    Verify {
        #[command(flatten)]
        lake: LakeFlag,
        /// Only this snapshot; all current ones by default
        #[arg(long, value_name = "DATE", value_parser = parse_date)]
        as_of: Option<NaiveDate>,
        #[command(flatten)]
        watch: WatchFlags,
    },
    /// Receive signed webhooks behind a proxy of this machine, and keep each event durably before it is answered
    Listen {
        #[command(flatten)]
        lake: LakeFlag,
        /// Loopback address and port: TLS is the proxy's; the secret comes from LUCCA_WEBHOOK_SECRET or a file that
        /// LUCCA_WEBHOOK_SECRET_FILE names
        #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8787")]
        address: String,
        /// Folder where events become durable, on their way to a lake elsewhere; by default _lake/events in a lake on a disk
        #[arg(long, value_name = "FOLDER")]
        spool: Option<PathBuf>,
        /// Take unsigned events, from anybody on this machine
        #[arg(long)]
        insecure: bool,
        /// Run this for each new event, which comes as JSON on standard input; all that follows belongs to it
        #[arg(long, value_name = "COMMAND", num_args = 1.., allow_hyphen_values = true)]
        exec: Vec<OsString>,
    },
    /// List what ran: when, how it ended, and what it cost; or show the report of one run
    Runs(RunsArguments),
    /// List the snapshots: current, replaced, and held back by a quality gate
    Snapshots {
        #[command(flatten)]
        lake: LakeFlag,
        /// How to print
        #[arg(long, value_enum, default_value = "text")]
        format: ListFormat,
    },
    /// Publish a snapshot that a quality gate held back
    Publish {
        #[command(flatten)]
        lake: LakeFlag,
        #[command(flatten)]
        table_format: TableFormatFlag,
        /// The run that is held back
        #[arg(long, value_name = "RUN_ID")]
        accept: String,
        /// Why it is right all the same; the manifest keeps it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Delete snapshots past retention and files that nobody needs, or the dates that are named
    Gc {
        #[command(flatten)]
        lake: LakeFlag,
        #[command(flatten)]
        table_format: TableFormatFlag,
        /// Only show what would go
        #[arg(long)]
        dry_run: bool,
        /// Keep so many newest dates; without any --keep all dates are kept
        #[arg(long, value_name = "N")]
        keep_last: Option<String>,
        /// Keep the dates of so many days before today
        #[arg(long, value_name = "N")]
        keep_days: Option<String>,
        /// Keep the last date of each of so many newest months that are over
        #[arg(long, value_name = "N")]
        keep_month_ends: Option<String>,
        /// Remove this date, whole, and nothing else; may be given several times
        #[arg(long, value_name = "DATE", value_parser = parse_date,
            conflicts_with_all = ["keep_last", "keep_days", "keep_month_ends"])]
        drop: Vec<NaiveDate>,
        /// With --drop: do not ask
        #[arg(long, requires = "drop")]
        yes: bool,
        /// Delete although something speaks against it; the list is printed first
        #[arg(long)]
        force: bool,
        /// List every file, not only how many there are of each date and table
        #[arg(long, short)]
        verbose: bool,
        /// How to print
        #[arg(long, value_enum, default_value = "text")]
        format: ListFormat,
        #[command(flatten)]
        watch: WatchFlags,
    },
    /// Serve tools for assistants, by the Model Context Protocol over standard input and output
    Mcp {
        #[command(flatten)]
        lake: LakeFlag,
        #[command(flatten)]
        resources: ResourceFlags,
        /// The most private class of columns that is seen: none, directory, personal or sensitive
        #[arg(long, value_name = "CLASS", default_value = "directory", value_parser = parse_privacy)]
        max_privacy: Privacy,
        /// Offer tools that change the account too: webhook endpoints
        #[arg(long)]
        allow_writes: bool,
        /// Longest wait of a call for the tenant's request budget; a longer one is refused, with the time to come back
        #[arg(long, value_name = "N", default_value_t = 20)]
        max_wait_seconds: u64,
    },
    /// Show the resolved settings and where each came from
    Config {
        #[command(flatten)]
        settings: SettingFlags,
    },
    /// Serve the embedded fake tenant on loopback, and print the environment that reads from it, for a shell to evaluate
    FakeTenant(Box<FakeTenantArguments>),
    /// Print a script that completes commands and flags in a shell
    Completions(CompletionsArguments),
    /// Print a page of the manual, for man -l - to show, or write all pages
    Man(ManArguments),
}

#[derive(Debug, Args)]
pub(super) struct TableFormatFlag {
    /// parquet, or delta: every table is a Delta Lake table too [default: parquet]
    #[arg(long, value_name = "FORMAT")]
    pub(super) table_format: Option<String>,
}

/// What is done with which days, beside `--as-of`.
#[derive(Debug, Args)]
pub(super) struct DayFlags {
    /// Read and replace also days that were read on that very day
    #[arg(long)]
    pub(super) replace: bool,
    /// First of several days to describe; with --to, in place of --as-of
    #[arg(long, value_name = "DATE", value_parser = parse_date, requires = "to", conflicts_with = "as_of")]
    pub(super) from: Option<NaiveDate>,
    /// Last of them
    #[arg(long, value_name = "DATE", value_parser = parse_date, requires = "from")]
    pub(super) to: Option<NaiveDate>,
    /// How far apart they are
    #[arg(long, value_enum, default_value = "month", value_name = "STEP")]
    pub(super) every: Every,
}

#[derive(Debug, Args)]
pub(super) struct SettingFlags {
    /// Tenant address, such as https://example.ilucca.net [env: LUCCA_BASE_URL]
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// OAuth token endpoint [env: LUCCA_TOKEN_URL]
    #[arg(long, value_name = "URL")]
    pub(super) token_url: Option<String>,
    /// OAuth client id [env: LUCCA_CLIENT_ID]; the secret is never a flag: use LUCCA_CLIENT_SECRET or LUCCA_CLIENT_SECRET_FILE
    #[arg(long, value_name = "ID")]
    pub(super) client_id: Option<String>,
    #[command(flatten)]
    pub(super) lake: LakeFlag,
    #[command(flatten)]
    pub(super) table_format: TableFormatFlag,
    #[command(flatten)]
    pub(super) resources: ResourceFlags,
    /// Our share of the tenant's request budget [env: LUCCA_REQUESTS_PER_MINUTE] [default: 50]
    #[arg(long, value_name = "N")]
    pub(super) requests_per_minute: Option<String>,
    /// Longest time of one request, the whole answer included [default: 300]
    #[arg(long, value_name = "SECONDS")]
    pub(super) request_timeout_seconds: Option<String>,
    /// Day to describe, today by default; may be given several times: one reading serves all days
    #[arg(long, value_name = "DATE")]
    pub(super) as_of: Vec<String>,
    /// Time zone of today [default: Europe/Paris]
    #[arg(long, value_name = "ZONE")]
    pub(super) timezone: Option<String>,
    /// Only these tables, comma-separated, and what they need
    #[arg(long, value_name = "A,B")]
    pub(super) tables: Option<String>,
    /// Tables, comma-separated, to do without when their scope is missing or their module is not there
    #[arg(long, value_name = "A,B")]
    pub(super) optional_tables: Option<String>,
    /// Publish although up to N records are missing that the API counts and does not serve; may be given several times
    #[arg(long, value_name = "TABLE=N")]
    pub(super) accept_missing: Vec<String>,
    /// Attribute values to read: as-of, history, or off [default: as-of]
    #[arg(long, value_name = "MODE")]
    pub(super) attributes: Option<String>,
    /// Only attributes of these definitions: ids, or prefixes that end in * [default: *]
    #[arg(long, value_name = "A,B")]
    pub(super) attribute_definitions: Option<String>,
    /// Only attributes of people with these statuses: active, upcoming, deactivated; or all [default: all]
    #[arg(long, value_name = "A,B")]
    pub(super) attribute_people: Option<String>,
    /// With a legacy key: ask only for users and leaves that changed, and for everything every full_read_every days
    #[arg(long)]
    pub(super) incremental: bool,
    /// Portraits to read where all tables are: off, metadata, or images [env: LUCCA_PORTRAITS] [default: off]
    #[arg(long, value_name = "WHAT")]
    pub(super) portraits: Option<String>,
    /// Use pages that a run which died had read, for so long [default: 6]
    #[arg(long, value_name = "HOURS")]
    pub(super) resume_within_hours: Option<String>,
    /// Rules, comma-separated, that never stop a publication
    #[arg(long, value_name = "A,B")]
    pub(super) tolerate: Option<String>,
    /// How long files of a snapshot that is run again stay for those who still read them, such as 6h or 2d [default: 0]
    #[arg(long, value_name = "TIME")]
    pub(super) superseded_grace: Option<String>,
}

impl TableFormatFlag {
    pub(super) fn given(self) -> BTreeMap<&'static str, String> {
        self.table_format.map(|format| ("table-format", format)).into_iter().collect()
    }
}

impl DayFlags {
    /// The days from `--from` to `--to`, as `--as-of` takes them; none without them.
    ///
    /// # Errors
    /// When they make no series.
    pub(super) fn series(&self) -> Result<Vec<String>, String> {
        let (Some(from), Some(to)) = (self.from, self.to) else { return Ok(Vec::new()) };
        Ok(series(from, to, self.every)?.iter().map(ToString::to_string).collect())
    }
}

impl SettingFlags {
    /// The same for a series of days, where there is one.
    pub(super) fn of_days(mut self, days: &DayFlags) -> Result<Self, Error> {
        self.as_of.extend(days.series().map_err(Error::Usage)?);
        Ok(self)
    }

    pub(super) fn given(self) -> BTreeMap<&'static str, String> {
        let Self {
            base_url,
            token_url,
            client_id,
            lake,
            table_format,
            resources,
            requests_per_minute,
            request_timeout_seconds,
            as_of,
            timezone,
            tables,
            optional_tables,
            accept_missing,
            attributes,
            attribute_definitions,
            attribute_people,
            incremental,
            portraits,
            resume_within_hours,
            tolerate,
            superseded_grace,
        } = self;
        let mut given = lake.given();
        given.extend(table_format.given());
        given.extend(resources.given());
        let flags = [
            ("base-url", base_url),
            ("token-url", token_url),
            ("client-id", client_id),
            ("requests-per-minute", requests_per_minute),
            ("request-timeout-seconds", request_timeout_seconds),
            ("as-of", (!as_of.is_empty()).then(|| as_of.join(","))),
            ("timezone", timezone),
            ("tables", tables),
            ("optional-tables", optional_tables),
            ("accept-missing", (!accept_missing.is_empty()).then(|| accept_missing.join(","))),
            ("attributes", attributes),
            ("attribute-definitions", attribute_definitions),
            ("attribute-people", attribute_people),
            ("incremental", incremental.then(|| true.to_string())),
            ("portraits", portraits),
            ("resume-within-hours", resume_within_hours),
            ("tolerate", tolerate),
            ("superseded-grace", superseded_grace),
        ];
        given.extend(flags.into_iter().filter_map(|(name, value)| Some((name, value?))));
        given
    }
}
