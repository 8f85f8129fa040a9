//! Wrong statements and what is said of them, as a file that reads well.

use crate::{
    catalog::Catalog,
    engine::{
        Session, query,
        testing::{csv, day, deep},
    },
};

/// Statements, each with its answer below, as a user sees it.
const FILE: &str = "src/engine/diagnosis/wrong_statements.txt";
const ANSWER: &str = "\n---\n";
const NEXT: &str = "\n\n====\n\n";

/// Every answer says what is wrong, where, and what to do. `UPDATE_CASES=1` writes them anew.
#[test]
fn wrong_statements_and_what_is_said_of_them() {
    let path = format!("{}/{FILE}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let statements: Vec<&str> =
        text.trim_end().split(NEXT).map(|case| case.split(ANSWER).next().unwrap().trim()).collect();
    let catalog = Catalog::embedded().unwrap();
    let session = Session::of_declared(&catalog.tables()).unwrap();
    session.give_functions();
    let mut told = Vec::new();
    deep(|| async {
        for sql in statements {
            let answer = match query::run(&session, sql, Some(day("2026-01-01"))).await {
                Ok(rows) => csv(rows).await,
                Err(error) => Err(error),
            };
            told.push(match answer {
                Ok(_) => format!("{sql}{ANSWER}no error"),
                Err(error) => format!("{sql}{ANSWER}{}", crate::error::Error::from(error).for_people().trim_end()),
            });
        }
    });
    let told = told.join(NEXT) + "\n";
    let right = told.matches(&format!("{ANSWER}no error")).count();
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&path, told).unwrap();
    } else {
        assert!(told == text, "read the differences after UPDATE_CASES=1: {told}");
    }
    assert_eq!(right, 0, "statements without an error");
}
