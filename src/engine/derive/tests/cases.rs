//! The cases beside each query, `queries/<table>.cases` and `queries/legacy/<table>.cases`: rows in, rows out.
//! `UPDATE_CASES=1 cargo test cases` writes what comes out anew, to be reviewed.

mod text;

use std::{collections::BTreeMap, fs, path::PathBuf};

use arrow::{
    array::{ArrayRef, ListBuilder, StringBuilder, new_null_array},
    compute::{CastOptions, cast_with_options},
    util::display::{ArrayFormatter, FormatOptions},
};
use text::{Case, Cases, Grid};

use super::*;
use crate::{
    catalog::{LakeType, Mapped, Resource},
    engine::{
        Parameters, SessionOptions, days::DaySessions, mapped::ask as ask_mapped, not_told::Columns, query as statement,
    },
};

/// A query that has cases.
struct Asked {
    file: String,
    sql: String,
    table: Table,
    /// What it is, where it makes a table of what the older APIs say.
    mapping: Option<Mapped>,
}

impl Asked {
    fn of(query: &DerivedTable) -> Self {
        Self { file: query.file(), sql: query.sql.clone(), table: query.table.clone(), mapping: None }
    }

    fn mapping(mapped: &Mapped, catalog: &Catalog) -> Self {
        let table = mapped.own.clone().or_else(|| catalog.table(&mapped.name)).unwrap();
        Self { file: mapped.file(), sql: mapped.sql.clone(), table, mapping: Some(mapped.clone()) }
    }

    fn cases(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(&self.file).with_extension("cases")
    }

    /// The query with the texts that a case gives in the places of its parameters.
    fn sql(&self, case: &Case) -> String {
        let text = |name: &str| case.given.iter().find(|given| given.0 == name).map_or("", |given| given.1.as_str());
        ["sensitive_accounts", "harmless_accounts", "attribute_people"].iter().fold(self.sql.clone(), |sql, name| {
            sql.replace(&format!("${name}"), &format!("'{}'", text(name).replace('\'', "''")))
        })
    }

    /// What `sql`, its own or with a condition, gives.
    async fn rows(&self, lake: &TestLake, sql: &str, as_of: NaiveDate) -> Result<Rows, EngineError> {
        let session = lake.session();
        let Some(mapped) = &self.mapping else { return start(&session, &self.file, sql, &self.table, as_of).await };
        session.give_json_functions();
        let mapped = Mapped { sql: sql.to_owned(), ..mapped.clone() };
        let parameters = Parameters { as_of: Some(as_of), ..Parameters::default() };
        Ok(ask_mapped(&session, &mapped, &self.table, &parameters, &Columns::new()).await?.rows)
    }
}

/// A cell as a text of its type; `None` is null.
fn value(cell: &str) -> Option<&str> {
    let quoted = cell.strip_prefix('\'').and_then(|c| c.strip_suffix('\''));
    quoted.or_else(|| (!cell.is_empty()).then_some(cell))
}

/// A column that a case does not name: null, or where there must be a value the emptiest of its type.
fn unnamed(lake_type: LakeType, nullable: bool, rows: usize) -> ArrayRef {
    let emptiest = match lake_type {
        _ if nullable => return new_null_array(&lake_type.arrow(), rows),
        LakeType::String => "",
        LakeType::Boolean => "false",
        LakeType::Int32 | LakeType::Int64 | LakeType::Double => "0",
        LakeType::Date => "1970-01-01",
        LakeType::Timestamp => "1970-01-01T00:00:00Z",
        LakeType::StringList => "[]",
        LakeType::Binary => "",
    };
    column(lake_type, std::iter::repeat_n(Some(emptiest), rows)).unwrap()
}

fn column<'a>(lake_type: LakeType, cells: impl Iterator<Item = Option<&'a str>>) -> Result<ArrayRef, String> {
    if lake_type != LakeType::StringList {
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        return cast_with_options(&strings(cells), &lake_type.arrow(), &strict).map_err(|e| e.to_string());
    }
    let mut lists = ListBuilder::new(StringBuilder::new());
    for cell in cells {
        let Some(cell) = cell else {
            lists.append_null();
            continue;
        };
        let items = cell.strip_prefix('[').and_then(|c| c.strip_suffix(']')).ok_or("a list is written [a, b]")?;
        items.split(", ").filter(|item| !item.is_empty()).for_each(|item| lists.values().append_value(item));
        lists.append(true);
    }
    Ok(Arc::new(lists.finish()))
}

