//! The program with little of what a machine has: memory, temporary disk, open files.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::tempdir;

use crate::tenant::{PROGRAM, Tenant, code, err, out};

const COUNT: &str = "SELECT count(*) FROM employees";

/// Runs the program with at most so many open files.
fn with_open_files(tenant: &Tenant, number: u32, lake: &Path, arguments: &[&str]) -> Output {
    Command::new("sh")
        .args(["-c", &format!("ulimit -n {number}; exec \"$0\" \"$@\""), PROGRAM])
        .args(arguments)
        .env_clear()
        .envs(tenant.environment.iter().map(|(k, v)| (k, v)))
        .envs([("LUCCA_LAKE", lake.as_os_str()), ("LUCCA_REQUESTS_PER_MINUTE", "100000".as_ref())])
        .current_dir(lake.parent().unwrap())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn forty_eight_open_files_are_enough() {
    let (tenant, folder) = (Tenant::start(&["--employees", "40"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    for arguments in
        [&["sync"][..], &["verify"], &["derive"], &["query", "--format", "csv", COUNT], &["gc", "--dry-run"]]
    {
        let output = with_open_files(&tenant, 48, &lake, arguments);
        assert_eq!(code(&output), 0, "{arguments:?}: {}", err(&output));
        if arguments[0] == "query" {
            assert_eq!(out(&output).lines().nth(1), Some("40"));
        }
    }
    // Too few for anything: one clear line, and nothing published or broken.
    let output = with_open_files(&tenant, 12, &lake, &["sync"]);
    assert!([2, 75].contains(&code(&output)), "{}: {}", code(&output), err(&output));
    assert!(err(&output).lines().last().unwrap().starts_with("lucca-lake: "), "{}", err(&output));
    assert_eq!(code(&tenant.run(&lake, &["verify"])), 0);
}

#[test]
fn the_least_memory_is_enough_and_nothing_temporary_stays() {
    let (tenant, folder) = (Tenant::start(&["--employees", "40"]), tempdir().unwrap());
    let (lake, temp) = (folder.path().join("lake"), folder.path().join("temp"));
    fs::create_dir(&temp).unwrap();
    let little = [("LUCCA_MEMORY_LIMIT", "32MiB"), ("LUCCA_TEMP_DIR", temp.to_str().unwrap())];
    let large = "SELECT count(*), max(n) FROM (SELECT row_number() OVER (ORDER BY md5(CAST(a AS VARCHAR))) AS n \
                 FROM generate_series(1, 700000) t(a))";
    for arguments in [&["sync"][..], &["derive"], &["query", "--format", "csv", large]] {
        let output = tenant.run_with(&lake, arguments, &little);
        assert_eq!(code(&output), 0, "{arguments:?}: {}", err(&output));
        assert_eq!(fs::read_dir(&temp).unwrap().count(), 0, "{arguments:?}");
    }
    // What a killed run left goes with the next one.
    let left = temp.join("lucca-lake-spill-x");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("lock"), "").unwrap();
    assert_eq!(code(&tenant.run_with(&lake, &["query", COUNT], &little)), 0);
    assert!(!left.exists());
    for (name, value, told) in [
        (
            "LUCCA_MEMORY_LIMIT",
            "1TB",
            "memory_limit (from LUCCA_MEMORY_LIMIT): \"1TB\" is no size such as 512MiB or 2GiB",
        ),
        (
            "LUCCA_TEMP_DIR",
            "nowhere",
            "temp_dir (from LUCCA_TEMP_DIR): \"nowhere\" is no folder; make it, or name another one",
        ),
    ] {
        for arguments in [&["sync"][..], &["derive"], &["query", COUNT]] {
            let output = tenant.run_with(&lake, arguments, &[(name, value)]);
            assert_eq!((code(&output), err(&output)), (2, format!("lucca-lake: {told}\n")), "{arguments:?}");
        }
    }
}
