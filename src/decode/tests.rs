//! Every schema, with generated records: what is decoded is what was served, and nothing else is ever accepted.

use arrow::{
    array::{Array, AsArray},
    datatypes::{DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType},
    record_batch::RecordBatch,
};
use bytes::Bytes;
use proptest::{prelude::*, sample::Index};
use serde_json::{Map, Value, json};

mod legacy;
mod oddities;

use super::*;
use crate::{
    catalog::{Catalog, Column, Reading, Shape, Style},
    page::Next,
};

/// A record, and the cells expected of its own columns.
type Served = (Value, Vec<(usize, Option<String>)>);

const CANARY: &str = "CANARY-personal-value";

fn resources() -> Vec<Resource> {
    let Catalog { resources, legacy, .. } = Catalog::embedded().unwrap();
    resources.into_iter().chain(legacy).chain([legacy::things(Style::V3), legacy::things(Style::V4)]).collect()
}

fn page(body: impl Into<Bytes>) -> Page {
    Page { number: 3, body: body.into(), received_at: "2026-11-22T10:00:00Z".parse().unwrap() }
}

fn envelope_of(resource: &Resource, items: &[Value]) -> String {
    match resource.route.as_ref().map(|route| route.style) {
        None => envelope(items),
        Some(Style::V3) => json!({"data": {"items": items, "count": 7}}).to_string(),
        Some(Style::V4) => json!({"items": items, "count": 7, "prev": null, "next": null}).to_string(),
    }
}

/// What a page says of the pages after it.
fn next_of(resource: &Resource) -> Next {
    match resource.route.as_ref().map(|route| route.style) {
        Some(Style::V3) => Next::Unsaid,
        _ => Next::End,
    }
}

fn envelope(items: &[Value]) -> String {
    json!({"type": "x", "url": "u", "totalCount": 7, "items": items, "links": {"prev": null, "next": null}}).to_string()
}

fn decode(resource: &Resource, items: &[Value]) -> Result<(Decoded, PageEnd), DecodeError> {
    Decoder::new(resource, "run").decode(&page(envelope_of(resource, items)))
}

/// A cell as text, told apart from null; the inverse of nothing in the code under test.
fn cell(batch: &RecordBatch, column: usize, row: usize) -> Option<String> {
    let array = batch.column(column);
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).to_string(),
        DataType::Timestamp(..) => array.as_primitive::<TimestampMicrosecondType>().value(row).to_string(),
        DataType::List(_) => {
            let list = array.as_list::<i32>().value(row);
            format!("{:?}", list.as_string::<i32>().iter().map(Option::unwrap).collect::<Vec<_>>())
        }
        other => panic!("no column should be {other}"),
    })
}