/// The rows of a case in the declared schema of their table.
fn rows_in(table: &Table, grid: &Grid) -> Result<RecordBatch, String> {
    if let Some(unknown) = grid.columns.iter().find(|name| table.columns.iter().all(|c| c.name != **name)) {
        return Err(format!("{} has no column {unknown}", table.name));
    }
    let columns = table.columns.iter().map(|declared| {
        let Some(index) = grid.columns.iter().position(|name| *name == declared.name) else {
            return Ok(unnamed(declared.lake_type, declared.nullable, grid.rows.len()));
        };
        let cells = grid.rows.iter().map(|row| value(&row[index]));
        column(declared.lake_type, cells).map_err(|e| format!("{}.{}: {e}", table.name, declared.name))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(table.arrow_schema(), columns).map_err(|e| format!("{}: {e}", table.name))
}

/// What a query gives, in the columns that a case shows.
fn rows_out(batches: &[RecordBatch], columns: &[String]) -> Result<Vec<Vec<String>>, String> {
    let format = FormatOptions::new().with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%SZ"));
    let mut rows = Vec::new();
    for batch in batches {
        let arrays = columns.iter().map(|name| batch.column_by_name(name).ok_or(format!("gives no column {name}")));
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        let texts: Vec<_> = arrays.iter().map(|array| ArrayFormatter::try_new(array, &format).unwrap()).collect();
        for row in 0..batch.num_rows() {
            let cell = |(array, text): (&&ArrayRef, &ArrayFormatter<'_>)| match text.value(row).to_string() {
                text if array.is_null(row) => text,
                text if text.is_empty() || text.trim() != text => format!("'{text}'"),
                text => text,
            };
            rows.push(arrays.iter().zip(&texts).map(cell).collect());
        }
    }
    Ok(rows)
}

/// What queries may read.
struct Known {
    tables: BTreeMap<String, Table>,
    /// Rows of the tables that are computed from no other.
    constants: BTreeMap<String, Vec<RecordBatch>>,
}

impl Known {
    async fn of(catalog: &Catalog) -> Self {
        let sources = catalog.legacy.iter().flat_map(Resource::all_tables);
        let own = catalog.mapped.iter().filter_map(|mapped| mapped.own.clone());
        let derived = catalog.derived.iter().map(|q| q.table.clone());
        let all = catalog.api_tables().into_iter().chain(sources).chain(own).chain(derived);
        let mut constants = BTreeMap::new();
        let session = TestLake::default().session();
        for query in catalog.derived.iter().filter(|q| prepared::reads(&session, &q.sql).unwrap().is_empty()) {
            let rows = start(&session, "", &query.sql, &query.table, day(DAY)).await.unwrap();
            let rows = rows.collect().await.unwrap();
            constants.insert(query.table.name.clone(), rows);
        }
        Self { tables: all.map(|table| (table.name.clone(), table)).collect(), constants }
    }
}

/// The tables that the query of a case reads.
async fn inputs(query: &Asked, known: &Known, case: &Case) -> Result<TestLake, String> {
    let mut lake = TestLake::default();
    let reads = prepared::reads(&lake.session(), &query.sql).map_err(|e| e.to_string())?;
    if let Some(idle) = case.inputs.iter().find(|grid| !reads.contains(&grid.name)) {
        return Err(format!("the query does not read {}", idle.name));
    }
    for name in reads.iter() {
        let table = &known.tables[name];
        let rows = case.inputs.iter().find(|grid| grid.name == *name).map(|grid| rows_in(table, grid)).transpose()?;
        let constant = known.constants.get(name).map(Vec::as_slice).unwrap_or_default();
        lake.add(name, DAY, table.arrow_schema(), rows.as_ref().map_or(constant, std::slice::from_ref)).await;
    }
    Ok(lake)
}

/// The case with what its query gives.
async fn computed(query: &Asked, known: &Known, case: &Case) -> Result<Grid, String> {
    let lake = inputs(query, known, case).await?;
    let as_of = case.as_of.parse().map_err(|e| format!("as of {}: {e}", case.as_of))?;
    let sql = match case.condition() {
        None => query.sql(case),
        Some(condition) => format!("SELECT * FROM (\n{}\n) AS t WHERE {condition}", query.sql(case)),
    };
    let rows = query.rows(&lake, &sql, as_of).await.map_err(|e| e.to_string())?;
    let batches = rows.collect().await.map_err(|e| e.to_string())?;
    Ok(Grid { rows: rows_out(&batches, &case.gives.columns)?, ..case.gives.clone() })
}

/// Fails where a query gives something else than its cases say.
async fn check(queries: Vec<Asked>, known: &Known) {
    let mut wrong = Vec::new();
    for query in &queries {
        let file = query.cases();
        let Ok(said) = fs::read_to_string(&file) else {
            wrong.push(format!("{} is missing", file.display()));
            continue;
        };
        let mut cases = Cases::read(&said).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        for case in cases.all_mut() {
            match computed(query, known, case).await {
                Ok(gives) => case.gives = gives,
                Err(problem) => wrong.push(format!("{}: {}: {problem}", file.display(), case.name)),
            }
        }
        let found = cases.to_string();
        if found == said {
            continue;
        }
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(&file, &found).unwrap();
        } else {
            let line = said.lines().zip(found.lines()).position(|(a, b)| a != b).unwrap_or_default() + 1;
            wrong.push(format!("{}:{line}: expected\n{said}\nfound\n{found}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nreview, then UPDATE_CASES=1 cargo test cases", wrong.join("\n"));
}

#[test]
fn every_query_gives_what_its_cases_say() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        check(catalog.derived.iter().map(Asked::of).collect(), &Known::of(&catalog).await).await;
    });
}

#[test]
fn every_mapping_query_gives_what_its_cases_say() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let queries = catalog.mapped.iter().map(|mapped| Asked::mapping(mapped, &catalog));
        check(queries.collect(), &Known::of(&catalog).await).await;
    });
}

