use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use object_store::memory::InMemory;
use url::Url;

use super::*;
use crate::{
    catalog::Table,
    commands::tables,
    engine::{output::Format, stack::run_with_deep_stack},
    lake::{Publication, Replaces, TableWriter, WriterOptions, publish},
};

/// Types what it is told to, and notes what it is told.
#[derive(Clone, Default)]
struct Script {
    lines: Arc<Mutex<VecDeque<Line>>>,
    /// Each prompt shown, and what was typed of the statement before.
    shown: Arc<Mutex<Vec<(String, String)>>>,
    remembered: Arc<Mutex<Vec<String>>>,
    known: Arc<Mutex<Vec<Vocabulary>>>,
}

impl Editor for Script {
    fn read(&mut self, prompt: &str, pending: &str) -> Result<Line, Error> {
        self.shown.lock().unwrap().push((prompt.to_owned(), pending.to_owned()));
        Ok(self.lines.lock().unwrap().pop_front().unwrap_or(Line::End))
    }

    fn remember(&mut self, text: &str) {
        self.remembered.lock().unwrap().push(text.to_owned());
    }

    fn know(&mut self, vocabulary: Vocabulary) {
        self.known.lock().unwrap().push(vocabulary);
    }
}

/// Publishes `headcount` with so many rows, and a table that only the tenant knows.
async fn publish_day(lake: &Lake, catalog: &Catalog, day: &str, rows: i64) {
    let headcount = catalog.tables().into_iter().find(|t| t.name == "headcount").unwrap();
    let own = Table { name: "of_the_tenant".to_owned(), ..headcount.clone() };
    let mut staged = Vec::new();
    for table in [&headcount, &own] {
        let names: ArrayRef = Arc::new((0..rows).map(|n| Some(format!("d{n}"))).collect::<StringArray>());
        let heads: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
        let columns = [&names, &names, &names, &names, &heads].map(Arc::clone).to_vec();
        let mut writer = TableWriter::new(lake, &day.parse().unwrap(), table, WriterOptions::default());
        writer.write(&RecordBatch::try_new(table.arrow_schema(), columns).unwrap()).await.unwrap();
        staged.push(writer.close().await.unwrap());
    }
    let publication = Publication {
        as_of: day.parse().unwrap(),
        run_id: day.parse().unwrap(),
        published_at: "2026-11-22T06:00:00Z".parse().unwrap(),
        tables: staged,
        carried_over: Vec::new(),
        state: crate::lake::SnapshotState::default(),
        replaces: Replaces::Current,
        superseded_grace: chrono::TimeDelta::zero(),
    };
    publish(lake, publication).await.unwrap();
}

/// What a session at the prompt prints, over days of two and three rows.
fn session(lines: &[Line], stops: bool) -> (String, Script) {
    session_on(lines, stops, None, None)
}

/// The same on a screen, with a pager.
fn session_on(lines: &[Line], stops: bool, screen: Option<Screen>, pager: Option<&str>) -> (String, Script) {
    let script = Script { lines: Arc::new(Mutex::new(lines.iter().cloned().collect())), ..Script::default() };
    let editor = script.clone();
    let printed = run_with_deep_stack(|| async move {
        let lake = Lake::with_store(Arc::new(InMemory::new()), Url::parse("memory:///").unwrap());
        let catalog = Catalog::embedded().unwrap();
        publish_day(&lake, &catalog, "2026-01-31", 2).await;
        publish_day(&lake, &catalog, "2026-02-28", 3).await;
        let mut out = Vec::new();
        let looks = Mutex::new(0);
        let prompt = Prompt {
            lake: &lake,
            catalog: &catalog,
            engine: SessionOptions::default(),
            opened: open(&lake, &Which::Newest, &SessionOptions::default()).await.unwrap(),
            which: Which::Newest,
            display: Display::new(Format::Csv.into()),
            values: BTreeMap::new(),
            editor,
            scripts: Scripts::default(),
            out: &mut out,
            pager: pager.map(str::to_owned),
            screen: &|| screen,
            elapsed: &|| {
                // A second between two looks at the clock.
                let mut looks = looks.lock().unwrap();
                *looks += 1;
                Duration::from_secs(*looks)
            },
            interrupted: if stops { &|| std::future::ready(()).boxed() } else { &|| pending().boxed() },
        };
        prompt.run().await.unwrap();
        String::from_utf8(out).unwrap()
    });
    (printed.unwrap(), script)
}

