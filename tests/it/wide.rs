//! The wide tables against the long ones, and the legacy tables against the resources, for several days of one history.

use std::path::Path;

use tempfile::tempdir;

use crate::tenant::{Tenant, code, err, out};

const DAYS: [&str; 3] = ["2023-12-31", "2026-03-15", "2026-09-01"];

fn ask(tenant: &Tenant, lake: &Path, day: &str, sql: &str) -> String {
    let output = tenant.run(lake, &["query", "--as-of", day, "--format", "csv", sql]);
    assert_eq!(code(&output), 0, "{sql}: {}", err(&output));
    out(&output).lines().skip(1).collect::<Vec<_>>().join("\n")
}

/// Wide table, column, definition, and the reading of the long table that it must equal.
const CELLS: [(&str, &str, &str, &str); 14] = [
    ("employee_snapshot", "employee_given_name", "employee.givenName", "value_text"),
    ("employee_snapshot", "employment_start", "employment.start", "value_date"),
    ("employee_snapshot", "employment_end", "employment.end", "value_date"),
    ("employee_snapshot", "job_position_department_id", "jobPosition.department", "value_reference_id"),
    ("employee_snapshot", "job_position_starts_on", "jobPosition.startsOn", "value_date"),
    ("employee_snapshot", "user_allows_electronic_payslip", "user.allowsElectronicPayslip", "value_boolean"),
    ("personal_snapshot", "personal_birth_date", "personal.birthDate", "value_date"),
    ("personal_snapshot", "e_parking_space", "e_parkingSpace", "value_text"),
    ("personal_snapshot", "e_bonus_rate", "e_bonusRate", "value_number"),
    ("personal_snapshot", "e_years_before", "e_yearsBefore", "value_number"),
    ("personal_snapshot", "e_has_car", "e_hasCar", "value_boolean"),
    ("personal_snapshot", "e_medical_visit", "e_medicalVisit", "value_date"),
    ("personal_snapshot", "e_mentor_id", "e_mentor", "value_reference_id"),
    ("personal_snapshot", "e_t_shirt_size_id", "e_tShirtSize", "value_reference_id"),
];

