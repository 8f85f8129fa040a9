//! A key against the fake tenant: what it may see, and how few requests tell it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use tokio::time::Instant;

use super::*;
use crate::{
    api::{Credentials, Transport, TransportError, testing::client_with},
    catalog::Catalog,
    commands::check::checks::{Check, Status},
    engine::testing::deep,
    env_vars::Environment,
    fake_tenant::{FakeTenant, Options},
    settings::Settings,
};

const KEY: &str = "fa4e0000-1e9a-4c1e-8000-00000000c0de";

/// Answers with another status on the routes whose path ends so, as the fake tenant otherwise.
struct Server {
    tenant: FakeTenant,
    instead: &'static [(&'static str, u16)],
    requests: Mutex<usize>,
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: Request<Bytes>, _: u64) -> Result<Response<Bytes>, TransportError> {
        *self.requests.lock().unwrap() += 1;
        match self.instead.iter().find(|(end, _)| request.uri().path().ends_with(end)) {
            Some((_, status)) => Ok(Response::builder().status(*status).body(Bytes::new()).unwrap()),
            None => Ok(self.tenant.handle(&request, Instant::now())),
        }
    }
}

async fn checked(key: &str, instead: &'static [(&'static str, u16)]) -> (Vec<Check>, usize) {
    let environment = Environment::from([("LUCCA_API_KEY", key)]);
    let settings = Settings::resolve(&[].into(), &environment, None).unwrap();
    let selection = Selection::configured(&Catalog::embedded().unwrap(), &settings).unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 15).unwrap();
    let tenant = FakeTenant::new(Options { employees: 20, legacy_key: Some(KEY.to_owned()), ..Options::new(day) });
    let server = Arc::new(Server { tenant, instead, requests: Mutex::new(0) });
    let credentials = settings.credentials(Vec::new()).unwrap();
    assert!(matches!(credentials, Credentials::Key(_)));
    let client = client_with(credentials, Arc::<Server>::clone(&server));
    let mut checks = Checks::default();
    routes(&client, &selection, settings.leaves_window(day, day).unwrap(), &mut checks).await;
    let requests = *server.requests.lock().unwrap();
    (checks.checks, requests)
}

fn of<'c>(checks: &'c [Check], route: &str) -> &'c Check {
    checks.iter().find(|check| check.check == format!("route {route}")).unwrap()
}

#[test]
fn each_route_says_in_one_request_what_the_key_may_see() {
    deep(|| async {
        let (checks, requests) = checked(KEY, &[]).await;
        assert_eq!(requests, checks.len());
        assert_eq!(of(&checks, "v3-users").detail, "allowed 20 (/api/v3/users)");
        assert_eq!(of(&checks, "leaves").detail, "allowed (/api/v3/leaves)");
        assert!(checks.iter().all(|check| check.status != Status::Failed), "{checks:?}");
    });
}

#[test]
fn a_forbidden_route_names_what_to_tick_and_one_that_ended_says_so() {
    deep(|| async {
        let instead = &[("/users", 403), ("/establishments", 410), ("/fixed-items", 403)];
        let (checks, requests) = checked(KEY, instead).await;
        assert_eq!(requests, checks.len());
        let (users, ended, pay) =
            (of(&checks, "v3-users"), of(&checks, "v4-establishments"), of(&checks, "v4-fixed-items"));
        assert!(users.detail.starts_with("forbidden (/api/v3/users): tick \""), "{}", users.detail);
        assert!(ended.detail.starts_with("gone (/organization/structure/api/establishments): "), "{}", ended.detail);
        assert!(users.status == Status::Failed && ended.status == Status::Failed && pay.status == Status::Note);
        assert!(pay.detail.ends_with("optional: a sync does without"), "{}", pay.detail);
    });
}

#[test]
fn a_key_that_is_not_known_is_found_out_by_two_requests() {
    deep(|| async {
        let (checks, requests) = checked("the-secret-of-an-application", &[]).await;
        let [check] = checks.as_slice() else { panic!("{checks:?}") };
        assert_eq!((check.status, check.exit_code, requests), (Status::Failed, Some(ExitCode::Permission), 2));
        assert!(
            check.detail.contains("does not look like a key") && !check.detail.contains("the-secret"),
            "{}",
            check.detail
        );
    });
}
