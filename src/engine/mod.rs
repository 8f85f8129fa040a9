//! SQL over snapshots: ad-hoc queries and derived tables, by DataFusion.
//!
//! The engine reads exactly the files it is given ([`TableFiles`]), never a directory, and knows of a lake only its
//! object store. From a caller's point of view:
//!
//! 1. [`stack::run_with_deep_stack`] starts the runtime everything below runs on;
//! 2. `Session::new` over the lake's store, then `Session::register` with the files of one or more snapshots;
//!    `all_days` adds those of every snapshot under other names;
//! 3. [`query::run`] answers one read-only statement, `derive::run` computes the derived tables into a
//!    `derive::Sink`; both give [`Rows`], a stream of record batches;
//! 4. `privacy` says how private the columns of a plan are, `lineage` which columns they are made of;
//! 5. `references::follow` counts references that lead nowhere;
//! 6. `output::write()` prints rows in one of the `output::Format`s.
//!
//! One statement over the newest day of a lake:
//!
//! ```
//! use lucca_lake::{
//!     engine::{Session, SessionOptions, query, stack::run_with_deep_stack},
//!     lake::Lake,
//!     table_files,
//! };
//!
//! # use lucca_lake::{catalog::Catalog, lake};
//! # async fn fill(lake: &Lake) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! #     let table = Catalog::embedded()?.table("departments").ok_or("no such table")?;
//! #     let run_id = "20260315T060000Z-00000001".parse()?;
//! #     let mut writer = lake::TableWriter::new(lake, &run_id, &table, lake::WriterOptions::default());
//! #     writer.write(&arrow::array::RecordBatch::new_empty(table.arrow_schema())).await?;
//! #     let publication = lake::Publication {
//! #         as_of: "2026-03-15".parse()?,
//! #         run_id,
//! #         published_at: "2026-03-15T06:00:00Z".parse()?,
//! #         tables: vec![writer.close().await?],
//! #         carried_over: Vec::new(),
//! #         state: lake::SnapshotState::default(),
//! #         replaces: lake::Replaces::Exactly(None),
//! #         superseded_grace: chrono::TimeDelta::zero(),
//! #     };
//! #     lake::publish(lake, publication).await?;
//! #     Ok(())
//! # }
//! # let folder = tempfile::tempdir()?;
//! # let location = folder.path().to_str().ok_or("a strange folder")?;
//! let answer = run_with_deep_stack(|| async {
//!     let lake = Lake::open_existing(location, &|variable| std::env::var(variable).ok())?;
//! #   fill(&lake).await?;
//!     let day = lake.newest().await?.ok_or("nothing is published")?;
//!     let files = day.tables.iter().map(|table| table_files(table, day.as_of));
//!     let session = Session::over(lake.store(), &SessionOptions::default(), files)?;
//!     let rows = query::run(&session, "SELECT count(*) FROM departments", Some(day.as_of)).await?;
//!     Ok::<_, Box<dyn std::error::Error + Send + Sync>>(rows.collect().await?)
//! })?;
//! # assert_eq!(answer.map_err(|error| error.to_string())?.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod all_days;
mod as_of;
mod clauses;
mod columns;
mod comparisons;
pub(crate) mod confined;
mod copied;
mod countries;
pub(crate) mod days;
pub(crate) mod derive;
mod diagnosis;
pub(crate) mod duplicates;
pub(crate) mod error;
pub(crate) mod explain;
mod failure;
mod flow;
pub(crate) mod functions;
pub(crate) mod guard;
mod headings;
mod held;
mod json_functions;
mod known;
pub(crate) mod lineage;
pub(crate) mod mapped;
mod names;
pub(crate) mod not_told;
mod nulls;
pub(crate) mod output;
mod own_task;
mod own_texts;
pub(crate) mod parameters;
pub(crate) mod passed;
mod plans;
pub(crate) mod position;
pub(crate) mod prepared;
pub(crate) mod privacy;
pub(crate) mod provider;
pub mod query;
pub(crate) mod references;
mod reused;
pub(crate) mod rows;
mod segmented_window;
pub(crate) mod session;
pub(crate) mod small_cells;
pub(crate) mod sorted;
pub(crate) mod spill;
pub mod stack;
mod store;
mod table_files;
#[cfg(test)]
pub(crate) mod testing;
mod tokens;
mod turned_joins;
mod wording;

pub use error::EngineError;
pub use failure::FailureKind;
pub(crate) use parameters::{Parameters, Value};
pub use position::Position;
pub use rows::Rows;
pub use session::{Session, SessionOptions};
pub use table_files::{FileRef, TableFiles};
