//! The subcommands: one file or folder each, which reads like prose.

mod accept;
mod answer;
mod catalogue;
mod check;
mod compare_sources;
mod config;
mod confirm;
mod demo;
mod derive;
mod ended;
mod explain;
mod fake_tenant;
mod gc;
mod get;
mod init;
mod listen;
mod mcp;
mod missing_day;
mod plan;
mod query;
mod report;
mod runs;
mod secret_file;
mod snapshots;
mod sync;
mod tables;
mod verify;
pub(crate) mod webhooks;

pub(crate) use self::{
    accept::{AcceptOptions, accept},
    catalogue::{CatalogueOptions, catalogue},
    check::check,
    compare_sources::{CompareOptions, LakeDay, compare_sources},
    config::config,
    demo::{DemoOptions, demo},
    derive::derive,
    ended::watched,
    explain::explain,
    fake_tenant::{FakeTenantOptions, detach, fake_tenant},
    gc::{GcOptions, gc},
    get::{GetOptions, get},
    init::{InitGiven, InitOptions, init},
    listen::{ListenOptions, listen},
    mcp::{McpOptions, mcp},
    plan::{PlanOptions, plan},
    query::{QueryOptions, Which, parse_parameter, query},
    report::{ReportKind, ReportOptions, report},
    runs::{RunsOptions, runs},
    snapshots::snapshots,
    sync::{SyncOptions, sync, sync_watched},
    tables::{TablesFormat, TablesOptions, tables},
    verify::verify,
};
