use std::{fmt::Write as _, fs, path::PathBuf};

use super::*;
use crate::{
    engine::{
        Session,
        parameters::Parameters,
        query,
        testing::{TestLake, ask, batch, day, deep, empty_session, ints, strings},
    },
    exit_code::ExitCode,
};

/// `t`: (1, a, 10), (2, a, 20), (3, b, null), (4, null, 40) and `u`: (1, x), (1, y), (5, z).
async fn session() -> Session {
    let mut lake = TestLake::default();
    let t = batch(vec![
        ("id", ints([1, 2, 3, 4].map(Some))),
        ("k", strings([Some("a"), Some("a"), Some("b"), None])),
        ("v", ints([Some(10), Some(20), None, Some(40)])),
    ]);
    let u = batch(vec![("id", ints([1, 1, 5].map(Some))), ("w", strings([Some("x"), Some("y"), Some("z")]))]);
    lake.add_batch("t", "2026-01-01", &t).await;
    lake.add_batch("u", "2026-01-01", &u).await;
    lake.session()
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/engine/clauses").join(name)
}

/// What is wrong with a statement, as it is shown below it: a caret, and what is said.
async fn refused(session: &Session, sql: &str) -> String {
    let parameters = Parameters::of_day(Some(day("2026-01-01")));
    let error = match query::plan(session, sql, &parameters).await {
        Ok(_) => panic!("{sql} is executed"),
        Err(error) => error,
    };
    assert!(matches!(error, EngineError::NotExecuted { .. }), "{sql}: {error:?}");
    assert_eq!(error.exit_code(), ExitCode::Usage, "{sql}");
    let position = error.position().unwrap_or_else(|| panic!("{sql}: {error}")).clone();
    let message = error.to_string();
    let message = message.strip_prefix(&format!("SQL error{position}: ")).unwrap().to_owned();
    assert!(!message.contains('\n') && message.contains(" is not supported"), "{message}");
    format!("{}^ {message}", " ".repeat(position.column - 1))
}

/// Every clause that the parser takes and the engine does not execute, with the place that is marked and what is said.
/// `UPDATE_CASES=1` writes what is said now.
#[test]
fn what_is_not_executed_is_an_error_that_names_the_clause_its_place_and_what_to_write() {
    deep(|| async {
        let session = session().await;
        let path = file("tests/refused.txt");
        let expected = fs::read_to_string(&path).unwrap();
        let mut said = String::new();
        for pair in expected.lines().collect::<Vec<_>>().chunks(2) {
            let error = refused(&session, pair[0]).await;
            writeln!(said, "{}\n{error}", pair[0]).unwrap();
        }
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(path, &said).unwrap();
        }
        assert_eq!(said, expected);
    });
}

/// What the walk lets through, with the answer that SQL demands: never written by the engine, but by hand.
#[test]
fn what_is_let_through_is_executed() {
    deep(|| async {
        let session = session().await;
        for pair in fs::read_to_string(file("tests/executed.txt")).unwrap().lines().collect::<Vec<_>>().chunks(2) {
            let [sql, answer] = [pair[0], pair[1].strip_prefix('=').unwrap().trim()];
            let text = ask(&session, sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
            let mut rows = csv_rows(&text);
            rows.remove(0);
            assert_eq!(rows.join(" / ").trim(), answer, "{sql}");
        }
    });
}

/// Rows of CSV, their cells with `|` between them.
fn csv_rows(text: &str) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut quoted = false;
    for c in text.strip_suffix('\n').unwrap().chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => rows.push(String::new()),
            ',' if !quoted => rows.last_mut().unwrap().push('|'),
            other => rows.last_mut().unwrap().push(other),
        }
    }
    rows
}

/// A new field of a struct of the parser, or a new variant, must not compile: no pattern leaves one out, unless another
/// one takes the same variant apart in full.
#[test]
fn no_pattern_leaves_a_field_out() {
    let mut sources = vec![(file("mod"), include_str!("../clauses.rs").to_owned())];
    for entry in fs::read_dir(file("")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            sources.push((path.clone(), fs::read_to_string(path).unwrap()));
        }
    }
    assert!(sources.len() > 15);
    let all: String = sources.iter().map(|(_, text)| text.as_str()).collect();
    for (path, text) in &sources {
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code.filter(|line| line.replace("...", "").contains("..")) {
            let is_range = line.contains("&[][..]") || line.contains("get(behind..)") || line.contains("..self }");
            let is_closure = line.contains("|(is_there, ..)|");
            let variant = line.split_once(" { .. }").map(|(before, _)| before.trim().trim_start_matches("| "));
            let in_full = variant.is_some_and(|variant| {
                let name = format!("{variant} {{");
                all.split(&name).skip(1).any(|behind| !behind.trim_start().starts_with(".."))
            });
            assert!(is_range || is_closure || in_full, "{}: {line}", path.display());
        }
    }
}

/// At the limits of the guard, with the refused clause where it is found last and its place is the deepest.
#[test]
fn the_walk_holds_what_the_guard_lets_through() {
    let plus = |n: usize| vec!["a"; n].join("+");
    let within = |n: usize, inner: &str| format!("{}{inner}{}", "select * from (".repeat(n), ") x".repeat(n));
    let clause = " from t for update";
    deep(move || async move {
        let session = empty_session();
        let calls = format!("{}1{}", "abs(".repeat(30), ")".repeat(30));
        for sql in [
            format!("select {}{clause}", plus(3_900)),
            format!("select a from t where {} for update", vec!["a > 0"; 1_900].join(" and ")),
            within(30, &format!("select {calls}{clause}")),
            format!("select 1{}{clause}", " union all select 1".repeat(400)),
            format!("select a{}{clause}", "::bigint".repeat(1_900)),
        ] {
            let error = query::plan(&session, &sql, &Parameters::of_day(None)).await.map(|_| ()).unwrap_err();
            assert!(matches!(error, EngineError::NotExecuted { .. }), "{sql:.60}: {error}");
        }
    });
    let shallow = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for sql in [format!("select {}{clause}", plus(110)), within(5, &format!("select {}{clause}", plus(90)))] {
        let session = empty_session();
        let parameters = Parameters::of_day(None);
        let planned = shallow.block_on(query::plan(&session, &sql, &parameters));
        assert!(matches!(planned, Err(EngineError::NotExecuted { .. })), "{sql:.60}");
    }
}

/// The queries of derived tables say where they stand by their file alone.
#[test]
fn a_derived_query_is_held_to_it_too() {
    deep(|| async {
        let session = session().await;
        let parameters = Parameters::of_day(None);
        let error = query::plan(&session, "select k from t group by k with rollup", &parameters).await.unwrap_err();
        let said = error.in_derived("headcount.sql").to_string();
        assert_eq!(said, "headcount.sql: SQL error: WITH ROLLUP is not supported; write GROUP BY ROLLUP(k)");
    });
}
