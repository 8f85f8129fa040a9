//! Pages of a run that died are used again only where the collection is still the one that they are of.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use arrow::array::{Array as _, StringArray};

use super::{
    Plan, Run, SyncOptions, catalog, clock, context,
    edited::{Edited, Victim},
    kinds::Kind,
    read_tables, settings,
    tables::{Tables, differences},
    to_the_end, transport, virtually,
};
use crate::{api::Transport, clock::SharedClock, error::Error, exit_code::ExitCode, lake::Lake, run_report::RunReport};

const NOW: &str = "2026-03-15T06:00:00Z";

/// A run into `lake`, or into a new one.
async fn run<T: Transport + 'static>(
    lake: Option<&Lake>,
    clock: &SharedClock,
    transport: &Arc<T>,
    seed: u64,
) -> (Result<RunReport, Error>, Lake) {
    let context = context(&catalog(), clock, transport, seed);
    let mut run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
    if let Some(lake) = lake {
        run.lake = lake.clone();
    }
    let lake = run.lake.clone();
    (to_the_end(run, &context).await, lake)
}

/// What a run publishes that asks for everything.
fn clean(edit: Option<Victim>) -> (Tables, u64) {
    virtually(async {
        let clock = clock(NOW);
        let tenant = transport(&clock, Plan::clean(1));
        let counted = Arc::clone(&tenant);
        let (ended, lake) = match edit {
            None => run(None, &clock, &tenant, 1).await,
            Some(victim) => {
                let edited = Edited::new(tenant, move |asked, page| victim.remove(asked, page));
                run(None, &clock, &Arc::new(edited), 1).await
            }
        };
        ended.unwrap();
        (read_tables(&lake).await, counted.log().requests)
    })
}

/// A plan by which everything fails from the `nth` request on.
fn dies_at(nth: u64) -> Plan {
    Plan { seed: nth, rate: 0.0, kinds: vec![Kind::Internal], lasts_from: Some(nth) }
}

/// What a run publishes that goes on after one that died at the `nth` request, and its requests. Between the two the
/// victim came or went.
fn continued(nth: u64, victim: &Victim, goes: bool) -> (RunReport, Tables, u64) {
    virtually(async {
        let clock = clock(NOW);
        let (removed, untouched) = (victim.clone(), transport(&clock, dies_at(nth)));
        let edited = |tenant| Arc::new(Edited::new(tenant, move |asked, page| removed.remove(asked, page)));
        let now = transport(&clock, Plan::clean(2));
        let counted = Arc::clone(&now);
        let (died, lake, ended);
        if goes {
            (died, lake) = run(None, &clock, &untouched, 1).await;
            ended = run(Some(&lake), &clock, &edited(now), 2).await.0;
        } else {
            (died, lake) = run(None, &clock, &edited(untouched), 1).await;
            ended = run(Some(&lake), &clock, &now, 2).await.0;
        }
        assert_eq!(died.unwrap_err().exit_code(), ExitCode::Temporary);
        (ended.unwrap(), read_tables(&lake).await, counted.log().requests)
    })
}

/// The record in the middle of a table's.
fn victim(tables: &Tables, resource: &'static str) -> Victim {
    let rows = &tables[&resource.replace('-', "_")];
    let text = |column: &str| {
        let column = rows.column_by_name(column)?.as_any().downcast_ref::<StringArray>()?.clone();
        Some(column.value(column.len() / 2).to_owned())
    };
    let owner = text("employee_id").filter(|_| resource == "employee-attributes");
    Victim { resource, id: text("id").unwrap(), owner }
}

#[test]
fn what_came_or_went_since_a_run_died_is_as_it_is_now() {
    let (whole, requests) = clean(None);
    let mut again = 0;
    for resource in ["employments", "job-positions", "employees", "departments", "employee-attributes"] {
        let victim = victim(&whole, resource);
        let (without, _) = clean(Some(victim.clone()));
        for goes in [true, false] {
            for nth in (10..requests).step_by(16) {
                let (report, tables, _) = continued(nth, &victim, goes);
                let expected = if goes { &without } else { &whole };
                let wrong = differences(&tables, expected);
                assert!(wrong.is_empty(), "{resource}, goes {goes}, died at {nth}: {wrong:?}");
                let changed = report.resources.iter().find(|r| r.resource == resource).unwrap();
                again += u32::from(changed.kept_pages == 0 && changed.recounted.is_some());
            }
        }
    }
    assert!(again > 5, "only {again} times was a collection read again");
}

#[test]
fn what_did_not_change_is_counted_once_more_and_not_read() {
    let (whole, requests) = clean(None);
    let nobody = Victim { resource: "nothing", id: String::new(), owner: None };
    for nth in (10..requests).step_by(12) {
        let (report, tables, spent) = continued(nth, &nobody, true);
        assert_eq!(differences(&tables, &whole), Vec::<String>::new());
        for resource in &report.resources {
            assert_eq!(resource.recounted.is_some(), resource.kept_pages > 0, "{resource:?}");
            assert!(resource.recounted.is_none_or(|count| count == resource.records), "{resource:?}");
        }
        // The first request of each, the token, and what was under way come on top.
        assert!(spent <= requests, "died at {nth}: {spent} requests, {requests} of a whole run");
    }
}

/// What a run ends with that goes on after one that died, when the tenant counts more and more employments, `more` with
/// each count.
fn counting(more: u64) -> ExitCode {
    virtually(async {
        let clock = clock(NOW);
        let (died, lake) = run(None, &clock, &transport(&clock, dies_at(50)), 1).await;
        assert_eq!(died.unwrap_err().exit_code(), ExitCode::Temporary);
        let counts = AtomicU64::new(0);
        let edited = Edited::new(transport(&clock, Plan::clean(2)), move |asked, page| {
            if asked.limit == 0 && asked.chain.path.ends_with("/employments") {
                let nth = counts.fetch_add(1, Ordering::Relaxed);
                page.total_count = page.total_count.map(|count| count + 1 + nth * more);
            }
        });
        run(Some(&lake), &clock, &Arc::new(edited), 2).await.0.unwrap_err().exit_code()
    })
}

#[test]
fn a_count_that_stays_wrong_is_a_breach_and_one_that_moves_is_not() {
    assert_eq!(counting(0), ExitCode::Contract);
    assert_eq!(counting(1), ExitCode::Temporary);
}
