//! `webhooks`: who is told of changes, what was told to whom, and what came of it.
//!
//! - `list`: endpoints, deliveries, attempts and events, in `pages`; single ones are `get`
//! - `endpoints`, `deliveries`: what changes them, each a `change` that is shown instead of sent, or sent
//! - `printed`: how records are printed

mod change;
mod deliveries;
mod endpoints;
mod list;
mod pages;
mod printed;

use std::path::PathBuf;

pub(crate) use self::{
    deliveries::{SendOptions, send},
    endpoints::{CreateOptions, DeleteOptions, UpdateOptions, create, delete, update},
    list::{ListOptions, list},
};
use crate::engine::output::Format;

/// How an answer looks and where it goes.
#[derive(Debug, Default)]
pub(crate) struct AnswerOptions {
    /// The format; by default what the name of the output says, else a table.
    pub(crate) format: Option<Format>,
    /// Whether CSV has no cell that a spreadsheet runs; otherwise the setting says.
    pub(crate) safe: bool,
    /// Where it goes; stdout by default.
    pub(crate) output: Option<PathBuf>,
}
