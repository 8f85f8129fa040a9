//! Days that cannot be read or cannot be right: each is said once, with the file and the remedy, and stops nobody else.

use std::{fs, path::Path, process::Output};

use lucca_lake::{
    catalog::Catalog,
    lake::{self, Lake, Publication, Replaces, TableWriter, WriterOptions},
};
use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

const GOOD: &str = "2026-03-14";
const BAD: &str = "2026-03-15";
const MANIFEST: &str = "_lake/manifests/as_of=2026-03-15/0000000001.json";
const COUNT: &str = "SELECT count(*) AS n FROM employees";

fn sync(tenant: &Tenant, lake: &Path, flags: &[&str]) -> Output {
    tenant.run(lake, &[&["sync", "--tables", "departments,employees"], flags].concat())
}

/// Cuts the manifest of a day, and tells what it was.
fn truncate(lake: &Path) -> Vec<u8> {
    let whole = fs::read(lake.join(MANIFEST)).unwrap();
    fs::write(lake.join(MANIFEST), &whole[..100]).unwrap();
    whole
}

/// The lines on stderr that name the bad manifest.
fn warnings(output: &Output) -> Vec<String> {
    err(output).lines().filter(|line| line.contains(MANIFEST)).map(str::to_owned).collect()
}

#[test]
fn one_bad_day_stops_no_other() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = &folder.path().join("lake");
    let first = sync(&tenant, lake, &["--as-of", GOOD, "--as-of", BAD]);
    assert_eq!(code(&first), 0, "{}", err(&first));
    let whole = truncate(lake);

    let commands: &[&[&str]] = &[
        &["sync", "--tables", "departments,employees", "--as-of", GOOD],
        &["sync", "--tables", "departments,employees", "--as-of", "2026-03-13"],
        &["query", "--format", "csv", COUNT],
        &["query", "--as-of", "all", "--format", "csv", "SELECT DISTINCT as_of FROM employees ORDER BY 1"],
        &["derive"],
        &["snapshots"],
        &["tables"],
        &["plan"],
        &["plan", "--offline"],
        &["check"],
    ];
    for command in commands {
        let output = tenant.run(lake, command);
        assert_eq!(code(&output), 0, "{command:?}: {}", err(&output));
        let warnings = warnings(&output);
        assert_eq!(warnings.len(), 1, "{command:?}: {}", err(&output));
        for part in ["WARN", "lucca-lake verify", "gc --drop 2026-03-15", "sync --as-of 2026-03-15"] {
            assert!(warnings[0].contains(part), "{command:?}: {}", warnings[0]);
        }
    }
    let days = tenant.run(lake, commands[3]);
    assert_eq!(out(&days), "as_of\n2026-03-13\n2026-03-14\n", "the others are read");
    let listed = out(&tenant.run(lake, &["snapshots"]));
    assert!(listed.lines().any(|line| line.starts_with("2026-03-15.1") && line.contains("unreadable")), "{listed}");
    let checked = out(&tenant.run(lake, &["check"]));
    assert!(checked.lines().any(|line| line.starts_with("note") && line.contains(MANIFEST)), "{checked}");
    let views = fs::read_to_string(lake.join("views/duckdb.sql")).unwrap();
    assert!(views.contains(&format!("-- {BAD} is left out: its manifest {MANIFEST} cannot be read")), "{views}");
    assert!(!views.contains("2026-03-15/2"), "{views}");

    // Where the bad day itself is asked for, it is an error.
    for asked in [&["query", "--as-of", BAD, COUNT][..], &["query", "--snapshot", "2026-03-15.1", COUNT]] {
        let output = tenant.run(lake, asked);
        assert_eq!((code(&output), warnings(&output).len()), (2, 1), "{}", err(&output));
    }
    let derived = tenant.run(lake, &["derive", "--as-of", BAD]);
    assert_eq!(code(&derived), 2, "{}", err(&derived));
    assert!(err(&derived).contains(MANIFEST), "{}", err(&derived));
    let verified = tenant.run(lake, &["verify"]);
    assert_eq!(code(&verified), 5, "{}", err(&verified));
    assert_eq!(out(&verified).lines().filter(|line| line.contains(MANIFEST)).count(), 1, "{}", out(&verified));

    // A part of it cannot be read again, as what is left out would be lost; the whole can, or the manifest put back.
    let before = tenant.run(lake, &["sync", "--tables", "departments", "--as-of", BAD]);
    assert_eq!(code(&before), 2, "{}", err(&before));
    assert!(err(&before).contains("would not keep employees"), "{}", err(&before));
    fs::write(lake.join(MANIFEST), &whole).unwrap();
    assert_eq!(code(&tenant.run(lake, &["derive", "--as-of", GOOD])), 0);
    assert_eq!(code(&tenant.run(lake, &["verify"])), 0, "nothing of the day was lost meanwhile");
    truncate(lake);
    let again = sync(&tenant, lake, &["--as-of", BAD]);
    assert_eq!(code(&again), 0, "{}", err(&again));
    let verified = tenant.run(lake, &["verify"]);
    assert_eq!(code(&verified), 0, "{}", out(&verified));
}

