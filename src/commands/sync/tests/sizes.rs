//! Pages of a size that the server does not give.

use std::sync::Arc;

use http::{Response, StatusCode};

use super::{
    Plan, Run, SyncOptions, catalog, context,
    failures::problem,
    read_tables, settings, sync,
    tables::differences,
    to_the_end, transport,
    turned::{Turned, is_token},
    virtually,
    wire::Asked,
};
use crate::{
    clock::{SharedClock, TokioClock},
    exit_code::ExitCode,
};

#[test]
fn a_server_that_takes_too_long_over_large_pages_is_asked_for_smaller_ones() {
    let mut catalog = catalog();
    // A page of 1,000 attributes takes too long too.
    catalog.resources.iter_mut().filter(|r| r.fan_out.is_some()).for_each(|r| r.page_limit = 1000);
    let expected = sync(&catalog, Plan::clean(1)).tables;
    virtually(async {
        let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00Z".parse().unwrap()));
        // It gives up on every page of more than 100 records.
        let slow = Arc::new(Turned::new(transport(&clock, Plan::clean(1)), |request| {
            let too_large = !is_token(request) && Asked::of(request.uri()).limit > 100;
            too_large.then(|| problem(StatusCode::REQUEST_TIMEOUT, None))
        }));
        let context = context(&catalog, &clock, &slow, 1);
        let run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
        let lake = run.lake.clone();
        let report = to_the_end(run, &context).await.unwrap();
        assert_eq!(differences(&read_tables(&lake).await, &expected), Vec::<String>::new());
        // Three time-outs tell for all collections that hope for more, and three for the attributes.
        assert_eq!(slow.turned(), 6);
        let attributes = report.resources.iter().find(|r| r.resource == "employee-attributes").unwrap();
        assert_eq!(attributes.page_limit, 100);
    });
}

/// What a run ends with whose requests for 1,000 records get this 400, how many did, and the limits it remembers.
fn refused_with(body: &'static str) -> (Result<(), ExitCode>, u64, Vec<u32>) {
    virtually(async {
        let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00Z".parse().unwrap()));
        let refusing = Arc::new(Turned::new(transport(&clock, Plan::clean(1)), move |request| {
            let too_large = !is_token(request) && Asked::of(request.uri()).limit > 100;
            too_large.then(|| Response::builder().status(StatusCode::BAD_REQUEST).body(body.into()).unwrap())
        }));
        let context = context(&catalog(), &clock, &refusing, 1);
        let run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
        let lake = run.lake.clone();
        let ended = to_the_end(run, &context).await.map(drop).map_err(|error| error.exit_code());
        let newest = lake.newest().await.unwrap();
        let limits = newest.iter().flat_map(|s| s.state.page_limits.values()).map(|learned| learned.limit).collect();
        (ended, refusing.turned(), limits)
    })
}

#[test]
fn only_a_refusal_that_names_the_limit_is_about_the_limit() {
    let named = r#"{"status":400,"errors":{"limit":["The field limit must be between 0 and 100."]}}"#;
    let (ended, refused, limits) = refused_with(named);
    assert_eq!((ended, refused), (Ok(()), 1));
    assert!(limits.len() > 5, "{limits:?}");
    for other in [r#"{"status":400,"errors":{"include":["Unknown value."]}}"#, r#"{"status":400}"#, "<html>"] {
        let (ended, _, limits) = refused_with(other);
        assert_eq!((ended, limits), (Err(ExitCode::Contract), Vec::new()), "{other}");
    }
}
