//! Every mapped table beside the one of API v5, value by value.

use std::collections::{BTreeMap, BTreeSet};

use arrow::record_batch::RecordBatch;

use super::{
    super::tables::Tables,
    relation::{Relation, Row, rows},
    table,
};

const PLAIN: Relation =
    Relation { table: "", key: &["id"], same: &[], same_or_null: &[], unknown: &[], some_rows: false };

/// The tables whose rows are those of v5.
const RELATIONS: [Relation; 8] = [
    Relation {
        table: "employees",
        same: &[
            "remote_id",
            "given_name",
            "family_name",
            "employee_number",
            "status",
            "email",
            "birth_day",
            "birth_month",
            "phone_number",
            "applicable_employment_id",
            "last_updated_at",
        ],
        unknown: &["url", "portrait_id", "applicable_job_position_id", "created_at"],
        ..PLAIN
    },
    Relation {
        table: "employments",
        same: &[
            "remote_id",
            "employee_id",
            "legal_entity_id",
            "status",
            "start_date",
            "end_date",
            "template_id",
            "created_at",
            "last_updated_at",
        ],
        unknown: &["url", "document_id"],
        ..PLAIN
    },
    Relation {
        table: "employee_personal_records",
        key: &["employee_id"],
        same: &[
            "legal_gender",
            "birth_date",
            "insurance_number_value",
            // No nationality is no list in v3, and an empty one in v5.
            "nationalities_country_codes",
            "bank_account_bank_name",
            "bank_account_account_identifier",
            "bank_account_bank_identifier",
            "phone_number",
            "email",
        ],
        // No title is what v5 calls unknown; an account without a number says nothing in v3.
        same_or_null: &["title", "bank_account_format"],
        unknown: &["id", "url", "insurance_number_format", "created_at", "last_updated_at"],
        ..PLAIN
    },
    Relation {
        table: "departments",
        same: &["name", "description", "remote_id", "is_archived", "level", "manager_id", "sort_order"],
        // One parent is not to be seen.
        same_or_null: &["parent_id"],
        unknown: &["url", "owning_application"],
        ..PLAIN
    },
    Relation {
        table: "legal_entities",
        same: &[
            "legal_name",
            "remote_id",
            "is_archived",
            "country_code",
            "currency_code",
            "tax_identification_number_value",
            "industry_code_value",
            "created_at",
        ],
        same_or_null: &["tax_identification_number_format", "industry_code_format"],
        unknown: &["url", "last_updated_at", "last_archived_at"],
        ..PLAIN
    },
    Relation {
        table: "business_establishments",
        same: &[
            "name",
            "remote_id",
            "is_archived",
            "legal_entity_id",
            "is_headquarters",
            "tax_identification_number_value",
            "industry_code_value",
            "address_lines",
            "address_postal_code",
            "address_locality",
            "timezone_id",
            "created_at",
            "last_updated_at",
        ],
        same_or_null: &["tax_identification_number_format", "industry_code_format"],
        unknown: &["url", "address_administrative_area", "address_country_code", "last_archived_at"],
        ..PLAIN
    },
    Relation {
        table: "probationary_periods",
        key: &["employment_id"],
        same: &["starts_on", "ends_on", "initial_ends_on", "extended_ends_on"],
        unknown: &["id", "url", "created_at", "last_updated_at"],
        ..PLAIN
    },
    Relation {
        table: "occupation_categories",
        same: &["title"],
        unknown: &["url", "business_establishment_ids", "t9n"],
        some_rows: true,
        ..PLAIN
    },
];

/// Everything that tables made with a key say differently from those of v5, and should not.
pub(super) fn differences(found: &Tables, v5: &Tables) -> Vec<String> {
    let mut wrong = Vec::new();
    for relation in &RELATIONS {
        match found.get(relation.table) {
            Some(own) => wrong.extend(relation.differences(own, table(v5, relation.table))),
            None => wrong.push(format!("{}: no table", relation.table)),
        }
    }
    wrong.extend(positions(table(found, "job_positions"), table(v5, "job_positions"), table(v5, "employees")));
    wrong.extend(custom_values(table(found, "personal_attributes"), table(v5, "personal_attributes")));
    wrong
}

