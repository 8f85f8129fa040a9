//! What columns are made of.

use super::*;
use crate::{
    catalog::{Catalog, Privacy, derived::parse},
    engine::{privacy, testing::deep},
};

fn api_tables() -> Vec<Table> {
    Catalog::embedded().unwrap().api_tables()
}

/// What is computed of one statement over the tables of the API.
async fn computed(sql: &str) -> Made {
    let tables = api_tables();
    let session = Session::of_declared(&tables).unwrap();
    let parameters = Parameters::of_day(Some(NaiveDate::default()));
    let planned = query::plan(&session, sql, &parameters).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    let known = Known { classes: Classes::of(&tables), internal: BTreeMap::new() };
    made_of(planned.logical(), planned.headings(), &known)
}

/// Columns and their ways, as short as can be.
fn told(fields: &Fields) -> String {
    let ways = |ways: &BTreeSet<How>| ways.iter().map(|how| format!("{how:?}")).collect::<Vec<_>>().join("+");
    let told = fields.iter().map(|(field, of)| format!("{}.{} {}", field.table, field.column, ways(of)));
    told.collect::<Vec<_>>().join(", ")
}

/// Statements, with what the column `x` is made of and what chose the rows.
const MADE: &[(&str, &str, &str)] = &[
    ("SELECT given_name AS x FROM employees", "employees.given_name Identity", ""),
    (
        "SELECT x FROM (SELECT given_name AS x, id FROM employees ORDER BY id) t",
        "employees.given_name Identity",
        "employees.id Sort",
    ),
    (
        "SELECT upper(given_name) || family_name AS x FROM employees",
        "employees.family_name Transformation, employees.given_name Transformation",
        "",
    ),
    ("SELECT 1 AS x FROM employees", "", ""),
    (
        "SELECT CASE WHEN id = 'a' THEN given_name ELSE email END AS x FROM employees",
        "employees.email Transformation, employees.given_name Transformation, employees.id Conditional",
        "",
    ),
    (
        "SELECT CASE id WHEN 'a' THEN 1 END + birth_day AS x FROM employees",
        "employees.birth_day Transformation, employees.id Conditional",
        "",
    ),
    ("SELECT max(birth_day) AS x FROM employees", "employees.birth_day Aggregation", ""),
    (
        "SELECT 1 + max(birth_day + birth_month) AS x FROM employees WHERE id > 'a'",
        "employees.birth_day Aggregation, employees.birth_month Aggregation, employees.id Filter",
        "employees.id Filter",
    ),
    (
        "SELECT count(*) AS x FROM employees GROUP BY birth_day HAVING count(*) > 3",
        "employees.birth_day GroupBy",
        "employees.birth_day Filter+GroupBy",
    ),
    (
        "SELECT count(id) FILTER (WHERE birth_day = 1) AS x FROM employees",
        "employees.birth_day Filter, employees.id Aggregation",
        "",
    ),
    ("SELECT DISTINCT given_name AS x FROM employees", "employees.given_name Identity", "employees.given_name GroupBy"),
    (
        "SELECT lag(given_name) OVER (PARTITION BY email ORDER BY id) AS x FROM employees",
        "employees.email Window, employees.given_name Transformation, employees.id Window",
        "",
    ),
    (
        "SELECT sum(birth_day) OVER (ORDER BY id) AS x FROM employees",
        "employees.birth_day Aggregation, employees.id Window",
        "",
    ),
    (
        "SELECT d.name AS x FROM job_positions p JOIN departments d ON d.id = p.department_id",
        "departments.name Identity",
        "departments.id Join, job_positions.department_id Join",
    ),
    (
        "SELECT d.name AS x FROM job_positions p LEFT JOIN departments d ON d.id = p.department_id",
        "departments.id Join, departments.name Identity, job_positions.department_id Join",
        "departments.id Join, job_positions.department_id Join",
    ),
    (
        "SELECT given_name AS x FROM employees UNION ALL SELECT name FROM departments",
        "departments.name Identity, employees.given_name Identity",
        "",
    ),
    (
        "SELECT (SELECT max(p.starts_on) FROM job_positions p WHERE p.employee_id = e.id) AS x FROM employees e",
        "employees.id Transformation+Filter, job_positions.employee_id Filter, job_positions.starts_on Aggregation",
        "",
    ),
    (
        "WITH RECURSIVE up AS (SELECT id, name AS x FROM departments UNION ALL \
         SELECT d.id, u.x || d.name FROM up u JOIN departments d ON d.parent_id = u.id) SELECT x FROM up",
        "departments.name Identity+Transformation",
        "departments.id Join, departments.parent_id Join",
    ),
    (
        "SELECT unnest(nationalities_country_codes) AS x FROM employee_personal_records",
        "employee_personal_records.nationalities_country_codes Identity",
        "employee_personal_records.nationalities_country_codes Join",
    ),
    ("SELECT table_name AS x FROM information_schema.tables", "", ""),
];

#[test]
fn a_column_is_made_of_what_flows_into_it_and_in_this_way() {
    deep(|| async {
        for (sql, column, rows) in MADE {
            let made = computed(sql).await;
            let (_, x) = made.columns.iter().find(|(name, _)| name.as_str() == "x").unwrap();
            assert_eq!((told(&x.fields).as_str(), told(&made.rows.fields).as_str()), (*column, *rows), "{sql}");
        }
    });
}

