use super::*;
use crate::{
    catalog::{Catalog, derived::parse},
    engine::{TableFiles, Value, mapped, testing::deep},
};

/// Everything that queries read and make.
fn tables(catalog: &Catalog) -> Vec<Table> {
    let internal = catalog.derived.iter().filter(|derived| derived.internal).map(|derived| derived.table.clone());
    catalog.tables().into_iter().chain(internal).collect()
}

fn names(tables: &[Table]) -> Vec<&str> {
    tables.iter().map(|table| table.name.as_str()).collect()
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// The columns that no tenant with a key tells, whatever it lets the key see.
async fn never_told_by_key(catalog: &Catalog) -> Columns {
    let sources: Vec<Table> = catalog.legacy.iter().flat_map(|resource| resource.all_tables()).collect();
    let session = Session::of_declared(&sources).unwrap();
    session.give_json_functions();
    let (mut known, mut columns) = (Columns::new(), Columns::new());
    for mapped::Step { mapped, .. } in mapped::order(&catalog.mapped).unwrap() {
        let table = mapped.own.clone().or_else(|| catalog.table(&mapped.name)).unwrap();
        let used = ["sensitive_accounts", "harmless_accounts", "attribute_people"]
            .into_iter()
            .filter(|name| mapped.sql.contains(name));
        let values = used.map(|name| (name.to_owned(), Value::Text(String::new()))).collect();
        let parameters = Parameters { as_of: Some(NaiveDate::default()), values };
        let asked = mapped::ask(&session, &mapped, &table, &parameters, &known).await.unwrap();
        let nulls: BTreeSet<String> = asked.nulls.into_iter().chain(mapped.not_available.clone()).collect();
        known.insert(mapped.name.clone(), nulls.clone());
        if !mapped.internal {
            let nulls = nulls.into_iter().filter(|column| !column.starts_with('_'));
            columns.entry(mapped.name.clone()).or_default().extend(nulls);
        }
        let (as_of, schema) = (NaiveDate::default(), table.arrow_schema());
        session.register(&[TableFiles { table: table.name, as_of, schema, files: Vec::new() }]).unwrap();
    }
    columns
}

#[test]
fn with_a_key_each_table_says_what_it_lacks_or_is_left_out() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let columns = never_told_by_key(&catalog).await;
        assert!(columns["employment_templates"].contains("term"), "{columns:?}");
        let api = catalog.api_tables();
        let mut not_told = NotTold::new(tables(&catalog), columns).unwrap();
        let lacking = not_told.follow(&catalog.derived, &names(&api)).await.unwrap();
        // Nothing else is left out, so that whatever is has a reason that somebody read.
        let left_out: Vec<String> = lacking.iter().map(|(table, lacks)| format!("{table}: {lacks:?}")).collect();
        assert_eq!(
            left_out,
            [
                // Trainees would be among the employees.
                r#"registre_unique_du_personnel: {"employment_templates.audience"}"#,
                // Professions are not read with a key at all.
                r#"unified_job_roles: {"job_qualifications.profession_id"}"#,
            ]
        );
        let mut rules = Vec::new();
        for rule in &catalog.rules {
            let lacks = not_told.lacking(rule).await.unwrap();
            rules.extend((!lacks.is_empty()).then(|| format!("{}: {lacks:?}", rule.name)));
        }
        assert_eq!(rules, [r#"probation_beyond_ceiling: {"employment_templates.term"}"#]);
        let columns = not_told.into_columns();
        assert_eq!(columns["people_current"], set(["contract_audience", "contract_term"]));
        assert_eq!(columns["movements"], set(["contract_term", "other_contract_term"]));
        assert!(!columns.contains_key("headcount"));
    });
}

/// Every column that a query says it does without reaches its result in such a way that it has to say so.
#[test]
fn nothing_is_said_to_be_done_without_that_need_not_be() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let derived = catalog.derived.iter().map(|query| (query.file(), &query.sql, &query.without));
        let rules = catalog.rules.iter().map(|rule| (rule.file(), &rule.sql, &rule.without));
        for (file, sql, without) in derived.chain(rules) {
            for Without { table, column, .. } in without {
                let column = column.clone().unwrap();
                let columns = Columns::from([(table.clone(), BTreeSet::from([column.clone()]))]);
                let not_told = NotTold::new(tables(&catalog), columns).unwrap();
                let known = tables(&catalog)
                    .iter()
                    .any(|known| known.name == *table && known.columns.iter().any(|known| known.name == column));
                let effect = not_told.effect(sql, &[]).await.unwrap();
                assert!(known && effect.lacking.contains(&format!("{table}.{column}")), "{file}: {table}.{column}");
            }
        }
    });
}

