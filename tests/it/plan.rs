//! `plan` tells what `sync` will cost, and `--max-requests` holds it to that.

use serde_json::Value;
use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

fn plan(tenant: &Tenant, lake: &std::path::Path, flags: &[&str]) -> Value {
    let output = tenant.run(lake, &[&["plan", "--format", "json"], flags].concat());
    assert_eq!(code(&output), 0, "{}", err(&output));
    serde_json::from_str(&out(&output)).unwrap()
}

/// Requests that a sync took, by its report in the lake.
fn sync(tenant: &Tenant, lake: &std::path::Path, flags: &[&str]) -> u64 {
    let output = tenant.run(lake, &[&["sync"], flags].concat());
    assert_eq!(code(&output), 0, "{}", err(&output));
    let runs = std::fs::read_dir(lake.join("_lake/runs")).unwrap();
    let newest = runs.map(|run| run.unwrap().path()).max_by_key(|path| path.metadata().unwrap().modified().unwrap());
    let report = std::fs::read(newest.unwrap().join("report.json")).unwrap();
    serde_json::from_slice::<Value>(&report).unwrap()["requests"]["requests"].as_u64().unwrap()
}

#[test]
fn the_estimate_is_what_a_sync_takes() {
    for (size, rule) in [("20", None), ("250", None), ("250", Some("--clamp-limit")), ("1500", None)] {
        let arguments: Vec<&str> = ["--employees", size].into_iter().chain(rule).collect();
        let (tenant, folder) = (Tenant::start(&arguments), tempdir().unwrap());
        let lake = folder.path().join("lake");
        let first = plan(&tenant, &lake, &[]);
        assert!(!lake.exists(), "a plan must not make a lake");
        assert_eq!(first["requests_spent"], 14);
        let expected = first["requests"].as_u64().unwrap();
        let took = sync(&tenant, &lake, &[]);
        let near = |expected: u64, took: u64| expected.abs_diff(took) <= 2 + took / 20;
        assert!(near(expected, took), "{arguments:?}: {expected} expected, {took} taken");
        let again = plan(&tenant, &lake, &["--offline"]);
        // A refusal is remembered; a tenant that clamps costs nothing to ask.
        let probing = u64::from(rule.is_some());
        assert_eq!((again["requests_spent"].as_u64(), again["probing"].as_u64()), (Some(0), Some(probing)));
        let (expected, took) = (again["requests"].as_u64().unwrap(), sync(&tenant, &lake, &[]));
        assert!(near(expected, took), "{arguments:?}: {expected} expected offline, {took} taken");
    }
}

#[test]
fn a_plan_is_about_the_tables_asked_for() {
    let (tenant, folder) = (Tenant::start(&["--employees", "30"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let headcount = plan(&tenant, &lake, &["--tables", "headcount"]);
    let scopes: Vec<&str> = headcount["scopes"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    assert_eq!(
        scopes,
        ["departments.readonly", "employments.readonly", "job-positions.readonly", "legal-entities.readonly"]
    );
    let offline = tenant.run(&lake, &["plan", "--offline"]);
    assert_eq!(code(&offline), 2);
    assert!(err(&offline).contains("leave out --offline"), "{}", err(&offline));
}

#[test]
fn a_sync_that_would_cost_too_much_does_not_start() {
    let (tenant, folder) = (Tenant::start(&["--employees", "250"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let refused = tenant.run(&lake, &["sync", "--max-requests", "20"]);
    assert_eq!(code(&refused), 2, "{}", err(&refused));
    assert!(err(&refused).contains("more than --max-requests 20"), "{}", err(&refused));
    assert!(!lake.join("core").exists() && !lake.join("_lake/manifests").exists());
    let took = sync(&tenant, &lake, &["--max-requests", "60"]);
    assert!(took <= 60, "{took} requests");
}
