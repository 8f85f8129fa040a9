//! What flows where.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::{
    catalog::{Catalog, DerivedTable, Table, derived::parse},
    engine::{Parameters, Session, query, testing::deep},
};

fn api_tables() -> Vec<Table> {
    Catalog::embedded().unwrap().api_tables()
}

/// What is computed of statements over the tables of the API.
async fn computed(statements: &[String]) -> Vec<Computed> {
    let tables = api_tables();
    let session = Session::of_declared(&tables).unwrap();
    let classes = Classes::of(&tables);
    let mut all = Vec::new();
    for sql in statements {
        let parameters = Parameters::of_day(Some(NaiveDate::default()));
        let planned = query::plan(&session, sql, &parameters).await;
        all.push(super::computed(&planned.unwrap_or_else(|e| panic!("{sql}: {e}")), &classes));
    }
    all
}

#[test]
fn no_query_publishes_a_column_as_less_private_than_what_flows_into_it() {
    let catalog = Catalog::embedded().unwrap();
    deep(|| async move {
        let problems = declared::problems(&catalog.derived, &api_tables()).await.unwrap();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    });
}

#[test]
fn a_query_that_publishes_less_has_to_say_so_and_why_and_only_then() {
    let query = |header: &str, sql: &str| parse("t.sql", &format!("-- t: x\n{header}\n{sql}")).unwrap();
    let gender = "SELECT id, upper(legal_gender) AS g FROM employee_personal_records";
    let women = "SELECT id FROM employee_personal_records WHERE legal_gender = 'female'";
    let id = "-- column id string none: x";
    let cases: [(DerivedTable, &[&str]); 6] = [
        (query(&format!("{id}\n-- column g string personal: x"), gender), &[]),
        (
            query(&format!("{id}\n-- column g string directory: x\n-- lowered g, rows to directory: y"), gender),
            &["rows is lowered"],
        ),
        (query(&format!("{id}\n-- column g string directory: x\n-- lowered g to directory: y"), gender), &[]),
        (query(&format!("{id}\n-- column g string none: x"), gender), &["g is declared none, but personal"]),
        (query(id, women), &["rows is declared none, but personal"]),
        (query(&format!("{id}\n-- lowered rows to none: y"), women), &[]),
    ];
    deep(|| async move {
        for (query, wanted) in cases {
            let problems = declared::problems(&[query], &api_tables()).await.unwrap();
            assert_eq!(problems.len(), wanted.len(), "{problems:?}");
            assert!(problems.iter().zip(wanted).all(|(p, w)| p.contains(w)), "{problems:?}");
        }
    });
}

#[test]
fn what_chose_the_rows_of_an_internal_table_reaches_those_who_read_it() {
    let women = "SELECT employee_id FROM employee_personal_records WHERE legal_gender = 'female'";
    let read = "SELECT e.id, w.employee_id IS NOT NULL AS w FROM employees e LEFT JOIN women w ON w.employee_id = e.id";
    let query = |name: &str, heading: &str, sql: &str| {
        parse(&format!("{name}.sql"), &format!("-- {name}: x\n{heading}\n{sql}")).unwrap()
    };
    deep(|| async move {
        let internal = query("women", "-- internal\n-- column employee_id string none: x", women);
        let reader = query("all", "-- column id string none: x\n-- column w boolean none: x", read);
        let problems = declared::problems(&[reader, internal], &api_tables()).await.unwrap();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].starts_with("queries/all.sql: w is declared none, but personal"), "{problems:?}");
        assert!(problems[1].starts_with("queries/all.sql: rows is declared none, but personal"), "{problems:?}");
    });
}