/// A value for one column: the JSON to serve and the cell to expect.
fn value_for(column: &Column) -> BoxedStrategy<(Value, Option<String>)> {
    let text =
        prop_oneof!["\\PC{0,12}", Just("null".to_owned()), Just("0012".to_owned()), "[\"\\\\\n\t\u{202e}😀]{1,4}"];
    match column.shape {
        Shape::String => text.prop_map(|t| (json!(t), Some(t))).boxed(),
        Shape::Boolean => any::<bool>().prop_map(|b| (json!(b), Some(b.to_string()))).boxed(),
        Shape::Int32 => any::<i32>().prop_map(|n| (json!(n), Some(n.to_string()))).boxed(),
        Shape::Double => any::<i32>().prop_map(|n| (json!(n), Some(format!("{:?}", f64::from(n))))).boxed(),
        Shape::Int64 => any::<i64>().prop_map(|n| (json!(n), Some(n.to_string()))).boxed(),
        Shape::Id => prop_oneof![
            any::<i64>().prop_map(|n| (json!(n), Some(n.to_string()))),
            any::<u64>().prop_map(|n| (json!(n), Some(n.to_string()))),
            "\\PC{1,12}".prop_map(|id| (json!(id), Some(id))),
        ]
        .boxed(),
        Shape::LocalDate => (-700_000..2_900_000_i32, prop::sample::select(vec!["", "T00:00:00", "T00:00:00+02:00"]))
            .prop_map(|(days, time)| {
                let day = chrono::NaiveDate::from_epoch_days(days).unwrap();
                (json!(format!("{day}{time}")), Some(days.to_string()))
            })
            .boxed(),
        Shape::LocalTimestamp => (0..4_000_000_000_000_000_i64, prop::sample::select(vec!["", "Z", "+00:00"]))
            .prop_map(|(micros, zone)| {
                let instant = chrono::DateTime::from_timestamp_micros(micros).unwrap();
                (json!(instant.format(&format!("%Y-%m-%dT%H:%M:%S%.6f{zone}")).to_string()), Some(micros.to_string()))
            })
            .boxed(),
        Shape::Date => (-700_000..2_900_000_i32)
            .prop_map(|days| {
                (json!(chrono::NaiveDate::from_epoch_days(days).unwrap().to_string()), Some(days.to_string()))
            })
            .boxed(),
        Shape::Timestamp => (0..4_000_000_000_000_000_i64, -840..840_i32)
            .prop_map(|(micros, minutes)| {
                let zone = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
                let instant = chrono::DateTime::from_timestamp_micros(micros).unwrap().with_timezone(&zone);
                (json!(instant.to_rfc3339()), Some(micros.to_string()))
            })
            .boxed(),
        Shape::Json { .. } => prop_oneof![
            Just(json!({"name": {"fr": "é"}})),
            Just(json!("a\"b")),
            Just(json!([1.50, null])),
            Just(json!(3))
        ]
        .prop_map(|v| (v.clone(), Some(v.to_string())))
        .boxed(),
        Shape::Reference => {
            text.prop_map(|id| (json!({"type": "t", "id": id, "url": "about:blank"}), Some(id))).boxed()
        }
        Shape::References => prop::collection::vec(text, 0..4)
            .prop_map(|ids| (ids.iter().map(|id| json!({"id": id})).collect(), Some(format!("{ids:?}"))))
            .boxed(),
        Shape::Strings => prop::collection::vec(text, 0..4).prop_map(|t| (json!(t), Some(format!("{t:?}")))).boxed(),
        Shape::Reading(_) => unreachable!("readings have no property of their own"),
    }
}

/// Present with a value, present and null, or absent.
fn property_for(column: &Column) -> BoxedStrategy<(Option<Value>, Option<String>)> {
    let value = value_for(column).prop_map(|(json, cell)| (Some(json), cell));
    let null_cell = (column.shape == Shape::Json { keeps_null: true }).then(|| "null".to_owned());
    if column.nullable {
        prop_oneof![4 => value, 1 => Just((Some(Value::Null), null_cell)), 1 => Just((None, None))].boxed()
    } else {
        value.boxed()
    }
}

fn put(item: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(item.insert(path.to_owned(), value)),
        Some((head, rest)) => {
            put(item.entry(head).or_insert_with(|| json!({})).as_object_mut().unwrap(), rest, value);
        }
    }
}

fn own_columns(resource: &Resource) -> Vec<(usize, &Column)> {
    let own = |c: &&Column| !matches!(c.shape, Shape::Reading(_));
    resource.columns.iter().enumerate().filter(|(_, c)| own(c)).collect()
}

/// A record and the cells of its own columns.
fn record(resource: &Resource) -> BoxedStrategy<Served> {
    let columns: Vec<(usize, Column)> = own_columns(resource).into_iter().map(|(i, c)| (i, c.clone())).collect();
    let properties: Vec<_> = columns.iter().map(|(_, c)| property_for(c)).collect();
    let item_type = resource.item_type.clone();
    properties
        .prop_map(move |properties| {
            let mut item = Map::new();
            if !item_type.is_empty() {
                item.insert("links".into(), json!({"secret": {"href": "https://x?token=1"}}));
                item.insert("type".into(), json!(item_type));
            }
            let mut cells = Vec::new();
            for ((index, column), (json, cell)) in columns.iter().zip(properties) {
                json.into_iter().for_each(|json| put(&mut item, &column.json, json));
                cells.push((*index, cell));
            }
            (Value::Object(item), cells)
        })
        .boxed()
}