#[test]
fn a_lake_whose_only_manifest_is_bad_is_left_as_it_is() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = &folder.path().join("lake");
    assert_eq!(code(&sync(&tenant, lake, &["--as-of", BAD])), 0);
    truncate(lake);
    let files = fs::read_dir(lake.join("core/employees/as_of=2026-03-15")).unwrap().count();
    let output = sync(&tenant, lake, &["--as-of", GOOD]);
    assert_eq!(code(&output), 2, "{}", err(&output));
    assert!(err(&output).contains("nobody can tell whose data it holds"), "{}", err(&output));
    assert_eq!(fs::read_dir(lake.join("core/employees/as_of=2026-03-15")).unwrap().count(), files);
    assert!(!lake.join("core/employees/as_of=2026-03-14").exists());
}

#[test]
fn days_that_cannot_be_right_are_refused() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = &folder.path().join("lake");
    let cases: &[(&[&str], &str)] = &[
        (&["sync", "--as-of", "2062-11-21"], "2062-11-21 is later than tomorrow"),
        (&["sync", "--as-of", "2026-01-01", "--as-of", "0206-02-01"], "0206-02-01 is before 1950"),
        (&["sync", "--from", "1949-11-30", "--to", "1950-02-28"], "1949-11-30 is before 1950"),
        (&["sync", "--from", "2060-01-31", "--to", "2062-01-31"], "later than tomorrow"),
        (&["plan", "--as-of", "2062-11-21"], "later than tomorrow"),
        (&["check", "--as-of", "2062-11-21"], "later than tomorrow"),
        (&["derive", "--as-of", "2062-11-21"], "later than tomorrow"),
        (&["derive", "--as-of", "1949-12-31"], "before 1950"),
    ];
    assert_eq!(code(&sync(&tenant, lake, &["--as-of", "1950-01-01"])), 0, "the first that can be");
    for (command, reason) in cases {
        let output = tenant.run(lake, command);
        assert_eq!(code(&output), 2, "{command:?}: {}", err(&output));
        assert!(err(&output).contains(reason), "{command:?}: {}", err(&output));
    }
    assert_eq!(fs::read_dir(lake.join("_lake/manifests")).unwrap().count(), 1);
}

