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
//! - [`catalog`]: what exists: resources, tables, columns, queries, rules. Pure. `schemas/legacy` and `queries/legacy` are the
//!   same for tenants with a legacy key: other routes, mapped to the same tables.
//! - `api`: bytes in: token, request budget, retries, page following. Knows HTTP; nothing of Arrow or storage.
//! - [`page`]: the one thing `api` hands to `decode`.
//! - [`decode`]: bytes → Arrow, in one pass. Pure.
//! - [`lake`]: Arrow → Parquet out: files, manifest, publish, verify, views. Nothing of HTTP or JSON records.
//! - `fetch`: from the API to the staged tables of a run: the one place where `api`, `decode` and `lake` meet.
//! - [`engine`]: SQL over snapshots: derived tables and ad-hoc queries.
//! - `wide`: attributes in their wide form, by their definitions' schemas. Pure.
//! - `quality`: what to ask of a snapshot, and what the answers mean. Pure.
//! - `assemble`: from the tables of a day to its snapshot: computed, widened, judged, then published or held. It does not
//!   know where the tables come from.
//! - `account`: what is asked of a tenant beside a sync: one record, one page, one change.
//! - `listen`: events that are sent to us, durable before they are answered.
//! - `ddl`: what warehouses declare tables by. Pure.
//! - `report`: what people look at, over one snapshot; `workbook`: the same tables on sheets. Both below a ceiling of privacy.
//! - `catalogue_site`: the catalogue for people and for other catalogues: pages, Markdown, events. Pure.
//! - `commands`: the subcommands. `sync` calls `fetch` and `assemble`, `derive` only `assemble`.
//! - `mcp`: tools for assistants, over a lake and an account, below a ceiling of privacy.
//! - [`fake_tenant`]: the API again, from the other side: the embedded fake for the demo and all tests.
//!
//! Around them:
//!
//! - what commands work with: `context`, `settings`, `env_vars`, `clock`, `day_list`, `run_id`
//! - what they share with other processes: `lock`, `window_file`, `state_folder`, `modes`
//! - what they say: [`cli`], `print`, `progress`, `run_report`, `terminal_text`, `screen`, `shell`, `similar`, and in which
//!   `language`; on pages, `html`
//! - whom they tell how they ended: `metrics`, `notify` and `run_events`, in the words of `openlineage`; `telemetry` and `spans`
//! - programs of the user's that they start: `child`
//! - what they are told while they work: `signals`
//! - how they fail: `error`, `causes`, `exit_code`
//! - what else the API sends: half characters, `surrogates`; images, `image_type`
//! - how Parquet is encoded: `dictionaries`
//!
//! Which room may import which: each stands above those that it imports, so that there is no circle. A test holds the code
//! to this list.
//!
//! ```walls
//! cli: account api catalog clock commands context ddl engine env_vars error exit_code fake_tenant lake language modes print
//!     progress run_id settings state_folder telemetry terminal_text
//! commands: account api assemble catalog catalogue_site child context day_list ddl decode engine env_vars error exit_code
//!     fake_tenant fetch image_type lake language listen lock mcp metrics modes notify openlineage page print quality report run_events run_report
//!     run_id screen settings shell signals similar spans telemetry terminal_text workbook
//! mcp: account api catalog engine error lake
//! report: catalog engine error html lake language
//! ddl: catalog lake
//! catalogue_site: catalog engine html lake language openlineage wide
//! context: api catalog clock env_vars error lake lock modes print progress run_id settings state_folder window_file
//! listen: child clock error lake lock modes
//! fetch: api catalog day_list decode engine error exit_code image_type lake page progress run_id run_report settings
//!     signals similar spans wide
//! assemble: catalog engine error lake quality run_report run_id settings surrogates wide
//! metrics: run_report
//! notify: child run_id run_report
//! run_events: api catalog engine env_vars openlineage run_id run_report
//! print: error terminal_text
//! report: catalog engine error html lake language
//! workbook: catalog engine error lake language
//! error: api catalog causes day_list decode engine exit_code html lake run_id settings state_folder terminal_text
//! run_report: api catalog day_list decode lake run_id terminal_text
//! settings: api catalog env_vars lake quality similar
//! openlineage: catalog engine run_id
//! engine: catalog causes dictionaries exit_code lock similar spans terminal_text
//! lake: catalog causes clock day_list dictionaries exit_code lock modes page run_id terminal_text
//! wide: catalog decode
//! telemetry: api env_vars spans terminal_text
//! window_file: api modes
//! account: api catalog
//! api: catalog clock exit_code page spans surrogates terminal_text
//! decode: catalog page surrogates
//! lock: modes
//! quality: catalog
//! state_folder: env_vars modes
//! catalog: language
//! causes:
//! child:
//! clock:
//! day_list:
//! dictionaries:
//! env_vars:
//! exit_code:
//! fake_tenant:
//! html: language
//! image_type:
//! language:
//! modes: shell
//! page:
//! progress:
//! run_id:
//! screen:
//! shell:
//! signals:
//! similar:
//! spans:
//! surrogates:
//! terminal_text:
//! ```

mod account;
mod api;
mod assemble;
pub mod catalog;
mod catalogue_site;
mod causes;
mod child;
pub mod cli;
mod clock;
mod commands;
mod context;
mod day_list;
mod ddl;
pub mod decode;
mod dictionaries;
pub mod engine;
mod env_vars;
mod error;
mod exit_code;
pub mod fake_tenant;
mod fetch;
mod html;
mod image_type;
pub mod lake;
mod language;
mod listen;
mod lock;
mod mcp;
mod metrics;
mod modes;
mod notify;
mod openlineage;
pub mod page;
mod print;
mod progress;
mod quality;
mod report;
mod run_events;
mod run_id;
mod run_report;
mod screen;
mod settings;
mod shell;
mod signals;
mod similar;
mod spans;
mod state_folder;
mod surrogates;
mod telemetry;
mod terminal_text;
mod wide;
mod window_file;
mod workbook;

pub use assemble::table_files;
pub use quality::compare::COMPARING;
pub use settings::{Declared, SETTINGS};
pub use terminal_text::is_harmful;
