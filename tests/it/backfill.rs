//! Many days from one reading: each snapshot is the one that a run of that day alone would have published.

use std::path::Path;

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
