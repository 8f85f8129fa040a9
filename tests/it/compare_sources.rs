//! Two lakes say the same, or it is said where they do not.

use std::path::Path;

use serde_json::Value;

use crate::tenant::{Tenant, code, err, out};

fn synced(tenant: &Tenant, lake: &Path) {
    let output = tenant.run(lake, &["sync", "-q", "--as-of", "2026-03-15"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
}

fn lakes(folder: &Path) -> [String; 2] {
    ["left", "right"].map(|name| folder.join(name).display().to_string())
}

/// Runs the command over the lakes of `folder`.
fn compared(folder: &Path, arguments: &[&str]) -> std::process::Output {
    let [left, right] = lakes(folder);
    let command = ["compare-sources", "--left", &left, "--right", &right];
    std::process::Command::new(crate::tenant::PROGRAM)
        .args(command.iter().copied().chain(arguments.iter().copied()))
        .env_clear()
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn what_two_readings_of_one_tenant_say_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(&["--employees", "40"]);
    synced(&tenant, &folder.path().join("left"));
    synced(&tenant, &folder.path().join("right"));
    let output = compared(folder.path(), &[]);
    assert_eq!(code(&output), 0, "{}{}", out(&output), err(&output));
    let text = out(&output);
    assert!(text.contains("not compared, as they tell of the reading: _extracted_at, _run_id, url"), "{text}");
    let summary = text.lines().last().unwrap();
    assert!(summary.ends_with(" equal") && !summary.contains(','), "{summary}");
    assert!(text.lines().any(|line| line.starts_with("employees ") && line.ends_with(" equal")), "{text}");
}

#[test]
fn what_differs_is_told_by_table_column_and_record() {
    let folder = tempfile::tempdir().unwrap();
    synced(&Tenant::start(&["--employees", "40"]), &folder.path().join("left"));
    // The same people, of whom less is seen; and what is computed from it.
    synced(&Tenant::start(&["--employees", "40", "--hide", "employees.email"]), &folder.path().join("right"));
    let output = compared(folder.path(), &["--format", "json"]);
    assert_eq!(code(&output), 5, "{}", err(&output));
    assert!(err(&output).contains("the sides differ in "), "{}", err(&output));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["verdict"], "differs");
    let table = |name: &str| told["tables"].as_array().unwrap().iter().find(|t| t["table"] == name).unwrap().clone();
    let employees = table("employees");
    assert_eq!((&employees["verdict"], &employees["rows"]["verdict"]), (&"differs".into(), &"equal".into()));
    let columns = employees["columns"].as_array().unwrap();
    let differing: Vec<&Value> = columns.iter().filter(|column| column["verdict"] == "differs").collect();
    assert_eq!(differing.len(), 1, "{differing:?}");
    let email = differing[0];
    assert_eq!((&email["column"], &email["only_right"]["count"]), (&"email".into(), &0.into()));
    let only_left = email["only_left"]["count"].as_u64().unwrap();
    assert_eq!(only_left + email["equal"].as_u64().unwrap(), 40);
    assert_eq!(email["only_left"]["ids"].as_array().unwrap().len() as u64, only_left.min(20));
    assert_eq!(table("departments")["verdict"], "equal");
    // No value is told unless it is asked for.
    assert!(!out(&output).contains('@'), "{}", out(&output));
    let shown = compared(folder.path(), &["--tables", "employees", "--show-values"]);
    assert!(code(&shown) == 5 && out(&shown).contains('@'), "{}", out(&shown));
    let accepted = compared(folder.path(), &["--tables", "employees,departments", "--accept", "employees.email"]);
    assert_eq!(code(&accepted), 0, "{}", err(&accepted));
    let text = out(&accepted);
    assert!(text.ends_with("2 tables: 1 equal, 1 accepted\n"), "{text}");
    assert!(text.contains(&format!("  email (accepted): {only_left} only left\n")), "{text}");
}

#[test]
fn slips_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(&["--employees", "10"]);
    synced(&tenant, &folder.path().join("left"));
    synced(&tenant, &folder.path().join("right"));
    for (arguments, message) in [
        (&["--tables", "employee"][..], "neither side has employee; did you mean \"employees\"?"),
        (&["--accept", "employees.mail"], "neither side has employees.mail"),
        (&["--key", "employees"], "--key employees: write TABLE=COLUMN,COLUMN"),
        (&["--key", "employees=id,id"], "--key employees=id,id: write TABLE=COLUMN,COLUMN"),
        (&["--key", "employees=nothing"], "--key: employees has no column nothing"),
        (&["--right", "./nowhere"], "cannot be used multiple times"),
    ] {
        let output = compared(folder.path(), arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(err(&output).contains(message), "{arguments:?}: {}", err(&output));
    }
    let [left, right] = lakes(folder.path());
    let output = std::process::Command::new(crate::tenant::PROGRAM)
        .args(["compare-sources", "--left", &left, "--right", &format!("{right}=2020-01-01")])
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("has no snapshot as of 2020-01-01; there is 2026-03-15"), "{}", err(&output));
}