fn any_records() -> impl Strategy<Value = (Resource, Vec<Served>)> {
    prop::sample::select(resources()).prop_flat_map(|resource| {
        let records = prop::collection::vec(record(&resource), 0..5);
        (Just(resource), records)
    })
}

/// A valid record of each resource, with every property.
fn full_record(resource: &Resource) -> Value {
    let mut item = Map::new();
    for (_, column) in own_columns(resource) {
        let value = match column.shape {
            Shape::String => json!("x"),
            Shape::Boolean => json!(true),
            Shape::Int32 | Shape::Int64 | Shape::Double | Shape::Id => json!(1),
            Shape::Date | Shape::LocalDate => json!("2026-01-31"),
            Shape::Timestamp | Shape::LocalTimestamp => json!("2026-01-31T10:00:00Z"),
            Shape::Reference => json!({"id": "1"}),
            Shape::References => json!([{"id": "1"}]),
            _ => json!(["x"]),
        };
        put(&mut item, &column.json, value);
    }
    item.insert("id".into(), json!("id-416"));
    Value::Object(item)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_was_served_is_what_is_decoded((resource, records) in any_records()) {
        let items: Vec<Value> = records.iter().map(|(item, _)| item.clone()).collect();
        let (decoded, end) = decode(&resource, &items).unwrap();
        prop_assert_eq!(&end, &PageEnd { records: records.len() as u64, next: next_of(&resource), total_count: Some(7) });
        prop_assert_eq!(decoded.batch.schema(), resource.tables()[0].arrow_schema());
        let received = page("").received_at;
        let extra = decoded.batch.num_columns() - 3;
        for (row, (_, cells)) in records.iter().enumerate() {
            for (column, expected) in cells {
                prop_assert_eq!(&cell(&decoded.batch, *column, row), expected, "{}", resource.columns[*column].name);
            }
            prop_assert_eq!(cell(&decoded.batch, extra, row), None);
            prop_assert_eq!(cell(&decoded.batch, extra + 1, row).unwrap(), received.timestamp_micros().to_string());
            prop_assert_eq!(cell(&decoded.batch, extra + 2, row).unwrap(), "run");
        }
    }

    #[test]
    fn a_page_cut_anywhere_is_no_page((resource, records) in any_records(), at in any::<Index>()) {
        let items: Vec<Value> = records.into_iter().map(|(item, _)| item).collect();
        let whole = envelope_of(&resource, &items);
        let cut = whole.as_bytes()[..at.index(whole.len())].to_vec();
        let result = Decoder::new(&resource, "run").decode(&page(cut));
        let refused = matches!(result, Err(DecodeError::NotAPage { .. }));
        prop_assert!(refused);
    }

    #[test]
    fn properties_come_in_any_order(
        (resource, records) in any_records(),
        places in prop::collection::vec(prop::collection::vec(any::<u32>(), 150), 5),
        spaces in "[ \n\r\t]{0,2}",
    ) {
        let items: Vec<Value> = records.into_iter().map(|(item, _)| item).collect();
        let (in_order, _) = decode(&resource, &items).unwrap();
        let shuffled: Vec<String> = items.iter().zip(&places).map(|(item, places)| {
            let mut properties: Vec<_> = item.as_object().unwrap().iter().zip(places).collect();
            properties.sort_by_key(|(_, place)| *place);
            let texts = properties.iter().map(|((name, value), _)| format!("{spaces}{}{spaces}:{spaces}{value}{spaces}", json!(name)));
            format!("{spaces}{{{}}}{spaces}", texts.collect::<Vec<_>>().join(","))
        }).collect();
        let items = format!("[{}]", shuffled.join(","));
        let body = match resource.route.as_ref().map(|route| route.style) {
            Some(Style::V3) => format!("{spaces}{{\"data\":{spaces}{items}}}{spaces}"),
            _ => format!("{spaces}{{\"items\":{spaces}{items},\"links\":{{\"next\":null}}}}{spaces}"),
        };
        let (decoded, _) = Decoder::new(&resource, "run").decode(&page(body)).unwrap();
        prop_assert_eq!(decoded.batch, in_order.batch);
        prop_assert_eq!(decoded.drift, in_order.drift);
    }

    #[test]
    fn no_bytes_make_it_panic_and_what_is_not_json_is_no_page((resource, records) in any_records(), at in any::<Index>(), byte: u8) {
        let items: Vec<Value> = records.into_iter().map(|(item, _)| item).collect();
        let mut body = envelope_of(&resource, &items).into_bytes();
        let at = at.index(body.len());
        body[at] = byte;
        let is_json = std::str::from_utf8(&body).is_ok() && serde_json::from_slice::<IgnoredAny>(&body).is_ok();
        match Decoder::new(&resource, "run").decode(&page(body)) {
            Ok(_) => prop_assert!(is_json),
            Err(error) => {
                let is_refused = matches!(error, DecodeError::NotAPage { .. });
                prop_assert!(is_json || is_refused);
            }
        }
    }
}

