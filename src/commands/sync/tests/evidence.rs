//! Days that were read on their own day stay, whatever is asked later, unless it is said.

use chrono::NaiveDate;
use object_store::ObjectStoreExt as _;

use super::{Plan, Run, SyncOptions, catalog, clock, context, settings_with, to_the_end, transport, virtually};
use crate::{
    commands,
    error::Error,
    exit_code::ExitCode,
    lake::{self, Lake, Publication, Replaces, Snapshot},
    run_report::{KeptBecause, Outcome, RunReport},
};

const NOW: &str = "2026-03-15T06:00:00Z";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A run at that time, for those days; and everything that was sent.
async fn run(lake: Option<&Lake>, at: &str, as_of: &str, replace: bool) -> (Result<RunReport, Error>, Lake, u64) {
    let clock = clock(at);
    let tenant = transport(&clock, Plan::clean(1));
    let seed = at.bytes().chain(as_of.bytes()).map(u64::from).sum();
    let context = context(&catalog(), &clock, &tenant, seed);
    let options = SyncOptions { replace, ..SyncOptions::default() };
    let mut run = Run::prepare(&context, &settings_with(&[("as-of", as_of)]), options).unwrap();
    if let Some(lake) = lake {
        run.lake = lake.clone();
    }
    let lake = run.lake.clone();
    (to_the_end(run, &context).await, lake, tenant.log().requests)
}

async fn snapshot(lake: &Lake, of: &str) -> Snapshot {
    lake.snapshot(day(of)).await.unwrap().unwrap()
}

#[test]
fn a_day_that_was_read_on_its_day_is_replaced_only_when_told_to() {
    virtually(async {
        let (report, lake, _) = run(None, "2026-03-15T06:00:00Z", "2026-03-15", false).await;
        assert!(matches!(report.unwrap().outcome, Outcome::Published { sequence: 1 }));
        // The same day again, as ever. In Paris it lasts until 23:00 UTC.
        run(Some(&lake), "2026-03-15T22:59:00Z", "2026-03-15", false).await.0.unwrap();
        assert_eq!(snapshot(&lake, "2026-03-15").await.sequence, 2);

        for at in ["2026-03-15T23:00:00Z", "2026-03-20T06:00:00Z"] {
            let (report, _, sent) = run(Some(&lake), at, "2026-03-15", false).await;
            let report = report.unwrap();
            assert!(matches!(report.outcome, Outcome::Kept), "{at}: {:?}", report.outcome);
            assert_eq!((sent, snapshot(&lake, "2026-03-15").await.sequence), (0, 2), "{at}");
            assert!(report.for_people().contains("2026-03-15 stay as read on their own day; --replace"));
            let kept: Vec<_> = report.kept.iter().map(|kept| (kept.as_of, kept.because)).collect();
            assert_eq!(kept, [(day("2026-03-15"), KeptBecause::ReadOnThatDay)]);
        }

        // In a series the other days are read, as one day alone would be.
        let (report, _, sent) = run(Some(&lake), "2026-03-20T06:00:00Z", "2026-03-14,2026-03-15", false).await;
        let report = report.unwrap();
        assert!(sent > 0 && report.kept.len() == 1 && report.as_of == day("2026-03-14"));
        assert_eq!(report.published.iter().map(|p| p.as_of).collect::<Vec<_>>(), [day("2026-03-14")]);
        assert_eq!(snapshot(&lake, "2026-03-15").await.sequence, 2);

        // What was read later may be read again.
        run(Some(&lake), "2026-03-21T06:00:00Z", "2026-03-14", false).await.0.unwrap();
        assert_eq!(snapshot(&lake, "2026-03-14").await.sequence, 2);

        let (report, _, _) = run(Some(&lake), "2026-03-21T06:00:00Z", "2026-03-15", true).await;
        assert!(matches!(report.unwrap().outcome, Outcome::Published { sequence: 3 }));
        let (report, _, _) = run(Some(&lake), "2026-03-22T06:00:00Z", "2026-03-15", false).await;
        assert!(matches!(report.unwrap().outcome, Outcome::Published { sequence: 4 }), "it was read later now");
    });
}

