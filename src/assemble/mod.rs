//! From the tables of a day to its snapshot.
//!
//! ```text
//! tables of a day ─▶ references followed, derived, widened ─▶ judged ─▶ Assembled ─▶ Published or Held
//!   (staged, or                                                 │
//!    carried over)                                 the snapshot before, thresholds
//! ```
//!
//! Whoever has tables of a day, staged by a run in the lake, makes a [`Day`] of them: [`Assembler::assemble`] computes and
//! judges, and may be interrupted at any time; [`Assembler::publish`] is short, and publishes the day or holds it back. Where
//! the tables come from is not known here: nothing of HTTP, pages or JSON records.
//!
//! - `day`: what there is of a day before, and what every day is assembled with
//! - `applicable`: of tables that were read for several days, those of one
//! - `day_before`: which tables are what they were on the day before
//! - `references`: how many references between the tables lead nowhere
//! - `derived`: tables computed by queries; `not_told`: what of them cannot be computed, as the API does not tell all columns
//! - `wide`: the wide tables of attributes; `attributes`: how these were read; `answer`: rows of a query, one by one
//! - `judge`: what the gates say of a `subject`; `compare`: what comparing with the snapshot before finds
//! - `staging`: batches into a staged table; `session`: SQL over the tables of a day

mod answer;
mod applicable;
mod attributes;
mod compare;
mod day;
mod day_before;
mod derived;
mod judge;
mod not_told;
mod references;
mod session;
mod staging;
mod subject;
mod wide;

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use futures::join;
use tokio::time::Instant;

pub use self::session::table_files;
pub(crate) use self::{
    applicable::{ReadForDays, Rows},
    attributes::AttributesRead,
    day::{Assembler, Cause, Day},
    day_before::{DayBefore, Remembered},
    session::{day_sessions, session_options},
};
use self::{not_told::Untold, subject::Subject};
use crate::{
    error::Error,
    lake::{self, Held, NotAvailable, Publication, Replaces, Snapshot, SnapshotState, SnapshotTable, StagedTable},
    run_id::RunId,
    run_report::{DeriveReport, DeriveSeconds, ReferenceReport, SkippedReport, WideReport},
};

/// A day that is computed and judged, not yet published.
#[derive(Debug)]
pub(crate) struct Assembled {
    as_of: NaiveDate,
    run_id: RunId,
    replaces: Option<u64>,
    /// The tables that the run staged, among them those computed and the findings.
    pub(crate) staged: Vec<StagedTable>,
    carried_over: Vec<SnapshotTable>,
    pub(crate) state: SnapshotState,
    /// What stops the publication, a line each.
    breaches: Vec<String>,
    pub(crate) notes: Notes,
    /// For the next day.
    pub(crate) remembered: Remembered,
}

/// What is to be known of a day beside its rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    /// References that were followed, and how many lead nowhere.
    pub(crate) references: Vec<ReferenceReport>,
    pub(crate) wide: Vec<WideReport>,
    /// Computed tables that were left out, and rules that were not asked, and why.
    pub(crate) skipped: Vec<SkippedReport>,
    /// Columns that are null because the API that was read cannot tell them.
    pub(crate) not_available: Vec<NotAvailable>,
    /// What computing took.
    pub(crate) derive: DeriveReport,
}

/// What became of a day.
#[derive(Debug)]
pub(crate) enum Outcome {
    Published(Snapshot),
    Held(Held),
}

