//! What a run came to, in numbers.

use std::fmt;

use chrono::{DateTime, NaiveTime, Utc};

use super::{
    earlier,
    family::{
        ABSENT, BUILD, DAY, DRIFT, DURATION, ENDED, EXIT_CODE, FINDINGS, Family, HELD, Labels, Of, PUBLISHED, REQUESTS,
        RETRIES, ROWS, SKIPPED, SUCCESS, TOO_MANY,
    },
    samples::Samples,
};
use crate::run_report::{Ending, Summary};

/// The end of a run, as those see it who watch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observed<'a> {
    /// What it came to.
    pub(crate) run: &'a Summary,
    /// Which lake, as people write it, without credentials.
    pub(crate) lake: &'a str,
    /// When a run of this command last ended well, as far as the lake tells; asked where no file tells it.
    pub(crate) last_success: Option<DateTime<Utc>>,
}

impl Observed<'_> {
    /// The text of a file that said `earlier` before.
    ///
    /// # Errors
    /// Never: a text takes what is written to it.
    pub(crate) fn text(&self, earlier: &str) -> Result<String, fmt::Error> {
        self.samples(earlier::samples(earlier)).text()
    }

    pub(super) fn samples(&self, mut samples: Samples) -> Samples {
        let Summary { command, outcome, tables, published, .. } = self.run;
        let lake = vec![("lake".to_owned(), self.lake.to_owned())];
        let of_run: Labels = [vec![("command".to_owned(), command.to_string())], lake.clone()].concat();
        samples.retain(|family, labels| match family.of {
            Of::Run => *labels != of_run,
            Of::Success | Of::Lake => true,
            Of::Program => false,
        });
        for (family, value) in self.of_run() {
            samples.put(family, of_run.clone(), value);
        }
        let ended = seconds(self.run.ended_at());
        let is_well = !matches!(outcome, Ending::Failed | Ending::Held);
        if is_well {
            samples.put(SUCCESS, of_run, ended);
        } else if let (None, Some(at)) = (samples.get(SUCCESS, &of_run), self.last_success) {
            samples.put(SUCCESS, of_run, seconds(at));
        }
        // A run that fills in a past day says nothing of the newest one.
        let day = published.last().map(|day| seconds(day.and_time(NaiveTime::MIN).and_utc()));
        if let Some(day) = day.filter(|day| samples.get(DAY, &lake).is_none_or(|newest| *day >= newest)) {
            // What is computed anew is some of the tables; a reading makes all of them.
            let replaces = |table: &str| command != "derive" || tables.contains_key(table);
            samples.retain(|family, labels| {
                let table = labels.iter().find(|(name, _)| name == "table").map(|(_, table)| table.as_str());
                family != ROWS || !labels.ends_with(&lake) || table.is_none_or(|table| !replaces(table))
            });
            samples.put(DAY, lake.clone(), day);
            samples.put(PUBLISHED, lake.clone(), ended);
            for (table, rows) in tables {
                let labels = [vec![("table".to_owned(), table.clone())], lake.clone()].concat();
                samples.put(ROWS, labels, number(*rows));
            }
        }
        samples.put(BUILD, vec![("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned())], 1.0);
        samples
    }

    fn of_run(&self) -> [(Family, f64); 11] {
        let run = self.run;
        [
            (ENDED, seconds(run.ended_at())),
            (EXIT_CODE, run.exit_code.into()),
            (DURATION, run.seconds),
            (REQUESTS, number(run.requests)),
            (RETRIES, number(run.retries)),
            (TOO_MANY, number(run.too_many_requests)),
            (HELD, f64::from(u8::from(run.outcome == Ending::Held))),
            (FINDINGS, number(run.findings)),
            (DRIFT, number(run.drift)),
            (SKIPPED, number(run.skipped.len() as u64)),
            (ABSENT, number(run.absent.len() as u64)),
        ]
    }
}

/// Since 1970, to the millisecond.
fn seconds(time: DateTime<Utc>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of the next 280,000 years are exact")]
    let milliseconds = time.timestamp_millis() as f64;
    milliseconds / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below the whole numbers that are exact")]
fn number(count: u64) -> f64 {
    count as f64
}