fn typed(lines: &[&str]) -> (String, Script) {
    session(&texts(lines), false)
}

fn texts(lines: &[&str]) -> Vec<Line> {
    lines.iter().map(|line| Line::Text((*line).to_owned())).collect()
}

fn on_screen(width: usize, height: usize, lines: &[&str]) -> String {
    session_on(&texts(lines), false, Some(Screen { width, height }), None).0
}

#[test]
fn statements_take_lines_until_their_end() {
    let (printed, script) = typed(&["select 1 as a", "", "  , ';' as b;  select 2 as c; select", "3 as d;"]);
    assert_eq!(printed, "a,b\n1,;\nc\n2\nd\n3\n");
    assert_eq!(
        *script.remembered.lock().unwrap(),
        ["select 1 as a\n\n  , ';' as b;", "select 2 as c;", "select\n3 as d;"]
    );
    let shown: Vec<String> = script.shown.lock().unwrap().iter().map(|(prompt, _)| prompt.clone()).collect();
    let (first, further) = ("2026-02-28> ", "         -> ");
    assert_eq!(shown, [first, further, further, further, first]);
    assert_eq!(script.shown.lock().unwrap()[3].1, "select\n");
}

#[test]
fn a_table_is_its_day_and_all_days_are_beside_it() {
    let (printed, _) = typed(&[
        "select count(*) as n from all_days.headcount;",
        "select count(*) as n from headcount;",
        "\\as_of 2026-01-31",
        "select count(*) as n from headcount; select count(*) as n from all_days_headcount;",
        "\\as_of all",
        "select count(*) as n from headcount; select count(*) as n from all_days.headcount;",
    ]);
    assert_eq!(printed, "n\n5\nn\n3\nn\n2\nn\n5\nn\n5\nn\n5\n");
}

#[test]
fn nothing_that_is_said_acts_on_the_terminal() {
    let (printed, _) = typed(&[
        "\\format table",
        "select 'a\u{1b}]0;owned\u{7}' as \"b\u{202e}\";",
        "select \"c\u{1b}[2J\" from headcount;",
        "select 'd\u{202e}', from headcount;",
        "\\d e\u{1b}[2J",
        "\\f\u{202e}",
        "\\d \u{1b}*",
        "\\i \u{1b}[2J",
        "\\o /nowhere/\u{1b}[2J",
    ]);
    assert_eq!(printed.matches(char::is_control).collect::<String>().trim_matches('\n'), "", "{printed:?}");
    assert!(!printed.contains('\u{202e}') && printed.contains(r"a\u{1b}]0;owned\u{7}"), "{printed}");
}

#[test]
fn no_error_ends_the_prompt() {
    let (printed, _) = typed(&[
        "selec 1;",
        "select *",
        "from headcont;",
        "select 1 / (headcount - headcount) from headcount;",
        "\\nothing",
        "\\as_of 1999-01-01",
        ";",
        "drop table headcount;",
        "select count(*) as still_here from headcount;",
    ]);
    for said in [
        "SQL error at line 1, column 1: Expected: an SQL statement, found: selec; did you mean \"SELECT\"?\n 1 | selec 1\n   | ^^^^^\n",
        "there is no table headcont; did you mean \"headcount\"?\n 2 | from headcont\n   |      ^^^^^^^^\n",
        "the query failed: ",
        "there is no command \\nothing",
        "has no snapshot as of 1999-01-01",
        "expected exactly one SQL statement, found 0",
        "not DROP",
    ] {
        assert!(printed.contains(said), "{said}: {printed}");
    }
    assert!(printed.ends_with("\nstill_here\n3\n"), "{printed}");
}

#[test]
fn ctrl_c_abandons_the_line_and_ctrl_d_leaves() {
    let text = |line: &str| Line::Text(line.to_owned());
    let lines = [text("select 'never"), Line::Abandoned, text("select 2 as b;"), Line::End, text("select 3 as c;")];
    assert_eq!(session(&lines, false).0, "b\n2\n");
    assert_eq!(typed(&["\\q", "select 3 as c;"]).0, "");
}

#[test]
fn ctrl_c_stops_the_statement_and_what_follows_on_its_line() {
    let text = |line: &str| Line::Text(line.to_owned());
    let endless = "select count(*) from generate_series(1, 1000000000000) a; select 2;";
    assert_eq!(session(&[text(endless), text("\\param")], true).0, "\nstopped\n$as_of\n");
}

