use crate::engine::testing::{ask, deep, empty_session};

const PEOPLE: &str =
    "(SELECT CAST('2026-01-31' AS DATE) AS day, 3 AS n, CAST('2026-01-31 10:00:00' AS TIMESTAMP) AS at) p";

#[test]
fn dates_are_compared_with_dates() {
    deep(|| async {
        for condition in [
            "day > 2025-01-01",
            "2025 < day",
            "day BETWEEN 2025-01-01 AND 2025-12-31",
            "day IN (2025, 2026)",
            "at >= 2025",
            "day IS DISTINCT FROM n",
            "EXISTS (SELECT 1 FROM (SELECT 1 AS x) q WHERE p.day = q.x)",
        ] {
            let sql = format!("SELECT n FROM {PEOPLE} WHERE {condition}");
            let error = ask(&empty_session(), &sql).await.unwrap_err();
            assert!(error.to_string().contains(super::DATE_WITH_NUMBER), "{condition}: {error}");
            assert_eq!(error.position().is_some(), condition.contains("2025-01-01"), "{condition}: {error}");
        }
        for condition in [
            "day > '2025-01-01'",
            "day BETWEEN '2025-01-01' AND '2026-12-31'",
            "date_part('year', day) = 2026",
            "at >= '2025-01-01' AND n > 2",
            "day IN ('2026-01-31')",
            "day - INTERVAL '1' DAY < day",
        ] {
            let sql = format!("SELECT n FROM {PEOPLE} WHERE {condition}");
            assert!(ask(&empty_session(), &sql).await.is_ok(), "{condition}");
        }
    });
}