/// The most private of the columns, by what the tables declare.
fn most_private(fields: &Fields, tables: &[Table]) -> Privacy {
    let classes = Classes::of(tables);
    fields.keys().map(|field| classes.column(&field.table, &field.column)).fold(Privacy::None, Ord::max)
}

#[test]
fn a_column_is_as_private_as_the_most_private_column_it_is_made_of() {
    let catalog = Catalog::embedded().unwrap();
    let tables: Vec<Table> =
        api_tables().iter().chain(catalog.derived.iter().map(|query| &query.table)).cloned().collect();
    deep(|| async move {
        let session = Session::of_declared(&tables).unwrap();
        // Internal tables as they are declared, as the classes of those who read them go by that.
        let known = Known { classes: Classes::of(&tables), internal: BTreeMap::new() };
        let parameters = Parameters::of_day(Some(NaiveDate::default()));
        let statements = catalog.derived.iter().map(|query| query.sql.as_str());
        for sql in statements.chain(MADE.iter().map(|(sql, ..)| *sql)) {
            let planned = query::plan(&session, sql, &parameters).await.unwrap();
            let computed = privacy::computed(&planned, &known.classes);
            let made = made_of(planned.logical(), planned.headings(), &known);
            for (name, class) in &computed.columns {
                let lineage = &made.columns[name];
                assert_eq!(
                    (*class, *class),
                    (lineage.class, most_private(&lineage.fields, &tables)),
                    "{name} of {sql}"
                );
            }
            assert_eq!(computed.rows, most_private(&made.rows.fields, &tables), "rows of {sql}");
        }
    });
}

/// Columns of tables that a text names, as `table.column`.
fn named(text: &str, tables: &[Table]) -> Vec<Field> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let words = text.split(|c: char| !is_part(c)).filter_map(|word| word.trim_end_matches('.').split_once('.'));
    let known = words.filter(|(table, _)| tables.iter().any(|known| known.name == *table));
    known.map(|(table, column)| Field { table: table.to_owned(), column: column.to_owned() }).collect()
}

/// Whether a column is made of this one, or of rows that it chose: by its own query, or by those of the tables that this reads.
fn comes_from(lineage: &BTreeMap<String, TableLineage>, table: &str, column: &str, wanted: &Field) -> bool {
    let Some(made) = lineage.get(table) else { return false };
    let is_made_of = made.columns.get(column).into_iter().chain([&made.rows]).any(|fields| fields.contains_key(wanted));
    let mut before = made.columns.get(column).into_iter().flat_map(|fields| fields.keys());
    is_made_of || before.any(|field| comes_from(lineage, &field.table, &field.column, wanted))
}

#[test]
fn a_column_comes_from_where_its_query_says() {
    let catalog = Catalog::embedded().unwrap();
    deep(|| async move {
        let tables = api_tables();
        let lineage = of_queries(&catalog.derived, &tables).await.unwrap();
        let all: Vec<Table> = tables.iter().chain(catalog.derived.iter().map(|query| &query.table)).cloned().collect();
        let mut claims = 0;
        let mut problems = Vec::new();
        for query in &catalog.derived {
            let table = &query.table;
            for (column, field) in table
                .columns
                .iter()
                .flat_map(|column| named(&column.source, &all).into_iter().map(move |f| (column, f)))
            {
                claims += 1;
                if !comes_from(&lineage, &table.name, &column.name, &field) {
                    let (file, told) = (query.file(), told(&lineage[&table.name].columns[&column.name]));
                    problems.push(format!(
                        "{file}: source {}: {field:?} does not flow into it; what does: {told}",
                        column.name
                    ));
                }
            }
        }
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        assert!(claims > 200, "only {claims} sources name a column");
    });
}

#[test]
fn internal_tables_are_resolved() {
    let query = |name: &str, heading: &str, sql: &str| {
        parse(&format!("{name}.sql"), &format!("-- {name}: x\n{heading}\n{sql}")).unwrap()
    };
    let inner = query(
        "inner_names",
        "-- internal\n-- column id string none: x\n-- column n string directory: x",
        "SELECT id, upper(given_name) AS n FROM employees WHERE email IS NOT NULL",
    );
    let outer = query(
        "names",
        "-- column x string directory: x",
        "SELECT i.n AS x FROM inner_names i JOIN job_positions p ON p.employee_id = i.id",
    );
    let reader = query("readers", "-- column x string directory: x", "SELECT x FROM names");
    deep(|| async move {
        let lineage = of_queries(&[outer, inner, reader], &api_tables()).await.unwrap();
        let names = &lineage["names"];
        assert_eq!(names.reads.iter().collect::<Vec<_>>(), ["employees", "job_positions"]);
        assert_eq!(names.through, ["inner_names"]);
        assert_eq!(told(&names.columns["x"]), "employees.given_name Transformation");
        assert_eq!(told(&names.rows), "employees.email Filter, employees.id Join, job_positions.employee_id Join");
        // A published table is where others begin.
        assert_eq!(told(&lineage["readers"].columns["x"]), "names.x Identity");
        assert!(lineage["readers"].rows.is_empty());
    });
}