/// Statements, with the classes of their columns and of their rows by their first letters.
const FLOWS: &[(&str, &str)] = &[
    ("SELECT id, given_name, birth_day, as_of FROM employees", "ndpn n"),
    ("SELECT *, 1 AS one FROM (SELECT birth_day AS id, id AS birth_day FROM employees) t", "pnn n"),
    ("SELECT _extra FROM employees", "s n"),
    // Expressions.
    ("SELECT CASE WHEN legal_gender = 'female' THEN 1 END AS x FROM employee_personal_records", "p n"),
    ("SELECT COALESCE(NULL, NULLIF(bank_account_bank_name, 'x'), id) AS x FROM employee_personal_records", "s n"),
    ("SELECT legal_gender IN ('a', id) AS x, now() AS y FROM employee_personal_records", "pn n"),
    // Which rows there are.
    ("SELECT id FROM employee_personal_records WHERE legal_gender = 'female'", "n p"),
    ("SELECT id FROM employee_personal_records ORDER BY bank_account_bank_name LIMIT 1", "n s"),
    ("SELECT count(*) AS x FROM (SELECT DISTINCT legal_gender FROM employee_personal_records) t", "p p"),
    (
        "SELECT id FROM employees e WHERE EXISTS (SELECT * FROM employee_personal_records r WHERE r.employee_id = e.id)",
        "n n",
    ),
    (
        "SELECT id FROM employees e WHERE EXISTS (SELECT 1 FROM employee_personal_records r \
         WHERE r.employee_id = e.id AND r.legal_gender = 'male')",
        "n p",
    ),
    ("SELECT id FROM employees WHERE given_name IN (SELECT legal_gender FROM employee_personal_records)", "n p"),
    ("SELECT e.id FROM employees e LEFT SEMI JOIN employee_personal_records r ON r.birth_date = e.created_at", "n p"),
    // Aggregates and windows are made of rows.
    ("SELECT count(*) AS x FROM employees", "n n"),
    ("SELECT count(*) AS x FROM employees WHERE birth_day = 1", "p p"),
    ("SELECT count(*) AS x FROM employees GROUP BY birth_day HAVING count(*) >= 5", "p p"),
    ("SELECT id, max(given_name) AS x, string_agg(email, ',') AS y FROM employees GROUP BY id", "ndd n"),
    (
        "SELECT legal_gender AS g, id, count(*) AS x FROM employee_personal_records GROUP BY ROLLUP (legal_gender, id)",
        "ppp p",
    ),
    (
        "SELECT id, lag(birth_day) OVER (ORDER BY id) AS x, row_number() OVER (ORDER BY given_name) AS y FROM employees",
        "npd n",
    ),
    (
        "SELECT id, (SELECT count(*) FROM employee_personal_records r WHERE r.employee_id = e.id AND r.legal_gender = 'male') AS x FROM employees e",
        "np n",
    ),
    // What a join tells.
    (
        "SELECT v.label FROM employee_personal_records r JOIN (VALUES ('female', 'F')) v (code, label) ON v.code = r.legal_gender",
        "p p",
    ),
    (
        "SELECT v.label FROM employee_personal_records r, (VALUES ('female', 'F')) v (code, label) WHERE v.code = r.legal_gender",
        "p p",
    ),
    ("SELECT t.title FROM employments e JOIN employment_templates t ON t.id = e.template_id", "p p"),
    ("SELECT r.id FROM employees e LEFT JOIN employee_personal_records r ON r.employee_id = e.id", "n n"),
    (
        "SELECT r.id FROM employees e LEFT JOIN employee_personal_records r ON r.employee_id = e.id AND r.legal_gender = 'male'",
        "p p",
    ),
    (
        "SELECT e.id, r.id AS x FROM employees e LEFT JOIN \
         (SELECT * FROM employee_personal_records WHERE legal_gender = 'male') r ON r.employee_id = e.id",
        "np p",
    ),
    (
        "SELECT x.label FROM employee_personal_records r CROSS JOIN LATERAL \
         (SELECT v.label FROM (VALUES ('female', 'F')) v (code, label) WHERE v.code = r.legal_gender) x",
        "p p",
    ),
    // Unions.
    ("SELECT id FROM employees UNION ALL SELECT legal_gender FROM employee_personal_records", "p n"),
    (
        "SELECT id, 'F' AS g FROM employee_personal_records WHERE legal_gender = 'female' UNION ALL \
         SELECT id, 'M' AS g FROM employee_personal_records WHERE legal_gender = 'male'",
        "np p",
    ),
    ("SELECT id FROM employees UNION SELECT given_name FROM employees", "d d"),
    // Common table expressions; a recursive one is read by itself.
    ("WITH employees AS (SELECT legal_gender AS id FROM employee_personal_records) SELECT id FROM employees", "p n"),
    (
        "WITH RECURSIVE up AS (SELECT id, id AS above, 1 AS depth FROM departments UNION ALL \
         SELECT u.id, d.manager_id, u.depth + 1 FROM up u JOIN departments d ON d.id = u.above) SELECT * FROM up",
        "ndd d",
    ),
    ("SELECT unnest(nationalities_country_codes) AS x, id FROM employee_personal_records", "pn p"),
    ("SELECT table_name FROM information_schema.tables", "n n"),
    ("VALUES (1, 'a')", "nn n"),
];

#[test]
fn columns_have_the_class_of_what_flows_into_them() {
    deep(|| async {
        let statements: Vec<String> = FLOWS.iter().map(|(sql, _)| (*sql).to_owned()).collect();
        let letter = |class: Privacy| class.to_string().remove(0);
        for (computed, (sql, wanted)) in computed(&statements).await.iter().zip(FLOWS) {
            let columns: String = computed.columns.iter().map(|(_, class)| letter(*class)).collect();
            assert_eq!(format!("{columns} {}", letter(computed.rows)), *wanted, "{sql}");
        }
    });
}