#[test]
fn a_value_of_the_wrong_type_is_named_but_never_shown() {
    let wrongs = [
        json!(CANARY),
        json!(1.5),
        json!(3_000_000_000_u64),
        json!(true),
        json!({ CANARY: CANARY }),
        json!([{ "a": CANARY }]),
        json!([1]),
        Value::Null,
    ];
    let mut refused = 0;
    for resource in resources() {
        for (_, column) in own_columns(&resource).into_iter().filter(|(_, c)| !c.undocumented && c.name != "id") {
            for wrong in &wrongs {
                let mut item = full_record(&resource);
                put(item.as_object_mut().unwrap(), &column.json, wrong.clone());
                let fits = match column.shape {
                    Shape::Json { .. } => true,
                    Shape::String => wrong.is_string(),
                    Shape::Boolean => wrong.is_boolean(),
                    Shape::Double => wrong.is_number(),
                    Shape::Int64 => wrong.is_i64(),
                    Shape::Id => wrong.is_string() || wrong.is_u64(),
                    _ => false,
                } || (wrong.is_null() && column.nullable);
                let items = [full_record(&resource), item];
                match decode(&resource, &items) {
                    Ok(_) => assert!(fits, "{} {}: {wrong}", resource.name, column.name),
                    Err(DecodeError::WrongValue(error)) if !fits => {
                        refused += 1;
                        assert_eq!((&error.column, &*error.record, error.page), (&column.name, "id-416", 3));
                        assert!(!error.to_string().contains(CANARY), "{error}");
                    }
                    Err(error) => panic!("{} {}: {wrong}: {error}", resource.name, column.name),
                }
            }
        }
    }
    assert!(refused > 500, "only {refused} wrong values were tried");
}

#[test]
fn a_missing_id_names_the_place_in_the_page() {
    for resource in resources() {
        let mut item = full_record(&resource);
        item.as_object_mut().unwrap().remove("id");
        let error = decode(&resource, &[full_record(&resource), item]).unwrap_err().to_string();
        assert!(error.contains("record number 2 of the page") && error.contains("`id`"), "{error}");
    }
}

#[test]
fn properties_without_a_column_are_kept_and_reported() {
    let resource = resources().into_iter().find(|r| r.name == "business-establishments").unwrap();
    let mut item = full_record(&resource);
    item["new"] = json!({"a": [1]});
    item["address"]["floor"] = json!("2");
    item["address"]["door"] = Value::Null;
    item["legalEntity"]["name"] = json!("Lucca");
    item["type"] = json!("office");
    let (decoded, _) = decode(&resource, &[item.clone(), full_record(&resource), item]).unwrap();
    let extra = decoded.batch.num_columns() - 3;
    let kept: Value = serde_json::from_str(&cell(&decoded.batch, extra, 0).unwrap()).unwrap();
    let expected = json!({"new": {"a": [1]}, "address": {"floor": "2", "door": null}, "legalEntity": {"name": "Lucca"}, "type": "office"});
    assert_eq!(kept, expected);
    assert_eq!(cell(&decoded.batch, extra, 1), None);
    let mut unknown: Vec<String> = decoded
        .drift
        .findings()
        .iter()
        .map(|f| match f {
            DriftFinding::UnknownProperty { property, json_type, records } => {
                format!("{property} {json_type} {records}")
            }
            _ => "value".into(),
        })
        .collect();
    unknown.retain(|u| u != "value");
    assert_eq!(
        unknown,
        ["address.door null 2", "address.floor string 2", "legalEntity.name string 2", "new object 2", "type string 2"]
    );
}

