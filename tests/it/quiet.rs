//! No secret and no personal value in anything the program says or leaves outside the tables: every command, failing ones
//! too, in the noisiest logs there are.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use lucca_lake::{catalog::Catalog, is_harmful};
use tempfile::tempdir;

use crate::tenant::{PROGRAM, Tenant, code, err, out};

/// The secret of the fake tenant.
const SECRET: &str = "fake-secret";
const WRONG_SECRET: &str = "canary-wrong-secret";
/// Shorter values are found in anything.
const SHORTEST: usize = 6;

/// Arguments, environment, and the exit code that is due.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], i32);

/// Columns of personal values, by table.
type Columns<'a> = (&'a str, &'a [&'a str]);

/// Every personal value of the lake that is long enough to be looked for.
fn personal_values(tenant: &Tenant, lake: &Path, more: &[Columns<'_>]) -> BTreeSet<String> {
    let columns: [Columns<'_>; 4] = [
        ("employees", &["given_name", "family_name", "email", "phone_number", "remote_id"][..]),
        (
            "employee_personal_records",
            &[
                "insurance_number_value",
                "bank_account_account_identifier",
                "phone_number",
                "email",
                "CAST(birth_date AS VARCHAR)",
            ],
        ),
        ("personal_attributes", &["value_text", "value"]),
        ("job_positions", &["notes"]),
    ];
    let mut values = BTreeSet::new();
    for (table, columns) in columns.iter().chain(more) {
        for column in *columns {
            let sql = format!("SELECT {column} AS v FROM {table} WHERE {column} IS NOT NULL");
            let output = tenant.run(lake, &["query", "--format", "json", &sql]);
            assert_eq!(code(&output), 0, "{}", err(&output));
            let rows: Vec<serde_json::Value> = serde_json::from_str(&out(&output)).unwrap();
            values.extend(rows.iter().map(|row| row["v"].as_str().unwrap().to_owned()));
        }
    }
    // Words that the catalogue uses itself, which views repeat, tell nothing of anybody.
    let catalog = Catalog::embedded().unwrap();
    let said: String = catalog.tables().iter().flat_map(|t| &t.columns).map(|c| c.meaning.as_str()).collect();
    values.retain(|value| value.len() >= SHORTEST && value != "\"true\"" && !said.contains(value.as_str()));
    values
}

/// Everything in the lake that is no table.
fn texts_below(folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts_below(&path, texts);
        } else if path.extension().is_none_or(|e| e != "parquet") {
            texts.push((path.display().to_string(), String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned()));
        }
    }
}

