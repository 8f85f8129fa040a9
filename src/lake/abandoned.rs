//! What lies in staging for nobody: a run that was killed leaves it, nobody else removes it, and it holds personal data outside
//! its zone's folder.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Held, Lake, LakeError,
    staging::{self, discard},
};
use crate::run_id::RunId;

/// For so long a held snapshot waits for somebody's word.
pub(crate) const HELD_FOR: TimeDelta = TimeDelta::days(14);

/// Staging of runs that began this long ago belongs to nobody any more.
const ABANDONED_AFTER: TimeDelta = TimeDelta::hours(24);

/// What a run holds back.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holds<'a> {
    /// Nothing.
    Nothing,
    /// This. One that was overtaken waits as long as any: it can still be looked at.
    This(&'a Held),
    /// Something that cannot be read: nobody can say since when it waits, but not since before the run began.
    Unreadable,
}

/// Whether nobody needs any more what a run left in staging.
pub(super) fn is_abandoned(run_id: &RunId, holds: Holds<'_>, now: DateTime<Utc>) -> bool {
    let began_before = |age: TimeDelta| run_id.began_at().is_some_and(|at| at < now - age);
    match holds {
        Holds::Nothing => began_before(ABANDONED_AFTER),
        Holds::This(held) => held.held_at <= now - HELD_FOR,
        Holds::Unreadable => began_before(HELD_FOR),
    }
}

/// Removes the staging of abandoned runs. What cannot be removed is left for the next time, with a warning: it is no reason to
/// fail a run.
pub(crate) async fn discard_abandoned(lake: &Lake, now: DateTime<Utc>) {
    let runs = match staging::staged_runs(lake).await {
        Ok(runs) => runs,
        Err(error) => return tracing::warn!(%error, "staging of former runs was not looked for"),
    };
    for run_id in &runs {
        let abandoned = match Held::of_run(lake, run_id).await {
            Ok(held) => is_abandoned(run_id, held.as_ref().map_or(Holds::Nothing, Holds::This), now),
            Err(LakeError::Corrupt { .. }) => is_abandoned(run_id, Holds::Unreadable, now),
            Err(error) => {
                tracing::warn!(%run_id, %error, "staging of a former run is left as it is");
                false
            }
        };
        if abandoned && let Err(error) = discard(lake, run_id).await {
            tracing::warn!(%run_id, %error, "staging of a former run was not removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_may_still_accept_waits() {
        let now: DateTime<Utc> = "2026-03-31T06:00:00Z".parse().unwrap();
        let began = |ago: TimeDelta| RunId::new(now - ago, 1);
        let held = |ago: TimeDelta| Held {
            as_of: "2026-03-01".parse().unwrap(),
            run_id: began(ago),
            held_at: now - ago,
            breaches: vec!["rows_dropped".to_owned()],
            // Another snapshot of the day is there by now.
            replaces: None,
            tables: Vec::new(),
            carried_over: Vec::new(),
            state: Default::default(),
        };
        let (hour, second) = (TimeDelta::hours(1), TimeDelta::seconds(1));
        for (ago, nothing, waits) in [
            (hour, false, false),
            (ABANDONED_AFTER, false, false),
            (ABANDONED_AFTER + second, true, false),
            (HELD_FOR - second, true, false),
            (HELD_FOR + second, true, true),
        ] {
            assert_eq!(is_abandoned(&began(ago), Holds::Nothing, now), nothing, "{ago}");
            assert_eq!(is_abandoned(&began(ago), Holds::Unreadable, now), waits, "{ago}");
            assert_eq!(is_abandoned(&began(ago), Holds::This(&held(ago)), now), waits, "{ago}");
        }
        let foreign: RunId = "older".parse().unwrap();
        assert!(!is_abandoned(&foreign, Holds::Nothing, now), "nobody can tell when it began");
    }
}
