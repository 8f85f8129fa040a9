//! Many days from one reading: each snapshot is the one that a run of that day alone would have published.

use std::{os::unix::fs::MetadataExt as _, path::Path};

use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

fn sync(tenant: &Tenant, lake: &Path, flags: &[&str]) -> u64 {
    let output = tenant.run(lake, &[&["sync"], flags].concat());
    assert_eq!(code(&output), 0, "{}", err(&output));
    let said = err(&output);
    let (before, _) = said.split_once(" requests (").unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

/// A table of one day as text, without what tells one run from another.
fn table(tenant: &Tenant, lake: &Path, day: &str, table: &str) -> Vec<String> {
    let columns = match table {
        "employee_attributes" | "personal_attributes" => {
            "id, definition_id, employee_id, employment_id, job_position_id, applicability_start, applicability_end, value"
        }
        "headcount" => "*",
        "probation_deadlines" => "*",
        _ => "id, url",
    };
    let sql = format!("SELECT {columns} FROM {table}");
    let output = tenant.run(lake, &["query", "--as-of", day, "--format", "csv", &sql]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let mut rows: Vec<String> = out(&output).lines().map(str::to_owned).collect();
    rows.sort();
    rows
}

const TABLES: [&str; 6] =
    ["employees", "job_positions", "employee_attributes", "personal_attributes", "headcount", "probation_deadlines"];

#[test]
fn each_day_is_as_a_run_of_that_day_alone() {
    let (tenant, folder) = (Tenant::start(&["--employees", "150"]), tempdir().unwrap());
    let many = folder.path().join("many");
    let days = ["2024-06-30", "2026-03-15", "2026-09-01"];
    let flags: Vec<&str> = days.iter().rev().flat_map(|day| ["--as-of", *day]).collect();
    sync(&tenant, &many, &flags);
    for day in days {
        let alone = folder.path().join(day);
        sync(&tenant, &alone, &["--as-of", day]);
        for name in TABLES {
            let (one, other) = (table(&tenant, &many, day, name), table(&tenant, &alone, day, name));
            assert!(one == other, "{name} of {day}: {} rows, {} alone", one.len(), other.len());
        }
    }
    let different = |name| table(&tenant, &many, days[0], name) != table(&tenant, &many, days[2], name);
    assert!(different("headcount") && different("employee_attributes"), "history shows");
    // What is the same on all days is one file with several names.
    let inode = |zone: &str, name: &str, day: &str| {
        let mut files = std::fs::read_dir(many.join(format!("{zone}/{name}/as_of={day}"))).unwrap();
        let file = files.next().unwrap().unwrap();
        assert!(files.next().is_none());
        file.metadata().unwrap().ino()
    };
    for (zone, name) in [("core", "departments"), ("core", "employments"), ("personal", "employee_personal_records")] {
        assert_eq!(inode(zone, name, days[0]), inode(zone, name, days[2]), "{name}");
    }
    assert_ne!(inode("core", "employee_attributes", days[0]), inode("core", "employee_attributes", days[2]));
    let verified = tenant.run(&many, &["verify"]);
    assert_eq!(code(&verified), 0, "{}", out(&verified));
    assert!(
        !many.join("_lake/staging").exists() || std::fs::read_dir(many.join("_lake/staging")).unwrap().next().is_none()
    );
}

#[test]
fn two_years_cost_what_one_history_costs() {
    let (tenant, folder) = (Tenant::start(&["--employees", "250"]), tempdir().unwrap());
    let history = sync(&tenant, &folder.path().join("history"), &["--attributes", "history"]);
    let lake = folder.path().join("months");
    let months = sync(&tenant, &lake, &["--from", "2024-03-31", "--to", "2026-02-28", "--every", "month"]);
    assert!(months * 10 <= history * 11, "{months} requests for 24 months, {history} for one history");
    let count = tenant
        .run(&lake, &["query", "--as-of", "all", "--format", "csv", "SELECT count(DISTINCT as_of) FROM headcount"]);
    assert!(out(&count).ends_with("24\n"), "{}", out(&count));
}

#[test]
fn a_day_read_on_its_day_stays_and_costs_no_request() {
    let (mut tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    // Where the day begins last; where it begins first, that day is over.
    sync(&tenant, &lake, &["--timezone", "Etc/GMT+12"]);
    let ids = |tenant: &Tenant| {
        let listed = tenant.run(&lake, &["snapshots", "--format", "json"]);
        let listed: serde_json::Value = serde_json::from_str(&out(&listed)).unwrap();
        let of = |key: &str| listed.as_array().unwrap().iter().map(|s| s[key].as_str().unwrap().to_owned()).collect();
        (of("snapshot"), of("state"))
    };
    let (snapshots, _): (Vec<String>, Vec<String>) = ids(&tenant);
    let day = snapshots[0].split_once('.').unwrap().0.to_owned();
    let later = ["--timezone", "Pacific/Kiritimati", "--as-of", day.as_str()];
    // `derive` computes over what was read that day, and what was read stays.
    let derived = tenant.run(&lake, &["derive", "--as-of", &day]);
    assert_eq!(code(&derived), 0, "{}", err(&derived));

    let plan = |tenant: &Tenant, more: &[&str]| {
        let planned = tenant.run(&lake, &[&["plan", "--format", "json"], &later[..], more].concat());
        assert_eq!(code(&planned), 0, "{}", err(&planned));
        serde_json::from_str::<serde_json::Value>(&out(&planned)).unwrap()
    };
    assert!(plan(&tenant, &["--replace"])["requests"].as_u64().unwrap() > 10);
    tenant.stop();
    let planned = plan(&tenant, &[]);
    assert_eq!((planned["requests"].as_u64(), planned["kept"][0]["as_of"].as_str()), (Some(0), Some(day.as_str())));
    let kept = tenant.run(&lake, &[&["sync"], &later[..]].concat());
    assert_eq!(code(&kept), 0, "{}", err(&kept));
    let said = err(&kept);
    assert!(said.contains("0 requests") && said.contains(&format!("nothing to do, as {day} stay as read")), "{said}");
    let told = said.matches("--replace").count();
    assert_eq!((told, ids(&tenant).0), (2, vec![format!("{day}.1"), format!("{day}.2")]), "{said}");
    // However often it asked again, it says what came of it.
    let replacing = tenant.run(&lake, &[&["sync", "-q", "--replace", "--max-requests", "1"], &later[..]].concat());
    assert_eq!((code(&replacing), err(&replacing).lines().count()), (75, 1), "{}", err(&replacing));
}