/// Publishes an empty table of that day, as an earlier version would have.
fn publish(lake: &Path, as_of: &str) {
    let lake = Lake::open(lake.to_str().unwrap(), &|_| None).unwrap();
    let departments = Catalog::embedded().unwrap().tables().into_iter().find(|t| t.name == "departments").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let writer = TableWriter::new(&lake, &"slip".parse().unwrap(), &departments, WriterOptions::default());
        let publication = Publication {
            as_of: as_of.parse().unwrap(),
            run_id: "slip".parse().unwrap(),
            published_at: chrono::Utc::now(),
            tables: vec![writer.close().await.unwrap()],
            carried_over: Vec::new(),
            state: lake::SnapshotState::default(),
            replaces: Replaces::Exactly(None),
            superseded_grace: chrono::TimeDelta::zero(),
        };
        lake::publish(&lake, publication).await.unwrap();
    });
}

#[test]
fn a_day_in_the_future_is_never_the_newest() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = &folder.path().join("lake");
    assert_eq!(code(&sync(&tenant, lake, &["--as-of", GOOD])), 0);
    publish(lake, "2062-11-21");
    let count = tenant.run(lake, &["query", "--format", "csv", COUNT]);
    assert_eq!(out(&count), "n\n20\n", "{}", err(&count));
    assert_eq!(code(&tenant.run(lake, &["query", "--as-of", "2062-11-21", "SELECT * FROM departments"])), 0);
    assert_eq!(code(&tenant.run(lake, &["derive"])), 0);
    let listed = tenant.run(lake, &["snapshots"]);
    assert!(out(&listed).contains("2026-03-14.2") && out(&listed).contains("2062-11-21.1"), "{}", out(&listed));
    let checked = tenant.run(lake, &["check"]);
    assert_eq!(code(&checked), 0, "{}", out(&checked));
    for said in [err(&listed), out(&checked)] {
        let lines: Vec<&str> = said.lines().filter(|line| line.contains("2062-11-21 is later than tomorrow")).collect();
        assert!(lines.len() == 1 && lines[0].contains("gc --drop 2062-11-21"), "{said}");
    }
    let planned = tenant.run(lake, &["plan", "--offline", "--format", "json"]);
    assert!(out(&planned).contains("\"records\": 20"), "counts of {GOOD}: {}", out(&planned));
    let next = sync(&tenant, lake, &["--as-of", BAD]);
    assert_eq!(code(&next), 0, "{}", err(&next));
}

#[test]
fn a_day_that_vanishes_is_found_and_one_that_gc_removes_is_not() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = &folder.path().join("lake");
    let days = ["2026-03-12", "2026-03-13", GOOD, BAD];
    let first = sync(&tenant, lake, &days.iter().flat_map(|day| ["--as-of", *day]).collect::<Vec<_>>());
    assert_eq!(code(&first), 0, "{}", err(&first));
    assert_eq!(code(&tenant.run(lake, &["gc", "--keep-last", "3"])), 0);
    let verified = tenant.run(lake, &["verify"]);
    assert_eq!(code(&verified), 0, "{}", out(&verified));

    fs::remove_dir_all(lake.join("_lake/manifests/as_of=2026-03-13")).unwrap();
    let named = |by: &str| {
        let verified = tenant.run(lake, &["verify"]);
        assert_eq!(code(&verified), 5, "{}", out(&verified));
        let said = out(&verified);
        let line = format!("_lake/manifests/as_of=2026-03-13: the day is gone, though {by}");
        assert!(said.lines().any(|found| found.starts_with(&line)), "{said}");
    };
    named("_lake/manifests/as_of=2026-03-15/0000000001.json names it");
    // The views forget it, the snapshots that saw it do not.
    assert_eq!(code(&tenant.run(lake, &["derive", "--as-of", BAD])), 0);
    named("_lake/manifests/as_of=2026-03-15/0000000002.json names it");

    // A lake that lost all its manifests is no lake without days.
    fs::remove_dir_all(lake.join("_lake/manifests")).unwrap();
    let verified = tenant.run(lake, &["verify"]);
    assert_eq!(code(&verified), 5, "{}", err(&verified));
    assert!(out(&verified).contains("as_of=2026-03-14: the day is gone, though views/duckdb.sql names it"));
}