#[test]
fn every_cell_is_a_value_of_the_day() {
    let (tenant, folder) = (Tenant::start(&["--employees", "200"]), tempdir().unwrap());
    let lake = folder.path().join("lake");
    let flags: Vec<&str> = ["sync"].into_iter().chain(DAYS.iter().flat_map(|day| ["--as-of", *day])).collect();
    let output = tenant.run(&lake, &flags);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let mut compared = 0;
    for day in DAYS {
        for (wide, column, definition, reading) in CELLS {
            let long = if wide == "employee_snapshot" { "employee_attributes" } else { "personal_attributes" };
            // One value applies on a day, so that the long table has one row or none.
            let sql = format!(
                "WITH long AS (SELECT employee_id, max({reading}) AS v FROM {long} WHERE definition_id = '{definition}' \
                 GROUP BY employee_id HAVING count(*) = 1) \
                 SELECT count(*), count(l.v), sum(CASE WHEN w.{column} IS DISTINCT FROM l.v THEN 1 ELSE 0 END) \
                 FROM {wide} w LEFT JOIN long l ON l.employee_id = w.employee_id"
            );
            let sql = if reading == "value_boolean" {
                sql.replace("max(value_boolean)", "bool_or(value_boolean)")
            } else {
                sql
            };
            let found = ask(&tenant, &lake, day, &sql);
            let numbers: Vec<u64> = found.split(',').map(|n| n.parse().unwrap()).collect();
            assert_eq!((numbers[0], numbers[2]), (200, 0), "{column} of {day}: {found}");
            compared += numbers[1];
        }
        let sql = "SELECT count(*) FROM employee_snapshot s JOIN departments d ON d.id = s.job_position_department_id \
                   WHERE s.job_position_department_name IS DISTINCT FROM d.name";
        assert_eq!(ask(&tenant, &lake, day, sql), "0");
        let sql = "SELECT count(*) FROM personal_snapshot p LEFT JOIN attribute_labels l ON l.id = p.e_t_shirt_size_id \
                   WHERE (p.e_t_shirt_size IS DISTINCT FROM l.name) OR (p.e_t_shirt_size_id IS NOT NULL AND l.name IS NULL)";
        assert_eq!(ask(&tenant, &lake, day, sql), "0");
        for wide in ["employee_snapshot", "personal_snapshot"] {
            assert_eq!(ask(&tenant, &lake, day, &format!("SELECT count(_unforeseen) FROM {wide}")), "0");
        }
        let quality = "SELECT count(*), sum(disagreeing), sum(attribute_missing) FROM attribute_quality";
        assert_eq!(ask(&tenant, &lake, day, quality), "20,0,0", "attributes and resources agree on {day}");
        assert_eq!(ask(&tenant, &lake, day, "SELECT count(*), count(DISTINCT id) FROM legacy_users"), "200,200");
        let departments = "SELECT count(*) = (SELECT count(*) FROM departments) FROM legacy_departments";
        assert_eq!(ask(&tenant, &lake, day, departments), "true");
    }
    assert!(compared > 3000, "only {compared} values were compared");
    let starts: Vec<String> = DAYS
        .iter()
        .map(|day| ask(&tenant, &lake, day, "SELECT count(employment_start) FROM employee_snapshot"))
        .collect();
    assert!(starts[0] != starts[1] && starts[1] != starts[2], "{starts:?}");

    let tables = tenant.run(&lake, &["tables", "personal_snapshot"]);
    assert!(out(&tables).contains("e_parking_space") && out(&tables).contains("sensitive"), "{}", out(&tables));
    let called =
        "T-shirt size (fr-FR: Taille de t-shirt): the name of the label. Type taxonomy-label-reference, taxonomy 45.";
    assert!(
        out(&tables).lines().any(|line| line.contains("  e_tShirtSize ") && line.ends_with(called)),
        "{}",
        out(&tables)
    );
    let json = tenant.run(&lake, &["tables", "personal_snapshot", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out(&json)).unwrap();
    let columns = json[0]["columns"].as_array().unwrap();
    let street = columns.iter().find(|column| column["name"] == "e_address_street").unwrap();
    assert_eq!((&street["definition"]["id"], &street["source"]), (&"e_address".into(), &"e_address.street".into()));
    assert_eq!(street["definition"]["property"]["translations"]["fr-FR"], "Rue");
    let views = std::fs::read_to_string(lake.join("views/duckdb.sql")).unwrap();
    assert!(
        views.contains(&format!("{called} Definition: e_tShirtSize. Privacy: sensitive.'")),
        "comments of the views"
    );
    let french = "SELECT name FROM attribute_labels WHERE t9n LIKE '%Très grand%'";
    assert_eq!(ask(&tenant, &lake, DAYS[1], french), "XL");
    // The same again, without the API.
    let before = ask(&tenant, &lake, DAYS[1], "SELECT * FROM personal_snapshot ORDER BY employee_id");
    assert_eq!(code(&tenant.run(&lake, &["derive", "--as-of", DAYS[1]])), 0);
    assert!(ask(&tenant, &lake, DAYS[1], "SELECT * FROM personal_snapshot ORDER BY employee_id") == before);
}

#[test]
fn a_whole_history_shows_the_day_alone() {
    let (tenant, folder) = (Tenant::start(&["--employees", "120"]), tempdir().unwrap());
    let (all, day) = (folder.path().join("all"), folder.path().join("day"));
    for (lake, mode) in [(&all, "history"), (&day, "as-of")] {
        let output = tenant.run(lake, &["sync", "--as-of", "2026-03-15", "--attributes", mode]);
        assert_eq!(code(&output), 0, "{}", err(&output));
    }
    // A run that does not read the attributes again leaves them, and what they are, as they were.
    let output = tenant.run(&all, &["sync", "--as-of", "2026-03-15", "--tables", "professions"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    for table in ["employee_snapshot", "personal_snapshot", "legacy_users", "attribute_quality", "attribute_labels"] {
        let sql = format!("SELECT * FROM {table} ORDER BY 1");
        let (one, other) = (ask(&tenant, &all, "2026-03-15", &sql), ask(&tenant, &day, "2026-03-15", &sql));
        assert!(one == other, "{table} differs");
    }
}

#[test]
fn what_is_personal_stays_so_whoever_computes_again() {
    let (tenant, folder) = (Tenant::start(&["--employees", "40"]), tempdir().unwrap());
    let (lake, file) = (folder.path().join("lake"), folder.path().join("lucca-lake.toml"));
    std::fs::write(&file, "personal_definitions = [\"personal.*\", \"e_*\", \"employee.birthDay\"]").unwrap();
    let day = DAYS[1];
    assert_eq!(code(&tenant.run(&lake, &["sync", "--as-of", day])), 0);
    std::fs::remove_file(&file).unwrap();
    for again in [&["derive", "--as-of", day][..], &["sync", "--as-of", day, "--tables", "departments"][..]] {
        assert_eq!(code(&tenant.run(&lake, again)), 0);
        let days =
            ask(&tenant, &lake, day, "SELECT count(employee_birth_day_day), count(_unforeseen) FROM personal_snapshot");
        assert_eq!(days, "40,0", "{again:?}");
        let columns =
            tenant.run(&lake, &["query", "--as-of", day, "--format", "csv", "SELECT * FROM employee_snapshot LIMIT 1"]);
        assert!(!out(&columns).contains("birth_day"), "{again:?}: {}", out(&columns));
    }
}

/// `personal_definitions = "e_iban"` once put everything else, the personal record too, into the core zone.
#[test]
fn what_is_personal_stays_so_whatever_the_settings_say() {
    let (tenant, folder) = (Tenant::start(&["--employees", "40"]), tempdir().unwrap());
    let (lake, file) = (folder.path().join("lake"), folder.path().join("lucca-lake.toml"));
    let day = DAYS[1];
    let found = || {
        let ids = "SELECT DISTINCT definition_id FROM employee_attributes WHERE substr(definition_id, 1, 2) = 'e_' \
                   OR substr(definition_id, 1, 9) = 'personal.'";
        ask(&tenant, &lake, day, ids)
    };
    std::fs::write(&file, "personal_definitions = \"e_iban\"").unwrap();
    assert_eq!(code(&tenant.run(&lake, &["sync", "--as-of", day])), 0);
    assert_eq!(found(), "");

    std::fs::write(&file, "public_definitions = \"e_tShirtSize\"\npersonal_definitions = \"personal.*,e_*\"").unwrap();
    assert_eq!(code(&tenant.run(&lake, &["sync", "--as-of", day])), 0);
    assert_eq!(found(), "e_tShirtSize");
    assert!(out(&tenant.run(&lake, &["config"])).contains("e_tShirtSize"));
    let tables = out(&tenant.run(&lake, &["tables", "employee_snapshot"]));
    assert!(tables.contains("in the core zone by public_definitions: e_tShirtSize"), "{tables}");
    let class = |column: &str| {
        let line = tables.lines().find(|line| line.split(' ').next() == Some(column)).unwrap_or_default();
        line.split_whitespace()
            .find(|word| ["none", "directory", "personal", "sensitive"].contains(word))
            .map(str::to_owned)
    };
    for (column, wanted) in [
        ("employee_id", "none"),
        ("e_t_shirt_size", "directory"),
        ("employee_given_name", "directory"),
        ("employee_birth_day_day", "personal"),
        ("user_personal_card", "sensitive"),
        ("_unforeseen", "sensitive"),
    ] {
        assert_eq!(class(column).as_deref(), Some(wanted), "{column}: {tables}");
    }

    for refused in ["personal.email", "e_*", "payroll.salary", "employee.email"] {
        std::fs::write(&file, format!("public_definitions = \"{refused}\"")).unwrap();
        for command in [&["config"][..], &["sync", "--as-of", day], &["derive"], &["tables"]] {
            let run = tenant.run(&lake, command);
            assert_eq!(code(&run), 2, "{refused} {command:?}");
            let error = err(&run);
            assert!(error.contains("public_definitions") && error.contains(refused), "{error}");
        }
    }
}
