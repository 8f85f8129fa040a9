//! Tools for assistants, by the Model Context Protocol over standard input and output: `mcp`.
//!
//! Tools of the lake answer from a snapshot without a request; tools of the API make one request each. Both see what the
//! ceiling of privacy lets through, and nothing else:
//!
//! - `ceiling`: which tables and columns there are below a ceiling, and what is left of a record
//! - `people`: which column of a table says whose a row is
//! - `lake`: a day of the lake below the ceiling; `tables`, `query`, `explain`: the tools that ask it
//! - `door`: the account of a tenant, one call at a time; `account`: the tools that ask it; `changes`: those that
//!   change it; `records`: what is left of a
//!   record
//! - `tool`: what a tool is; `arguments`: what it is given; `answer`: what it gives
//! - `prompts`, `documents`: what else is offered
//! - `registry`: every tool; `server`: the protocol
//!
//! Nothing is written to standard output but the protocol. `docs/assistants.md` says what is promised and what is not.

mod account;
mod answer;
mod arguments;
mod ceiling;
mod changes;
mod documents;
mod door;
mod explain;
mod lake;
mod people;
mod prompts;
mod query;
mod records;
pub(crate) mod registry;
mod server;
mod tables;
pub(crate) mod tool;

pub(crate) use self::{
    door::{AccountSide, Door, Opened},
    lake::LakeSide,
    server::{Parts, Server},
};
#[cfg(test)]
mod tests;