/// Queries over employees and departments of which portraits and managers are not told, with the columns of the result that
/// are null for that, and what they lack.
const QUERIES: &[(&str, &[&str], &[&str])] = &[
    ("SELECT id AS a, given_name AS b FROM employees", &[], &[]),
    ("SELECT id AS a, portrait_id AS b FROM employees ORDER BY id", &["b"], &[]),
    ("SELECT id AS a, coalesce(portrait_id, email) AS b FROM employees", &[], &["employees.portrait_id"]),
    ("SELECT id AS a, 'x' AS b FROM employees WHERE portrait_id IS NULL", &[], &["employees.portrait_id"]),
    (
        "SELECT id AS a, CAST(count(*) OVER (ORDER BY portrait_id) AS STRING) AS b FROM employees",
        &[],
        &["employees.portrait_id"],
    ),
    ("SELECT max(id) AS a, portrait_id AS b FROM employees GROUP BY portrait_id", &["b"], &["employees.portrait_id"]),
    (
        "SELECT d.id AS a, e.given_name AS b FROM departments d LEFT JOIN employees e ON e.id = d.manager_id",
        &["b"],
        &["departments.manager_id"],
    ),
    (
        "SELECT d.id AS a, e.portrait_id AS b FROM departments d LEFT JOIN employees e ON e.id = d.manager_id AND e.portrait_id > 'a'",
        &["b"],
        &["departments.manager_id", "employees.portrait_id"],
    ),
    ("SELECT d.id AS a, e.portrait_id AS b FROM departments d LEFT JOIN employees e ON e.id = d.id", &["b"], &[]),
];

#[test]
fn what_is_not_told_is_null_or_lacks() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let api = catalog.api_tables();
        let told = Columns::from([
            ("employees".to_owned(), set(["portrait_id"])),
            ("departments".to_owned(), set(["manager_id"])),
        ]);
        let query = |sql: &str, without: &str| {
            let heading = "-- t: x\n-- column a string sensitive: x\n-- column b string sensitive: x\n";
            parse("t.sql", &format!("{heading}{without}{sql}")).unwrap()
        };
        for (sql, nulls, lacks) in QUERIES {
            let asked = async |without: &str| {
                let query = query(sql, without);
                let tables = api.iter().cloned().chain([query.table.clone()]).collect();
                let mut not_told = NotTold::new(tables, told.clone()).unwrap();
                let lacking = not_told.follow(&[query], &names(&api)).await.unwrap();
                (not_told.into_columns().remove("t").unwrap_or_default(), lacking.get("t").cloned().unwrap_or_default())
            };
            assert_eq!(asked("").await, (set(nulls.iter().copied()), set(lacks.iter().copied())), "{sql}");
            let all = "-- without employees.portrait_id, departments.manager_id: null is right\n";
            assert_eq!(asked(all).await, (set(nulls.iter().copied()), BTreeSet::new()), "{sql}");
        }
    });
}

#[test]
fn what_an_internal_table_lacks_goes_on_to_those_that_read_it() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let api = catalog.api_tables();
        let inner = parse(
            "inner_part.sql",
            "-- inner_part: x\n-- internal\n-- column a string none: x\nSELECT portrait_id AS a FROM employees",
        );
        let outer = parse("t.sql", "-- t: x\n-- column n int64 none: x\nSELECT count(a) AS n FROM inner_part");
        let queries = [inner.unwrap(), outer.unwrap()];
        let tables = api.iter().cloned().chain(queries.iter().map(|query| query.table.clone())).collect();
        let told = Columns::from([("employees".to_owned(), set(["portrait_id"]))]);
        let mut not_told = NotTold::new(tables, told).unwrap();
        let lacking = not_told.follow(&queries, &names(&api)).await.unwrap();
        assert_eq!(lacking, BTreeMap::from([("t".to_owned(), set(["employees.portrait_id"]))]));
    });
}
