//! Attributes say the same as the resources, and their filters keep what they say.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Client, id_of, options};

fn by_id(records: Vec<Value>) -> HashMap<String, Value> {
    records.into_iter().map(|record| (id_of(&record), record)).collect()
}

/// The property of a resource that a built-in definition mirrors.
fn mirrored<'a>(
    definition: &str,
    attribute: &Value,
    all: &'a HashMap<&str, HashMap<String, Value>>,
) -> Option<&'a Value> {
    let (namespace, property) = definition.split_once('.')?;
    let employee = attribute["employee"]["id"].as_str()?;
    let record = match namespace {
        "employee" => all["employees"].get(employee)?,
        "personal" => all["employee-personal-records"].values().find(|record| record["employee"]["id"] == employee)?,
        "employment" => all["employments"].get(attribute["employment"]["id"].as_str()?)?,
        "jobPosition" => all["job-positions"].get(attribute["jobPosition"]["id"].as_str()?)?,
        "probationaryPeriod" => {
            let contract = &attribute["employment"]["id"];
            all["probationary-periods"].values().find(|record| &record["employment"]["id"] == contract)?
        }
        _ => return None,
    };
    Some(&record[property])
}

#[test]
fn attributes_agree_with_the_resources() {
    let client = Client::new(options(90));
    let names = ["employees", "employee-personal-records", "employments", "job-positions", "probationary-periods"];
    let all: HashMap<&str, HashMap<String, Value>> = names.map(|name| (name, by_id(client.records(name)))).into();
    let mut compared: HashMap<String, usize> = HashMap::new();
    for attribute in client.records("employee-attributes") {
        let definition = attribute["definition"]["id"].as_str().unwrap();
        let namespace = definition.split('.').next().unwrap();
        if ["user"].contains(&namespace) || definition.starts_with("e_") {
            continue;
        }
        let expected = mirrored(definition, &attribute, &all).unwrap_or_else(|| panic!("{attribute}"));
        assert_eq!(&attribute["value"], expected, "{attribute}");
        *compared.entry(definition.to_owned()).or_default() += usize::from(!expected.is_null());
        let window = match namespace {
            "employee" | "personal" => Value::Null,
            "jobPosition" => {
                let record = &all["job-positions"][attribute["jobPosition"]["id"].as_str().unwrap()];
                json!({"start": record["startsOn"], "end": record["endsOn"]})
            }
            _ => {
                let record = &all["employments"][attribute["employment"]["id"].as_str().unwrap()];
                json!({"start": record["start"]["date"], "end": record["end"].get("date")})
            }
        };
        assert_eq!(attribute["applicability"], window, "{attribute}");
    }
    assert_eq!(compared.len(), 36, "{compared:?}");
    assert!(compared.values().all(|count| *count > 0), "each is somewhere not null: {compared:?}");
}

#[test]
fn filters_keep_what_they_say() {
    let client = Client::new(options(24));
    let all = client.records("employee-attributes");
    let text = |record: &Value, path: &str| {
        path.split('.').fold(record.clone(), |v, part| v[part].clone()).as_str().map(str::to_owned)
    };
    let applies = |record: &Value, day: &str| {
        let bound = |name: &str| record["applicability"][name].as_str().map(str::to_owned);
        bound("start").is_none_or(|start| start.as_str() <= day) && bound("end").is_none_or(|end| day <= end.as_str())
    };
    type Keep<'a> = Box<dyn Fn(&Value) -> bool + 'a>;
    let cases: Vec<(&str, Keep<'_>)> = vec![
        (
            "employee.id=8,12,13,31",
            Box::new(|r| ["8", "12", "13", "31"].contains(&text(r, "employee.id").unwrap().as_str())),
        ),
        ("-employee.id=8,12", Box::new(|r| !["8", "12"].contains(&text(r, "employee.id").unwrap().as_str()))),
        (
            "definition.id=employment.start,e_children",
            Box::new(|r| ["employment.start", "e_children"].contains(&text(r, "definition.id").unwrap().as_str())),
        ),
        ("-definition.id=employment.start", Box::new(|r| text(r, "definition.id").unwrap() != "employment.start")),
        ("definition.id=no.such", Box::new(|_| false)),
        ("employee.id=999999,nobody,007", Box::new(|_| false)),
        ("applicability.asOf=2026-03-15", Box::new(|r| applies(r, "2026-03-15"))),
        ("applicability.asOf=2019-07-01", Box::new(|r| applies(r, "2019-07-01"))),
        (
            "employee.id=9,10,11&definition.id=jobPosition.department,jobPosition.manager&applicability.asOf=2024-01-01",
            Box::new(|r| {
                applies(r, "2024-01-01")
                    && ["9", "10", "11"].contains(&text(r, "employee.id").unwrap().as_str())
                    && text(r, "definition.id").unwrap().starts_with("jobPosition.")
                    && ["jobPosition.department", "jobPosition.manager"]
                        .contains(&text(r, "definition.id").unwrap().as_str())
            }),
        ),
    ];
    for (filter, keep) in cases {
        let expected: Vec<String> = all.iter().filter(|record| keep(record)).map(id_of).collect();
        for limit in [7, 250, 1000] {
            assert_eq!(
                client.walk(&format!("employee-attributes?include=links&limit={limit}&{filter}")),
                expected,
                "{filter}"
            );
        }
        let counted = client.get(&format!("employee-attributes?include=totalCount&limit=0&{filter}"));
        assert_eq!(counted["totalCount"], expected.len(), "{filter}");
    }
    for wrong in [
        "employee.id=",
        "applicability.asOf=yesterday",
        "applicability.asOf=2026-03-15,2026-03-16",
        "-applicability.asOf=2026-03-15",
        "sort=id",
        "definition.targetType=employee",
    ] {
        assert_eq!(client.status(&format!("employee-attributes?{wrong}")), 400, "{wrong}");
    }
}

