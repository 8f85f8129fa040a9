//! First days that nobody can have started on, in the tables by month and in what is measured from them.

use super::*;
use crate::{
    catalog::Catalog,
    engine::{
        query as statement,
        testing::{csv, dates},
    },
};

const TODAY: &str = "2026-03-15";

/// Somebody's employment, with a position as long.
struct Career {
    id: &'static str,
    start: &'static str,
    end: Option<&'static str>,
}

const fn career(id: &'static str, start: &'static str, end: Option<&'static str>) -> Career {
    Career { id, start, end }
}

const PLAUSIBLE: Career = career("c", "2016-07-04", None);

async fn lake_of(careers: &[Career]) -> TestLake {
    let column = |of: fn(&Career) -> Option<String>| strings(careers.iter().map(of));
    let id = |prefix: &'static str| strings(careers.iter().map(move |c| Some(format!("{prefix}{}", c.id))));
    let same = |value: &'static str| strings(careers.iter().map(move |_| Some(value)));
    let (starts, ends) =
        (|| dates(careers.iter().map(|c| Some(day(c.start)))), || dates(careers.iter().map(|c| c.end.map(day))));
    let none = || column(|_| None);
    let mut lake = TestLake::default();
    let tables = [
        (
            "employments",
            vec![
                ("id", id("e")),
                ("employee_id", id("w")),
                ("legal_entity_id", same("l")),
                ("template_id", none()),
                ("start_date", starts()),
                ("end_date", ends()),
            ],
        ),
        (
            "job_positions",
            vec![
                ("id", id("p")),
                ("employment_id", id("e")),
                ("business_establishment_id", same("b")),
                ("department_id", same("d")),
                ("job_title", none()),
                ("job_qualification_id", none()),
                ("occupation_category_id", none()),
                ("manager_id", none()),
                ("starts_on", starts()),
                ("ends_on", ends()),
            ],
        ),
        ("employees", vec![("id", none()), ("given_name", none()), ("family_name", none()), ("email", none())]),
        ("legal_entities", vec![("id", same("l")), ("legal_name", same("L"))]),
        ("business_establishments", vec![("id", same("b")), ("name", same("B"))]),
        ("departments", vec![("id", same("d")), ("name", same("D"))]),
        ("job_qualifications", vec![("id", none()), ("title", none())]),
        ("occupation_categories", vec![("id", none()), ("title", none())]),
        ("employment_templates", vec![("id", none()), ("title", none()), ("term", none()), ("audience", none())]),
    ];
    for (name, columns) in tables {
        let rows = batch(columns);
        // The tables of one row for all careers hold it once.
        let rows =
            if ["employments", "job_positions"].contains(&name) { rows } else { rows.slice(0, rows.num_rows().min(1)) };
        lake.add_batch(name, TODAY, &rows).await;
    }
    lake
}

/// A session with the tables about people and months.
async fn derived(careers: &[Career]) -> Session {
    const NAMES: [&str; 10] = [
        "assignment_candidates",
        "assignment_history",
        "calendar_months",
        "calendar_years",
        "employment_spells",
        "headcount_monthly",
        "movements",
        "movements_monthly",
        "tenure",
        "turnover_12_months",
    ];
    let lake = lake_of(careers).await;
    let queries = shipped_queries(&NAMES);
    let session = lake.session();
    let sink = MemorySink::beside(&lake);
    let known: Vec<&str> = lake.tables.iter().map(|t| t.table.as_str()).collect();
    let written = run(&session, day(TODAY), &queries, &known, &sink).await.unwrap();
    assert!(written.skipped.is_empty(), "{:?}", written.skipped);
    session
}

async fn answers<const N: usize>(session: &Session, questions: [&str; N]) -> [String; N] {
    let mut out = [const { String::new() }; N];
    for (answer, sql) in out.iter_mut().zip(questions) {
        let text = ask(session, sql).await.unwrap();
        *answer = text.lines().skip(1).collect::<Vec<_>>().join(" ");
    }
    out
}

const MONTHS: &str = "select min(month_start), max(month_end), count(*) from calendar_months";

