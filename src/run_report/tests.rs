use serde_json::{Value, json};

use super::*;

/// As a run writes it that published a day and kept another.
fn written() -> RunReport {
    let json = json!({
        "run_id": "20260315T060000Z-00000001", "command": "sync", "program_version": "0.1.0", "tenant": "example.ilucca.net",
        "as_of": "2026-03-15", "published": [{ "as_of": "2026-03-15", "sequence": 2 }], "unpublished": [],
        "kept": [{ "as_of": "2026-03-14", "because": "read_on_that_day" }], "started_at": "2026-03-15T06:00:00Z",
        "seconds": 2.5, "outcome": { "status": "published", "sequence": 2 },
        "requests": { "requests": 44, "token_requests": 1, "retries": 2, "too_many_requests": 1, "retry_wait_seconds": 0.5,
            "page_bytes": 1000, "requests_by_resource": { "employees": 3 } },
        "continued": "20260315T050000Z-00000009", "seconds_lost_to_others": 1.0, "seconds_waited_for_budget": 3.0,
        "fewest_requests": 38,
        "resources": [{ "resource": "employees", "pages": 3, "kept_pages": 1, "records": 250, "repeated": 1, "restarts": 1,
            "page_limit": 100, "total_count": 250, "recounted": 250, "missing": 0,
            "by_id": { "asked": 2, "gone": 0 },
            "drift": [{ "kind": "unknown_property", "property": "moon", "json_type": "string", "records": 3 }] }],
        "tables": [{ "table": "employees", "zone": "core", "rows": 250, "files": 1, "bytes": 9 },
            { "table": "headcount", "zone": "derived", "rows": 20, "files": 1, "bytes": 9 }],
        "skipped": [{ "table": "turnover", "missing": ["employments"] }],
        "absent": [{ "resource": "job-qualifications", "tables": ["job_qualifications"], "reason": "not granted" }],
        "references": [{ "table": "a", "column": "b", "to": "c", "references": 3, "unresolved": 1, "unresolved_ids": 1 }],
        "wide": [{ "table": "w", "appeared": ["x"], "disappeared": [], "unforeseen": { "e_x": { "other_shape": 1, "several": 0 } } }],
        "derive": { "seconds": { "references": 0.1, "derived": 0.2, "wide": 0.3, "judged": 0.4, "tables": { "headcount": 0.1 } } },
    });
    RunReport::read(&serde_json::to_vec(&json).unwrap()).unwrap()
}

#[test]
fn what_is_written_is_read_again() {
    let report = written();
    assert_eq!(RunReport::read(&serde_json::to_vec_pretty(&report).unwrap()), Ok(report.clone()));
    assert!(!report.wide.is_empty() && !report.references.is_empty() && !report.resources[0].drift.is_empty());
    assert!(report.for_people().ends_with(
        "20260315T060000Z-00000001 as of 2026-03-15: 44 requests (38 at best), 2 retries, 1 times 429, 2.5 s; published as \
         number 2 of that day\n"
    ));
}

#[test]
fn a_report_comes_to_a_line() {
    let summary = written().summary();
    let expected = json!({
        "run_id": "20260315T060000Z-00000001", "command": "sync", "tenant": "example.ilucca.net",
        "started_at": "2026-03-15T06:00:00Z", "seconds": 2.5, "outcome": "published", "exit_code": 0,
        "days": ["2026-03-14", "2026-03-15"], "published": ["2026-03-15"], "requests": 44, "retries": 2,
        "too_many_requests": 1, "rows": 270, "tables": { "employees": 250, "headcount": 20 }, "findings": 0, "drift": 1,
        "skipped": ["turnover"], "absent": ["job_qualifications"],
    });
    assert_eq!(serde_json::to_value(summary).unwrap(), expected);
}

#[test]
fn reports_of_other_versions_are_read_as_far_as_they_say_what_this_one_knows() {
    let written = serde_json::to_value(written()).unwrap();
    let needed = ["run_id", "as_of", "started_at", "outcome"];
    for key in written.as_object().unwrap().keys() {
        let mut without = written.clone();
        without.as_object_mut().unwrap().remove(key);
        let read = RunReport::read(&serde_json::to_vec(&without).unwrap());
        assert_eq!(read.is_ok(), !needed.contains(&key.as_str()), "{key}");
    }
    let mut of_tomorrow = written.clone();
    of_tomorrow["moons"] = 3.into();
    of_tomorrow["resources"][0]["drift"] = json!([{ "kind": "new_kind" }, { "kind": "unknown_property", "property": "p",
        "json_type": "null", "records": 1, "more": true }]);
    of_tomorrow["tables"] = json!([{ "table": "t", "zone": "secret", "rows": 1, "files": 1, "bytes": 1 }, Value::Null]);
    let read = RunReport::read(&serde_json::to_vec(&of_tomorrow).unwrap()).unwrap();
    assert_eq!((read.resources[0].drift.len(), read.tables.len()), (1, 0));
}
