//! SQL over snapshots: ad-hoc queries and derived tables, by DataFusion.
//!
//! The engine reads exactly the files it is given ([`TableFiles`]), never a directory, and knows of a lake only its
//! object store. From a caller's point of view:
//!
//! 1. [`stack::run_with_deep_stack`] starts the runtime everything below runs on;
//! 2. [`Session::new`] over the lake's store, then [`Session::register`] with the files of one or more snapshots;
//!    [`all_days`] adds those of every snapshot under other names;
//! 3. [`query::run`] answers one read-only statement, [`derive::run`] computes the derived tables into a
//!    [`derive::Sink`]; both give [`Rows`], a stream of record batches;
//! 4. [`privacy`] says how private the columns of a plan are;
//! 5. [`references::follow`] counts references that lead nowhere;
//! 6. [`output::write()`] prints rows in one of the [`output::Format`]s.

pub mod all_days;
mod columns;
pub mod derive;
mod diagnosis;
pub mod error;
mod failure;
pub mod guard;
mod names;
pub mod output;
pub mod parameters;
pub mod position;
pub mod privacy;
pub mod provider;
pub mod query;
pub mod references;
pub mod rows;
pub mod session;
pub mod spill;
pub mod stack;
mod store;
mod table_files;
#[cfg(test)]
pub(crate) mod testing;
mod wording;

pub use error::EngineError;
pub use failure::FailureKind;
pub use parameters::{Parameters, Value};
pub use position::Position;
pub use rows::Rows;
pub use session::{Session, SessionOptions};
pub use table_files::{FileRef, TableFiles};

pub use crate::catalog::AS_OF as AS_OF_COLUMN;