#[test]
fn another_day_or_all_of_them_can_be_read() {
    let count = "select count(*) as n, $as_of as day from headcount;";
    let (printed, script) = typed(&[count, "\\as_of 2026-01-31", count, "\\as_of all", count, "\\as_of newest", count]);
    assert_eq!(printed, "n,day\n3,2026-02-28\nn,day\n2,2026-01-31\nn,day\n5,2026-02-28\nn,day\n3,2026-02-28\n");
    let shown: Vec<String> = script.shown.lock().unwrap().iter().map(|(prompt, _)| prompt.clone()).collect();
    assert_eq!((&*shown[2], &*shown[4]), ("2026-01-31> ", "all> "));
    let known = script.known.lock().unwrap();
    assert_eq!(known.len(), 4);
    assert_eq!(known[0].tables.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["headcount", "of_the_tenant"]);
    assert!(known[0].tables[0].1.iter().any(|c| c == "headcount") && known[0].tables[0].1.iter().any(|c| c == "as_of"));
}

#[test]
fn tables_are_described_as_the_catalogue_does() {
    let (printed, _) = typed(&["\\d", "\\d HEADCOUNT;", "\\d of_the_tenant", "\\d headcuont", "\\as_of all", "\\d"]);
    let headcount = Catalog::embedded().unwrap().tables().into_iter().find(|t| t.name == "headcount").unwrap();
    assert!(printed.contains(&tables::describe(&headcount, None, None)), "{printed}");
    let line = |rows: &str| {
        printed.lines().any(|l| {
            let words: Vec<&str> = l.split_whitespace().collect();
            words.len() > 3 && words[..3] == ["headcount", "derived", rows] && l.ends_with(&headcount.meaning)
        })
    };
    assert!(line("3") && line("5"), "{printed}");
    assert!(printed.contains("of_the_tenant (derived): Of the snapshot of 2026-02-28"), "{printed}");
    assert!(printed.contains("there is no table headcuont; did you mean \"headcount\"?"), "{printed}");
    assert!(!printed.contains("attribute_quality"), "a table that the snapshot lacks: {printed}");
}

#[test]
fn formats_and_parameters_can_be_chosen() {
    let (printed, _) = typed(&[
        "\\param who=d1",
        "\\param least:int=1",
        "\\param",
        "select headcount from headcount where department_id = $who and headcount >= $least;",
        "\\format json",
        "select 1 as a;",
        "\\format table",
        "select 1 as a;",
        "explain select 1;",
        "\\format arrow",
    ]);
    assert!(printed.starts_with("$as_of\n$least\n$who\nheadcount\n1\n[{\"a\":1}]\n+---+\n| a |\n"), "{printed}");
    assert!(printed.contains("+---+\n(1 row, 1.000 s)\nlogical_plan\n  Projection: "), "{printed}");
    assert!(printed.ends_with("--format arrow -o FILE\n"), "{printed}");
}

#[test]
fn what_people_type_first_is_understood() {
    let (printed, script) = typed(&["help", "select 1", "exit", "as a;", "\\pagr", "EXIT;", "select 2 as b;"]);
    assert!(printed.contains("\nHow answers look\n  \\x "), "{printed}");
    assert!(printed.ends_with("there is no command \\pagr; did you mean \\pager?\n"), "{printed}");
    assert_eq!(printed.matches("this line belongs to the statement").count(), 1, "{printed}");
    assert_eq!(script.remembered.lock().unwrap()[1..], ["select 1\nexit\nas a;", "\\pagr", "EXIT;"]);
}

