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
    engine::stack::run_with_deep_stack,
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
    let script = Script { lines: Arc::new(Mutex::new(lines.iter().cloned().collect())), ..Script::default() };
    let editor = script.clone();
    let printed = run_with_deep_stack(|| async move {
        let lake = Lake::with_store(Arc::new(InMemory::new()), Url::parse("memory:///").unwrap());
        let catalog = Catalog::embedded().unwrap();
        publish_day(&lake, &catalog, "2026-01-31", 2).await;
        publish_day(&lake, &catalog, "2026-02-28", 3).await;
        let mut out = Vec::new();
        let prompt = Prompt {
            lake: &lake,
            catalog: &catalog,
            engine: SessionOptions::default(),
            opened: open(&lake, &Which::Newest, &SessionOptions::default()).await.unwrap(),
            which: Which::Newest,
            style: Format::Csv.into(),
            values: BTreeMap::new(),
            editor,
            out: &mut out,
            interrupted: if stops { &|| std::future::ready(()).boxed() } else { &|| pending().boxed() },
        };
        prompt.run().await.unwrap();
        String::from_utf8(out).unwrap()
    });
    (printed.unwrap(), script)
}

fn typed(lines: &[&str]) -> (String, Script) {
    session(&lines.iter().map(|line| Line::Text((*line).to_owned())).collect::<Vec<_>>(), false)
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
        "SQL error at line 1, column 1: Expected: an SQL statement, found: selec\n 1 | selec 1\n   | ^^^^^\n",
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
    assert!(printed.contains(&tables::describe(&headcount, None)), "{printed}");
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
    assert!(printed.contains("+---+\n(1 row)\nlogical_plan\n  Projection: "), "{printed}");
    assert!(printed.ends_with("--format arrow -o FILE\n"), "{printed}");
}
