//! Pages with what parsers stumble over, through a whole run: read once, published whole, or refused at once.

use std::sync::{Arc, Mutex};

use arrow::array::AsArray as _;
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::value::RawValue;

use super::{
    EMPLOYEES, Plan, Run, SyncOptions, catalog, context,
    faulty::{Answer, FaultyTransport},
    read_tables, settings,
    tables::Tables,
    to_the_end, transport, virtually, visible,
    wire::{Asked, Href, Page},
};
use crate::{
    api::Transport,
    clock::{SharedClock, TokioClock},
    decode::DriftFinding,
    error::Error,
    exit_code::ExitCode,
    run_report::RunReport,
};

/// What is done to a page: its text, and the address it was asked for by.
type Edit = fn(String, &str) -> String;

/// A tenant whose records of one collection are served otherwise.
struct Edited {
    tenant: Arc<FaultyTransport>,
    path: &'static str,
    edit: Edit,
    asked: Mutex<u64>,
}

#[async_trait]
impl Transport for Edited {
    async fn send(&self, request: Request<Bytes>, max_body_bytes: u64) -> Answer {
        let (path, address) = (request.uri().path().to_owned(), request.uri().to_string());
        let asks_for_records = path == self.path && Asked::of(request.uri()).limit > 0;
        let answer = self.tenant.send(request, max_body_bytes).await?;
        if !asks_for_records || !answer.status().is_success() {
            return Ok(answer);
        }
        *self.asked.lock().unwrap() += 1;
        let (parts, body) = answer.into_parts();
        let body = (self.edit)(String::from_utf8(body.to_vec()).unwrap(), &address);
        Ok(Response::from_parts(parts, body.into()))
    }
}

/// How a run ends, what it publishes, and how often a page of employees was sent.
fn sync(edit: Edit) -> (Result<RunReport, Error>, Tables, u64) {
    sync_of("/lucca-api/employees", edit)
}

fn sync_of(path: &'static str, edit: Edit) -> (Result<RunReport, Error>, Tables, u64) {
    virtually(async {
        let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00Z".parse().unwrap()));
        let edited = Arc::new(Edited { tenant: transport(&clock, Plan::clean(1)), path, edit, asked: Mutex::new(0) });
        let catalog = catalog();
        let context = context(&catalog, &clock, &edited, 1);
        let run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
        let lake = run.lake.clone();
        let result = to_the_end(run, &context).await;
        // A lease that was given back stays in a bucket.
        let left: Vec<String> = visible(&lake).await.into_iter().filter(|path| path != "_lake/lease.json").collect();
        assert!(result.is_ok() || left.is_empty(), "left in the lake: {left:?}");
        let asked = *edited.asked.lock().unwrap();
        (result, read_tables(&lake).await, asked)
    })
}

/// The values of a column of texts that are not null.
fn texts(tables: &Tables, table: &str, column: &str) -> Vec<String> {
    let column = tables[table].column_by_name(column).unwrap_or_else(|| panic!("{:?}", tables[table].schema()));
    column.as_string::<i32>().iter().flatten().map(str::to_owned).collect()
}

fn given_names(tables: &Tables) -> Vec<String> {
    texts(tables, "employees", "given_name")
}

#[test]
fn half_characters_are_read_once_and_told_of() {
    let (_, expected, asked) = sync(|page, _| page);
    let (report, tables, asked_again) = sync(|page, _| page.replace(r#""givenName":""#, r#""givenName":"\ud800"#));
    let report = report.unwrap();
    let names = given_names(&expected).into_iter().map(|name| format!("\u{fffd}{name}")).collect::<Vec<_>>();
    assert_eq!(given_names(&tables), names);
    assert_eq!((report.requests.retries, asked_again), (0, asked));
    let employees = report.resources.iter().find(|r| r.resource == "employees").unwrap();
    let finding = DriftFinding::LoneSurrogates { column: "given_name".into(), records: EMPLOYEES as u64 };
    assert!(employees.drift.contains(&finding), "{:?}", employees.drift);
    assert!(report.for_people().contains("lone surrogates) in given_name of 12 records"), "{}", report.for_people());
}

#[test]
fn half_characters_in_values_are_read_in_wide_tables_too() {
    let halve: Edit = |page, _| {
        let mut page = Page::parse(page.as_bytes());
        for item in page.items.iter_mut().filter(|item| item.get().contains("\"e_badgeNumber\"")) {
            let halved = item.get().replacen(r#""value":""#, r#""value":"\udc00"#, 1);
            *item = RawValue::from_string(halved).unwrap();
        }
        String::from_utf8(page.bytes().to_vec()).unwrap()
    };
    let (_, expected, _) = sync(|page, _| page);
    let (report, tables, _) = sync_of("/lucca-api/employee-attributes", halve);
    assert_eq!(report.unwrap().requests.retries, 0);
    let badges: Vec<String> =
        texts(&expected, "personal_snapshot", BADGE).iter().map(|b| format!("\u{fffd}{b}")).collect();
    assert!(badges.len() > 3, "{badges:?}");
    assert_eq!(texts(&tables, "personal_snapshot", BADGE), badges);
    let unforeseen = |tables: &Tables| texts(tables, "personal_snapshot", "_unforeseen");
    assert_eq!(unforeseen(&tables), unforeseen(&expected));
    let sent = texts(&tables, "personal_attributes", "value");
    assert_eq!(sent.iter().filter(|value| value.starts_with(r#""\udc00"#)).count(), badges.len());
}

const BADGE: &str = "e_badge_number";

#[test]
fn nul_and_megabytes_reach_the_lake_as_they_are() {
    let (_, expected, _) = sync(|page, _| page);
    let (report, tables, _) =
        sync(|page, _| page.replace(r#""givenName":""#, &format!(r#""givenName":"\u0000{}"#, "é".repeat(3 << 19))));
    assert_eq!(report.unwrap().requests.retries, 0);
    let long = format!("\0{}", "é".repeat(3 << 19));
    for (name, before) in given_names(&tables).iter().zip(given_names(&expected)) {
        assert!(name.strip_prefix(&long) == Some(&before), "the name of {before} changed");
    }
}

#[test]
fn a_number_that_no_column_holds_ends_the_run_at_once() {
    let (result, _, asked) = sync(|page, _| page.replacen(r#""givenName":""#, r#""givenName":1e400,"was":""#, 1));
    let error = result.unwrap_err();
    assert_eq!((error.exit_code(), asked), (ExitCode::Contract, 1), "{error}");
    assert!(error.to_string().contains("`givenName` holds a number that no column can hold"), "{error}");
}

#[test]
fn a_cursor_that_names_itself_ends_the_run() {
    let (result, _, asked) = sync(|page, address| {
        let mut page = Page::parse(page.as_bytes());
        page.links.next = Some(Href { href: address.to_owned() });
        String::from_utf8(page.bytes().to_vec()).unwrap()
    });
    let error = result.unwrap_err();
    assert_eq!((error.exit_code(), asked), (ExitCode::Contract, 1), "{error}");
    assert!(error.to_string().contains("leads back to a page already read"), "{error}");
}
