//! Window functions over sorted rows, without a state for each partition.
//!
//! DataFusion's own window operators keep a state, a buffer and a key for every partition, some microseconds each. People
//! have a few rows each, so that windows over `PARTITION BY employee_id` are nothing but that. Here the partitions of a
//! sorted input are found by one comparison of its key columns with themselves, one row further, and every function goes
//! over a whole batch at once:
//!
//! 1. `rule` puts the operator, `exec`, in place of DataFusion's where `recognise` knows all functions and frames of it;
//!    everything else stays as it was planned;
//! 2. `borders` says where partitions and peers begin in a batch, `runs` are the rows in between;
//! 3. `stream` keeps the rows whose partition may go on in the next batch, in `pending`, if a function looks ahead;
//! 4. `evaluators` compute one column each, from the values of an argument and those runs. What they know of the partition
//!    that is still open is a number, or a few values.
//!
//! Answers are those of DataFusion's operators, row by row: nulls, ties, overflow, the order in which floats are added. The
//! tests compare both over random data.

mod borders;
mod evaluators;
mod exec;
mod frame;
mod function;
mod pending;
mod positions;
mod recognise;
mod rule;
mod runs;
mod stream;
#[cfg(test)]
mod tests;

pub(super) use rule::{LAST_CHECK, physical_optimizer_rules};
