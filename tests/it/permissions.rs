//! `check` says what is allowed; a missing scope stops a `sync`, unless the table is optional.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

/// Status and detail of each check.
fn checks(
    tenant: &Tenant,
    lake: &Path,
    flags: &[&str],
    environment: &[(&str, &str)],
) -> (i32, BTreeMap<String, String>) {
    let output = tenant.run_with(lake, &[&["check", "--format", "json"], flags].concat(), environment);
    let said: Value = serde_json::from_str(&out(&output)).unwrap_or_else(|_| panic!("{}", err(&output)));
    let line = |check: &Value| {
        let text = |key: &str| check[key].as_str().unwrap().to_owned();
        (text("check"), format!("{}: {}", text("status"), text("detail")))
    };
    (code(&output), said["checks"].as_array().unwrap().iter().map(line).collect())
}

#[test]
fn a_sound_configuration_passes() {
    let (tenant, folder) = (Tenant::start(&["--employees", "30"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let (code, checks) = checks(&tenant, &lake, &[], &[]);
    assert_eq!(code, 0, "{checks:?}");
    assert_eq!(checks["token"], "ok: given, with 13 of 13 scopes");
    assert_eq!(checks["resource employees"], "ok: allowed: 30 records");
    assert!(checks["lake: put-if-absent"].starts_with("ok: honoured"));
    assert!(checks["clock"].starts_with("note: ") || checks["clock"].starts_with("ok: "));
    assert!(fs::read_dir(&lake).unwrap().all(|entry| entry.unwrap().file_name() == "_lake"), "a check leaves no data");
}

#[test]
fn what_was_learned_of_page_limits_is_forgotten() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let probing = || {
        let planned = tenant.run(&lake, &["plan", "--offline", "--format", "json"]);
        serde_json::from_str::<Value>(&out(&planned)).unwrap()["probing"].as_u64().unwrap()
    };
    let checked = || checks(&tenant, &lake, &[], &[]).1.get("lake: page limits").cloned();
    assert_eq!(code(&tenant.run(&lake, &["sync"])), 0);
    assert_eq!(probing(), 0);
    assert_eq!(
        checked().as_deref(),
        Some("ok: forgotten: the next sync asks again how large pages may be, and for properties that were refused")
    );
    assert_eq!((probing(), checked()), (1, None), "there is nothing left to forget");
    assert_eq!(code(&tenant.run(&lake, &["sync"])), 0);
    assert_eq!(probing(), 0);
}

#[test]
fn each_mistake_has_its_line_and_its_exit_code() {
    let without = ["--employees", "30", "--without-scopes", "employee-personal-records.readonly,departments.readonly"];
    let (tenant, folder) = (Tenant::start(&without), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let (code, found) = checks(&tenant, &lake, &[], &[]);
    assert_eq!(code, 3);
    assert_eq!(found["token"], "ok: given, with 11 of 13 scopes");
    assert_eq!(found["resource departments"], "failed: missing scope: grant departments.readonly");
    assert_eq!(found["resource employees"], "ok: allowed: 30 records");
    let optional = ["--optional-tables", "departments,employee_personal_records"];
    let (code, found) = checks(&tenant, &lake, &optional, &[]);
    assert_eq!(code, 0, "{found:?}");
    assert!(found["resource departments"].starts_with("note: missing scope"));

    let (code, found) = checks(&tenant, &lake, &[], &[("LUCCA_CLIENT_SECRET", "no-such-secret")]);
    assert_eq!(code, 3);
    assert!(found["token"].starts_with("failed: no token"), "{found:?}");
    let key = "0f9619ff-8b86-d011-b42d-00c04fc964ff";
    let (code, found) = checks(&tenant, &lake, &[], &[("LUCCA_CLIENT_SECRET", key)]);
    assert_eq!(code, 3);
    assert!(
        found["client secret"].contains("legacy API key") && found["token"].contains("legacy API key"),
        "{found:?}"
    );
    let (code, found) = checks(&tenant, &lake, &[], &[("LUCCA_BASE_URL", "https://example.ilucca.net/api/v3/users")]);
    assert_eq!(code, 2);
    assert!(found["tenant address"].contains("legacy API"), "{found:?}");
    fs::write(folder.path().join("file"), "").unwrap();
    let (code, found) = checks(&tenant, &folder.path().join("file"), &optional, &[]);
    assert_eq!(code, 2);
    assert!(found["lake"].starts_with("failed: lake location"), "{found:?}");
}

#[test]
fn a_missing_scope_stops_a_sync_by_its_name() {
    let (tenant, folder) =
        (Tenant::start(&["--employees", "30", "--without-scopes", "job-qualifications.readonly"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let output = tenant.run(&lake, &["sync"]);
    assert_eq!(code(&output), 3);
    let said = err(&output);
    assert!(said.contains("job-qualifications.readonly (tables job_qualifications, professions)"), "{said}");
    assert!(!lake.join("core").exists() && !lake.join("views").exists());
    assert_eq!(code(&tenant.run(&lake, &["plan"])), 3);
    // One of two tables that need the scope is not enough.
    assert_eq!(code(&tenant.run(&lake, &["sync", "--optional-tables", "professions"])), 3);
    assert_eq!(code(&tenant.run(&lake, &["sync", "--tables", "headcount"])), 0);
}

#[test]
fn an_optional_table_is_absent_and_says_so() {
    let (tenant, folder) = (
        Tenant::start(&[
            "--employees",
            "30",
            "--without-scopes",
            "employees.readonly,employee-personal-records.readonly",
        ]),
        tempdir().unwrap(),
    );
    let lake = folder.path().join("lake");
    let optional = "employees,employee_personal_records";
    let output = tenant.run(&lake, &["sync", "--optional-tables", optional]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(err(&output).contains("employee_personal_records: not in this snapshot"), "{}", err(&output));
    assert!(!lake.join("core/employees").exists() && !lake.join("personal/employee_personal_records").exists());
    // What would be read by the ids of employees is read without them.
    let count = tenant.run(&lake, &["query", "--format", "csv", "SELECT count(*) > 500 FROM employee_attributes"]);
    assert!(out(&count).ends_with("true\n"), "{} {}", out(&count), err(&count));
    for views in ["views/duckdb.sql", "views/spark.sql"] {
        let views = fs::read_to_string(lake.join(views)).unwrap();
        let line = "-- employees is not in the snapshot of ";
        assert!(views.contains(line) && views.contains("employees.readonly was not granted"), "{views}");
        assert!(!views.contains("VIEW \"employees\"") && !views.contains("VIEW `employees`"));
    }
    let report = fs::read_dir(lake.join("_lake/runs")).unwrap().next().unwrap().unwrap().path().join("report.json");
    let report: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    assert_eq!(report["absent"].as_array().unwrap().len(), 2);
    assert!(report["skipped"].as_array().unwrap().iter().any(|s| s["table"] == "probation_deadlines"), "{report}");
    // Nobody could be chosen by a table that is not there.
    let chosen = tenant.run(&lake, &["sync", "--optional-tables", optional, "--attribute-people", "active"]);
    assert_eq!(code(&chosen), 2, "{}", err(&chosen));
    assert!(err(&chosen).contains("--attribute-people needs employees"), "{}", err(&chosen));
}
