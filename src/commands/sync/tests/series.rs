//! A run over several days that ends before the last one says which were published.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Plan, Run, SyncOptions, catalog, clock, context, settings_with, to_the_end, transport, transport_of, virtually,
};
use crate::{
    clock::{Clock, SharedClock},
    error::Error,
    exit_code::ExitCode,
    fetch::Stop,
};

const NOW: &str = "2026-03-15T06:00:00Z";
const DAYS: &str = "2025-10-31,2025-11-30,2025-12-31,2026-01-31";

/// A clock that ends the run when it is asked for the `left`-th time.
#[derive(Debug)]
struct Stopping {
    clock: SharedClock,
    stop: Stop,
    left: AtomicU64,
}

impl Clock for Stopping {
    fn now(&self) -> DateTime<Utc> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.stop.now();
        }
        self.clock.now()
    }
}

fn days(text: &str) -> Vec<NaiveDate> {
    text.split(',').filter(|day| !day.is_empty()).map(|day| day.parse().unwrap()).collect()
}

#[test]
fn an_interrupted_series_names_the_days_on_either_side() {
    let mut partly = 0;
    for nth in 1..12 {
        virtually(async {
            let clock = clock(NOW);
            let tenant = transport(&clock, Plan::clean(1));
            let mut context = context(&catalog(), &clock, &tenant, nth);
            let run = Run::prepare(&context, &settings_with(&[("as-of", DAYS)]), SyncOptions::default()).unwrap();
            let (lake, stop) = (run.lake.clone(), run.stop.clone());
            context.clock = Arc::new(Stopping { clock, stop, left: AtomicU64::new(nth) });
            let ended = to_the_end(run, &context).await;
            let there: Vec<NaiveDate> = lake.snapshots().await.unwrap().iter().map(|id| id.as_of).collect();
            let Err(error) = ended else { return assert_eq!(there, days(DAYS)) };
            assert_eq!(error.exit_code(), ExitCode::Temporary);
            if there.is_empty() {
                return assert!(error.to_string().contains("nothing was published"), "{error}");
            }
            partly += 1;
            let (done, left) = DAYS.split_at(there.len() * 11 - 1);
            let words = |days: &str| days.trim_matches(',').replace(',', ", ");
            assert_eq!(
                error.with_causes(),
                format!(
                    "interrupted; published: {}; not published: {}; run the same command again",
                    words(done),
                    words(left)
                )
            );
            let Error::Unfinished { published, left: rest, .. } = error else { panic!("{error}") };
            assert_eq!((published, rest), (there, days(left)));
        });
    }
    assert!(partly >= 2, "only {partly} were interrupted in the middle");
}

#[test]
fn a_gate_in_the_middle_of_a_series_does_not_hide_what_was_published() {
    virtually(async {
        let clock = clock(NOW);
        let run = |employees, as_of, lake: Option<crate::lake::Lake>| {
            let context =
                context(&catalog(), &clock, &transport_of(employees, &clock, Plan::clean(1)), employees as u64);
            let mut run = Run::prepare(&context, &settings_with(&[("as-of", as_of)]), SyncOptions::default()).unwrap();
            run.lake = lake.unwrap_or(run.lake);
            async move { (run.lake.clone(), to_the_end(run, &context).await) }
        };
        // The third day was read from a larger company.
        let (lake, larger) = run(30, "2025-12-31", None).await;
        larger.unwrap();
        let error = run(12, DAYS, Some(lake)).await.1.unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Gate);
        let said = error.with_causes();
        assert!(said.starts_with("a quality gate refused to publish 2025-12-31"), "{said}");
        assert!(said.ends_with("published: 2025-10-31, 2025-11-30; not published: 2025-12-31, 2026-01-31"), "{said}");
    });
}
