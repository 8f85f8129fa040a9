//! From the tables of a day to its snapshot: what is computed from them, the wide tables, the judgement of the gates.
//!
//! Where the tables come from is not known here.
//!
//! - `derived`: tables computed by queries, rows of a history that apply on a day, references between tables
//! - `wide`: the wide tables of attributes
//! - `judge`: what the gates say
//! - `session`: SQL over the tables of a day
//! - `state`: what a snapshot remembers beside its tables

mod derived;
mod judge;
mod session;
pub(crate) mod state;
mod wide;

pub(crate) use self::{
    derived::{derive_tables, follow_references, stage_applicable},
    judge::{Judged, Subject, judge, judge_again},
    session::{session_options, table_files},
    state::{
        AttributesRead, attributes_read, known_records, known_types, pages_used, read_on, remembered_limits, tenant_of,
        wide_types,
    },
    wide::{WideInputs, sources_of_wide_tables, stage_labels, stage_wide},
};
