use crate::engine::{
    EngineError, Parameters, Session, query,
    small_cells::{Careful, leave_out},
    testing::{TestLake, batch, csv, deep, strings},
};

/// Six people in one department, three in another, and a department without anybody. Everybody had two positions.
async fn session() -> Session {
    let mut lake = TestLake::default();
    let ids: Vec<String> = (1..=9).map(|id| id.to_string()).collect();
    let of = |id: usize| Some(if id < 6 { "large" } else { "small" });
    let people = batch(vec![
        ("employee_id", strings(ids.iter().map(|id| Some(id.as_str())))),
        ("department", strings((0..9).map(of))),
    ]);
    let positions = batch(vec![
        ("employee_id", strings(ids.iter().chain(&ids).map(|id| Some(id.as_str())))),
        ("department", strings((0..9).chain(0..9).map(of))),
    ]);
    let departments = batch(vec![("name", strings([Some("large"), Some("small"), Some("empty")]))]);
    for (name, rows) in [("people", people), ("positions", positions), ("departments", departments)] {
        lake.add_batch(name, "2026-03-15", &rows).await;
    }
    lake.session()
}

async fn ask(session: &Session, sql: &str) -> Result<(String, bool), EngineError> {
    let parameters = Parameters::default();
    let whose = |table: &str| (table != "departments").then(|| "employee_id".to_owned());
    let planned = query::plan(session, sql, &parameters).await?;
    let Careful { planned, leaves_out } = leave_out(planned, 5, &whose)?;
    Ok((csv(planned.rows().await?).await?, leaves_out))
}

#[test]
fn groups_of_few_people_are_left_out() {
    deep(|| async {
        let session = session().await;
        for (sql, expected) in [
            ("SELECT department, count(*) AS n FROM people GROUP BY department", "department,n\nlarge,6\n"),
            // Rows are not people.
            ("SELECT department, count(*) AS n FROM positions GROUP BY department", "department,n\nlarge,12\n"),
            ("SELECT count(*) AS n FROM people", "n\n9\n"),
            ("SELECT count(*) AS n FROM people WHERE department = 'small'", "n\n\n"),
            ("SELECT count(*) AS n FROM people WHERE department = 'nobody'", "n\n\n"),
            (
                "SELECT department, max(employee_id) AS m FROM people GROUP BY department HAVING count(*) > 1",
                "department,m\nlarge,6\n",
            ),
            (
                "SELECT department || '!' AS d, count(*) + 1 AS n FROM people GROUP BY department ORDER BY n",
                "d,n\nlarge!,7\n",
            ),
            (
                "SELECT d.name, count(p.employee_id) AS n FROM departments d LEFT JOIN people p ON p.department = d.name \
                 GROUP BY d.name",
                "name,n\nlarge,6\n",
            ),
            // Joining people to everything makes no group larger than its smallest side.
            (
                "SELECT a.department, count(DISTINCT b.employee_id) AS n FROM people a CROSS JOIN people b GROUP BY a.department",
                "department,n\nlarge,9\n",
            ),
            (
                "SELECT department, count(*) AS n FROM (SELECT DISTINCT employee_id, department FROM positions) t GROUP BY department",
                "department,n\nlarge,6\n",
            ),
            (
                "SELECT department, count(*) AS n FROM (SELECT * FROM people UNION ALL SELECT * FROM positions) t GROUP BY department",
                "department,n\nlarge,18\n",
            ),
            // Somebody is no group of people, and groups of somebody's rows can be grouped on.
            (
                "SELECT n, count(*) AS people FROM (SELECT employee_id, count(*) AS n FROM positions GROUP BY employee_id) t GROUP BY n",
                "n,people\n2,9\n",
            ),
            // What is made of large groups is made of many people.
            ("SELECT sum(n) AS n FROM (SELECT department, count(*) AS n FROM people GROUP BY department) t", "n\n6\n"),
            (
                "WITH p AS (SELECT employee_id AS who, department FROM people) SELECT department, count(*) AS n FROM p GROUP BY 1",
                "department,n\nlarge,6\n",
            ),
            (
                "SELECT department, count(*) AS n FROM people GROUP BY ROLLUP (department) ORDER BY n",
                "department,n\nlarge,6\n,9\n",
            ),
            (
                "SELECT name, (SELECT count(*) FROM people p WHERE p.department = d.name) AS n FROM departments d ORDER BY name",
                "name,n\nempty,\nlarge,6\nsmall,\n",
            ),
            ("SELECT count(*) + 1 AS n, max(department) AS d FROM people WHERE department = 'small'", "n,d\n,\n"),
            ("SELECT (SELECT count(*) FROM people WHERE department = 'small') AS n", "n\n\n"),
        ] {
            assert_eq!(
                ask(&session, sql).await.unwrap_or_else(|e| panic!("{sql}: {e}")),
                (expected.to_owned(), true),
                "{sql}"
            );
        }
    });
}

#[test]
fn what_counts_nobody_is_left_as_it_is() {
    deep(|| async {
        let session = session().await;
        for (sql, expected) in [
            ("SELECT count(*) AS n FROM departments", "n\n3\n"),
            ("SELECT name, count(*) AS n FROM departments GROUP BY name ORDER BY name LIMIT 1", "name,n\nempty,1\n"),
            ("SELECT employee_id FROM people WHERE department = 'small' ORDER BY 1 LIMIT 1", "employee_id\n7\n"),
            (
                "SELECT employee_id, count(*) AS n FROM positions GROUP BY employee_id ORDER BY 1 LIMIT 1",
                "employee_id,n\n1,2\n",
            ),
            ("SELECT row_number() OVER (ORDER BY employee_id) AS n FROM people LIMIT 1", "n\n1\n"),
        ] {
            assert_eq!(
                ask(&session, sql).await.unwrap_or_else(|e| panic!("{sql}: {e}")),
                (expected.to_owned(), false),
                "{sql}"
            );
        }
    });
}

#[test]
fn what_does_not_say_whom_it_counts_is_refused() {
    deep(|| async {
        let session = session().await;
        for (sql, why) in [
            ("SELECT count(*) FROM (SELECT department FROM people) t", "keep employee_id"),
            (
                "SELECT department, count(*) FROM (SELECT DISTINCT department FROM people) t GROUP BY department",
                "keep employee_id",
            ),
            ("SELECT count(*) FROM (SELECT upper(employee_id) AS employee_id FROM people) t", "keep employee_id"),
            (
                "SELECT d, count(*) FROM (SELECT department AS d, employee_id AS e FROM people UNION ALL SELECT employee_id, department FROM people) t GROUP BY d",
                "keep employee_id",
            ),
            ("SELECT employee_id, count(*) OVER (PARTITION BY department) FROM people", "use GROUP BY"),
            ("SELECT sum(1) OVER () FROM people", "use GROUP BY"),
        ] {
            let error = ask(&session, sql).await.map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(why), "{sql}: {error}");
        }
    });
}
