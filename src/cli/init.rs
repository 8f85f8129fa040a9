//! The arguments of `init`.

use std::path::PathBuf;

use clap::Args;

use crate::commands::{InitGiven, InitOptions};

#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// Tenant address, such as https://example.ilucca.net
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// OAuth token endpoint, where it is not Lucca's
    #[arg(long, value_name = "URL")]
    token_url: Option<String>,
    /// OAuth client id
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// File that holds the client secret
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// File that holds a legacy API key, in place of client id and secret
    #[arg(long, value_name = "FILE", conflicts_with_all = ["client_id", "client_secret_file"])]
    api_key_file: Option<PathBuf>,
    /// Where the lake is to be [default: ./lake]
    #[arg(long, value_name = "PATH|URL")]
    lake: Option<String>,
    /// Replace a configuration that is there
    #[arg(long)]
    force: bool,
    /// Do not ask the tenant whether it all works
    #[arg(long)]
    no_check: bool,
}

impl InitArguments {
    /// What to write to `config`, by `program` as it was called.
    pub(super) fn options(self, config: Option<PathBuf>, program: String) -> InitOptions {
        let Self { base_url, token_url, client_id, client_secret_file, api_key_file, lake, force, no_check } = self;
        let given = InitGiven { base_url, token_url, client_id, client_secret_file, api_key_file, lake };
        InitOptions { given, config, force, no_check, program }
    }
}
