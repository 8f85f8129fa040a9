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
    let attributes = "--tables=employee_attributes";
    let cases: &[(&[&str], &[&str])] = &[
        (&["20"], &[]),
        (&["250"], &["--tables", "headcount"]),
        (&["250", "--clamp-limit"], &["--tables", "headcount"]),
        (&["1500"], &[attributes]),
        (&["60"], &[attributes, "--attribute-definitions", "employee.givenName,employee.familyName"]),
        (&["60"], &["--tables", "headcount", "--attributes", "off"]),
        (&["60"], &[attributes, "--attributes", "history"]),
        (&["60"], &[attributes, "--as-of", "2026-01-31", "--as-of", "2026-02-28"]),
        (&["60"], &[attributes, "--from", "2025-10-31", "--to", "2026-01-31", "--every", "month"]),
    ];
    for (size, flags) in cases {
        let (tenant, folder) = (Tenant::start(&[&["--employees"], *size].concat()), tempdir().unwrap());
        let lake = folder.path().join("lake");
        let first = plan(&tenant, &lake, flags);
        assert!(!lake.exists(), "a plan must not make a lake");
        assert_eq!(first["requests_spent"].as_u64().unwrap(), first["resources"].as_array().unwrap().len() as u64);
        // A refusal costs a request and is remembered; a tenant that clamps costs nothing to ask.
        let clamps = size.len() > 1;
        let free = |plan: &Value| if clamps { plan["probing"].as_u64().unwrap() } else { 0 };
        let expected = first["requests"].as_u64().unwrap() - free(&first);
        let took = sync(&tenant, &lake, flags);
        assert_eq!(expected, took, "{size:?} {flags:?}");
        let again = plan(&tenant, &lake, &[&["--offline"], *flags].concat());
        let probing = u64::from(clamps);
        assert_eq!((again["requests_spent"].as_u64(), again["probing"].as_u64()), (Some(0), Some(probing)));
        assert_eq!(
            again["requests"].as_u64().unwrap() - free(&again),
            took - first["probing"].as_u64().unwrap() + free(&first)
        );
    }
}

/// Which people have how many values is not known before they are read, and only those tell where chains of pages end.
#[test]
fn an_estimate_that_cannot_be_exact_is_near() {
    let tenant = Tenant::start(&["--employees", "500"]);
    for (flags, note) in [
        (&["--from", "2024-11-30", "--to", "2025-01-31"][..], None),
        (&["--attribute-people", "active"], Some("whatever their status: fewer may do")),
        (&["--attribute-definitions", "employee.*"], Some("prefixes name some only when definitions are read")),
    ] {
        let flags = &[&["--tables", "employee_attributes"], flags].concat()[..];
        let folder = tempdir().unwrap();
        let lake = folder.path().join("lake");
        let planned = plan(&tenant, &lake, flags);
        let (expected, took) = (planned["requests"].as_u64().unwrap(), sync(&tenant, &lake, flags));
        match note {
            None => assert!(expected.abs_diff(took) <= 2, "{flags:?}: {expected} expected, {took} taken"),
            Some(note) => {
                assert!(took <= expected, "{flags:?}: {expected} expected, {took} taken");
                assert!(planned["notes"][0].as_str().unwrap().contains(note), "{planned}");
            }
        }
    }
}

#[test]
fn a_plan_takes_the_days_of_a_sync() {
    let (tenant, folder) = (Tenant::start(&["--employees", "30"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let series = ["--from", "2025-12-31", "--to", "2026-02-28"];
    let days = serde_json::json!(["2025-12-31", "2026-01-31", "2026-02-28"]);
    let planned = plan(&tenant, &lake, &series);
    assert_eq!((&planned["days"], &planned["as_of"]), (&days, &days[2]));
    let text = tenant.run(&lake, &[&["plan"], &series[..]].concat());
    assert!(
        out(&text).contains(" requests for the snapshots of 2025-12-31, 2026-01-31, 2026-02-28: "),
        "{}",
        out(&text)
    );
    assert_eq!(
        out(&text),
        out(&tenant.run(&lake, &["plan", "--as-of", "2026-02-28", "--as-of", "2025-12-31", "--as-of", "2026-01-31"]))
    );
    for wrong in [
        &["--from", "2026-01-31"][..],
        &["--from", "2026-01-31", "--to", "2025-12-31"],
        &["--as-of", "2026-01-31", "--from", "2026-01-31", "--to", "2026-02-28"],
    ] {
        let refused = |command: &str| tenant.run(&lake, &[&[command], wrong].concat());
        let (planned, synced) = (refused("plan"), refused("sync"));
        assert_eq!((code(&planned), code(&synced)), (2, 2), "{wrong:?}");
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

#[test]
fn absences_are_counted_before_any_was_read() {
    let (tenant, folder) = (Tenant::start(&["--employees", "60", "--legacy-key"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let first = plan(&tenant, &lake, &[]);
    let of_leaves = |plan: &Value| {
        let resources = plan["resources"].as_array().unwrap();
        resources.iter().find(|resource| resource["resource"] == "leaves").unwrap()["records"].as_u64()
    };
    assert!(first["notes"].as_array().unwrap().is_empty(), "{}", first["notes"]);
    let counted = of_leaves(&first);
    sync(&tenant, &lake, &[]);
    let table = tenant.run(&lake, &["query", "--format", "json", "SELECT count(*) AS n FROM leaves"]);
    let table: Value = serde_json::from_str(&out(&table)).unwrap();
    assert!(counted > Some(100) && counted == table[0]["n"].as_u64(), "{counted:?} {table}");
    assert_eq!(of_leaves(&plan(&tenant, &lake, &["--offline"])), counted);
}