#[test]
fn a_day_that_cannot_be_read_is_replaced_unless_its_files_are_of_that_day() {
    virtually(async {
        let (_, lake, _) = run(None, NOW, "2026-03-13,2026-03-14,2026-03-15", false).await;
        for of in ["2026-03-14", "2026-03-15"] {
            let path = object_store::path::Path::from(format!("_lake/manifests/as_of={of}/0000000001.json"));
            lake.store().put(&path, "{".into()).await.unwrap();
        }
        let (kept, _, sent) = run(Some(&lake), "2026-03-20T06:00:00Z", "2026-03-15", false).await;
        let error = kept.unwrap_err();
        assert_eq!((error.exit_code(), sent), (ExitCode::Usage, 0));
        assert!(error.to_string().contains("as_of=2026-03-15") && error.to_string().contains("--replace"), "{error}");
        let (report, _, _) = run(Some(&lake), "2026-03-20T06:00:00Z", "2026-03-14,2026-03-15", false).await;
        let report = report.unwrap();
        assert_eq!((report.kept.len(), report.kept[0].because), (1, KeptBecause::Unreadable));
        assert_eq!(report.published.iter().map(|p| p.as_of).collect::<Vec<_>>(), [day("2026-03-14")]);
        run(Some(&lake), "2026-03-21T06:00:00Z", "2026-03-15", true).await.0.unwrap();
        assert_eq!(snapshot(&lake, "2026-03-15").await.sequence, 2);
    });
}

#[test]
fn snapshots_of_older_versions_tell_by_when_they_were_published() {
    virtually(async {
        let (_, lake, _) = run(None, "2026-03-15T06:00:00Z", "2026-03-15", false).await;
        let mut old = snapshot(&lake, "2026-03-15").await;
        assert_eq!(old.read_on(chrono_tz::Europe::Paris), day("2026-03-15"));
        old.state.read_on = None;
        old.published_at = "2026-03-15T22:59:59Z".parse().unwrap();
        assert_eq!(old.read_on(chrono_tz::Europe::Paris), day("2026-03-15"));
        old.published_at = "2026-03-15T23:00:00Z".parse().unwrap();
        assert_eq!(old.read_on(chrono_tz::Europe::Paris), day("2026-03-16"));
        assert_eq!(old.read_on(chrono_tz::UTC), day("2026-03-15"));
    });
}

#[test]
fn derive_keeps_the_day_of_reading_also_of_older_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lake").display().to_string();
    virtually(async {
        let settings = settings_with(&[("lake", &path)]);
        let context_at = |at| {
            let clock = clock(at);
            context(&catalog(), &clock, &transport(&clock, Plan::clean(1)), at.len() as u64 + u64::from(at > NOW))
        };
        let run = Run::prepare(&context_at(NOW), &settings, SyncOptions::default()).unwrap();
        let lake = run.lake.clone();
        to_the_end(run, &context_at(NOW)).await.unwrap();
        let mut older = snapshot(&lake, "2026-03-15").await;
        older.state.read_on = None;
        let publication = Publication {
            as_of: older.as_of,
            run_id: "older".parse().unwrap(),
            published_at: NOW.parse().unwrap(),
            tables: Vec::new(),
            carried_over: older.tables,
            state: older.state,
            replaces: Replaces::Current,
            superseded_grace: chrono::TimeDelta::zero(),
        };
        lake::publish(&lake, publication).await.unwrap();
        let (context, at) = (context_at("2026-03-20T06:00:00Z"), "2026-03-20T06:00:00Z".parse().unwrap());
        commands::derive(&context, &settings, Some(day("2026-03-15")), at).await.result.unwrap();
        let derived = snapshot(&lake, "2026-03-15").await;
        assert_eq!(derived.published_at.date_naive(), day("2026-03-20"));
        assert_eq!(derived.read_on(chrono_tz::Europe::Paris), day("2026-03-15"));
    });
}