#[test]
fn a_thousand_employees_may_be_listed_and_no_more() {
    let client = Client::new(options(1));
    let list = |count: usize| (1..=count).map(|id| id.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(client.status(&format!("employee-attributes?employee.id={}", list(1000))), 200);
    assert_eq!(client.status(&format!("employee-attributes?employee.id={}", list(1001))), 400);
    assert_eq!(client.status(&format!("employee-attributes?definition.id={}", list(100))), 200);
    assert_eq!(client.status(&format!("employee-attributes?definition.id={}", list(101))), 400);
    assert_eq!(client.status(&format!("employees?id={}", list(100))), 200);
    assert_eq!(client.status(&format!("employees?id={}", list(101))), 400);
}

#[test]
fn the_mixture_of_values_is_rich() {
    let client = Client::new(options(140));
    let all = client.records("employee-attributes");
    let of = |id: &str| all.iter().filter(|record| record["definition"]["id"] == id).collect::<Vec<_>>();
    let several = |id: &str| {
        let mut seen = HashMap::new();
        for record in of(id) {
            *seen.entry(record["employee"]["id"].as_str().unwrap()).or_insert(0) += 1;
        }
        seen.values().any(|count| *count > 1)
    };
    assert!(several("e_children") && several("e_languages") && several("user.axisValues"));
    assert!(several("jobPosition.department"), "history without asOf");
    assert!(of("e_parkingSpace").iter().any(|record| record["applicability"]["start"].is_null()));
    let longest = of("e_biography").iter().map(|record| record["value"].as_str().unwrap().chars().count()).max();
    assert!(longest > Some(4000), "{longest:?}");
    assert_eq!(of("e_tShirtSize")[0]["value"]["type"], "taxonomy-label");
    let old = &of("e_workStyle")[0]["value"];
    assert_eq!(old["type"], "taxonomy-label-reference");
    assert!(old["url"].as_str().unwrap().contains("/taxonomy-label-references/"));
    assert_eq!(of("e_medicalVisit")[0]["value"].as_str().unwrap().len(), 10);
    assert!(of("e_workPermitEnd")[0]["value"].as_str().unwrap().ends_with("T00:00:00"));
    assert!(of("employment.end").iter().any(|record| record["value"].is_null()));
    assert!(of("e_address")[0]["value"].is_object());
    for record in client.records("employees") {
        for stamp in ["createdAt", "lastUpdatedAt"] {
            chrono::DateTime::parse_from_rfc3339(record[stamp].as_str().unwrap()).unwrap();
        }
    }
    let digits: std::collections::BTreeSet<usize> = all
        .iter()
        .filter_map(|record| record["createdAt"].as_str().unwrap().split_once('.'))
        .map(|(_, fraction)| fraction.bytes().take_while(u8::is_ascii_digit).count())
        .collect();
    assert_eq!(digits, (1..=7).collect());
    assert!(all.iter().any(|record| record["createdAt"].as_str().unwrap().ends_with("-03:30")));
}

#[test]
fn labels_are_listed_as_they_are_embedded() {
    let client = Client::new(options(60));
    let page = client.get("employee-attributes?include=embedded&limit=1000&definition.id=e_tShirtSize,e_workStyle");
    let embedded = page["embedded"]["taxonomy-label"].as_object().unwrap();
    assert!(embedded.len() > 5, "{embedded:?}");
    for (id, label) in embedded {
        assert_eq!(&client.get(&format!("taxonomy-labels/{id}")), label);
        let list = format!("taxonomies/{}", label["taxonomy"]["id"].as_str().unwrap());
        assert_eq!(client.get(&list)["id"], label["taxonomy"]["id"]);
    }
    let archived = client.ids("taxonomy-labels?isArchived=true");
    assert!(archived.iter().any(|id| embedded.contains_key(id)), "a value refers to a label that is archived");
    assert!(client.records("taxonomy-labels").len() > embedded.len(), "no value refers to some");
}
