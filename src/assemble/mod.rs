//! From the tables of a day to its snapshot: what is computed from them, the wide tables, the judgement of the gates.
//!
//! Where the tables come from is not known here.
//!
//! - `derived`: tables computed by queries, rows of a history that apply on a day, references between tables
//! - `wide`: the wide tables of attributes
//! - `judge`: what the gates say
//! - `attributes`: how the attributes of a snapshot were read
//! - `session`: SQL over the tables of a day

mod attributes;
mod derived;
mod judge;
mod session;
mod wide;

pub(crate) use self::{
    attributes::{AttributesRead, known_types},
    derived::{derive_tables, follow_references, stage_applicable},
    judge::{Judged, Subject, judge, judge_again},
    session::{session_options, table_files},
    wide::{WideInputs, sources_of_wide_tables, stage_labels, stage_wide},
};
