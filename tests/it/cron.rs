//! What cron mails: nothing where all is well, one line where a command fails, and a warning where somebody is needed.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

/// Runs a command that ends well and says nothing on stderr, and gives what it says on stdout.
fn silent(tenant: &Tenant, lake: &Path, arguments: &[&str]) -> String {
    let output = tenant.run(lake, arguments);
    assert_eq!((code(&output), err(&output).as_str()), (0, ""), "{arguments:?}");
    out(&output)
}

/// The only line on stderr of a command that fails.
fn line(output: &Output, expected: i32) -> String {
    let said = err(output);
    assert_eq!((code(output), said.lines().count()), (expected, 1), "{said}");
    assert!(said.starts_with("lucca-lake: ") && said.ends_with('\n'), "{said}");
    said
}

#[test]
fn what_goes_well_says_nothing() {
    let (tenant, folder) = (Tenant::start(&["--employees", "40"]), tempdir().unwrap());
    let lake = &folder.path().join("lake");
    for flags in [&["--as-of", "2026-03-14"][..], &["--as-of", "2026-03-15"], &["--as-of", "2026-03-15", "--fresh"]] {
        assert_eq!(silent(&tenant, lake, &[&["sync", "-q"], flags].concat()), "");
    }
    let noisy = tenant.run_with(lake, &["sync", "-q", "--as-of", "2026-03-15"], &[("LUCCA_LOG", "debug")]);
    assert_eq!((code(&noisy), err(&noisy).as_str()), (0, ""), "a flag is stronger than the environment");
    // What acts or checks has nothing to say either; what was asked for is answered.
    for acts in [&["derive", "-q"][..], &["verify", "-q"], &["check", "-q"], &["gc", "-q", "--keep-last", "1"]] {
        assert_eq!(silent(&tenant, lake, acts), "", "{acts:?}");
    }
    let left = fs::read_dir(lake.join("core/employees/as_of=2026-03-14")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "gc did what it was asked");
    for asks in
        [&["plan", "-q"][..], &["snapshots", "-q"], &["tables", "-q"], &["config", "-q"], &["gc", "-q", "--dry-run"]]
    {
        assert!(!silent(&tenant, lake, asks).is_empty(), "{asks:?}");
    }
    assert_eq!(silent(&tenant, lake, &["query", "-q", "--format", "csv", "SELECT 1 AS n"]), "n\n1\n");
    let shown = silent(&tenant, &folder.path().join("demo"), &["demo", "-q", "--employees", "20"]);
    assert!(shown.contains("Headcount (largest 15)"), "{shown}");
}

#[test]
fn what_fails_says_one_line() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20"]), tempdir().unwrap());
    let lake = &folder.path().join("lake");
    let sync = ["sync", "-q", "--tables", "departments,employees"];
    assert!(line(&tenant.run_with(lake, &sync, &[("LUCCA_CLIENT_SECRET", "wrong")]), 3).contains("client"));
    line(&tenant.run_with(lake, &sync, &[("LUCCA_BASE_URL", "nowhere")]), 2);
    line(&tenant.run(lake, &["query", "-q", "SELECT 1"]), 2);
    silent(&tenant, lake, &[&sync[..], &["--as-of", "2026-03-15"]].concat());
    let file = fs::read_dir(lake.join("core/employees/as_of=2026-03-15")).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(&file).unwrap();
    let verified = tenant.run(lake, &["verify", "-q"]);
    line(&verified, 5);
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(out(&verified).lines().count() == 1 && out(&verified).contains(name), "findings are the answer");
}

/// A run that has begun, against a tenant that does not answer in time.
struct Begun {
    run: Child,
    said: BufReader<std::process::ChildStderr>,
}

impl Begun {
    fn new(mut command: Command) -> Self {
        let mut run = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(run.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("sync") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "it ended before it began");
        }
        Self { run, said }
    }

    /// What it says from when it is told to end.
    fn end(mut self) -> (i32, String) {
        assert!(Command::new("kill").arg(self.run.id().to_string()).status().unwrap().success());
        let mut said = String::new();
        self.said.read_to_string(&mut said).unwrap();
        (self.run.wait().unwrap().code().unwrap(), said)
    }
}

#[test]
fn another_run_at_work_is_one_line_and_nothing_kept_is_no_promise() {
    let (tenant, folder) = (Tenant::start(&["--employees", "20", "--latency-ms", "600000"]), tempdir().unwrap());
    let lake = &folder.path().join("lake");
    let state = folder.path().join("state");
    let state = [("LUCCA_STATE_DIR", state.to_str().unwrap())];
    let begun = Begun::new(tenant.command(lake, &["sync", "--tables", "departments"], &state));
    let second = tenant.run_with(lake, &["sync", "-q", "--tables", "departments"], &state);
    assert!(line(&second, 6).contains("is being read by run "), "{}", err(&second));
    let (code, said) = begun.end();
    assert_eq!(code, 75, "{said}");
    assert!(said.contains("interrupted; nothing was published"), "{said}");
    assert!(!said.contains("asks only for the other pages"), "no page is kept: {said}");
}

#[test]
fn a_table_that_is_lost_is_a_warning_and_one_that_was_never_there_is_none() {
    let folder = tempdir().unwrap();
    let lake = &folder.path().join("lake");
    let sync = ["sync", "-q", "--tables", "departments,job_qualifications", "--optional-tables", "job_qualifications"];
    let mut tenant = Tenant::start(&["--employees", "20"]);
    silent(&tenant, lake, &[&sync[..], &["--as-of", "2026-03-13"]].concat());
    let port = tenant.environment[0].1.rsplit(':').next().unwrap().to_owned();
    tenant.stop();
    let tenant = Tenant::start(&["--port", &port, "--without-scopes", "job-qualifications.readonly"]);
    let lost = tenant.run(lake, &[&sync[..], &["--as-of", "2026-03-14"]].concat());
    assert_eq!((code(&lost), err(&lost).lines().count()), (0, 1), "{}", err(&lost));
    for part in ["WARN", "no longer read", "job_qualifications", "was not granted", "2026-03-13"] {
        assert!(err(&lost).contains(part), "{}", err(&lost));
    }
    silent(&tenant, lake, &[&sync[..], &["--as-of", "2026-03-15"]].concat());
}
