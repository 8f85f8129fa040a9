use std::collections::BTreeSet;

use serde_json::Value;

use super::{every_tool, of_lake};
use crate::{
    catalog::{Catalog, Privacy},
    mcp::{account, tool::Effect},
};

/// The resources that the integrations of today read, by what their tools are called here.
const READ: [(&str, &str); 12] = [
    ("employees", "employee"),
    ("legal_entities", "legal_entity"),
    ("business_establishments", "business_establishment"),
    ("departments", "department"),
    ("employee_personal_records", "employee_personal_record"),
    ("employments", "employment"),
    ("job_positions", "job_position"),
    ("probationary_periods", "probationary_period"),
    ("occupation_categories", "occupation_category"),
    ("professions", "profession"),
    ("job_qualifications", "job_qualification"),
    ("employment_templates", "employment_template"),
];

#[test]
fn every_resource_has_its_tools_by_its_schema() {
    let catalog = Catalog::embedded().unwrap();
    let tools = every_tool(&catalog);
    let names: BTreeSet<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names.len(), tools.len(), "each name once");
    for (list, one) in READ {
        assert!(
            names.contains(format!("list_{list}").as_str()) && names.contains(format!("get_{one}").as_str()),
            "{list}"
        );
    }
    for resource in &catalog.resources {
        let operation = format!("GET /{}/{{id}}", resource.name);
        assert_eq!(
            tools.iter().filter(|tool| tool.operation.as_deref() == Some(&*operation)).count(),
            1,
            "{operation}"
        );
        let operation = format!("GET /{}", resource.name);
        let lists = tools.iter().filter(|tool| tool.operation.as_deref() == Some(&*operation)).count();
        assert_eq!(lists, usize::from(resource.list.is_some()), "{operation}");
    }
}

#[test]
fn what_clients_are_told_is_what_they_take() {
    let catalog = Catalog::embedded().unwrap();
    for tool in every_tool(&catalog) {
        // What models' providers take as names of tools and arguments.
        let is_name = |name: &str, more: &str| {
            (1..=64).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
        };
        assert!(is_name(&tool.name, "_"), "{}", tool.name);
        assert!(!tool.description.is_empty() && !tool.title.is_empty(), "{}", tool.name);
        assert_eq!(tool.input["additionalProperties"], Value::Bool(false), "{}", tool.name);
        let properties = tool.input["properties"].as_object().unwrap();
        for (name, schema) in properties {
            assert!(is_name(name, "_.-"), "{}: {name}", tool.name);
            assert!(schema["description"].as_str().is_some_and(|text| !text.is_empty()), "{}: {name}", tool.name);
        }
        let needed = tool.input.get("required").and_then(Value::as_array).into_iter().flatten();
        assert!(needed.into_iter().all(|name| properties.contains_key(name.as_str().unwrap())), "{}", tool.name);
        let writes = tool.operation.as_deref().is_some_and(|operation| !operation.starts_with("GET "));
        assert_eq!(writes, tool.effect != Effect::Reads, "{}", tool.name);
    }
}

#[test]
fn filters_above_the_ceiling_are_not_offered() {
    let catalog = Catalog::embedded().unwrap();
    for ceiling in Privacy::ALL {
        let tools = account::tools(&catalog, ceiling, false);
        assert!(tools.iter().all(|tool| tool.effect == Effect::Reads), "nothing writes unless it is let");
        for resource in &catalog.resources {
            let Some(tool) =
                tools.iter().find(|tool| tool.operation.as_deref() == Some(&*format!("GET /{}", resource.name)))
            else {
                continue;
            };
            let properties = tool.input["properties"].as_object().unwrap();
            let list = resource.list.as_ref().unwrap();
            for parameter in &list.parameters {
                let offered = properties.contains_key(&parameter.name);
                assert_eq!(
                    offered,
                    parameter.privacy <= ceiling,
                    "{}.{} below {ceiling}",
                    resource.name,
                    parameter.name
                );
            }
            for sort in properties.get("sort").and_then(|sort| sort["enum"].as_array()).into_iter().flatten() {
                let sort = sort.as_str().unwrap().trim_start_matches('-');
                let column = resource.columns.iter().find(|column| column.json == sort).unwrap();
                assert!(column.privacy <= ceiling, "{}: {sort} below {ceiling}", resource.name);
            }
        }
    }
    assert!(of_lake().iter().all(|tool| tool.operation.is_none() && tool.effect == Effect::Reads));
}
