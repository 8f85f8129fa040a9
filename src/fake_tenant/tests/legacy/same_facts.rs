//! What both APIs can say is the same.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Holder, member, plain, quirky};

const EVERYTHING: &str = "/api/v3/users?formerEmployees=true&orderBy=id,asc&paging=0,1000&fields=\
    id,name,displayName,firstName,lastName,login,mail,employeeNumber,professionalMobile,modifiedAt,dtContractStart,\
    dtContractEnd,birthDate,nationalityId,insuranceNumber,rib,iban,bic,bankName,personalEmail,personalMobile,jobTitle,\
    departmentId,department,legalEntityId,legalUnitId,managerId,manager,cspId,jobQualificationId,seniorityDate,quote,\
    userAxisValues,extendedData,applicationData,userWorkCycles,picture,culture,gender,civilTitle";

/// Records of v5 by id.
fn v5(holder: &Holder, collection: &str) -> BTreeMap<String, Value> {
    holder.tenant.records(collection).map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
}

/// A scalar of either generation as text; the id of a reference.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Object(object) => text(object.get("id").or_else(|| object.get("date"))?),
        other => Some(other.to_string()),
    }
}

fn day(value: &Value) -> Option<String> {
    text(value).map(|text| text.strip_suffix("T00:00:00").unwrap().to_owned())
}

#[test]
fn users_are_the_employees_of_today() {
    for holder in [plain(), quirky()] {
        let records = v5(&holder, "employee-personal-records");
        let private: BTreeMap<String, &Value> =
            records.values().map(|record| (text(&record["employee"]).unwrap(), record)).collect();
        let (employees, employments, positions) =
            (v5(&holder, "employees"), v5(&holder, "employments"), v5(&holder, "job-positions"));
        let users = holder.v3(EVERYTHING);
        assert_eq!(users.len(), employees.len());
        for user in &users {
            let get = |name: &str| text(member(user, name));
            let id = get("id").unwrap();
            let (employee, private) = (&employees[&id], private[&id]);
            let contract = &employments[&text(&employee["applicableEmployment"]).unwrap()];
            let position = &positions[&text(&employee["applicableJobPosition"]).unwrap()];
            for (v3, v5) in [
                ("firstName", &employee["givenName"]),
                ("lastName", &employee["familyName"]),
                ("login", &employee["remoteId"]),
                ("mail", &employee["email"]),
                ("employeeNumber", &employee["employeeNumber"]),
                ("professionalMobile", &employee["phoneNumber"]),
                ("insuranceNumber", &private["insuranceNumber"]["value"]),
                ("bankName", &private["bankAccount"]["bankName"]),
                ("bic", &private["bankAccount"]["bankIdentifier"]),
                ("personalEmail", &private["email"]),
                ("personalMobile", &private["phoneNumber"]),
                ("jobTitle", &position["jobTitle"]),
                ("departmentId", &position["department"]),
                ("legalEntityId", &position["businessEstablishment"]),
                ("legalUnitId", &contract["legalEntity"]),
                ("managerId", &position["manager"]),
                ("cspId", &position["occupationCategory"]),
                ("jobQualificationId", &position["jobQualification"]),
            ] {
                assert_eq!(get(v3), text(v5), "{v3} of {id}");
            }
            assert_eq!(day(member(user, "dtContractStart")), text(&contract["start"]));
            assert_eq!(day(member(user, "dtContractEnd")), text(&contract["end"]));
            assert_eq!(day(member(user, "birthDate")), text(&private["birthDate"]));
            let account = if private["bankAccount"]["format"] == "iban" { "iban" } else { "rib" };
            assert_eq!(get(account), text(&private["bankAccount"]["accountIdentifier"]));
            let at = format!("{}Z", get("modifiedAt").unwrap());
            let instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap();
            assert_eq!(instant(&at), instant(employee["lastUpdatedAt"].as_str().unwrap()));
            let (given, family) = (employee["givenName"].as_str().unwrap(), employee["familyName"].as_str().unwrap());
            assert_eq!(get("displayName"), Some(format!("{family} {given}")));
        }
    }
}