#[test]
fn months_begin_with_the_first_day_that_can_be_right() {
    deep(|| async {
        // Of each: the careers beside the plausible one, and the months.
        let open = |start| vec![career("a", start, None)];
        for (careers, expected) in [
            (vec![], "2016-07-01,2026-02-28,116"),
            (open("0001-01-01"), "2016-07-01,2026-02-28,116"),
            (open("0206-02-01"), "2016-07-01,2026-02-28,116"),
            (open("1949-12-31"), "2016-07-01,2026-02-28,116"),
            (open("1950-01-01"), "1950-01-01,2026-02-28,914"),
            // Nobody's last day is left out.
            (vec![career("a", "0206-02-01", Some("2010-03-15"))], "2010-03-01,2026-02-28,192"),
            (vec![career("a", "0206-02-01", Some("3018-03-07"))], "2016-07-01,2026-02-28,116"),
            (vec![career("a", "9999-12-31", None)], "2016-07-01,2026-02-28,116"),
        ] {
            let all: Vec<Career> = careers.into_iter().chain([PLAUSIBLE]).collect();
            let session = derived(&all).await;
            assert_eq!(answers(&session, [MONTHS]).await, [expected], "{} to {:?}", all[0].start, all[0].end);
        }
        // Nothing else to go by.
        let session = derived(&[career("a", "0001-01-01", None)]).await;
        assert_eq!(answers(&session, [MONTHS]).await, ["1950-01-01,2026-02-28,914"]);
        assert_eq!(answers(&derived(&[]).await, [MONTHS]).await, [",,0"]);
    });
}

#[test]
fn people_from_before_the_months_count_from_the_first_on() {
    deep(|| async {
        let careers = [career("a", "0001-01-01", None), career("b", "0206-02-01", Some("2016-12-31")), PLAUSIBLE];
        let session = derived(&careers).await;
        let answers = answers(
            &session,
            [
                "select min(month_end), count(*), sum(headcount), max(headcount) from headcount_monthly",
                "select opening_headcount, joiners, closing_headcount from movements_monthly order by month_end limit 1",
                "select count(*) from movements_monthly where closing_headcount \
                 <> opening_headcount + joiners + rehires + transfers_in - leavers - transfers_out",
                "select opening_headcount, joiners, leavers, closing_headcount, months, average_headcount \
                 from turnover_12_months where axis = 'tenant' and month_end in (date '2016-07-31', date '2017-06-30') \
                 order by month_end",
                "select employee_id, seniority_start, seniority_years, seniority_days, seniority_bucket, spell_months, \
                 spell_bucket from tenure order by employee_id",
                "select first_day, last_day from employment_spells order by employee_id",
            ],
        )
        .await;
        let expected = [
            // Three people for six months, then two for 110.
            "2016-07-31,116,238,3",
            "2,1,3",
            "0",
            // Of the first month only that month is known: its opening and closing, over 24.
            "2,1,0,3,1,0.20833333333333334 2,1,1,2,12,2.5",
            "wa,0001-01-01,,,unknown,,unknown wc,2016-07-04,9,3541,6y+,8,6y+",
            "0001-01-01, 0206-02-01,2016-12-31 2016-07-04,",
        ];
        assert_eq!(answers, expected);
    });
}

#[test]
fn a_day_that_cannot_be_right_is_one_finding() {
    deep(|| async {
        let careers = [
            career("a", "0001-01-01", None),
            career("b", "0206-02-01", Some("9999-12-31")),
            career("c", "1950-01-01", Some("2126-03-15")),
            career("d", "2020-01-01", Some("3018-03-07")),
        ];
        let lake = lake_of(&careers).await;
        let rule = Catalog::embedded().unwrap().rules.into_iter().find(|rule| rule.name == "implausible_date").unwrap();
        let rows = statement::run(&lake.session(), &rule.sql, Some(day(TODAY))).await.unwrap();
        let found = csv(rows).await.unwrap();
        let expected = [
            "table_name,column_name,record_id",
            "employments,end_date,ed",
            "employments,start_date,ea",
            "employments,start_date,eb",
            "job_positions,ends_on,pd",
            "job_positions,starts_on,pa",
            "job_positions,starts_on,pb",
        ];
        assert_eq!(found.lines().collect::<Vec<_>>(), expected);
    });
}

/// The horizon is written in every query that needs it, as SQL has no constants: everywhere the same.
#[test]
fn queries_name_no_other_day() {
    let catalog = Catalog::embedded().unwrap();
    let sql = catalog.derived.iter().map(|q| &q.sql).chain(catalog.rules.iter().map(|rule| &rule.sql));
    let mut days: Vec<String> = Vec::new();
    for text in sql {
        days.extend(
            text.split("CAST('")
                .skip(1)
                .filter_map(|rest| rest.split_once("' AS DATE)").map(|(day, _)| day.to_owned())),
        );
    }
    days.sort_unstable();
    days.dedup();
    assert_eq!(days, ["1950-01-01", "9999-12-31"]);
}
