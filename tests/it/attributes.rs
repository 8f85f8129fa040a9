//! Which attribute values a run reads: of one day or of all, of some definitions, of some people.

use std::path::Path;

use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

const BOTH: &str = "(SELECT * FROM employee_attributes UNION ALL SELECT * FROM personal_attributes) a";

fn sync(tenant: &Tenant, lake: &Path, flags: &[&str]) -> u64 {
    let output = tenant.run(lake, &[&["sync", "--as-of", "2026-03-15"], flags].concat());
    assert_eq!(code(&output), 0, "{}", err(&output));
    let said = err(&output);
    let (before, _) = said.split_once(" requests (").unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

fn ask(tenant: &Tenant, lake: &Path, sql: &str) -> String {
    let output = tenant.run(lake, &["query", "--format", "csv", sql]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    out(&output).lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_values_of_a_day_are_those_of_all_days_that_apply() {
    let (tenant, folder) = (Tenant::start(&["--employees", "120"]), tempdir().unwrap());
    let (day, all) = (folder.path().join("day"), folder.path().join("all"));
    sync(&tenant, &day, &[]);
    sync(&tenant, &all, &["--attributes", "history"]);
    let facts = "count(*), count(DISTINCT id), min(value), max(value), sum(length(value))";
    let applicable = "WHERE coalesce(applicability_start, DATE '2026-03-15') <= DATE '2026-03-15' \
                      AND coalesce(applicability_end, DATE '2026-03-15') >= DATE '2026-03-15'";
    let of_day = ask(&tenant, &day, &format!("SELECT {facts} FROM {BOTH}"));
    assert_eq!(ask(&tenant, &all, &format!("SELECT {facts} FROM {BOTH} {applicable}")), of_day);
    let more = ask(&tenant, &all, &format!("SELECT count(*) FROM {BOTH}")).parse::<u64>().unwrap();
    assert!(more > of_day.split(',').next().unwrap().parse::<u64>().unwrap() + 100, "{more} values in all, {of_day}");
}

#[test]
fn only_some_definitions_are_asked_for() {
    let (tenant, folder) = (Tenant::start(&["--employees", "250"]), tempdir().unwrap());
    let all = sync(&tenant, &folder.path().join("all"), &[]);
    for (patterns, like, definitions) in [
        (
            "employee.givenName,employee.familyName",
            "definition_id IN ('employee.givenName', 'employee.familyName')",
            "2",
        ),
        ("employee.*,e_t*", "definition_id LIKE 'employee.%' OR definition_id LIKE 'e\\_t%'", "11"),
    ] {
        let lake = folder.path().join(definitions);
        let some = sync(&tenant, &lake, &["--attribute-definitions", patterns]);
        assert!(some + 8 < all, "{some} requests, {all} for all definitions");
        let found = ask(&tenant, &lake, &format!("SELECT count(DISTINCT definition_id), count(*) FROM {BOTH}"));
        let due = ask(
            &tenant,
            &folder.path().join("all"),
            &format!("SELECT count(DISTINCT definition_id), count(*) FROM {BOTH} WHERE {like}"),
        );
        assert_eq!(found, due, "{patterns}");
        assert!(found.starts_with(&format!("{definitions},")), "{found}");
        if definitions == "2" {
            let wide = tenant.run(&lake, &["query", "--format", "csv", "SELECT * FROM employee_snapshot LIMIT 1"]);
            let columns = "employee_id,employee_family_name,employee_given_name,_unforeseen,as_of\n";
            assert!(out(&wide).starts_with(columns), "{}", out(&wide));
        }
    }
}

#[test]
fn only_some_people_are_asked_for() {
    let (tenant, folder) = (Tenant::start(&["--employees", "250"]), tempdir().unwrap());
    let (all, some) = (folder.path().join("all"), folder.path().join("some"));
    sync(&tenant, &all, &[]);
    sync(&tenant, &some, &["--attribute-people", "active,upcoming"]);
    let sql = |filter: &str| {
        format!(
            "SELECT count(DISTINCT a.employee_id), count(*) FROM {BOTH} JOIN employees e ON e.id = a.employee_id {filter}"
        )
    };
    let wanted = ask(&tenant, &all, &sql("WHERE e.status IN ('active', 'upcoming')"));
    assert_eq!(ask(&tenant, &some, &sql("")), wanted);
    assert_ne!(ask(&tenant, &all, &sql("")), wanted);
    // Rows of people who were not asked for would only seem empty.
    let rows = ask(&tenant, &some, "SELECT count(*) FROM employee_snapshot");
    assert_eq!(rows, ask(&tenant, &all, "SELECT count(*) FROM employees WHERE status IN ('active', 'upcoming')"));
    let misspelt = tenant.run(&some, &["sync", "--attribute-definitions", "e_tshirtSize"]);
    assert_eq!(code(&misspelt), 2, "{}", err(&misspelt));
    assert!(err(&misspelt).contains("did you mean \"e_tShirtSize\"?"), "{}", err(&misspelt));
    let refused = tenant.run(&some, &["sync", "--attribute-people", "actif"]);
    assert_eq!(code(&refused), 2, "{}", err(&refused));
}

#[test]
fn attributes_can_be_left_out() {
    let (tenant, folder) = (Tenant::start(&["--employees", "30"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    sync(&tenant, &lake, &["--attributes", "off"]);
    assert!(!lake.join("core/employee_attributes").exists() && !lake.join("personal/personal_attributes").exists());
    assert!(lake.join("core/employee_attribute_definitions").exists());
}
