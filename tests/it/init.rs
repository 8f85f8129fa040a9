//! `init` where nobody can be asked: from flags to a configuration that is checked, and what it says is missing.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Output};

use tempfile::tempdir;

use crate::tenant::{PROGRAM, Tenant, code, err, out};

const NEEDED: &str = "employee-personal-records.readonly";

/// Runs `init` in `folder` with nothing in the environment but where this user's state is.
fn init(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new(PROGRAM);
    command.args(["init"]).args(arguments).env_clear().env("LUCCA_STATE_DIR", folder.join("state"));
    command.env("LUCCA_REQUESTS_PER_MINUTE", "100000").current_dir(folder).output().unwrap()
}

/// What the fake tenant says of itself.
fn variable<'a>(tenant: &'a Tenant, name: &str) -> &'a str {
    tenant.environment.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str()).unwrap()
}

/// Flags for it, with the secret in a file.
fn flags(tenant: &Tenant, folder: &Path) -> Vec<String> {
    fs::write(folder.join("secret"), variable(tenant, "LUCCA_CLIENT_SECRET")).unwrap();
    let flag = |name: &str, value: &str| [name.to_owned(), value.to_owned()];
    [
        flag("--base-url", variable(tenant, "LUCCA_BASE_URL")),
        flag("--token-url", variable(tenant, "LUCCA_TOKEN_URL")),
        flag("--client-id", variable(tenant, "LUCCA_CLIENT_ID")),
        flag("--client-secret-file", "secret"),
    ]
    .concat()
}

#[test]
fn flags_become_a_configuration_that_works() {
    let (tenant, folder) = (Tenant::start(&["--employees", "10"]), tempdir().unwrap());
    let here = folder.path();
    let flags = flags(&tenant, here);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let done = init(here, &flags);
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert!(out(&done).contains("ok      token"), "{}", out(&done));
    assert!(err(&done).contains("\nread it:\n") && err(&done).contains(" sync\n"), "{}", err(&done));
    assert!(!err(&done).contains("missing") && !err(&done).contains("LUCCA_STATE_DIR"), "{}", err(&done));

    let file = here.join("lucca-lake.toml");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(&format!("lake = \"{}\"", here.join("lake").display())), "{text}");
    assert!(!text.contains(variable(&tenant, "LUCCA_CLIENT_SECRET")), "{text}");

    // What comes next needs nothing else.
    let mut sync = std::process::Command::new(PROGRAM);
    sync.args(["sync", "-q", "--tables", "departments"]).env_clear().current_dir(here);
    let sync = sync.env("LUCCA_STATE_DIR", here.join("state")).output().unwrap();
    assert_eq!(code(&sync), 0, "{}", err(&sync));

    let again = init(here, &flags);
    assert_eq!(code(&again), 2);
    assert!(
        err(&again).contains("lucca-lake.toml: there is a configuration already; --force replaces it"),
        "{}",
        err(&again)
    );
    let replaced = init(here, &[&flags[..], &["--force", "--no-check", "--lake", "s3://bucket/lake"]].concat());
    assert_eq!(code(&replaced), 0, "{}", err(&replaced));
    assert!(fs::read_to_string(&file).unwrap().contains("lake = \"s3://bucket/lake\""));
}

#[test]
fn what_is_missing_in_lucca_is_named_with_its_place() {
    let (tenant, folder) = (Tenant::start(&["--employees", "10", "--without-scopes", NEEDED]), tempdir().unwrap());
    let flags = flags(&tenant, folder.path());
    let flags: Vec<&str> = flags.iter().map(String::as_str).chain(["--config", "own.toml"]).collect();
    let done = init(folder.path(), &flags);
    assert_eq!(code(&done), 3, "{}", err(&done));
    let place = format!("{}/identity/admin/integration-keys\n", variable(&tenant, "LUCCA_BASE_URL"));
    let said = err(&done);
    for part in [
        "1 scope is missing: tick in Lucca, in Settings > Authentication, SSO and API > OAuth Applications\n",
        place.as_str(),
        "  employee-personal-records.readonly  employee_personal_records\n",
        "own.toml check\n",
        "optional_tables = \"employee_personal_records\"",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("\nread it:"), "{said}");
    assert!(folder.path().join("own.toml").exists(), "it is mended in Lucca, not in the file");
}

#[test]
fn a_key_is_read_with_too_and_variables_that_go_before_the_file_are_said() {
    let (tenant, folder) = (Tenant::start(&["--employees", "10", "--legacy-key"]), tempdir().unwrap());
    let here = folder.path();
    fs::write(here.join("key"), variable(&tenant, "LUCCA_API_KEY")).unwrap();
    let mut command = std::process::Command::new(PROGRAM);
    command.args([
        "init",
        "--base-url",
        variable(&tenant, "LUCCA_BASE_URL"),
        "--api-key-file",
        "key",
        "--lake",
        "here",
    ]);
    command.env_clear().env("LUCCA_STATE_DIR", here.join("state")).env("LUCCA_LAKE", here.join("elsewhere"));
    let done = command.env("LUCCA_REQUESTS_PER_MINUTE", "100000").current_dir(here).output().unwrap();
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert!(out(&done).contains("API key"), "{}", out(&done));
    assert!(err(&done).contains("LUCCA_LAKE is set and goes before lake in the file\n"), "{}", err(&done));
}

#[test]
fn nobody_to_ask_is_one_error() {
    let folder = tempdir().unwrap();
    let done = init(folder.path(), &["--lake", "x"]);
    assert_eq!(code(&done), 2);
    assert_eq!(
        err(&done),
        "lucca-lake: nobody can be asked here: give --base-url URL, --client-id ID, --client-secret-file FILE; or --api-key-file \
         FILE in place of client id and secret\n"
    );
    assert!(!folder.path().join("lucca-lake.toml").exists());
    let both = init(folder.path(), &["--client-id", "x", "--api-key-file", "y"]);
    assert_eq!(code(&both), 2);
}
