//! What a key may not see, and keys that are no longer any.

use super::{Keyed, Plan, table, tenant, with_key};
use crate::{exit_code::ExitCode, fake_tenant::Legacy};

/// The run published nothing and ends with that code and these words.
fn ends(read: &Keyed, code: ExitCode, words: &[&str]) {
    let Err(error) = &read.result else { panic!("the run ends well") };
    let said = error.with_causes();
    assert_eq!(error.exit_code(), code, "{said}");
    for word in words {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
    assert!(!said.contains(super::KEY), "{said}");
    assert!(read.tables.is_empty());
    let left: Vec<_> = read.visible.iter().filter(|path| !path.contains("/pages/")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_key_revoked_in_the_middle_of_a_run_publishes_nothing() {
    for requests in [0, 5] {
        let legacy = Legacy { revoked_after: Some(requests), ..Legacy::default() };
        ends(&with_key(&tenant(legacy), Plan::clean(requests)), ExitCode::Permission, &["key"]);
    }
}

#[test]
fn a_route_that_a_key_may_not_read_is_named() {
    let legacy = Legacy { forbidden: vec!["/organization/structure/api/departments".into()], ..Legacy::default() };
    ends(&with_key(&tenant(legacy), Plan::clean(0)), ExitCode::Permission, &["departments"]);
}

#[test]
fn a_module_that_is_off_is_no_failure() {
    let absent = [
        "/remuneration/api/fixed-items",
        "/remuneration/api/variable-items",
        "/schedule/api/working-time-arrangements",
    ];
    let whole = with_key(&tenant(Legacy::default()), Plan::clean(0));
    for legacy in [
        Legacy { absent: absent.map(str::to_owned).to_vec(), ..Legacy::default() },
        Legacy { forbidden: absent.map(str::to_owned).to_vec(), ..Legacy::default() },
    ] {
        let read = with_key(&tenant(legacy), Plan::clean(0));
        if let Err(error) = &read.result {
            panic!("{}", error.with_causes());
        }
        assert!(
            !read.tables.contains_key("working_time_arrangements") && !read.tables.contains_key("remuneration_items")
        );
        assert_eq!(table(&read.tables, "employees"), table(&whole.tables, "employees"));
    }
}

#[test]
fn what_is_hidden_is_null_and_nothing_else_changes() {
    let whole = with_key(&tenant(Legacy::default()), Plan::clean(0));
    let mut options = tenant(Legacy::default());
    options.hidden = vec!["users.mail".into(), "users.iban".into(), "users.birthDate".into()];
    let read = with_key(&options, Plan::clean(0));
    assert!(read.result.is_ok());
    let (employees, before) = (table(&read.tables, "employees"), table(&whole.tables, "employees"));
    assert_eq!(employees.num_rows(), before.num_rows());
    for field in before.schema().fields() {
        let is_hidden = ["email", "birth_day", "birth_month"].contains(&field.name().as_str());
        let (now, then) = (employees.column_by_name(field.name()), before.column_by_name(field.name()));
        assert_eq!(now == then, !is_hidden, "{}", field.name());
        assert!(!is_hidden || now.unwrap().null_count() == employees.num_rows());
    }
}
