//! From the API to staged tables: every page of the selected resources, decoded, split and written to the staging of one run.
//!
//! ```text
//! selection ─▶ resources ─▶ extract ─▶ reading ─ chain ─▶ batches ─ writers ─▶ staged tables
//!                             ▲           │
//!                             └─ complete ┘  is everything there? if not, read again
//! ```
//!
//! Here the API, the decoder and the lake meet. What is computed from the tables is not known here.
//!
//! - `selection`: which resources and tables a run needs; `asked_days`: which days it reads and which stay as they are
//! - `owner`: whose data the lake holds
//! - `estimate`: what a run costs, from counts alone
//! - `job`: what every part of one run is given; `stop`: the one signal that ends all of them
//! - `resources`: all resources side by side; those read by the ids of another wait for them
//! - `extract`: one resource; `fan_out`: the lists of ids that its chains read
//! - `reading`: one reading of a resource; `chain`: one chain of its pages; `writers`: its rows into files
//! - `complete`: whether all records came; `labels`: the table of labels that came with the pages
//! - `each`: records that no list gives, one by one; `record`: one that came by itself
//! - `carried`: rows of the lake as it was; `grown`: what the lake has of a collection that forgets; `received`: what webhooks
//!   delivered to it
//! - `since`: whether a list is read in full, or what changed is laid upon what the lake has: its `base`, whose rows say by their
//!   `stamps` when they changed; `increment` lays it together; `missed`: what increments did not bring
//! - `required`: the lists of ids without which a collection cannot be asked; `mapped`: tables of v5 made of what the older
//!   APIs say
//! - `kept`: pages of an unfinished run

mod asked_days;
mod base;
mod carried;
mod chain;
mod complete;
mod each;
mod estimate;
mod extract;
mod fan_out;
mod grown;
mod increment;
mod job;
mod kept;
mod labels;
mod mapped;
mod missed;
mod owner;
mod reading;
mod received;
mod record;
mod required;
mod resources;
mod selection;
mod since;
mod stamps;
mod stop;
mod writers;

pub(crate) use self::{
    asked_days::{AskedDays, sort_out, tell},
    carried::LastTables,
    estimate::{Counts, Estimate, ResourceEstimate, Wanted, count, estimate, refuse_above, rows, window_of},
    job::Job,
    kept::RunCheckpoint,
    mapped::Mapping,
    owner::check_tenant,
    resources::{Fetched, Request, fetch},
    selection::{Selected, Selection, Takes},
    since::{Increments, Readings, Upon, upon},
    stop::Stop,
};
