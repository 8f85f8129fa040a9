//! What a run reads and writes, told in the words of OpenLineage while it happens: that it begins, and how it ended. To a file, a
//! line each, or to a server, where the standard variables name one.
//!
//! - `target`: who is told, and how
//! - `made`: the events

mod made;
mod target;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    made::{Known, Told},
    target::Target,
};
