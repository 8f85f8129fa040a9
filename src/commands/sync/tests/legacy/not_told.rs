//! What the older APIs do not tell, or refuse to.

use std::collections::BTreeMap;

use super::*;
use crate::fake_tenant::{Legacy, Quirks};

fn with(legacy: Legacy) -> Arc<Server> {
    Server::new(Options { legacy, ..options(30) })
}

fn columns_not_told(snapshot: &Snapshot) -> BTreeMap<&str, &[String]> {
    snapshot.state.not_available.iter().map(|one| (one.table.as_str(), one.columns.as_slice())).collect()
}

fn lacks<'r>(report: &'r RunReport, table: &str) -> Option<&'r [String]> {
    report.skipped.iter().find(|skipped| skipped.table == table).map(|skipped| skipped.missing.as_slice())
}

#[test]
fn computed_tables_say_what_nobody_told_or_are_left_out() {
    deeply(|| async {
        let (lake, report) = run(&with_key(&[]), &clock(NOW), &Server::new(options(30)), None, 1).await;
        let (report, snapshot) = (report.unwrap(), newest(&lake).await);
        let said = columns_not_told(&snapshot);
        assert!(said["employment_templates"].contains(&"term".to_owned()), "{said:?}");
        assert_eq!(said["people_current"], ["contract_term", "contract_audience"]);
        assert_eq!(report.not_available, snapshot.state.not_available);
        assert_eq!(lacks(&report, "registre_unique_du_personnel").unwrap(), ["employment_templates.audience"]);
        assert_eq!(lacks(&report, "rule probation_beyond_ceiling").unwrap(), ["employment_templates.term"]);
        let there = |table: &str| snapshot.table(table).is_some();
        assert!(!there("registre_unique_du_personnel") && there("contract_end_dates") && there("headcount_monthly"));
        // All of it is null, and nobody else's columns are said to be.
        for (name, table) in read_tables(&lake).await {
            for column in said.get(name.as_str()).into_iter().copied().flatten() {
                let column = table.column_by_name(column).unwrap();
                assert_eq!(column.null_count(), table.num_rows(), "{name}");
            }
        }
        // A snapshot that is computed again says the same.
        assert!(said.keys().all(|table| there(table)), "{said:?}");
    });
}

#[test]
fn tables_of_the_past_are_left_out_where_positions_are_those_of_today() {
    deeply(|| async {
        let legacy = || Legacy { forbidden: vec!["/api/v3/userlogs".to_owned()], ..Legacy::default() };
        let (lake, report) = run(&with_key(&[]), &clock(NOW), &with(legacy()), None, 1).await;
        let (report, snapshot) = (report.unwrap(), newest(&lake).await);
        assert_eq!(snapshot.state.only_current, ["job_positions"]);
        let past = ["past of job_positions".to_owned()];
        assert_eq!(lacks(&report, "assignment_history").unwrap(), past);
        assert_eq!(lacks(&report, "movements").unwrap(), ["assignment_history"]);
        assert!(lacks(&report, "headcount").is_none() && snapshot.table("headcount").is_some());
        // On another day than that of the reading, positions are nothing that is known.
        let earlier = with_key(&[("as-of", "2026-02-28")]);
        let (lake, report) = run(&earlier, &clock(NOW), &with(legacy()), None, 2).await;
        let (report, snapshot) = (report.unwrap(), newest(&lake).await);
        assert_eq!(lacks(&report, "assignment_history").unwrap(), past);
        assert!(lacks(&report, "headcount").is_some(), "{:?}", report.skipped);
        assert!(snapshot.table("headcount").is_none() && snapshot.table("job_positions").is_some());
    });
}

#[test]
fn what_is_refused_is_said_and_not_asked_for_again() {
    deeply(|| async {
        let quirks = Quirks { refuses_unknown_fields: true, ..Quirks::default() };
        let server = with(Legacy { quirks, ..Legacy::default() });
        let clock = clock(NOW);
        let (lake, first) = run(&with_key(&[]), &clock, &server, None, 1).await;
        let first = first.unwrap();
        let asked = server.asked();
        let snapshot = newest(&lake).await;
        let left_out = &snapshot.state.left_out["v3-users"].properties;
        assert!(left_out.contains("frenchmotocyclestaxhorsepower"), "{left_out:?}");
        assert!(columns_not_told(&snapshot)["v3_users"].contains(&"french_motocycles_tax_horse_power".to_owned()));
        assert!(first.for_people().contains("v3-users: the API refused to show"), "{}", first.for_people());
        let (_, again) = run(&with_key(&[]), &clock, &server, Some(&lake), 2).await;
        assert_eq!(again.unwrap().resources.iter().map(|r| r.left_out.len()).max(), Some(left_out.len()));
        let refused = first.requests.requests - (server.asked() - asked);
        assert!(refused > 0, "{refused}");
        assert_eq!(&newest(&lake).await.state.left_out["v3-users"].properties, left_out);
    });
}

#[test]
fn attributes_are_those_of_people_with_the_wanted_statuses() {
    deeply(|| async {
        use arrow::array::AsArray as _;
        let settings = with_key(&[("attribute-people", "active")]);
        let (lake, report) = run(&settings, &clock(NOW), &Server::new(options(30)), None, 1).await;
        report.unwrap();
        let tables = read_tables(&lake).await;
        let text = |table: &str, column: &str| -> Vec<Option<String>> {
            let column = tables[table].column_by_name(column).unwrap();
            column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
        };
        let statuses: BTreeMap<_, _> = text("employees", "id").into_iter().zip(text("employees", "status")).collect();
        assert!(statuses.values().any(|status| status.as_deref() != Some("active")));
        for table in ["employee_attributes", "personal_attributes"] {
            let people = text(table, "employee_id");
            assert!(people.len() > 30, "{table}");
            assert!(people.iter().all(|person| statuses[person].as_deref() == Some("active")), "{table}");
        }
        assert_eq!(newest(&lake).await.state.attribute_people.unwrap(), ["active"]);
    });
}

#[test]
fn an_optional_route_that_takes_nothing_for_right_is_left_out_with_its_words() {
    deeply(|| async {
        let refusing = Server::refusing(Some("/schedule/api/working-time-arrangements"), options(30));
        let (lake, report) = run(&with_key(&[]), &clock(NOW), &refusing, None, 1).await;
        let report = report.unwrap();
        let absent = report.absent.iter().find(|absent| absent.tables == ["working_time_arrangements"]).unwrap();
        assert_eq!(absent.reason, "the API does not take what it was asked, and says No such module");
        assert!(newest(&lake).await.state.absent.contains_key("working_time_arrangements"));
        // What is not optional ends the run.
        let refusing = Server::refusing(Some("/organization/structure/api/departments"), options(30));
        let (_, ended) = run(&with_key(&[]), &clock(NOW), &refusing, None, 2).await;
        assert_eq!(ended.unwrap_err().exit_code(), ExitCode::Contract);
    });
}
