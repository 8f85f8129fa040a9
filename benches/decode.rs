//! How fast pages of employee-attributes become Arrow columns on one core, next to only tokenising them.
//!
//! `cargo bench --bench decode` prints MB/s (decompressed JSON, 10^6 bytes) of the best of several rounds, and the ratio
//! between the two, which holds on any machine. Records come in two sizes: as the fake tenant serves them, with the
//! employment and position they belong to, and with the properties of the API's own example only.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and fails by panicking")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use lucca_lake::{
    catalog::Catalog,
    decode::Decoder,
    fake_tenant::{FakeTenant, Options},
    page::Page,
};
use serde::de::IgnoredAny;
use serde_json::Value;

const EMPLOYEES: usize = 2_000;
const RECORDS_PER_PAGE: usize = 1_000;
const ROUNDS: usize = 9;

fn main() {
    let mut options = Options::new("2026-11-22".parse().unwrap());
    options.employees = EMPLOYEES;
    let tenant = FakeTenant::new(options);
    let served: Vec<Vec<u8>> = tenant.record_texts("employee-attributes", "https://example.ilucca.net").collect();
    let documented: Vec<Vec<u8>> = served.iter().map(|record| documented_properties(record)).collect();
    measure("as served", &pages(&served));
    measure("documented properties", &pages(&documented));
}

fn measure(what: &str, pages: &[Page]) {
    let bytes: usize = pages.iter().map(|p| p.body.len()).sum();
    let catalog = Catalog::embedded().unwrap();
    let decoder = Decoder::new(catalog.resource("employee-attributes").unwrap(), "run");
    let mut records = 0;
    let decode = best(|| records = pages.iter().map(|p| decoder.decode(p).unwrap().1.records).sum());
    let tokenise = best(|| {
        for page in pages {
            serde_json::from_slice::<IgnoredAny>(&page.body).unwrap();
        }
    });
    let megabytes = bytes as f64 / 1e6;
    println!("{what}: {records} records, {} bytes each, {megabytes:.1} MB", bytes as u64 / records);
    println!("  tokenise only {:>6.0} MB/s", megabytes / tokenise.as_secs_f64());
    println!(
        "  decode        {:>6.0} MB/s, {:.0} records/s, {:.2} of tokenising",
        megabytes / decode.as_secs_f64(),
        records as f64 / decode.as_secs_f64(),
        tokenise.as_secs_f64() / decode.as_secs_f64()
    );
}

fn documented_properties(record: &[u8]) -> Vec<u8> {
    let mut record: serde_json::Map<String, Value> = serde_json::from_slice(record).unwrap();
    record.retain(|name, _| name != "employment" && name != "jobPosition");
    serde_json::to_vec(&record).unwrap()
}

/// Pages as the API serves them.
fn pages(records: &[Vec<u8>]) -> Vec<Page> {
    let page = |(number, records): (usize, &[Vec<u8>])| {
        let mut body = br#"{"type":"employee-attributes","url":"x","totalCount":1,"items":["#.to_vec();
        body.extend_from_slice(&records.join(&b','));
        body.extend_from_slice(br#"],"links":{"prev":null,"next":null}}"#);
        Page { number: number as u64 + 1, body: Bytes::from(body), received_at: chrono::DateTime::UNIX_EPOCH }
    };
    records.chunks(RECORDS_PER_PAGE).enumerate().map(page).collect()
}

fn best(mut work: impl FnMut()) -> Duration {
    let rounds = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    rounds.min().unwrap_or_default()
}
