use serde_json::{Value, json};

use super::{below, embedded_below, is_visible};
use crate::{
    catalog::{Catalog, Privacy, Shape},
    fake_tenant::{FakeTenant, Options},
};

/// Every path of a value and what is there, objects and lists that hold something left out.
fn leaves(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(name, value)| leaves(value, &format!("{path}.{name}"), found));
        }
        _ => found.push((path.trim_start_matches('.').to_owned(), value.to_string())),
    }
}

#[test]
fn a_record_keeps_the_properties_below_the_ceiling_and_no_others() {
    let catalog = Catalog::embedded().unwrap();
    let mut options = Options::new("2026-03-15".parse().unwrap());
    options.employees = 30;
    let tenant = FakeTenant::new(options);
    let mut seen = 0;
    for resource in &catalog.resources {
        for mut record in tenant.records(&resource.name).take(40) {
            record["madeUp"] = json!("secret");
            record["links"] =
                json!({"portrait": {"href": "https://example.ilucca.net/lucca-api/files/1?token=secret"}});
            for column in resource.columns.iter().filter(|column| column.shape == Shape::Reference) {
                if record[&column.json].is_object() {
                    record[&column.json]["madeUp"] = json!("secret");
                }
            }
            for ceiling in [Privacy::None, Privacy::Directory, Privacy::Personal] {
                let left = below(resource, &record, ceiling);
                assert!(!left.to_string().contains("secret"), "{}: {left}", resource.name);
                let mut found = Vec::new();
                leaves(&left, "", &mut found);
                for (path, text) in found.into_iter().filter(|(path, _)| path != "type") {
                    let under =
                        |json: &str| path == json || path.strip_prefix(json).is_some_and(|rest| rest.starts_with('.'));
                    let mut columns =
                        resource.columns.iter().filter(|c| under(&c.json) || c.aliases.iter().any(|a| under(a)));
                    assert!(columns.clone().next().is_some(), "{}.{path} has no column", resource.name);
                    assert!(columns.all(|c| c.privacy <= ceiling), "{}.{path} = {text} below {ceiling}", resource.name);
                    seen += 1;
                }
                for column in
                    resource.columns.iter().filter(|c| !matches!(c.shape, Shape::Json { .. } | Shape::Reading(_)))
                {
                    let at =
                        |value: &Value| column.json.split('.').try_fold(value.clone(), |v, name| v.get(name).cloned());
                    let shared = resource.columns.iter().filter(|c| c.json == column.json).any(|c| c.privacy > ceiling);
                    let (before, after) = (at(&record), at(&left));
                    if !shared && column.shape != Shape::Reference && column.shape != Shape::References {
                        assert_eq!(after, before, "{}.{} below {ceiling}", resource.name, column.json);
                    }
                }
            }
            let mut whole = record.clone();
            whole.as_object_mut().unwrap().remove("links");
            assert_eq!(below(resource, &record, Privacy::Sensitive), whole);
        }
    }
    assert!(seen > 5_000, "{seen}");
}

#[test]
fn a_value_of_another_shape_is_not_let_through() {
    let catalog = Catalog::embedded().unwrap();
    let employees = catalog.resource("employees").unwrap();
    let record = json!({
        "id": "1", "type": "other", "givenName": {"private": "x"}, "familyName": ["x"], "email": "a@b.c",
        "portrait": {"id": 5, "private": "x"}, "applicableEmployment": {"id": "7", "private": "x"}, "birthDay": {"day": 3},
    });
    let left = below(employees, &record, Privacy::Directory);
    assert_eq!(left, json!({"id": "1", "email": "a@b.c", "applicableEmployment": {"id": "7"}}));
}

#[test]
fn records_that_come_with_others_are_below_the_ceiling_too() {
    let catalog = Catalog::embedded().unwrap();
    let embedded = json!({
        "employee": {"1": {"id": "1", "type": "employee", "givenName": "Ada", "birthDay": {"day": 3, "month": 4}}},
        "employee-personal-record": {"2": {"id": "2", "birthDate": "1990-01-01"}},
        "unheard-of": {"3": {"id": "3"}},
    });
    let left = embedded_below(&catalog, &embedded, Privacy::Directory);
    assert_eq!(left, json!({"employee": {"1": {"id": "1", "type": "employee", "givenName": "Ada"}}}));
    assert_eq!(embedded_below(&catalog, &embedded, Privacy::Sensitive), embedded);
}

#[test]
fn resources_of_private_people_have_no_tools_below_their_class() {
    let catalog = Catalog::embedded().unwrap();
    let seen = |name: &str, ceiling| is_visible(&catalog, catalog.resource(name).unwrap(), ceiling);
    assert!(seen("employees", Privacy::Directory) && !seen("employees", Privacy::None));
    assert!(seen("departments", Privacy::None));
    for name in ["employee-personal-records", "employee-attributes"] {
        assert!(!seen(name, Privacy::Directory) && seen(name, Privacy::Personal), "{name}");
    }
}
