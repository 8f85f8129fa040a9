//! Quality gates: what they hold back, what is found, and who may publish it all the same.

use std::path::Path;

use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

fn csv(tenant: &Tenant, lake: &Path, flags: &[&str], sql: &str) -> String {
    let output = tenant.run(lake, &[&["query", "--format", "csv"], flags, &[sql]].concat());
    assert_eq!(code(&output), 0, "{}", err(&output));
    out(&output)
}

fn sync(tenant: &Tenant, lake: &Path, flags: &[&str]) -> (i32, String) {
    let output = tenant.run(lake, &[&["sync"], flags].concat());
    (code(&output), err(&output))
}

fn verify(tenant: &Tenant, lake: &Path) {
    let verified = tenant.run(lake, &["verify"]);
    assert_eq!(code(&verified), 0, "{}{}", out(&verified), err(&verified));
}

/// The run that the message of a refusal names.
fn held_run(message: &str) -> String {
    let (_, rest) = message.split_once("query --run ").unwrap();
    rest.split('`').next().unwrap().to_owned()
}

#[test]
fn a_permission_that_is_gone_is_held_back_until_somebody_accepts_it() {
    let folder = tempdir().unwrap();
    let lake = folder.path().join("lake");
    let whole = Tenant::start(&["--employees", "60"]);
    assert_eq!(sync(&whole, &lake, &["--as-of", "2026-03-14"]).0, 0);
    let hidden = Tenant::start(&["--employees", "60", "--hide", "employees.email,job-positions.manager"]);
    let (exit, message) = sync(&hidden, &lake, &["--as-of", "2026-03-15"]);
    assert_eq!(exit, 5, "{message}");
    assert!(message.contains("values_dropped: employees.email: 0 of "), "{message}");
    assert!(message.contains("values_dropped: job_positions.manager_id: 0 of "), "{message}");

    // Readers have what they had; the other is there for whoever looks.
    let emails = "SELECT count(email) > 0 AS any_email FROM employees";
    assert_eq!(csv(&hidden, &lake, &[], emails), "any_email\ntrue\n");
    let run = held_run(&message);
    assert_eq!(csv(&hidden, &lake, &["--run", &run], emails), "any_email\nfalse\n");
    let gates = "SELECT table_name || '.' || column_name AS at, first_seen_as_of FROM data_quality_findings \
                 WHERE rule = 'values_dropped' ORDER BY 1";
    let wanted = "at,first_seen_as_of\nemployees.email,2026-03-15\njob_positions.manager_id,2026-03-15\n";
    let found = csv(&hidden, &lake, &["--run", &run], gates);
    assert!(wanted.lines().all(|line| found.contains(line)), "{found}");
    let listed = out(&hidden.run(&lake, &["snapshots"]));
    assert!(listed.contains("held") && listed.contains(&run) && listed.contains("values_dropped"), "{listed}");
    let spared = out(&hidden.run(&lake, &["gc", "--dry-run"]));
    assert!(spared.starts_with("nothing to collect\n"), "{spared}");
    verify(&hidden, &lake);

    for nobody in ["20200101T000000Z-00000000", ".hidden", "../x"] {
        let refused = hidden.run(&lake, &["publish", "--accept", nobody, "--reason", "because"]);
        assert!(code(&refused) == 2 && err(&refused).contains("holds nothing back"), "{}", err(&refused));
    }
    let silent = hidden.run(&lake, &["publish", "--accept", &run, "--reason", " "]);
    assert_eq!(code(&silent), 2, "{}", err(&silent));
    // Nor is anything published that is no longer what was held back.
    let file = lake.join("_lake/staging").join(&run).join("core/employees/0000.parquet");
    let whole = std::fs::read(&file).unwrap();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    std::fs::write(&file, changed).unwrap();
    let accept = ["publish", "--accept", &run, "--reason", "addresses are private now"];
    let damaged = hidden.run(&lake, &accept);
    assert_eq!(code(&damaged), 5, "{}", err(&damaged));
    assert!(err(&damaged).contains("core/employees/0000.parquet: SHA-256 is "), "{}", err(&damaged));
    assert_eq!(csv(&hidden, &lake, &[], emails), "any_email\ntrue\n");
    std::fs::write(&file, whole).unwrap();
    let accepted = hidden.run(&lake, &accept);
    assert_eq!((code(&accepted), out(&accepted)), (0, "2026-03-15.1\tpublished\n".to_owned()), "{}", err(&accepted));
    assert_eq!(csv(&hidden, &lake, &[], emails), "any_email\nfalse\n");
    let listed = out(&hidden.run(&lake, &["snapshots"]));
    assert!(listed.contains("accepted: addresses are private now") && !listed.contains("held"), "{listed}");
    let again = hidden.run(&lake, &["publish", "--accept", &run, "--reason", "twice"]);
    assert_eq!(code(&again), 2, "{}", err(&again));
    verify(&hidden, &lake);

    // From now on that is how it is; and what is computed again keeps what was found when the API was read.
    let derived = hidden.run(&lake, &["derive"]);
    assert_eq!(code(&derived), 0, "{}", err(&derived));
    assert!(csv(&hidden, &lake, &[], gates).contains("employees.email,2026-03-15"));
    let (exit, message) = sync(&hidden, &lake, &["--as-of", "2026-03-16"]);
    assert_eq!(exit, 0, "{message}");
}

#[test]
fn a_table_that_lost_rows_is_held_back_unless_tolerated() {
    let folder = tempdir().unwrap();
    let lake = folder.path().join("lake");
    let many = Tenant::start(&["--employees", "80"]);
    assert_eq!(sync(&many, &lake, &["--as-of", "2026-03-14"]).0, 0);
    let few = Tenant::start(&["--employees", "30"]);
    let (exit, message) = sync(&few, &lake, &["--as-of", "2026-03-15"]);
    assert_eq!(exit, 5, "{message}");
    assert!(message.contains("rows_dropped: employees: "), "{message}");
    let first = held_run(&message);
    // The same day, run again and tolerated, is published; what was held back before is out of date.
    let rules = "rows_dropped,values_dropped,unresolved_references";
    let (exit, message) = sync(&few, &lake, &["--as-of", "2026-03-15", "--tolerate", rules]);
    assert_eq!(exit, 0, "{message}");
    let late = few.run(&lake, &["publish", "--accept", &first, "--reason", "too late"]);
    assert_eq!(code(&late), 6, "{}", err(&late));
    // Whoever wants to know why it was held back has as long as for any other: `gc` counts days, and nothing else.
    let spared = out(&few.run(&lake, &["gc"]));
    assert!(spared.starts_with("nothing to collect\n"), "{spared}");
    assert_eq!(csv(&few, &lake, &["--run", &first], "SELECT count(*) > 0 AS any FROM employees"), "any\ntrue\n");
    verify(&few, &lake);
}

#[test]
fn findings_remember_when_they_were_first_seen() {
    let (tenant, folder) = (Tenant::start(&["--employees", "60"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    for day in ["2026-03-14", "2026-03-15"] {
        assert_eq!(sync(&tenant, &lake, &["--as-of", day]).0, 0);
    }
    let sql = "SELECT count(*) > 0 AS found, min(first_seen_as_of) AS lo, max(first_seen_as_of) AS hi, \
               count(*) - count(DISTINCT rule || table_name || coalesce(column_name, '') || coalesce(record_id, '')) \
               AS twice FROM data_quality_findings WHERE rule = 'unresolved_references'";
    assert_eq!(csv(&tenant, &lake, &[], sql), "found,lo,hi,twice\ntrue,2026-03-14,2026-03-14,0\n");
}
