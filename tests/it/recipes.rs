//! docs/recipes.md: each statement answers what is printed below it, over the lake of the demo.
//!
//! `UPDATE_RECIPES=1 cargo test recipes` writes the answers anew; read them. `tests/acceptance/check_recipes.py` asks the
//! same statements of DuckDB and Spark.

use std::{fs, path::Path, process::Command};

use crate::tenant::{PROGRAM, code, err, out};

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/recipes.md");
const SQL: &str = "```sql\n";
const TEXT: &str = "```text\n";
const END: &str = "```\n";
/// What the page itself says the answers are of.
const DEMO: &str = "lucca-lake demo --as-of 2026-03-31";

fn demo(here: &Path, arguments: &[&str]) -> std::process::Output {
    let mut program = Command::new(PROGRAM);
    program.env_clear().env("HOME", here).current_dir(here).args(arguments).output().unwrap()
}

/// Each statement of the guide, and what it printed when it was asked of the demo's lake.
#[test]
fn each_recipe_answers_what_the_guide_shows() {
    let guide = fs::read_to_string(GUIDE).unwrap();
    assert!(guide.contains(DEMO));
    let here = tempfile::tempdir().unwrap();
    let made = demo(here.path(), &DEMO.split(' ').skip(1).collect::<Vec<_>>());
    assert_eq!(code(&made), 0, "{}", err(&made));

    let (mut parts, mut answers) = (guide.split(SQL), 0);
    let mut now = parts.next().unwrap().to_owned();
    for part in parts {
        let (statement, rest) = part.split_once(END).unwrap();
        let (between, rest) = rest.split_once(TEXT).unwrap();
        let (_, rest) = rest.split_once(END).unwrap();
        assert_eq!(between, "\n", "the answer follows its statement:\n{statement}");
        let answer = demo(here.path(), &["query", statement]);
        assert_eq!(code(&answer), 0, "{statement}\n{}", err(&answer));
        now.extend([SQL, statement, END, between, TEXT, &out(&answer), END, rest]);
        answers += 1;
    }
    assert!(answers >= 27, "{answers} recipes");
    if std::env::var_os("UPDATE_RECIPES").is_some() {
        return fs::write(GUIDE, now).unwrap();
    }
    let differs = guide.lines().zip(now.lines()).find(|(shown, found)| shown != found);
    assert_eq!(differs, None, "docs/recipes.md shows the left, the lake answers the right");
    assert_eq!(guide.lines().count(), now.lines().count());
}
