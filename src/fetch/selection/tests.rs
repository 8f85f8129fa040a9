use super::*;
use crate::{engine::testing::deep, exit_code::ExitCode};

fn tables(named: &[&str]) -> Vec<String> {
    let named: Vec<String> = named.iter().map(|n| (*n).to_owned()).collect();
    let selection = Selection::of(&Catalog::embedded().unwrap(), Source::V5, Some(&named), &[]).unwrap();
    selection.table_names().into_iter().collect()
}

#[test]
fn a_table_brings_what_it_needs() {
    deep(|| async {
        assert_eq!(tables(&["professions"]), ["professions"]);
        assert_eq!(tables(&["attribute_labels"]), tables(&["personal_attributes"]));
        assert_eq!(
            tables(&["personal_attributes"]),
            ["attribute_labels", "employee_attributes", "employees", "personal_attributes"]
        );
        let headcount = tables(&["headcount"]);
        for needed in ["employments", "job_positions", "departments", "legal_entities"] {
            assert!(headcount.iter().any(|t| t == needed), "{needed} is missing from {headcount:?}");
        }
    });
}

#[test]
fn everything_is_selected_by_default_and_unknown_names_are_refused() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let all = Selection::of(&catalog, Source::V5, None, &[]).unwrap();
        assert_eq!(all.table_names().len(), 16);
        assert_eq!(all.resources.len(), 14);
        for (named, optional) in [(Some(&["employes".into()][..]), &[][..]), (None, &["employes".into()][..])] {
            let error = Selection::of(&catalog, Source::V5, named, optional).unwrap_err().to_string();
            assert!(error.contains("did you mean \"employees\"?"), "{error}");
        }
        let error =
            Selection::of(&catalog, Source::V5, Some(&["data_quality_findings".into()]), &[]).unwrap_err().to_string();
        assert!(error.contains("nothing is read for data_quality_findings alone"), "{error}");
    });
}

#[test]
fn what_is_on_request_is_read_when_it_is_named() {
    deep(|| async {
        let mut catalog = Catalog::embedded().unwrap();
        catalog.resources.iter_mut().filter(|r| r.name == "probationary-periods").for_each(|r| r.on_request = true);
        let names = |named: Option<&[&str]>| {
            let named = named.map(|names| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>());
            Selection::of(&catalog, Source::V5, named.as_deref(), &[]).unwrap().table_names()
        };
        let by_default = names(None);
        assert!(!by_default.contains("probationary_periods") && by_default.contains("employees"));
        assert_eq!(names(Some(&["all"])), by_default);
        assert_eq!(names(Some(&["probationary_periods"])).into_iter().collect::<Vec<_>>(), ["probationary_periods"]);
        let with = names(Some(&["all", "probationary_periods"]));
        assert_eq!((with.len(), with.contains("probationary_periods")), (by_default.len() + 1, true));
    });
}

#[test]
fn only_optional_tables_may_be_missing() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let select = |optional: &[&str]| {
            let optional: Vec<String> = optional.iter().map(|name| (*name).to_owned()).collect();
            Selection::of(&catalog, Source::V5, None, &optional).unwrap()
        };
        let missing = ["employee-attributes.readonly".to_owned(), "job-qualifications.readonly".to_owned()];
        let error = select(&["professions", "job_qualifications", "personal_attributes"]).without_scopes(&missing);
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("employee-attributes.readonly (tables employee_attributes, personal_attributes)"),
            "{error}"
        );
        let all = ["professions", "job_qualifications", "personal_attributes", "employee_attributes"];
        let (left, absent) = select(&all).without_scopes(&missing).unwrap();
        assert_eq!((left.resources.len(), absent.len()), (11, 3));
        assert_eq!(absent[0].reason, "employee-attributes.readonly was not granted");
        let everything = select(&[]).scopes();
        assert!(select(&all).without_scopes(&everything).is_err());
    });
}

#[test]
fn what_may_be_missing_is_of_a_table_that_is_read_and_a_number() {
    deep(|| async {
        let catalog = Catalog::embedded().unwrap();
        let configured = |accept: &str| {
            let flags = BTreeMap::from([("accept-missing", accept.to_owned())]);
            let settings = Settings::resolve(&flags, &crate::env_vars::Environment::default(), None).unwrap();
            Selection::configured(&catalog, &settings)
        };
        let refused = |accept: &str| {
            let error = configured(accept).map(drop).unwrap_err();
            assert_eq!(error.exit_code(), ExitCode::Usage);
            error.to_string()
        };
        assert!(refused("employes=1").contains("did you mean \"employees\"?"), "{}", refused("employes=1"));
        assert!(refused("headcount=1").contains("computed, not read"), "{}", refused("headcount=1"));
        assert!(refused("employees").contains("TABLE=N") && refused("employees=-1").contains("TABLE=N"));
        assert!(refused("employees=1,employees=2").contains("named twice"));
        let selection = configured("employees=3, employee_attributes=2,personal_attributes=5").unwrap();
        let accepted = selection.resources.iter().filter(|s| s.accepted_missing > 0);
        let accepted: Vec<_> = accepted.map(|s| (s.resource.name.as_str(), s.accepted_missing)).collect();
        assert_eq!(accepted, [("employee-attributes", 7), ("employees", 3)]);
    });
}

#[test]
fn both_tables_of_a_split_are_given_with_a_key() {
    let given = given(&Catalog::embedded().unwrap(), Source::Legacy);
    for table in ["employee_attributes", "personal_attributes", "attribute_labels", "v3_users"] {
        assert!(given.contains(table), "{table}");
    }
    assert!(!given.contains("professions") && !given.contains("contracts"));
}
