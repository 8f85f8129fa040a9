//! What the program prints for a shell works in one as it is printed.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::tempdir;

use crate::tenant::{PROGRAM, code, err, out};

/// Runs a script in a folder, by a shell that finds the program and, in `bin` of that folder, others.
fn shell(here: &Path, script: &str, environment: &[(&str, &str)]) -> Output {
    let folder = Path::new(PROGRAM).parent().unwrap().display();
    let path = format!("{}/bin:{folder}:{}", here.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-euc", script]).current_dir(here).stdin(Stdio::null()).env_clear().env("PATH", path);
    shell.envs(environment.iter().copied()).output().unwrap()
}

#[test]
fn a_shell_evaluates_what_the_fake_tenant_prints() {
    let here = tempdir().unwrap();
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations.md")).unwrap();
    let (_, below) = guide.split_once("\n## Without an account\n").unwrap();
    let (_, script) = below.split_once("```sh\n").unwrap();
    let (script, _) = script.split_once("```").unwrap();
    let said = shell(here.path(), script, &[]);
    assert_eq!(code(&said), 0, "{}", err(&said));
    assert!(
        out(&said).contains("about ") && err(&said).contains("; published as number 1 of that day"),
        "{}",
        out(&said)
    );
    assert!(
        here.path().join("fake-lake/views/duckdb.sql").exists() && !err(&said).contains("goes on in"),
        "{}",
        err(&said)
    );
    // The server in a job of the shell, and its variables in a file.
    let script = "lucca-lake fake-tenant --employees 20 > tenant.env 2> told & until [ -s tenant.env ]; do :; done
        . ./tenant.env; lucca-lake check -q --tables departments; kill $FAKE_TENANT_PID; wait $!; echo $LUCCA_CLIENT_ID $?; cat told";
    let said = shell(here.path(), script, &[]);
    let (client, told) = out(&said).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!((code(&said), client.as_str()), (0, "fake-client 0"), "SIGTERM ends it well: {}", err(&said));
    assert!(told.contains("20 people at http://127.0.0.1:") && told.lines().count() == 1, "{told}");
}

#[test]
fn a_fake_tenant_that_cannot_serve_says_why_and_one_that_does_ends_by_ctrl_c() {
    let mut server = Command::new(PROGRAM);
    server.args(["fake-tenant", "--employees", "20", "-q"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = server.spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = lines.next().unwrap().unwrap();
    let port = address.rsplit(':').next().unwrap();
    for detach in [&[][..], &["--detach"]] {
        let taken = Command::new(PROGRAM).args(["fake-tenant", "--port", port]).args(detach).output().unwrap();
        assert_eq!((code(&taken), out(&taken).as_str(), err(&taken).lines().count()), (2, "", 1), "{}", err(&taken));
        assert!(err(&taken).starts_with("lucca-lake: the port of the fake tenant: "), "{}", err(&taken));
    }
    assert!(Command::new("kill").args(["-INT", &server.id().to_string()]).status().unwrap().success());
    let mut told = String::new();
    server.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!((server.wait().unwrap().code(), told.as_str()), (Some(0), ""));
}

/// The commands that `demo` ends with.
fn next(demo: &Output) -> Vec<String> {
    assert_eq!(code(demo), 0, "{}", err(demo));
    let said = err(demo);
    let (_, next) = said.split_once("\nTry next\n").unwrap_or_else(|| panic!("{said}"));
    next.lines().filter_map(|line| line.strip_prefix("  ")).map(str::to_owned).collect()
}

#[test]
fn what_the_demo_says_to_try_next_works() {
    let here = tempdir().unwrap();
    // Not DuckDB, which not every machine has: that the file is there, and what it is, an acceptance check reads it with.
    fs::create_dir(here.path().join("bin")).unwrap();
    let duckdb = here.path().join("bin/duckdb");
    fs::write(&duckdb, "#!/bin/sh\n[ \"$1\" = -init ] && grep -c '^CREATE OR REPLACE VIEW \"headcount\"' \"$2\"\n")
        .unwrap();
    fs::set_permissions(&duckdb, fs::Permissions::from_mode(0o755)).unwrap();
    // The next commands read what the demo wrote, whatever else is configured.
    let elsewhere = [("LUCCA_LAKE", "/nowhere")];
    for flags in ["", "--lake \"it's a lake\""] {
        let demo = shell(here.path(), &format!("lucca-lake demo --employees 30 {flags}"), &elsewhere);
        let commands = next(&demo);
        assert_eq!(commands.len(), 3, "{commands:?}");
        let said: Vec<String> = commands
            .iter()
            .map(|command| {
                let done = shell(here.path(), command, &elsewhere);
                assert_eq!((code(&done), err(&done).as_str()), (0, ""), "{command}");
                out(&done)
            })
            .collect();
        assert!(said[0].contains("| people") && said[0].contains("Lac Bleu S.A.S."), "{}", said[0]);
        assert!(said[1].contains("days_left"), "{}", said[1]);
        assert_eq!(said[2], "1\n");
    }
}
