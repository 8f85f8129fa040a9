//! Turns a Lucca HR account into a trustworthy Parquet lake.
//!
//! Five nouns cross module borders, and each stage turns one into the next:
//!
//! ```text
//!  schemas/*.toml            queries/*.sql
//!       │ catalog                 │ catalog
//!       ▼                         ▼
//!  Resource ── api ──▶ Page ── decode ──▶ RecordBatch ── lake ──▶ DataFile ── lake ──▶ Snapshot ── engine ──▶ rows
//!  what exists         bytes of one       Arrow, fixed            Parquet, hashed      one manifest           SQL
//!                      response           schema
//! ```
//!
//! In pipeline order:
//!
//! - [`catalog`]: what exists: resources, tables, columns, derived tables. Pure.
//! - [`api`]: bytes in: token, request budget, retries, page following. Knows HTTP; nothing of Arrow or storage.
//! - [`page`]: the one thing `api` hands to `decode`.
//! - [`decode`]: bytes → Arrow, in one pass. Pure.
//! - [`lake`]: Arrow → Parquet out: files, manifest, publish, verify, views. Nothing of HTTP or JSON records.
//! - [`engine`]: SQL over snapshots: derived tables and ad-hoc queries.
//! - [`quality`]: whether a snapshot is fit to be published. Pure.
//! - [`wide`]: attributes in their wide form, by their definitions' schemas. Pure.
//! - [`commands`]: one file per subcommand; [`commands::sync`] is the only place where all of the above meet.
//! - [`fake_tenant`]: the API again, from the other side: the embedded fake for the demo and all tests.
//!
//! Around them: [`cli`], [`settings`], [`env_vars`], [`clock`], [`day_list`], [`lock`], [`window_file`], [`state_folder`], [`modes`],
//! [`progress`], [`telemetry`], [`report`], [`similar`], [`surrogates`], [`terminal_text`], [`error`].

pub mod api;
mod assemble;
pub mod catalog;
pub(crate) mod causes;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod day_list;
pub mod decode;
pub mod engine;
pub mod env_vars;
pub mod error;
pub mod exit_code;
pub mod fake_tenant;
mod fetch;
pub mod lake;
pub mod lock;
pub mod modes;
pub mod page;
pub mod progress;
pub mod quality;
pub mod report;
pub mod run_id;
pub mod settings;
pub mod similar;
pub mod state_folder;
pub mod surrogates;
pub mod telemetry;
pub mod terminal_text;
pub mod wide;
pub mod window_file;
