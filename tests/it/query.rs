//! `query` as a user runs it: what names mean, what it refuses, and who stops reading.

use std::{
    io::Read as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::tempdir;

use crate::tenant::{PROGRAM, Tenant, code, err, out};

/// A table's name is the newest day, as in the views; all days have names of their own.
#[test]
fn names_mean_what_they_mean_in_the_views() {
    let (tenant, folder) = (Tenant::start(&["--employees", "30"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let days = ["2026-02-28", "2026-03-15"];
    let synced = tenant.run(&lake, &["sync", "--as-of", &days.join(",")]);
    assert_eq!(code(&synced), 0, "{}", err(&synced));
    let count = |table: &str, flags: &[&str]| -> u64 {
        let sql = format!("SELECT count(*) FROM {table}");
        let answer = tenant.run(&lake, &[&["query", "--format", "csv", &sql], flags].concat());
        assert_eq!(code(&answer), 0, "{}", err(&answer));
        out(&answer).lines().last().unwrap().parse().unwrap()
    };
    let one_day = count("employees", &[]);
    assert!(one_day >= 30);
    for (table, flags, rows) in [
        ("all_days.employees", &[][..], 2 * one_day),
        ("all_days_employees", &[], 2 * one_day),
        ("employees", &["--as-of", days[0]], one_day),
        ("all_days.employees", &["--as-of", days[0]], 2 * one_day),
        ("employees", &["--as-of", "all"], 2 * one_day),
    ] {
        assert_eq!(count(table, flags), rows, "{table} {flags:?}");
    }

    let views = |file: &str| std::fs::read_to_string(lake.join("views").join(file)).unwrap();
    for (sql, newest, all, list) in [
        (views("duckdb.sql"), "VIEW \"employees\" ", "VIEW all_days.\"employees\" ", "MACRO all_days.files_2026_"),
        (views("spark.sql"), "VIEW `employees` ", "VIEW `all_days_employees` ", "SET lucca_lake.files_2026_"),
    ] {
        let lines = |part: &str| sql.lines().filter(|line| line.contains(part)).collect::<String>();
        let read = |name: &str, file: &str| days.map(|day| lines(name).matches(&file.replace("DAY", day)).count());
        assert_eq!(read(newest, "core/employees/as_of=DAY/"), [0, 1]);
        assert_eq!(read(list, "DAY/20"), [1, 1], "all tables share one list: {}", lines(list));
        assert!(lines(all).contains("files_1") || lines(all).contains("`_all_days_employees`"), "{}", lines(all));
        let own = sql.lines().find(|line| line.contains("personal_snapshot") && line.contains("COMMENT")).unwrap();
        assert!(own.contains("by the tenant") && sql.contains("Privacy: sensitive."), "{own}");
    }
}

#[test]
fn what_cannot_be_done_is_one_line_and_a_closed_pipe_is_no_error() {
    let (tenant, folder) = (Tenant::start(&["--employees", "30"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    assert_eq!(code(&tenant.run(&lake, &["sync", "--tables", "employees,departments"])), 0);
    let deep = format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000));
    for (arguments, said) in [
        (&["query", "--safe", "SELECT 1"][..], "--safe is for --format csv"),
        (&["query", "--safe", "--format", "parquet", "-o", "x", "SELECT 1"], "--safe is for --format csv"),
        (&["query", &deep], "its deepest nesting is 3000, the limit is 64"),
    ] {
        let output = tenant.run(&lake, arguments);
        assert_eq!((code(&output), err(&output).lines().count()), (2, 1), "{}", err(&output));
        assert!(err(&output).contains(said), "{}", err(&output));
    }
    nothing_is_ignored(&|arguments| tenant.run(&lake, arguments), folder.path());
    let answer = |arguments: &[&str]| out(&tenant.run(&lake, &[&["query", "--format", "csv"], arguments].concat()));
    assert_eq!(answer(&["--safe", "SELECT '=1+1' AS a, -1 AS b"]), "a,b\n'=1+1,-1\n");
    assert_eq!(answer(&["SELECT '=1+1' AS a, -1 AS b"]), "a,b\n=1+1,-1\n");
    std::fs::write(folder.path().join("lucca-lake.toml"), "safe_csv = true\n").unwrap();
    assert_eq!(answer(&["SELECT '=1+1' AS a, -1 AS b"]), "a,b\n'=1+1,-1\n");
    assert_eq!(answer(&["SELECT (SELECT 1), (SELECT 2)"]), "(SELECT 1),(SELECT 2)\n1,2\n");

    for format in ["table", "csv", "json", "ndjson", "parquet", "arrow"] {
        let sql = "SELECT a.*, b.id AS other FROM employees a, employees b, employees c";
        let mut child = Command::new(PROGRAM)
            .args(["query", "--format", format, sql])
            .env_clear()
            .env("LUCCA_LAKE", &lake)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 4];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!((code(&ended), err(&ended)), (0, String::new()), "{format}");
    }
}

/// A clause that would be dropped ends the program, from wherever the statement comes, with its place and what to write.
fn nothing_is_ignored(run: &dyn Fn(&[&str]) -> Output, folder: &Path) {
    let sql = "SELECT status, count(*)\nFROM employees\nGROUP BY status WITH ROLLUP";
    let file = folder.join("rollup.sql");
    std::fs::write(&file, sql).unwrap();
    let explained = format!("EXPLAIN {sql}");
    for arguments in [&["query", sql][..], &["query", "-f", file.to_str().unwrap()], &["query", &explained]] {
        let output = run(arguments);
        assert_eq!((code(&output), out(&output)), (2, String::new()), "{}", err(&output));
        assert_eq!(
            err(&output),
            "lucca-lake: SQL error at line 3, column 17: WITH ROLLUP is not supported; write GROUP BY ROLLUP(status)\n \
             3 | GROUP BY status WITH ROLLUP\n   |                 ^^^^^^^^^^^\n"
        );
    }
    for (sql, clause) in [
        ("SELECT count(*) FROM employees TABLESAMPLE (10 PERCENT)", "TABLESAMPLE"),
        ("SELECT count(*) FROM employees PREWHERE id = '1'", "PREWHERE"),
        ("SELECT count(*) FROM employees FOR UPDATE", "FOR UPDATE"),
    ] {
        let output = run(&["query", sql]);
        assert_eq!((code(&output), out(&output)), (2, String::new()), "{sql}");
        assert!(err(&output).contains(&format!(": {clause} is not supported; ")), "{}", err(&output));
    }
}