#[test]
fn custom_fields_are_the_attributes_of_people() {
    let holder = plain();
    let attributes: Vec<Value> = holder.tenant.records("employee-attributes").collect();
    let labels = v5(&holder, "taxonomy-labels");
    let definitions =
        holder.v3("/api/v3/extensionuserdefinitions?fields=id,formatKey,extensionUserPropertyListEntries");
    let mut compared = BTreeMap::<&str, usize>::new();
    for user in holder.v3(EVERYTHING) {
        let id = text(&user["id"]).unwrap();
        for (name, entries) in user["extendedData"].as_object().unwrap() {
            let own = |one: &&Value| text(&one["employee"]).as_ref() == Some(&id) && one["definition"]["id"] == *name;
            let mut own: Vec<&Value> = attributes.iter().filter(own).collect();
            if name == "e_parkingSpace" {
                own.retain(|one| one["applicability"]["end"].is_null());
            }
            let entries = entries.as_array().cloned().unwrap_or_else(|| vec![entries.clone()]);
            assert_eq!(entries.len(), own.len(), "{name} of {id}");
            for (entry, attribute) in entries.iter().zip(own) {
                assert_eq!(text(&entry["id"]), text(&attribute["id"]));
                let (value, v5) = (&entry["value"], &attribute["value"]);
                *compared
                    .entry(definitions.iter().find(|one| one["id"] == *name).unwrap()["formatKey"].as_str().unwrap())
                    .or_default() += 1;
                match v5 {
                    Value::Object(of) if of.contains_key("id") => assert_eq!(text(value), text(v5), "{name}"),
                    Value::Object(of) => {
                        for (sub_field, v5) in of.iter().filter(|(_, v5)| !v5.is_null()) {
                            let value = text(&value[sub_field]["value"]).unwrap();
                            assert_eq!(value.trim_end_matches("T00:00:00"), text(v5).unwrap(), "{name}.{sub_field}");
                        }
                    }
                    _ => assert_eq!(
                        text(value).unwrap().trim_end_matches("T00:00:00"),
                        text(v5).unwrap().trim_end_matches("T00:00:00"),
                        "{name}"
                    ),
                }
            }
        }
    }
    assert_eq!(
        compared.keys().copied().collect::<Vec<_>>(),
        ["boolean", "composite", "date", "file", "integer", "numeric", "select", "text", "user"]
    );
    let size = definitions.iter().find(|one| one["id"] == "e_tShirtSize").unwrap();
    for entry in size["extensionUserPropertyListEntries"].as_array().unwrap() {
        assert_eq!(entry["name"], labels[&text(&entry["id"]).unwrap()]["name"]);
    }
}

#[test]
fn contracts_and_their_trials_are_those_of_v5() {
    let holder = quirky();
    let path = "/directory/api/4.0/work-contracts";
    let mut contracts = holder.v4(path);
    contracts.extend(holder.v4(&format!("{path}?isArchived=true")));
    let employments = v5(&holder, "employments");
    assert_eq!(contracts.len(), employments.len());
    let periods = v5(&holder, "probationary-periods");
    let trials: BTreeMap<String, &Value> =
        periods.values().map(|period| (text(&period["employment"]).unwrap(), period)).collect();
    for contract in &contracts {
        let get = |name: &str| text(member(contract, name));
        let id = get("id").unwrap();
        let (employment, trial) = (&employments[&id], trials.get(&id).copied().unwrap_or(&Value::Null));
        for (v4, v5) in [
            ("ownerId", &employment["employee"]),
            ("externalId", &employment["remoteId"]),
            ("typeId", &employment["template"]),
            ("startsOn", &employment["start"]),
            ("endsOn", &employment["end"]),
            ("trialPeriodEndDate", &trial["initialEndsOn"]),
            ("trialPeriodEndDate2", &trial["extendedEndsOn"]),
        ] {
            assert_eq!(get(v4), text(v5), "{v4} of {id}");
        }
        assert_eq!(text(member(member(contract, "establishment"), "legalUnitId")), text(&employment["legalEntity"]));
    }
}

#[test]
fn the_log_tells_the_positions_before() {
    let holder = plain();
    let log = |name: &str| {
        let mut entries = BTreeMap::<String, Vec<(String, String)>>::new();
        let query = "orderBy=modifiedAt,asc&paging=0,1000&fields=owner,modifiedAt,value";
        for entry in holder.v3(&format!("/api/v3/userlogs?name={name}&{query}")) {
            let at = super::day_of(entry["modifiedAt"].as_str().unwrap()).to_owned();
            entries.entry(text(&entry["owner"]).unwrap()).or_default().push((at, text(&entry["value"]).unwrap()));
        }
        entries
    };
    assert_eq!(holder.status("/api/v3/userlogs"), 400);
    let departments = log("departmentid");
    let mut by_employee = BTreeMap::<String, Vec<Value>>::new();
    for position in holder.tenant.records("job-positions") {
        by_employee.entry(text(&position["employee"]).unwrap()).or_default().push(position);
    }
    for (employee, positions) in by_employee {
        let entries = &departments[&employee];
        for position in positions.iter().filter(|position| position["startsOn"].as_str() <= Some("2026-03-15")) {
            let starts = text(&position["startsOn"]).unwrap();
            let (_, value) = entries.iter().rev().find(|(at, _)| *at <= starts).unwrap();
            assert_eq!(Some(value), text(&position["department"]).as_ref(), "{employee} on {starts}");
        }
    }
}