#[test]
fn unknown_enumeration_values_are_kept_and_reported_but_not_shown_where_personal() {
    let find = |name: &str| resources().into_iter().find(|r| r.name == name).unwrap();
    let mut employee = full_record(&find("employees"));
    employee["status"] = json!("sabbatical");
    let (decoded, _) = decode(&find("employees"), &[employee]).unwrap();
    let finding = DriftFinding::UnknownValue { column: "status".into(), value: "sabbatical".into(), records: 1 };
    assert!(decoded.drift.findings().contains(&finding));
    let mut record = full_record(&find("employee-personal-records"));
    record["legalGender"] = json!(CANARY);
    let (decoded, _) = decode(&find("employee-personal-records"), &[record]).unwrap();
    assert!(!decoded.drift.is_empty() && !format!("{:?}", decoded.drift).contains(CANARY));
}

#[test]
fn undocumented_properties_bear_another_shape() {
    let resource = resources().into_iter().find(|r| r.name == "job-positions").unwrap();
    let index = resource.columns.iter().position(|c| c.name == "redacted").unwrap();
    let mut item = full_record(&resource);
    item["redacted"] = json!([{"property": "notes"}]);
    let (decoded, _) = decode(&resource, &[full_record(&resource), item]).unwrap();
    assert_eq!(cell(&decoded.batch, index, 0).unwrap(), "[\"x\"]");
    assert_eq!(cell(&decoded.batch, index, 1), None);
    assert_eq!(
        cell(&decoded.batch, decoded.batch.num_columns() - 3, 1).unwrap(),
        r#"{"redacted":[{"property":"notes"}]}"#
    );
}

#[test]
fn values_keep_their_exact_text_beside_their_readings() {
    let resource = resources().into_iter().find(|r| r.name == "employee-attributes").unwrap();
    let reading = |wanted: Reading| resource.columns.iter().position(|c| c.shape == Shape::Reading(wanted)).unwrap();
    let value = resource.columns.iter().position(|c| c.name == "value").unwrap();
    let body = r#"{"items":[{"id":"1","definition":{"id":"d"},"employee":{"id":"e"},"value": 1.10e0 },
        {"id":"2","definition":{"id":"d"},"employee":{"id":"e"},"value":{"id":"5", "type":"department"}},
        {"id":"3","definition":{"id":"d"},"employee":{"id":"e"},"value":null},
        {"id":"4","definition":{"id":"d"},"employee":{"id":"e"}}],"links":{"next":null}}"#;
    let (decoded, _) = Decoder::new(&resource, "run").decode(&page(body)).unwrap();
    let cells = |column: usize| (0..4).map(|row| cell(&decoded.batch, column, row)).collect::<Vec<_>>();
    let texts = |cells: [Option<&str>; 4]| cells.map(|c| c.map(str::to_owned)).to_vec();
    assert_eq!(cells(value), texts([Some("1.10e0"), Some(r#"{"id":"5", "type":"department"}"#), Some("null"), None]));
    assert_eq!(cells(reading(Reading::Number)), texts([Some("1.1"), None, None, None]));
    assert_eq!(cells(reading(Reading::ReferenceId)), texts([None, Some("5"), None, None]));
    assert_eq!(cells(reading(Reading::Text)), texts([None, None, None, None]));
}

#[test]
fn html_and_other_json_are_no_pages() {
    let resource = &resources()[0];
    for (body, why) in [
        ("<!DOCTYPE html><html>", "HTML"),
        ("", "breaks"),
        ("{}", "no `items`"),
        ("[]", "another shape"),
        ("{\"items\":{}}", "another shape"),
        ("{\"items\":[]}x", "breaks"),
    ] {
        let error = Decoder::new(resource, "run").decode(&page(body)).unwrap_err();
        assert!(matches!(&error, DecodeError::NotAPage { .. }) && error.to_string().contains(why), "{body}: {error}");
    }
}
