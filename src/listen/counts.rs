//! What a receiver did: for a line now and then, and one at the end.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{refused::Refused, spool::Fate};

/// How often each thing happened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Events made durable.
    pub(super) kept: u64,
    /// Events that were received before.
    pub(super) known: u64,
    /// Challenges answered.
    pub(super) challenges: u64,
    /// What was refused.
    pub(super) refused: BTreeMap<Refused, u64>,
    /// Commands that ended well.
    pub(super) ran: u64,
    /// Commands that did not.
    pub(super) failed: u64,
    /// Events for which no command was run.
    pub(super) skipped: u64,
}

/// Counts that many tasks add to.
#[derive(Debug, Default)]
pub(super) struct Counting(Mutex<Counts>);

impl Counting {
    pub(super) fn now(&self) -> Counts {
        self.lock().clone()
    }

    pub(super) fn answered(&self, fates: &[Fate]) {
        let kept = fates.iter().filter(|fate| **fate == Fate::Kept).count() as u64;
        let mut counts = self.lock();
        counts.kept += kept;
        counts.known += fates.len() as u64 - kept;
    }

    pub(super) fn challenged(&self) {
        self.lock().challenges += 1;
    }

    /// Also tells it, the first time and each time it has happened ten times as often: whoever sends nonsense must not
    /// fill a log.
    pub(super) fn refused(&self, refused: Refused) {
        let times = {
            let mut counts = self.lock();
            let times = counts.refused.entry(refused).or_default();
            *times += 1;
            *times
        };
        if is_power_of_ten(times) {
            tracing::warn!(status = refused.status().as_u16(), times, "refused: {}", refused.why());
        }
    }

    pub(super) fn ran(&self, is_well: bool) {
        let mut counts = self.lock();
        *(if is_well { &mut counts.ran } else { &mut counts.failed }) += 1;
    }

    /// Returns how often that was so far.
    pub(super) fn skipped(&self, events: u64) -> u64 {
        let mut counts = self.lock();
        counts.skipped += events;
        counts.skipped
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn refused_in_all(&self) -> u64 {
        self.refused.values().sum()
    }

    /// Writes a line to the log.
    pub(super) fn log(&self, what: &'static str) {
        let Self { kept, known, challenges, ran, failed, skipped, .. } = self;
        let refused = self.refused_in_all();
        tracing::info!(kept, known, challenges, refused, ran, failed, skipped, "{what}");
    }
}

pub(super) fn is_power_of_ten(number: u64) -> bool {
    let mut power = 1;
    while power < number {
        power = power.saturating_mul(10);
    }
    power == number
}

/// `1204 events kept, 3 known already; 2 refused (401: 2)`
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kept, known, challenges, ran, failed, skipped, .. } = self;
        write!(f, "{kept} {} kept", if *kept == 1 { "event" } else { "events" })?;
        let challenge = if *challenges == 1 { "challenge answered" } else { "challenges answered" };
        for (number, what) in [(known, "known already"), (challenges, challenge)] {
            if *number > 0 {
                write!(f, ", {number} {what}")?;
            }
        }
        if !self.refused.is_empty() {
            let mut by_status = BTreeMap::<u16, u64>::new();
            for (refused, times) in &self.refused {
                *by_status.entry(refused.status().as_u16()).or_default() += times;
            }
            let each: Vec<_> = by_status.iter().map(|(status, times)| format!("{status}: {times}")).collect();
            write!(f, "; {} refused ({})", self.refused_in_all(), each.join(", "))?;
        }
        if ran + failed + skipped > 0 {
            write!(f, "; commands: {ran} ended well, {failed} failed, {skipped} not run")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_happened_and_nothing_else() {
        let counting = Counting::default();
        assert_eq!(counting.now().to_string(), "0 events kept");
        counting.answered(&[Fate::Kept, Fate::Known, Fate::Kept]);
        counting.challenged();
        [Refused::Forged, Refused::Stale, Refused::Method].into_iter().for_each(|refused| counting.refused(refused));
        counting.ran(true);
        counting.ran(false);
        assert_eq!(counting.skipped(3), 3);
        assert_eq!(
            counting.now().to_string(),
            "2 events kept, 1 known already, 1 challenge answered; 3 refused (401: 2, 405: 1); commands: 1 ended \
             well, 1 failed, 3 not run"
        );
    }

    #[test]
    fn nonsense_is_told_ever_more_rarely() {
        let told: Vec<u64> = (0..=1000).filter(|number| is_power_of_ten(*number)).collect();
        assert_eq!(told, [1, 10, 100, 1000]);
    }
}
