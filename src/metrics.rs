//! What runs came to, as metrics: one text in the OpenMetrics format, for the textfile collector of node_exporter, or whatever
//! else reads such files.
//!
//! A file holds the last run of each command. What tells of success or of the lake stays when a run fails: it is taken from
//! the file as it was. All are gauges, and none has a timestamp of its own, as the collector takes no others.
//!
//! - `family`: every metric there is
//! - `observed`: what a run came to, in numbers: `samples`; those that a file holds, `earlier`
//! - `file`: the file, replaced as a whole; `meter`: the same for a collector of metrics

mod earlier;
mod family;
mod file;
mod meter;
mod observed;
mod samples;
#[cfg(test)]
mod tests;

pub(crate) use self::{file::update, observed::Observed};
