//! Not being let in: for good at the first request, for a while in the middle of a run.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use http::{Response, StatusCode};

use super::{
    Outcome, Plan, Run, SyncOptions, catalog, context,
    faulty::FaultyTransport,
    kinds::{Class, Kind},
    settings, sync, to_the_end, transport,
    turned::{Turned, is_token},
    virtually,
};
use crate::{
    clock::{SharedClock, TokioClock},
    error::Error,
    exit_code::ExitCode,
};

#[test]
fn temporary_faults_never_end_as_a_missing_permission() {
    let catalog = catalog();
    let all = || Kind::ALL.into_iter().filter(|kind| kind.class() == Class::Temporary).collect::<Vec<_>>();
    for seed in 0..20 {
        for kinds in [all(), vec![Kind::Revoked, Kind::ShortToken]] {
            let Outcome { result, log, .. } = sync(&catalog, Plan { seed, rate: 0.15, kinds, lasts_from: None });
            let code = result.as_ref().map_or_else(Error::exit_code, |_| ExitCode::Ok);
            assert!(
                matches!(code, ExitCode::Ok | ExitCode::Temporary),
                "seed {seed}: {code:?} after {:?}",
                log.strikes
            );
        }
    }
}

#[test]
fn a_token_that_is_refused_from_some_moment_on_is_tried_anew_five_times() {
    let refusing = |from| {
        let plan = Plan { seed: 1, rate: 0.0, kinds: vec![Kind::Revoked], lasts_from: Some(from) };
        let Outcome { result, log, .. } = sync(&catalog(), plan);
        (result.unwrap_err().exit_code(), log.longest_refusal)
    };
    assert_eq!(
        refusing(2),
        (ExitCode::Permission, 2),
        "the first request: perhaps the application is another tenant's"
    );
    assert_eq!(refusing(20), (ExitCode::Temporary, 6));
}

/// What a run ends with whose token endpoint no longer knows the application from the `from`-th token on, and whose tenant
/// accepts no token after the `pages`-th page; and how often the endpoint refused.
fn forgotten_from(from: u64, pages: u64) -> (ExitCode, u64) {
    virtually(async {
        let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00Z".parse().unwrap()));
        let (minted, read, refused) = (AtomicU64::new(0), AtomicU64::new(0), Arc::new(AtomicU64::new(0)));
        let counted = Arc::clone(&refused);
        let answer = |status: StatusCode, body: &'static str| Response::builder().status(status).body(body.into()).ok();
        let tenant: Arc<FaultyTransport> = transport(&clock, Plan::clean(1));
        let forgetful = Arc::new(Turned::new(tenant, move |request| {
            if is_token(request) {
                let nth = minted.fetch_add(1, Ordering::Relaxed) + 1;
                let known = nth < from;
                counted.fetch_add(u64::from(!known), Ordering::Relaxed);
                return if known { None } else { answer(StatusCode::BAD_REQUEST, r#"{"error":"invalid_client"}"#) };
            }
            let nth = read.fetch_add(1, Ordering::Relaxed) + 1;
            if nth > pages { answer(StatusCode::UNAUTHORIZED, "{}") } else { None }
        }));
        let context = context(&catalog(), &clock, &forgetful, 1);
        let run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
        let code = to_the_end(run, &context).await.unwrap_err().exit_code();
        (code, refused.load(Ordering::Relaxed))
    })
}

#[test]
fn an_application_that_is_no_longer_known_is_tried_again_and_one_that_never_was_is_not() {
    assert_eq!(forgotten_from(1, 0), (ExitCode::Permission, 1));
    let (code, refused) = forgotten_from(2, 10);
    // Another request may have begun to ask for a token when the run ends.
    assert!(code == ExitCode::Temporary && (6..=8).contains(&refused), "{code:?} after {refused}");
}