fn text<'r>(row: &'r Row, column: &str) -> Option<&'r str> {
    row[column].as_deref()
}

/// The position that applies is the same in everything; on the first day of every position of v5 that has begun, the one
/// with a key has the same places.
fn positions(found: &RecordBatch, v5: &RecordBatch, employees: &RecordBatch) -> Vec<String> {
    let current: BTreeSet<String> =
        rows(employees).iter().filter_map(|row| row["applicable_job_position_id"].clone()).collect();
    let found = rows(found);
    let mut wrong = Vec::new();
    let places = ["department_id", "business_establishment_id", "manager_id"];
    let rest = ["job_title", "job_qualification_id", "occupation_category_id", "working_time_arrangement_id"];
    for position in rows(v5) {
        let (id, day) = (text(&position, "id").unwrap(), text(&position, "starts_on").unwrap());
        let applies = current.contains(id);
        if day > super::TODAY && !applies {
            continue;
        }
        let covers = |row: &&Row| {
            row["employment_id"] == position["employment_id"]
                && text(row, "starts_on").unwrap() <= day
                && text(row, "ends_on").is_none_or(|end| end >= day)
        };
        let covering: Vec<&Row> = found.iter().filter(covers).collect();
        let [row] = covering.as_slice() else {
            wrong.push(format!("job_positions {id}: {} on {day}", covering.len()));
            continue;
        };
        let more: &[&str] = if applies { &rest } else { &[] };
        for column in places.iter().chain(more) {
            if row[*column] != position[*column] {
                wrong.push(format!("job_positions {id} {column}: {:?}, not {:?}", row[*column], position[*column]));
            }
        }
    }
    wrong
}

/// Entries of lists may have numbers of their own, far away from those of the labels.
fn own_label(id: &str) -> String {
    (id.parse::<u64>().unwrap() % 500_000).to_string()
}

/// Custom fields of people: their values by person and field, whatever the ids.
fn custom_values(found: &RecordBatch, v5: &RecordBatch) -> Vec<String> {
    type Values = BTreeMap<(String, String), Vec<[Option<String>; 5]>>;
    let values = |batch: &RecordBatch| {
        let mut values = Values::new();
        for row in rows(batch) {
            let definition = text(&row, "definition_id").unwrap().to_owned();
            let of_people = row["employment_id"].is_none() && row["job_position_id"].is_none();
            // What has ended is not known with a key.
            let has_ended = text(&row, "applicability_end").is_some_and(|end| end < super::TODAY);
            if definition.starts_with("e_") && of_people && !has_ended {
                let key = (row["employee_id"].clone().unwrap(), definition);
                let read = ["value_text", "value_number", "value_boolean", "value_date", "value_reference_id"];
                let mut read = read.map(|column| row[column].clone());
                // v5 spells a day in two ways, and with a key there is one.
                if read[3].is_some() {
                    read[0] = read[0].as_ref().map(|text| text.trim_end_matches("T00:00:00").to_owned());
                }
                if ["e_tShirtSize", "e_workStyle"].contains(&key.1.as_str()) {
                    read[4] = read[4].as_ref().map(|id| own_label(id));
                }
                values.entry(key).or_default().push(read);
            }
        }
        values.values_mut().for_each(|values| values.sort());
        values
    };
    let (found, v5) = (values(found), values(v5));
    let mut wrong = Vec::new();
    for (key, right) in &v5 {
        match found.get(key) {
            Some(values) if values == right => {}
            values => wrong.push(format!("custom values {key:?}: {values:?}, not {right:?}")),
        }
    }
    wrong.extend(
        found.keys().filter(|key| !v5.contains_key(*key)).map(|key| format!("custom values {key:?}: invented")),
    );
    if v5.len() < 100 {
        wrong.push(format!("only {} custom values", v5.len()));
    }
    wrong
}