/// Each case is a day: other rows, or none, and another date.
#[test]
fn plans_that_are_kept_give_what_new_ones_do() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let known = Known::of(&catalog).await;
        let store = Arc::new(object_store::memory::InMemory::new());
        let days = DaySessions::new(store, &SessionOptions::default()).unwrap();
        for query in &catalog.derived {
            let asked = Asked::of(query);
            let mut cases = Cases::read(&fs::read_to_string(asked.cases()).unwrap()).unwrap();
            let cases: Vec<&Case> = cases.all_mut().map(|case| &*case).collect();
            // The first one again at the end, when its plan has seen all others.
            for case in cases.iter().chain(cases.first()) {
                let lake = inputs(&asked, &known, case).await.unwrap();
                let as_of: NaiveDate = case.as_of.parse().unwrap();
                let session = days.open([]).await.unwrap();
                for table in &lake.tables {
                    let batches = ask_all(&lake, &table.table).await;
                    session.register(std::slice::from_ref(table)).unwrap();
                    session.hold(&table.table, table.as_of, &table.schema, &batches).unwrap();
                    assert!(session.holds(&table.table));
                }
                let answer = |session: Session| async move {
                    let rows = start(&session, &query.file(), &query.sql, &query.table, as_of).await.unwrap();
                    let columns: Vec<_> = query.table.columns.iter().map(|column| column.name.clone()).collect();
                    let mut rows = rows_out(&rows.collect().await.unwrap(), &columns).unwrap();
                    // Internal tables have no order.
                    if query.internal {
                        rows.sort();
                    }
                    rows
                };
                let name = format!("{}: {}", query.table.name, case.name);
                assert_eq!(answer(session).await, answer(lake.session()).await, "{name}");
            }
            assert!(days.keeps(&query.sql), "{} is planned for each day", query.table.name);
        }
    });
}

async fn ask_all(lake: &TestLake, table: &str) -> Vec<RecordBatch> {
    let sql = format!("SELECT * EXCEPT (as_of) FROM \"{table}\"");
    statement::run(&lake.session(), &sql, None).await.unwrap().collect().await.unwrap()
}