impl Assembler<'_> {
    /// Computes the tables of a day, stages them, and judges all of it.
    ///
    /// # Errors
    /// When tables cannot be read, or written; what was staged before stays in staging.
    pub(crate) async fn assemble(&self, day: Day<'_>) -> Result<Assembled, Error> {
        let begun = Instant::now();
        let mut staged = day.staged.clone();
        let given: Vec<SnapshotTable> =
            day.carried_over.iter().chain(staged.iter().map(StagedTable::table)).cloned().collect();
        // One session for all that is asked of the day; what is computed joins it for those who read it later.
        let session = self.session(day.as_of, &given).await?;
        let untold = Untold::of(self.catalog, &day.state.not_available).await?;
        let same = day.day_before.map(|before| before.same_as(&given)).unwrap_or_default();
        let references = match day.cause {
            Cause::NewTables => {
                let known = day.day_before.map_or(&[][..], |before| &before.remembered.references);
                Some(references::follow_all(&session, self.catalog, &same, known).await?)
            }
            Cause::NewQueries => None,
        };
        let followed = begun.elapsed();
        // Neither reads what the other makes. Both come to their end, whatever became of the other: no upload stays open.
        // The wide tables first, as they set memory aside.
        let ((widened, widening), (derived, deriving)) = join!(
            timed(wide::widen(self, &session, &day)),
            timed(derived::derive(self, &session, &day, same, &untold))
        );
        let (derived, widened) = (derived?, widened?);
        let made = begun.elapsed();
        staged.extend(derived.staged.into_iter().chain(widened.staged));

        let mut state = day.attributes.remembered_in(day.state);
        if let Some(references) = &references {
            let counts = |r: &ReferenceReport| (format!("{}.{}", r.table, r.column), [r.references, r.unresolved]);
            state.references = references.iter().map(counts).collect();
        }
        state.described = widened.described;
        state.wide_types = day.known_types;
        state.wide_types.extend(widened.types);

        let tables: Vec<SnapshotTable> =
            staged.iter().map(StagedTable::table).chain(&day.carried_over).cloned().collect();
        let there = self.catalog.tables().into_iter().filter(|table| tables.iter().any(|t| t.name == table.name));
        state.not_available = untold.said(&there.collect::<Vec<_>>());
        let subject = Subject {
            as_of: day.as_of,
            run_id: &day.run_id,
            read_that_day: day.read_that_day,
            tables: &tables,
            state: &state,
            before: day.before,
            same: &derived.same,
            day_before: day.day_before,
            untold: &untold,
        };
        let judged = match &references {
            Some(references) => judge::judge(self, &session, &subject, references).await?,
            None => judge::judge_again(self, &session, &subject).await?,
        };
        let seconds = DeriveSeconds {
            references: followed.as_secs_f64(),
            derived: deriving.as_secs_f64(),
            wide: widening.as_secs_f64(),
            judged: (begun.elapsed() - made).as_secs_f64(),
            tables: derived.seconds.into_iter().chain(widened.seconds).collect(),
        };
        staged.push(judged.findings);
        let skipped = derived.skipped.into_iter().chain(widened.skipped);
        let skipped = skipped.map(|s| SkippedReport { table: s.table, missing: s.missing });
        let not_asked = untold.rules().iter().map(|(rule, lacking)| SkippedReport {
            table: format!("rule {rule}"),
            missing: lacking.iter().cloned().collect(),
        });
        let skipped = skipped.chain(not_asked).collect();
        let not_available = state.not_available.clone();
        Ok(Assembled {
            as_of: day.as_of,
            run_id: day.run_id,
            replaces: day.replaces,
            staged,
            carried_over: day.carried_over,
            state,
            breaches: judged.breaches,
            remembered: Remembered {
                rows: derived.rows,
                references: references.clone().unwrap_or_default(),
                found_nothing: judged.found_nothing,
            },
            notes: Notes {
                references: references.unwrap_or_default(),
                wide: widened.reports,
                skipped,
                not_available,
                derive: DeriveReport { seconds },
            },
        })
    }

    /// Publishes a day, or holds it back where a gate says so.
    ///
    /// # Errors
    /// When neither could be done; where the error tells of what was [published](lake::LakeError::published), what follows
    /// from it could not.
    pub(crate) async fn publish(&self, day: Assembled, published_at: DateTime<Utc>) -> Result<Outcome, Error> {
        let publication = Publication {
            as_of: day.as_of,
            run_id: day.run_id,
            published_at,
            tables: day.staged,
            carried_over: day.carried_over,
            state: day.state,
            replaces: Replaces::Exactly(day.replaces),
            superseded_grace: self.superseded_grace,
        };
        Ok(match day.breaches.is_empty() {
            true => Outcome::Published(lake::publish(self.lake, publication).await?),
            false => Outcome::Held(Held::keep(self.lake, publication, day.breaches).await?),
        })
    }
}

/// What comes of some work, and how long it took.
async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = Instant::now();
    let done = work.await;
    (done, begun.elapsed())
}

impl Outcome {
    /// The snapshot, where it is published.
    ///
    /// # Errors
    /// What kept it back.
    pub(crate) fn published(self) -> Result<Snapshot, Error> {
        match self {
            Self::Published(snapshot) => Ok(snapshot),
            Self::Held(Held { as_of, run_id, breaches, .. }) => Err(Error::Refused { as_of, run_id, breaches }),
        }
    }
}
