//! Pages of a size that the server cannot make in time.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, StatusCode};

use super::{
    Plan, Run, SyncOptions, catalog, context, failures::problem, faulty::Answer, faulty::FaultyTransport, read_tables,
    settings, sync, tables::differences, to_the_end, transport, virtually, wire::Asked,
};
use crate::{
    api::Transport,
    clock::{SharedClock, TokioClock},
};

/// Gives up on every page of more than `most` records.
struct Slow {
    tenant: Arc<FaultyTransport>,
    most: usize,
    given_up: AtomicU64,
}

#[async_trait]
impl Transport for Slow {
    async fn send(&self, request: Request<Bytes>, max_body_bytes: u64) -> Answer {
        if request.uri().path() != "/connect/token" && Asked::of(request.uri()).limit > self.most {
            self.given_up.fetch_add(1, Ordering::Relaxed);
            return Ok(problem(StatusCode::REQUEST_TIMEOUT, None));
        }
        self.tenant.send(request, max_body_bytes).await
    }
}

#[test]
fn a_server_that_takes_too_long_over_large_pages_is_asked_for_smaller_ones() {
    let mut catalog = catalog();
    // A page of 1,000 attributes takes too long too.
    catalog.resources.iter_mut().filter(|r| r.fan_out.is_some()).for_each(|r| r.page_limit = 1000);
    let expected = sync(&catalog, Plan::clean(1)).tables;
    virtually(async {
        let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00Z".parse().unwrap()));
        let slow = Slow { tenant: transport(&clock, Plan::clean(1)), most: 100, given_up: AtomicU64::new(0) };
        let slow = Arc::new(slow);
        let context = context(&catalog, &clock, &slow, 1);
        let run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
        let lake = run.lake.clone();
        let report = to_the_end(run, &context).await.unwrap();
        assert_eq!(differences(&read_tables(&lake).await, &expected), Vec::<String>::new());
        // Three time-outs tell for all collections that hope for more, and three for the attributes.
        assert_eq!(slow.given_up.load(Ordering::Relaxed), 6);
        let attributes = report.resources.iter().find(|r| r.resource == "employee-attributes").unwrap();
        assert_eq!(attributes.page_limit, 100);
    });
}
