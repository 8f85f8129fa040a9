//! Answers that never end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::Request;
use tokio::time::Instant;

use super::{
    LONGEST, Plan, Run, SyncOptions, catalog, context,
    faulty::{Answer, FaultyTransport},
    read_tables, settings, sync,
    tables::differences,
    to_the_end, transport, virtually,
};
use crate::{
    api::Transport,
    clock::{SharedClock, TokioClock},
};

/// A byte a minute, for ever: the first requests for one path.
struct Dripping {
    tenant: Arc<FaultyTransport>,
    path: &'static str,
    left: AtomicU32,
}

#[async_trait]
impl Transport for Dripping {
    async fn send(&self, request: Request<Bytes>, max_body_bytes: u64) -> Answer {
        let is_left = |left: u32| left.checked_sub(1);
        if request.uri().path() == self.path
            && self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_left).is_ok()
        {
            std::future::pending::<()>().await;
        }
        self.tenant.send(request, max_body_bytes).await
    }
}

#[test]
fn an_answer_that_never_ends_is_asked_for_again_after_five_minutes() {
    let expected = sync(&catalog(), Plan::clean(1)).tables;
    for path in ["/connect/token", "/lucca-api/departments"] {
        virtually(async {
            let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00Z".parse().unwrap()));
            let tenant = transport(&clock, Plan::clean(1));
            let dripping = Arc::new(Dripping { tenant, path, left: AtomicU32::new(2) });
            let catalog = catalog();
            let context = context(&catalog, &clock, &dripping, 1);
            let run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
            let lake = run.lake.clone();
            let began = Instant::now();
            let report = tokio::time::timeout(LONGEST, to_the_end(run, &context)).await.expect("the run does not end");
            assert_eq!(report.unwrap().requests.retries, 2, "{path}");
            assert!(began.elapsed() >= Duration::from_secs(600) && began.elapsed() < Duration::from_secs(1500));
            assert_eq!(differences(&read_tables(&lake).await, &expected), Vec::<String>::new());
        });
    }
}
