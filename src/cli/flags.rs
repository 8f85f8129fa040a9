//! Flags that several commands have.

use std::collections::BTreeMap;

use clap::Args;

use crate::catalog::Privacy;

use crate::settings::as_command;

#[derive(Debug, Args)]
pub(super) struct LakeFlag {
    /// Where the lake is [env: LUCCA_LAKE] [default: ./lake]
    #[arg(long, value_name = "PATH|URL")]
    pub(super) lake: Option<String>,
}

impl LakeFlag {
    pub(super) fn given(self) -> BTreeMap<&'static str, String> {
        self.lake.map(|lake| ("lake", lake)).into_iter().collect()
    }
}

/// What a statement may use.
#[derive(Debug, Args)]
pub(super) struct ResourceFlags {
    /// Memory that one SQL statement may use, such as 512MiB [env: LUCCA_MEMORY_LIMIT] [default: 1GiB]
    #[arg(long, value_name = "SIZE")]
    pub(super) memory_limit: Option<String>,
    /// Folder for what does not fit into memory [env: LUCCA_TEMP_DIR] [default: the system's]
    #[arg(long, value_name = "FOLDER")]
    pub(super) temp_dir: Option<String>,
}

impl ResourceFlags {
    pub(super) fn given(self) -> impl Iterator<Item = (&'static str, String)> {
        let flags = [("memory-limit", self.memory_limit), ("temp-dir", self.temp_dir)];
        flags.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

/// What it takes to ask a tenant something.
#[derive(Debug, Args)]
pub(super) struct ConnectionFlags {
    /// Tenant address, such as https://example.ilucca.net [env: LUCCA_BASE_URL]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// OAuth token endpoint [env: LUCCA_TOKEN_URL]
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// OAuth client id [env: LUCCA_CLIENT_ID]; the secret is never a flag: use LUCCA_CLIENT_SECRET or LUCCA_CLIENT_SECRET_FILE
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Our share of the tenant's request budget [env: LUCCA_REQUESTS_PER_MINUTE] [default: 50]
    #[arg(long, value_name = "N")]
    requests_per_minute: Option<String>,
    /// Longest time of one request, the whole answer included [default: 300]
    #[arg(long, value_name = "SECONDS")]
    request_timeout_seconds: Option<String>,
}

impl ConnectionFlags {
    /// Those that were given, by their names.
    pub(super) fn given(self) -> BTreeMap<&'static str, String> {
        let flags = [
            ("base-url", self.base_url),
            ("token-url", self.token_url),
            ("client-id", self.client_id),
            ("requests-per-minute", self.requests_per_minute),
            ("request-timeout-seconds", self.request_timeout_seconds),
        ];
        flags.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// Who hears what a run reads and writes.
#[derive(Debug, Args)]
pub(super) struct LineageFlag {
    /// Add events of OpenLineage to this file; OPENLINEAGE_URL names a server for them
    #[arg(long, value_name = "FILE")]
    openlineage_file: Option<String>,
}

impl LineageFlag {
    pub(super) fn given(self) -> Option<(&'static str, String)> {
        Some(("openlineage-file", self.openlineage_file?))
    }
}

/// Who is told how a command ended.
#[derive(Debug, Args)]
pub(super) struct WatchFlags {
    /// Put metrics into this file, for node_exporter, however it ends [env: LUCCA_METRICS_FILE]
    #[arg(long, value_name = "FILE")]
    metrics_file: Option<String>,
    /// How it must have ended for the notification: success, held, failure [default: all]
    #[arg(long, value_name = "A,B")]
    notify_on: Option<String>,
    /// Run this at the end, with a summary in JSON on its standard input; all that follows belongs to it [env: LUCCA_NOTIFY_COMMAND]
    #[arg(long, value_name = "COMMAND", num_args = 1.., allow_hyphen_values = true)]
    notify_command: Vec<String>,
}

impl WatchFlags {
    pub(super) fn given(self) -> impl Iterator<Item = (&'static str, String)> {
        let command = (!self.notify_command.is_empty()).then(|| as_command(&self.notify_command));
        let flags = [("metrics-file", self.metrics_file), ("notify-on", self.notify_on), ("notify-command", command)];
        flags.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

/// A class of privacy by its name.
pub(super) fn parse_privacy(text: &str) -> Result<Privacy, String> {
    let found = Privacy::ALL.into_iter().find(|class| class.to_string() == text);
    found.ok_or_else(|| format!("the classes are {}", Privacy::ALL.map(|class| class.to_string()).join(", ")))
}