/// Ways of asking on, of a relation `@` with the columns `k`, which is public, and `x`, each giving the same two columns:
/// none may lose how private `x` is.
const WRAPPERS: &[&str] = &[
    "SELECT k, x AS x FROM @",
    "SELECT b.k, b.x FROM (SELECT k AS x, x AS k FROM @) a (y, z) CROSS JOIN @ b",
    "SELECT k, upper(CAST(x AS STRING)) AS x FROM @",
    "SELECT k, CASE WHEN CAST(x AS STRING) = 'a' THEN 'yes' ELSE 'no' END AS x FROM @",
    "SELECT k, COALESCE(CAST(x AS STRING), 'none') AS x FROM @",
    "SELECT k, CAST(x AS STRING) IS NULL AS x FROM @",
    "SELECT k, max(x) AS x FROM @ GROUP BY k",
    "SELECT k, count(DISTINCT x) AS x FROM @ GROUP BY k",
    "SELECT k, count(*) AS x FROM @ GROUP BY k, x",
    "SELECT k, count(*) AS x FROM @ WHERE CAST(x AS STRING) = 'a' GROUP BY k",
    "SELECT k, first_value(x) OVER (PARTITION BY k ORDER BY k) AS x FROM @",
    "SELECT k, row_number() OVER (ORDER BY x, k) AS x FROM @",
    "SELECT k, x FROM @ UNION ALL SELECT '0', NULL",
    "SELECT k, 'yes' AS x FROM @ WHERE CAST(x AS STRING) = 'a' UNION ALL SELECT k, 'no' FROM @ WHERE CAST(x AS STRING) = 'b'",
    "SELECT DISTINCT k, x FROM @ ORDER BY k LIMIT 5",
    "WITH c AS (SELECT * FROM @) SELECT c.k, c.x FROM c JOIN c d ON d.k = c.k",
    "SELECT @.k, v.label AS x FROM @ JOIN (VALUES ('a', 'b'), ('c', 'd')) v (code, label) ON v.code = CAST(@.x AS STRING)",
    "SELECT @.k, v.code AS x FROM @, (VALUES ('a'), ('c')) v (code) WHERE v.code < CAST(@.x AS STRING)",
    "SELECT d.id AS k, @.k AS x FROM departments d LEFT JOIN @ ON @.k = d.id AND CAST(@.x AS STRING) = 'a'",
    "SELECT d.id AS k, f.k AS x FROM departments d LEFT JOIN (SELECT k FROM @ WHERE CAST(x AS STRING) = 'a') f ON f.k = d.id",
    "SELECT d.id AS k, (SELECT max(x) FROM @ WHERE @.k = d.id) AS x FROM departments d",
    "SELECT d.id AS k, EXISTS (SELECT 1 FROM @ WHERE @.k = d.id AND CAST(@.x AS STRING) = 'a') AS x FROM departments d",
    "SELECT k, unnest(make_array(x)) AS x FROM @",
    "WITH RECURSIVE # AS (SELECT k, CAST(x AS STRING) AS x, 1 AS n FROM @ UNION ALL SELECT k, x, n + 1 FROM # WHERE n < 3) SELECT k, x FROM #",
    "WITH RECURSIVE # AS (SELECT k, CAST(x AS STRING) AS x, '' AS y FROM @ UNION ALL SELECT k, '', x FROM #) SELECT k, y AS x FROM #",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_that_is_asked_on_lowers_a_class(
        picks in proptest::collection::vec((0usize..4, proptest::collection::vec(0..WRAPPERS.len(), 1..4)), 24)
    ) {
        let bases = [
            ("SELECT id AS k, given_name AS x FROM employees", Privacy::Directory),
            ("SELECT id AS k, birth_month AS x FROM employees", Privacy::Personal),
            ("SELECT employee_id AS k, legal_gender AS x FROM employee_personal_records", Privacy::Personal),
            ("SELECT employee_id AS k, value_text AS x FROM personal_attributes", Privacy::Sensitive),
        ];
        let statement = |(base, wrappers): &(usize, Vec<usize>)| {
            wrappers.iter().enumerate().fold(bases[*base].0.to_owned(), |inner, (level, wrapper)| {
                let outer = WRAPPERS[*wrapper].replace('@', &format!("q{level}")).replace('#', &format!("r{level}"));
                match outer.strip_prefix("WITH RECURSIVE ").or_else(|| outer.strip_prefix("WITH ")) {
                    Some(rest) => format!("SELECT k, x FROM (WITH RECURSIVE q{level} AS ({inner}), {rest}) w"),
                    None => format!("SELECT k, x FROM (WITH q{level} AS ({inner}) {outer}) w"),
                }
            })
        };
        let statements: Vec<String> = picks.iter().map(statement).collect();
        let wanted: Vec<Privacy> = picks.iter().map(|(base, _)| bases[*base].1).collect();
        deep(move || async move {
            for ((computed, sql), wanted) in computed(&statements).await.iter().zip(&statements).zip(wanted) {
                assert!(computed.columns[1].1 >= wanted, "{wanted} data became {}: {sql}", computed.columns[1].1);
            }
        });
    }
}
