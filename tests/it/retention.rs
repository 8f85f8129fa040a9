//! Time travel and what ends it: replaced snapshots, retention, gc.

use std::{fs, path::Path};

use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

fn sync(tenant: &Tenant, lake: &Path, flags: &[&str]) {
    let output = tenant.run(lake, &[&["sync", "--tables", "departments,employees"], flags].concat());
    assert_eq!(code(&output), 0, "{}", err(&output));
}

fn count(tenant: &Tenant, lake: &Path, flags: &[&str]) -> Result<String, (i32, String)> {
    let output = tenant.run(lake, &[&["query", "--format", "csv", "SELECT count(*) FROM employees"], flags].concat());
    if code(&output) == 0 { Ok(out(&output)) } else { Err((code(&output), err(&output))) }
}

fn files(lake: &Path, day: &str) -> usize {
    fs::read_dir(lake.join(format!("core/employees/as_of={day}"))).map_or(0, Iterator::count)
}

#[test]
fn replaced_files_go_at_once_or_after_their_grace() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let day = ["--as-of", "2026-03-15"];
    sync(&tenant, &lake, &day);
    sync(&tenant, &lake, &day);
    assert_eq!(files(&lake, day[1]), 1, "a plain glob counts nobody twice");
    let (exit, message) = count(&tenant, &lake, &["--snapshot", "2026-03-15.1"]).unwrap_err();
    assert!(exit == 2 && message.contains("are gone"), "{message}");
    assert!(count(&tenant, &lake, &["--snapshot", "2026-03-15.2"]).is_ok());
    let (exit, message) = count(&tenant, &lake, &["--snapshot", "2026-03-15.9"]).unwrap_err();
    assert!(exit == 2 && message.contains("there is no snapshot"), "{message}");

    sync(&tenant, &lake, &[&day[..], &["--superseded-grace", "6h"]].concat());
    assert_eq!(files(&lake, day[1]), 2);
    assert!(count(&tenant, &lake, &["--snapshot", "2026-03-15.2"]).is_ok(), "it is read for six more hours");
    let listed = out(&tenant.run(&lake, &["snapshots"]));
    let states: Vec<&str> = listed.lines().skip(1).filter_map(|l| l.split_whitespace().nth(1)).collect();
    assert_eq!(states, ["replaced", "kept", "current"]);
    assert_eq!(out(&tenant.run(&lake, &["gc"])), "nothing to collect\n", "gc leaves them to their readers");
    assert!(code(&tenant.run(&lake, &["verify"])) == 0, "and they are no strays");
    // A run without a grace ends that of those before.
    sync(&tenant, &lake, &day);
    assert_eq!(files(&lake, day[1]), 1);
    assert!(code(&tenant.run(&lake, &["verify"])) == 0);
}

#[test]
fn dates_past_retention_go_and_the_others_stay_whole() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let days = ["2026-01-30", "2026-01-31", "2026-02-27", "2026-03-13", "2026-03-14", "2026-03-15"];
    sync(&tenant, &lake, &days.iter().flat_map(|day| ["--as-of", *day]).collect::<Vec<_>>());
    let stray = lake.join("core/employees/as_of=2026-02-27/stray-0000.parquet");
    fs::write(&stray, b"PAR1").unwrap();
    fs::write(lake.join("core/NOTES.txt"), b"not ours").unwrap();
    let keep = ["gc", "--keep-last", "2", "--keep-month-ends", "3"];
    let shown = out(&tenant.run(&lake, &[&keep[..], &["--dry-run"]].concat()));
    assert!(shown.contains("stray-0000.parquet\tin no manifest\t4 bytes"), "{shown}");
    let gone: Vec<&str> = shown.lines().filter_map(|l| l.strip_suffix("\tsnapshot past retention")).collect();
    assert_eq!(gone, ["2026-01-30.1", "2026-03-13.1"]);
    assert!(stray.exists() && days.iter().all(|day| files(&lake, day) > 0), "a dry run touches nothing");

    let collected = tenant.run(&lake, &keep);
    assert_eq!(code(&collected), 0, "{}", err(&collected));
    assert!(!stray.exists() && lake.join("core/NOTES.txt").exists());
    let listed = out(&tenant.run(&lake, &["snapshots"]));
    for day in days {
        let kept = !["2026-01-30", "2026-03-13"].contains(&day);
        assert_eq!(count(&tenant, &lake, &["--as-of", day]).is_ok(), kept, "{day}");
        assert_eq!(files(&lake, day) > 0, kept, "{day}");
        assert_eq!(listed.contains(day), kept, "{day}: {listed}");
    }
    let views = fs::read_to_string(lake.join("views/duckdb.sql")).unwrap();
    assert!(views.contains("as_of=2026-02-27") && !views.contains("as_of=2026-01-30"), "views forget them too");
    assert_eq!(code(&tenant.run(&lake, &["verify"])), 0);
    assert_eq!(out(&tenant.run(&lake, &keep)), "nothing to collect\n");
    // A date that went may come again.
    sync(&tenant, &lake, &["--as-of", "2026-01-30"]);
    assert!(count(&tenant, &lake, &["--as-of", "2026-01-30"]).is_ok());
}