#[test]
fn neither_secrets_nor_personal_values_are_ever_told() {
    let (tenant, folder) = (Tenant::start(&["--employees", "40"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    fs::write(folder.path().join("bad.toml"), format!("client_secret = \"{WRONG_SECRET}\"")).unwrap();
    fs::write(folder.path().join("worse.toml"), format!("client_secret = \"{WRONG_SECRET}")).unwrap();
    fs::write(folder.path().join("no-folder"), "").unwrap();
    let (bad, worse, no_folder) =
        (folder.path().join("bad.toml"), folder.path().join("worse.toml"), folder.path().join("no-folder"));
    let (bad, worse, no_folder) = (bad.to_str().unwrap(), worse.to_str().unwrap(), no_folder.to_str().unwrap());
    let wrong = [("LUCCA_CLIENT_SECRET", WRONG_SECRET)];
    let elsewhere = [("LUCCA_BASE_URL", "http://me:canary-wrong-secret@127.0.0.1:9")];
    let nobody = [("LUCCA_BASE_URL", "http://127.0.0.1:9/api/v3/users?canary-wrong-secret")];
    let none: [(&str, &str); 0] = [];
    let cases: &[Case<'_>] = &[
        (&["sync"], &none, 0),
        (&["sync", "--log-format", "json"], &none, 0),
        (&["sync", "--fresh", "--tables", "headcount"], &none, 0),
        (&["sync", "--max-requests", "1"], &none, 2),
        (&["sync"], &wrong, 3),
        (&["sync"], &elsewhere, 2),
        (&["sync"], &nobody, 2),
        (&["sync", "--lake", no_folder], &none, 2),
        (&["sync", "--config", bad], &none, 2),
        (&["sync", "--config", worse], &none, 2),
        (&["sync", "--tables", "no_such_table"], &none, 2),
        (&["plan"], &none, 0),
        (&["plan", "--offline", "--format", "json"], &none, 0),
        (&["plan"], &wrong, 3),
        (&["check"], &none, 0),
        (&["check", "--format", "json"], &wrong, 3),
        (&["check"], &elsewhere, 2),
        (&["derive"], &none, 0),
        (&["derive", "--as-of", "1999-01-01"], &none, 2),
        (&["verify"], &none, 0),
        (&["config"], &none, 0),
        (&["config"], &elsewhere, 0),
        (&["tables"], &none, 0),
        (&["tables", "employees", "--format", "json"], &none, 0),
        (&["tables", "--ddl", "spark"], &none, 0),
        (&["query", "SELECT count(*) FROM employees"], &none, 0),
        (&["query", "SELECT CAST(family_name AS INT) FROM employees"], &none, 2),
        (&["query", "SELECT CAST(value AS DATE) FROM personal_attributes"], &none, 2),
        (&["query", "SELECT 1 / (length(email) - length(email)) FROM employees"], &none, 2),
        (&["query", "SELECT no_such_column FROM employees"], &none, 2),
        (&["query", "COPY employees TO 'x.csv'"], &none, 2),
        (&["query", "SELECT * FROM employes"], &none, 2),
        (&["query", "--param", "who=canary-parameter", "SELECT CAST($who AS DATE)"], &none, 2),
        (&["query", "--param", "who=canary-parameter", "SELECT $who FROM employees WHERE nothing = $who"], &none, 2),
        (
            &["query", "--param", "who=canary-parameter", "SELECT birth_month FROM employees WHERE birth_month > $who"],
            &none,
            2,
        ),
        (&["query", "--param", "who:int=canary-parameter", "SELECT $who"], &none, 2),
        (&["query", "--param", "who=canary-parameter", "SELECT 1"], &none, 2),
    ];
    let mut told = Vec::new();
    for level in ["info", "trace"] {
        run_all(&tenant, &lake, level, cases, &mut told);
        let demo =
            tenant.run_with(&folder.path().join("demo"), &["demo", "--employees", "30"], &[("LUCCA_LOG", level)]);
        assert_eq!(code(&demo), 0, "{}", err(&demo));
        told.push((format!("stderr of demo at {level}"), err(&demo)));
    }
    texts_below(&lake, &mut told);
    let mut forbidden = personal_values(&tenant, &lake, &[]);
    // The version of the API is a day on which somebody was hired.
    forbidden.remove("2024-11-01");
    assert!(forbidden.len() > 300, "only {} values to look for", forbidden.len());
    forbidden.extend([SECRET, WRONG_SECRET, "canary-parameter", "Bearer ", "access_token"].map(str::to_owned));
    let all: usize = told.iter().map(|(_, text)| text.len()).sum();
    assert!(told.len() > 120 && all > 100_000, "{} texts of {all} characters", told.len());
    assert_quiet(&told, &forbidden);
}

/// Runs all cases at one level of logs, and adds what each said.
fn run_all(tenant: &Tenant, lake: &Path, level: &str, cases: &[Case<'_>], told: &mut Vec<(String, String)>) {
    for (arguments, environment, expected) in cases {
        let environment = [*environment, &[("LUCCA_LOG", level)]].concat();
        let output = tenant.run_with(lake, arguments, &environment);
        let name = format!("{} at {level}", arguments.join(" "));
        assert_eq!(code(&output), *expected, "{name}: {}", err(&output));
        told.push((format!("stdout of {name}"), out(&output)));
        told.push((format!("stderr of {name}"), err(&output)));
    }
}

/// Nothing of what is forbidden is told anywhere.
fn assert_quiet(told: &[(String, String)], forbidden: &BTreeSet<String>) {
    let mut leaks = Vec::new();
    for (place, text) in told {
        for value in forbidden.iter().filter(|value| text.contains(value.as_str())) {
            let at = text.find(value.as_str()).unwrap();
            let from = (0..=at).rev().find(|i| text.is_char_boundary(*i) && at - i >= 60).unwrap_or(0);
            leaks.push(format!("{place}: {value:?} after {:?}", text.get(from..at)));
        }
    }
    assert!(leaks.is_empty(), "{} leaks: {:#?}", leaks.len(), &leaks[..leaks.len().min(20)]);
}

#[test]
fn neither_a_key_nor_what_it_reads_is_ever_told() {
    let (tenant, folder) = (Tenant::start(&["--employees", "40", "--legacy-key"]), tempdir().unwrap());
    let key = tenant.environment.iter().find(|(name, _)| name == "LUCCA_API_KEY").unwrap().1.clone();
    let lake = folder.path().join("lake");
    let bad = folder.path().join("bad.toml");
    fs::write(&bad, format!("api_key = \"{WRONG_SECRET}\"")).unwrap();
    let bad = bad.to_str().unwrap();
    let wrong = [("LUCCA_API_KEY", WRONG_SECRET)];
    let both = [("LUCCA_CLIENT_SECRET", WRONG_SECRET), ("LUCCA_CLIENT_ID", "fake-client")];
    let none: [(&str, &str); 0] = [];
    let cases: &[Case<'_>] = &[
        (&["sync"], &none, 0),
        (&["sync", "--log-format", "json", "--attribute-people", "active"], &none, 0),
        (&["sync"], &wrong, 3),
        (&["sync"], &both, 2),
        (&["sync", "--config", bad], &none, 2),
        (&["sync", "--tables", "professions"], &none, 2),
        (&["plan"], &none, 0),
        (&["plan", "--format", "json"], &wrong, 3),
        (&["check"], &none, 0),
        (&["check", "--format", "json"], &wrong, 3),
        (&["check"], &both, 2),
        (&["derive"], &none, 0),
        (&["verify"], &none, 0),
        (&["config"], &none, 0),
        (&["config"], &both, 0),
        (&["get", "employees", "501"], &none, 2),
        (&["compare-sources"], &none, 2),
        (&["query", "SELECT count(*) FROM v3_users"], &none, 0),
        (&["query", "SELECT CAST(last_name AS INT) FROM v3_users"], &none, 2),
        (&["query", "SELECT CAST(comment AS DATE) FROM leaves"], &none, 2),
        (&["query", "SELECT CAST(nature_name AS DATE) FROM remuneration_items"], &none, 2),
    ];
    let mut told = Vec::new();
    for level in ["info", "trace"] {
        run_all(&tenant, &lake, level, cases, &mut told);
    }
    texts_below(&lake, &mut told);
    let users: &[&str] =
        &["first_name", "last_name", "login", "mail", "insurance_number", "iban", "address", "personal_email"];
    let of_key = [("v3_users", users), ("leaves", &["comment"]), ("remuneration_items", &["comment"])];
    let mut forbidden = personal_values(&tenant, &lake, &of_key);
    assert!(forbidden.len() > 150, "only {} values to look for", forbidden.len());
    forbidden.extend([key, WRONG_SECRET.to_owned(), "application=".to_owned()]);
    let all: usize = told.iter().map(|(_, text)| text.len()).sum();
    assert!(told.len() > 80 && all > 50_000, "{} texts of {all} characters", told.len());
    assert_quiet(&told, &forbidden);
}

#[test]
fn nothing_that_acts_on_a_terminal_is_told() {
    let folder = tempdir().unwrap();
    const TITLE: &str = "\u{1b}]0;owned\u{7}\u{202e}\u{9b}31m";
    let lake = format!("lake{TITLE}");
    let (flag, sql) = (format!("--{TITLE}"), format!("SELECT '{TITLE}' FROM nothing"));
    let cases: &[Case<'_>] = &[
        (&[&flag], &[], 2),
        (&["sync", "--tables", TITLE], &[], 2),
        (&["sync", "--as-of", TITLE], &[("LUCCA_LOG", "trace")], 2),
        (&["sync", "--config", TITLE], &[], 2),
        (&["sync", "--base-url", TITLE, "--log-format", "json"], &[("LUCCA_LOG", "trace")], 2),
        (&["verify"], &[("LUCCA_LAKE", &lake)], 2),
        (&["query", &sql], &[], 2),
        (&["sync"], &[("LUCCA_LOG", TITLE)], 2),
    ];
    for (arguments, environment, expected) in cases {
        let mut command = Command::new(PROGRAM);
        command.args(*arguments).env_clear().envs(environment.iter().copied()).current_dir(folder.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        let said = err(&output);
        assert_eq!(code(&output), *expected, "{arguments:?}: {said}");
        assert!(!said.is_empty() && !said.contains(|c| is_harmful(c) && c != '\n' && c != '\t'), "{said:?}");
    }
}
