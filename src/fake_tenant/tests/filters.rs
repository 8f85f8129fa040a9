//! Every filter keeps exactly the records it says, found by looking at each record's JSON.

use serde_json::Value;

use super::{Client, id_of, options};
use crate::catalog::{
    Catalog,
    list::{Parameter, ParameterType},
};

fn at<'a>(record: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(record, |value, part| &value[part])
}

type Keep = Box<dyn Fn(&Value) -> bool>;

fn is(path: &'static str, wanted: &'static [&'static str]) -> Keep {
    Box::new(move |record| at(record, path).as_str().is_some_and(|own| wanted.contains(&own)))
}

fn null(path: &'static str) -> Keep {
    Box::new(move |record| at(record, path).is_null())
}

fn within(path: &'static str, low: &'static str, high: &'static str) -> Keep {
    Box::new(move |record| at(record, path).as_str().is_some_and(|own| low <= own && own <= high))
}

fn flag(path: &'static str, wanted: bool) -> Keep {
    Box::new(move |record| at(record, path) == &Value::Bool(wanted))
}

fn not(keep: Keep) -> Keep {
    Box::new(move |record| !keep(record))
}

fn both(one: Keep, other: Keep) -> Keep {
    Box::new(move |record| one(record) && other(record))
}

/// Filters on properties of the records themselves.
fn cases() -> Vec<(&'static str, &'static str, Keep)> {
    vec![
        ("legal-entities", "countryCode=FRA,JPN", is("countryCode", &["FRA", "JPN"])),
        ("legal-entities", "-countryCode=FRA", not(is("countryCode", &["FRA"]))),
        ("legal-entities", "isArchived=true", flag("isArchived", true)),
        ("legal-entities", "isArchived=false", flag("isArchived", false)),
        ("business-establishments", "legalEntity.id=1,2", is("legalEntity.id", &["1", "2"])),
        ("business-establishments", "isArchived=true", flag("isArchived", true)),
        ("business-establishments", "search=LAC%20BLEU%20p", is("name", &["Lac Bleu Paris"])),
        ("business-establishments", "search=lpa", is("remoteId", &["LPA"])),
        ("departments", "isArchived=true", flag("isArchived", true)),
        ("departments", "search=ÅNG", is("name", &["Ångström Lab"])),
        ("departments", "search=0012", is("remoteId", &["0012"])),
        ("professions", "isArchived=false", flag("isArchived", false)),
        ("job-qualifications", "rank=1,2", Box::new(|r| [1, 2].map(Value::from).contains(&r["rank"]))),
        ("job-qualifications", "profession.id=85,88", is("profession.id", &["85", "88"])),
        (
            "occupation-categories",
            "businessEstablishments.id=2",
            Box::new(|r| {
                r["businessEstablishments"].as_array().is_none_or(|all| all.iter().any(|site| site["id"] == "2"))
            }),
        ),
        ("taxonomies", "search=T%20size", is("name", &["T-shirt size"])),
        ("taxonomies", "search=shirt_si", is("name", &["T-shirt size"])),
        ("taxonomies", "search=hirt", Box::new(|_| false)),
        ("taxonomy-labels", "taxonomy.id=45,47", is("taxonomy.id", &["45", "47"])),
        ("taxonomy-labels", "taxonomy.id=46&isArchived=false", is("taxonomy.id", &["46"])),
        ("taxonomy-labels", "isArchived=true", flag("isArchived", true)),
        ("taxonomy-labels", "search=friday", is("name", &["Fish-on-Friday"])),
        ("occupation-categories", "search=cadre", is("title", &["Manager (cadre)"])),
        ("employees", "id=8,9,14", is("id", &["8", "9", "14"])),
        ("employees", "status=upcoming,deactivated", is("status", &["upcoming", "deactivated"])),
        ("employees", "-status=active", not(is("status", &["active"]))),
        ("employees", "email=null", null("email")),
        ("employees", "-email=null", not(null("email"))),
        ("employees", "search=null", is("familyName", &["Null"])),
        ("employees", "search=sam%20etoile", Box::new(|_| false)),
        ("employee-personal-records", "legalGender=female,diverse", is("legalGender", &["female", "diverse"])),
        ("employee-personal-records", "employee.id=8,10", is("employee.id", &["8", "10"])),
        (
            "employee-personal-records",
            "nationalitiesCountryCodes=CHE,DEU",
            Box::new(|r| ["CHE", "DEU"].map(Value::from).contains(&r["nationalitiesCountryCodes"][0])),
        ),
        ("employments", "id=28,30", is("id", &["28", "30"])),
        ("employments", "remoteId=null", null("remoteId")),
        ("employments", "remoteId=EMPLOYMENT%234001-ac,x", is("remoteId", &["EMPLOYMENT#4001-ac"])),
        ("employments", "employee.id=8,11", is("employee.id", &["8", "11"])),
        ("employments", "legalEntity.id=2", is("legalEntity.id", &["2"])),
        ("employments", "template.id=4,5", is("template.id", &["4", "5"])),
        ("employments", "start.date=2026-03-15", is("start.date", &["2026-03-15"])),
        ("employments", "start.date.between=2024-01-01--2026-03-15", within("start.date", "2024-01-01", "2026-03-15")),
        ("employments", "start.date.between=2026-03-15--..", within("start.date", "2026-03-15", "9999-12-31")),
        ("employments", "start.date.between=..--2020-06-30", within("start.date", "0000-01-01", "2020-06-30")),
        ("employments", "end.date=null", null("end.date")),
        (
            "employments",
            "end.date=null,2026-03-15",
            Box::new(|r| r["end"].is_null() || r["end"]["date"] == "2026-03-15"),
        ),
        ("employments", "-end.date=null", not(null("end.date"))),
        ("employments", "end.date.between=2026-03-15--..", within("end.date", "2026-03-15", "9999-12-31")),
        ("employments", "status=upcoming", is("status", &["upcoming"])),
        ("employments", "status=active&end.date=null", both(is("status", &["active"]), null("end.date"))),
        ("job-positions", "id=61,62", is("id", &["61", "62"])),
        ("job-positions", "remoteId=null", null("remoteId")),
        ("job-positions", "employment.id=28,31", is("employment.id", &["28", "31"])),
        ("job-positions", "employment.employee.id=8,11", is("employee.id", &["8", "11"])),
        ("job-positions", "businessEstablishment.id=2,3", is("businessEstablishment.id", &["2", "3"])),
        ("job-positions", "status=deactivated", is("status", &["deactivated"])),
        ("job-positions", "startsOn=2026-03-15", is("startsOn", &["2026-03-15"])),
        ("job-positions", "startsOn.between=2025-01-01--..", within("startsOn", "2025-01-01", "9999-12-31")),
        ("job-positions", "endsOn=null", null("endsOn")),
        ("job-positions", "endsOn.between=..--2026-03-15", within("endsOn", "0000-01-01", "2026-03-15")),
        ("job-positions", "jobQualification.id=977", is("jobQualification.id", &["977"])),
        ("job-positions", "occupationCategory.id=40", is("occupationCategory.id", &["40"])),
        ("job-positions", "manager.id=8", is("manager.id", &["8"])),
        ("job-positions", "department.id=10,12,20", is("department.id", &["10", "12", "20"])),
        (
            "job-positions",
            "updatedAttributes=department,remoteId",
            Box::new(|r| {
                r["updatedAttributes"].as_array().unwrap().iter().any(|name| name == "department" || name == "remoteId")
            }),
        ),
        ("probationary-periods", "employment.id=30,36", is("employment.id", &["30", "36"])),
        (
            "probationary-periods",
            "startsOn.between=2026-01-01--2026-12-31",
            within("startsOn", "2026-01-01", "2026-12-31"),
        ),
        ("probationary-periods", "endsOn.between=2026-03-15--2026-03-22", within("endsOn", "2026-03-15", "2026-03-22")),
        (
            "probationary-periods",
            "initialEndsOn.between=..--2026-03-14",
            within("initialEndsOn", "0000-01-01", "2026-03-14"),
        ),
        (
            "probationary-periods",
            "extendedEndsOn.between=2000-01-01--..",
            within("extendedEndsOn", "2000-01-01", "9999-12-31"),
        ),
        ("probationary-periods", "isExtended=true", not(null("extendedEndsOn"))),
        ("probationary-periods", "isExtended=false", null("extendedEndsOn")),
        (
            "employee-attribute-definitions",
            "schema.title=legacy-date,decimal",
            is("schema.title", &["legacy-date", "decimal"]),
        ),
        ("employee-attribute-definitions", "multipleValueHandling=null", null("multipleValueHandling")),
        ("employee-attribute-definitions", "-multipleValueHandling=null", not(null("multipleValueHandling"))),
        ("employee-attribute-definitions", "isArchived=true", flag("isArchived", true)),
    ]
}

#[test]
fn filters_keep_exactly_what_they_say() {
    let client = Client::new(options(150));
    for (collection, filter, keep) in cases() {
        let all = client.records(collection);
        let expected: Vec<String> = all.iter().filter(|record| keep(record)).map(id_of).collect();
        let walked = client.walk(&format!("{collection}?include=links&limit=9&{filter}"));
        assert_eq!(walked, expected, "{collection}?{filter}");
        let counted = client.get(&format!("{collection}?include=totalCount&limit=0&{filter}"));
        assert_eq!(counted["totalCount"], expected.len(), "{collection}?{filter}");
        let negative = ["search=sam%20etoile", "search=hirt"].contains(&filter);
        assert!(negative || (!expected.is_empty() && expected.len() < all.len()), "{collection}?{filter} tells apart");
    }
}

/// Filters of employees on the contract and position that apply to them.
#[test]
fn employees_are_filtered_by_what_applies_to_them() {
    let client = Client::new(options(150));
    let page = |filter: &str| {
        let first = format!("employees?include=links&limit=50&{filter}");
        client.walk(&first)
    };
    let find = |collection: &str| {
        let records = client.records(collection);
        move |id: &Value| records.iter().find(|record| &record["id"] == id).unwrap().clone()
    };
    let (contract, position) = (find("employments"), find("job-positions"));
    let templates = client.records("employment-templates");
    let permanent: Vec<Value> =
        templates.iter().filter(|one| one["term"] == "permanent").map(|one| one["id"].clone()).collect();
    let cases: Vec<(&str, Keep)> = vec![
        ("applicableEmployment.legalEntity.id=2,3", is("e.legalEntity.id", &["2", "3"])),
        ("applicableEmployment.remoteId=null", null("e.remoteId")),
        ("applicableEmployment.startsOn=2026-03-15", is("e.start.date", &["2026-03-15"])),
        ("applicableEmployment.startsOn.between=2026-01-01--..", within("e.start.date", "2026-01-01", "9999-12-31")),
        ("applicableEmployment.endsOn=null", null("e.end.date")),
        ("applicableEmployment.endsOn.between=..--2026-03-14", within("e.end.date", "0000-01-01", "2026-03-14")),
        ("applicableEmployment.template.id=3", is("e.template.id", &["3"])),
        (
            "applicableEmployment.template.term=permanent",
            Box::new(move |r| permanent.contains(&r["e"]["template"]["id"])),
        ),
        ("applicableJobPosition.remoteId=null", null("p.remoteId")),
        ("applicableJobPosition.businessEstablishment.id=2", is("p.businessEstablishment.id", &["2"])),
        ("applicableJobPosition.department.id=10,11,12,13", is("p.department.id", &["10", "11", "12", "13"])),
        ("applicableJobPosition.manager.id=8", is("p.manager.id", &["8"])),
        ("applicableJobPosition.jobQualification.id=977,978", is("p.jobQualification.id", &["977", "978"])),
        ("applicableJobPosition.jobQualification.remoteId=JQ-7,JQ-8", is("p.jobQualification.id", &["977", "978"])),
        ("applicableJobPosition.occupationCategory.id=40", is("p.occupationCategory.id", &["40"])),
        ("applicableJobPosition.occupationCategory.remoteId=OC-0", is("p.occupationCategory.id", &["40"])),
    ];
    let employees: Vec<Value> = client
        .records("employees")
        .into_iter()
        .map(|mut record| {
            record["e"] = contract(&record["applicableEmployment"]["id"]);
            record["p"] = position(&record["applicableJobPosition"]["id"]);
            record
        })
        .collect();
    for (filter, keep) in cases {
        let expected: Vec<String> = employees.iter().filter(|record| keep(record)).map(id_of).collect();
        assert_eq!(page(filter), expected, "{filter}");
        assert!(!expected.is_empty() && expected.len() < employees.len(), "{filter} tells apart");
    }
}

#[test]
fn words_of_a_search_begin_a_name() {
    let client = Client::new(options(60));
    let first = |search: &str| client.ids(&format!("employees?search={search}&limit=100")).contains(&"8".to_owned());
    // Employee 8 is Aurélie Lefèvre-Désirée.
    assert!(
        first("aur%C3%A9lie")
            && first("LEF%C3%88")
            && first("d%C3%A9s_aur")
            && first("lef%C3%A8vre-d")
            && first("aur.lef,d%C3%A9s")
    );
    assert!(!first("ur%C3%A9lie") && !first("aur%20martin"));
}

#[test]
fn malformed_values_are_refused() {
    let client = Client::new(options(5));
    for wrong in [
        "employees?status=gone",
        "employees?status=",
        "employees?id=8,,9",
        "employees?colour=red",
        "employees?createdAt=2020-01-01",
        "employees?lastUpdatedAt.between=2020-01-01--..",
        "employees?-search=x",
        "employees?applicableEmployment.template.term=long",
        "employees?applicableEmployment.startsOn=null",
        "employees?applicableEmployment.startsOn=2020-01-01T00:00:00Z",
        "employees?applicableEmployment.startsOn.between=2020-01-01/2020-02-01",
        "employees?applicableEmployment.startsOn.between=..--..",
        "employees?applicableEmployment.startsOn.between=2020-02-01--2020-01-01",
        "employments?status=active,upcoming",
        "employments?start.date=2020-1-1",
        "employments?start.date=2020-02-30",
        "employments?end.date=",
        "employments?startsOn=2020-01-01",
        "job-qualifications?rank=high",
        "professions?search=x",
        "legal-entities?isArchived=yes",
        "probationary-periods?isExtended=1",
        "job-positions?updatedAttributes=colour",
        "employment-templates?isArchived=true",
        "departments?parent.id=1",
        "employee-attribute-definitions?multipleValueHandling=x",
        "probationary-periods?startsOn=2020-01-01",
    ] {
        assert_eq!(client.status(wrong), 400, "{wrong}");
    }
}

/// What the schemas say can be asked of a collection.
#[test]
fn every_declared_filter_and_order_is_accepted() {
    let client = Client::new(options(30));
    let value = |parameter: &Parameter| match (parameter.values.as_slice(), parameter.kind) {
        (values @ [first, ..], _) => {
            if parameter.several {
                values.join(",")
            } else {
                first.clone()
            }
        }
        ([], ParameterType::String) => {
            if parameter.several {
                "8,10".into()
            } else {
                "a".into()
            }
        }
        ([], ParameterType::Boolean) => "true".into(),
        ([], ParameterType::Integer) => "1,2".into(),
        ([], ParameterType::Date) => {
            if parameter.several {
                "2026-01-01,2026-03-01".into()
            } else {
                "2026-03-01".into()
            }
        }
        ([], ParameterType::Range) => "2026-01-01--2026-03-01".into(),
    };
    let mut tried = 0;
    for resource in Catalog::embedded().unwrap().resources {
        let Some(list) = resource.list else { continue };
        let mut queries = vec!["include=embedded".to_owned()];
        for parameter in &list.parameters {
            queries.push(format!("{}={}", parameter.name, value(parameter)));
            if parameter.takes_null {
                queries.push(format!("{}=null", parameter.name));
            }
        }
        queries.extend(list.sorts.iter().flat_map(|sort| [format!("sort={sort}"), format!("sort=-{sort}")]));
        for query in queries {
            assert_eq!(client.status(&format!("{}?limit=1&{query}", resource.name)), 200, "{}?{query}", resource.name);
            tried += 1;
        }
        let page = client.get(&format!("{}?limit=100&include=embedded", resource.name));
        for embedded in page["embedded"].as_object().unwrap().keys() {
            assert!(list.embeds.contains(embedded), "{} embeds {embedded}", resource.name);
        }
    }
    assert!(tried > 80, "{tried}");
}