#[test]
fn an_answer_is_counted_timed_and_abridged_to_the_screen() {
    let numbers = "select value as n, 'x' as letter from generate_series(1, 100);";
    let printed = on_screen(80, 24, &["\\format table", numbers]);
    assert!(printed.contains("|  20 | x      |\n|   … | …      |\n|  81 | x      |"), "{printed}");
    assert!(printed.ends_with("(100 rows, 40 shown, 1.000 s; \\pager on shows all)\n"), "{printed}");
    let wide = "select 'abcdefghijklmnopqrstuvwxyz' as a, 'b' as b, null as c, '' as d, 5 as e;";
    let printed =
        on_screen(30, 24, &["\\format table", "\\timing", wide, "\\x", wide, "\\x auto", wide, "select 1 as n;"]);
    assert!(printed.starts_with("times are not told\n+---"), "{printed}");
    assert!(
        printed.contains("(1 row, 1 of 5 columns, long texts cut; \\x shows all)\nrows are records\n-[ 1 ]"),
        "{printed}"
    );
    let record =
        "-[ 1 ]------------------------\na | abcdefghijklmnopqrstuvwxyz\nb | b\nc | NULL\nd |\ne | 5\n(1 row)\n";
    assert_eq!(printed.matches(record).count(), 2, "{printed}");
    assert!(printed.ends_with("| n |\n+---+\n| 1 |\n+---+\n(1 row)\n"), "{printed}");
}

#[test]
fn tables_can_be_found_and_looked_into() {
    let printed = on_screen(80, 24, &["\\dt", "\\d head*", "\\d nothing*", "\\d+ headcount", "\\d+"]);
    let tables = "                 rows\n\nderived\n  headcount         3  ";
    assert!(printed.starts_with(tables) && printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
    assert!(printed.contains("\nthere is no table like nothing*\n"), "{printed}");
    assert!(
        printed.contains("\nmade of queries/headcount.sql; most private: directory\n3 rows in 1 file, "),
        "{printed}"
    );
    assert!(printed.contains("                 rows  files  bytes\n"), "{printed}");
}

#[test]
fn a_pager_shows_what_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let pager = format!("cat > {}", seen.display());
    let screen = Some(Screen { width: 80, height: 24 });
    let numbers = "select value as n from generate_series(1, 100);";
    let lines = texts(&["\\format table", "\\pager on", "select 1 as n;", numbers]);
    let (printed, _) = session_on(&lines, false, screen, Some(&pager));
    let fits =
        format!("answers that do not fit are shown by {pager}\n+---+\n| n |\n+---+\n| 1 |\n+---+\n(1 row, 1.000 s)\n");
    assert_eq!(printed, format!("{fits}(100 rows)\n"));
    assert_eq!(std::fs::read_to_string(&seen).unwrap().lines().count(), 104);

    let (printed, _) = session_on(&lines, false, screen, Some("exec 2> /dev/null; no-such-pager"));
    assert!(printed.ends_with("no-such-pager\" does not run: \\pager is off; ask again\n"), "{printed}");
    let (printed, _) = session_on(&lines, false, screen, None);
    assert!(printed.starts_with("there is no pager: name one in PAGER\n"), "{printed}");
    assert!(printed.ends_with("(100 rows, 40 shown, 1.000 s; \\pager on shows all)\n"), "{printed}");
}

#[test]
fn files_can_be_run_and_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put("more.sql", "select 2 as b -- no end");
    put("all.sql", &format!("select 1\nas a;\n\\i {}\n\\param x=y\nselect $x as c;\n-- done\n", path("more.sql")));
    put("bad.sql", "select 3 as d;\nselect nothing;\nselect 4 as e;");
    put("itself.sql", &format!("\\i {}\n", path("itself.sql")));
    let run = |name: &str| format!("\\i {}", path(name));
    let (printed, script) =
        typed(&[&run("all.sql"), &run("bad.sql"), &run("itself.sql"), &run("none.sql"), "select 5 as f;"]);
    assert!(printed.starts_with("a\n1\nb\n2\nc\ny\nd\n3\nSQL error"), "{printed}");
    assert!(printed.contains(&format!("the rest of {} is not run\n", path("bad.sql"))), "{printed}");
    assert!(printed.contains("itself.sql is not run: 10 files read one another\n"), "{printed}");
    assert!(printed.contains("none.sql: ") && printed.ends_with("\nf\n5\n") && !printed.contains("\ne\n"), "{printed}");
    assert_eq!(script.remembered.lock().unwrap().len(), 5, "what a file says is not what was typed");

    let (printed, _) =
        typed(&[&format!("\\o {}", path("out.csv")), "select 1 as a;", "select 2 as b;", "\\o", "select 3 as c;"]);
    let told = format!("{} has the answer\n", path("out.csv"));
    assert_eq!(printed, format!("{told}{told}c\n3\n"));
    assert_eq!(std::fs::read_to_string(path("out.csv")).unwrap(), "a\n1\nb\n2\n");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path("out.csv")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}
