use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use arrow::util::pretty::pretty_format_batches;
use serde_json::json;

use super::{
    names::{snake, unique},
    *,
};
use crate::catalog::{Catalog, LakeType, Table};

fn personal() -> Table {
    let wide = Catalog::embedded().unwrap().wide;
    wide.into_iter().find(|wide| wide.long == "personal_attributes").unwrap().table
}

fn kind(id: &str, schema: serde_json::Value) -> Kind {
    Kind::of(id, &schema)
}

#[test]
fn types_come_from_the_schema() {
    let base = |name: &str| {
        kind("e_x", json!({"$id": format!("/lucca-api/schemas/{name}"), "title": name, "type": ["object", "null"]}))
    };
    for (name, expected) in [
        ("short-text", Kind::Text),
        ("long-text", Kind::Text),
        ("phone-number", Kind::Text),
        ("email", Kind::Text),
        ("url", Kind::Text),
        ("boolean", Kind::Boolean),
        ("int32", Kind::Int32),
        ("decimal", Kind::Double),
        ("legacy-date", Kind::Date),
        ("file-reference", Kind::Reference(Some("file".into()))),
        ("employee-reference", Kind::Reference(Some("employee".into()))),
        ("taxonomy-label-reference", Kind::Reference(Some("taxonomy-label".into()))),
    ] {
        assert_eq!(base(name), expected, "{name}");
    }
    let reference = json!({"type": ["object", "null"], "properties": {"id": {"type": "string"}, "type": {"type": "string"}, "url": {}}});
    assert_eq!(kind("jobPosition.department", reference.clone()), Kind::Reference(Some("department".into())));
    assert_eq!(kind("x.y", reference), Kind::Reference(None));
    let date = json!({"type": ["object", "null"], "properties": {"date": {"type": "string", "format": "date"}}});
    assert_eq!(kind("employment.start", date), Kind::Date);
    assert_eq!(kind("x", json!({"type": ["null", "integer"]})), Kind::Int64);
    assert_eq!(kind("x", json!({"type": "string", "format": "date"})), Kind::Date);
    assert_eq!(kind("x", json!({"type": "array", "items": {"type": "string"}})), Kind::Texts);
    let composite = json!({"type": "object", "properties": {"a": {"$ref": "/lucca-api/schemas/int32"}, "b": {"type": "object", "properties": {"c": {}}}}});
    assert_eq!(kind("e_x", composite), Kind::Object(vec![("a".into(), Kind::Int32), ("b".into(), Kind::Json)]));
    for other in [json!({}), json!(true), json!(null), json!({"type": ["string", "number"]}), json!({"type": "object"})]
    {
        assert_eq!(kind("x", other.clone()), Kind::Json, "{other}");
    }
    let or_null = json!({"anyOf": [{"$ref": "/lucca-api/schemas/decimal"}, {"type": "null"}]});
    assert_eq!(kind("e_x", or_null), Kind::Double);
    assert_eq!(kind("employment.start", json!({"type": ["object", "null"]})), Kind::Date);
    assert_eq!(kind("jobPosition.manager", json!({})), Kind::Reference(Some("employee".into())));
    assert!(matches!(kind("employee.birthDay", json!({"type": ["object", "null"]})), Kind::Object(_)));
}

#[test]
fn names_are_snake_case_and_never_meet() {
    for (name, expected) in [
        ("jobPosition.startsOn", "job_position_starts_on"),
        ("e_tShirtSize", "e_t_shirt_size"),
        ("personal.nationalitiesCountryCodes", "personal_nationalities_country_codes"),
        ("e_RIBNumber", "e_rib_number"),
        ("user.manager2Id", "user_manager2_id"),
        ("e__x--y", "e_x_y"),
        ("12", "n12"),
        ("é", "unnamed"),
    ] {
        assert_eq!(snake(name), expected);
    }
    let mut taken = std::collections::HashSet::new();
    assert_eq!(["a", "a", "a_2", "a"].map(|n| unique(n.into(), &mut taken)), ["a", "a_2", "a_2_2", "a_3"]);
}

fn definition(id: &str, schema: &str, multiple: Option<Sorting>) -> Definition {
    let schema = match schema.starts_with('{') {
        true => schema.to_owned(),
        false => format!(r#"{{"$id":"/lucca-api/schemas/{schema}"}}"#),
    };
    Definition { id: id.into(), name: id.into(), schema, multiple, ..Definition::default() }
}

fn sorted(descending: bool, property: Option<&str>) -> Option<Sorting> {
    Some(Sorting { descending, property: property.map(str::to_owned) })
}

fn attribute(definition: &str, id: u32, window: (Option<i32>, Option<i32>), value: &str) -> Attribute<'static> {
    let (starts, ends) = window;
    Attribute {
        definition: definition.to_owned().into(),
        id: id.to_string().into(),
        starts,
        ends,
        value: Some(value.to_owned().into()),
    }
}

const ALWAYS: (Option<i32>, Option<i32>) = (None, None);
const CHILDREN: &str =
    r#"{"type":"object","properties":{"born":{"$ref":"x/legacy-date"},"name":{"$ref":"x/short-text"}}}"#;

/// The row of one employee on day 100, as column → text.
fn row(
    definitions: &[Definition],
    whole_history: bool,
    attributes: &[Attribute<'_>],
) -> (BTreeMap<String, String>, BTreeMap<String, Unforeseen>) {
    let plan = WidePlan::new(&personal(), definitions, &BTreeMap::new(), |_| true);
    let labels = HashMap::from([("7".to_owned(), "XL".to_owned()), ("8".to_owned(), "A".to_owned())]);
    let names = Names::from([("taxonomy-label".to_owned(), labels)]);
    let mut pivot = Pivot::new(Arc::new(plan.clone()), names, 100, whole_history);
    pivot.employee("416", attributes);
    let table = plan.table(|_| crate::catalog::Privacy::None);
    let batch = pivot.take(&table).unwrap();
    assert_eq!(batch.num_rows(), 1);
    let text = |column: usize| {
        let text = pretty_format_batches(&[batch.project(&[column]).unwrap()]).unwrap().to_string();
        text.lines().nth(3).unwrap().trim_matches(['|', ' ']).to_owned()
    };
    let columns = batch.schema().fields().iter().map(|f| f.name().clone()).collect::<Vec<_>>();
    let cells = columns.into_iter().enumerate().map(|(i, name)| (name, text(i))).filter(|(_, text)| !text.is_empty());
    (cells.collect(), pivot.unforeseen().clone())
}

fn cells(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    [("employee_id", "416")].iter().chain(pairs).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

#[test]
fn the_value_of_the_day_is_the_one_that_applies() {
    let definitions = [definition("e_grade", "short-text", None)];
    let past = attribute("e_grade", 1, (Some(0), Some(99)), "\"past\"");
    let now = attribute("e_grade", 2, (Some(100), Some(100)), "\"now\"");
    let future = attribute("e_grade", 3, (Some(101), None), "\"future\"");
    let (found, _) = row(&definitions, true, &[past.clone(), now, future.clone()]);
    assert_eq!(found, cells(&[("e_grade", "now")]));
    assert_eq!(row(&definitions, true, &[past.clone(), future]).0, cells(&[]));
    // What the API chose for the day is taken at its word.
    assert_eq!(row(&definitions, false, &[past]).0, cells(&[("e_grade", "past")]));
    let two =
        [attribute("e_grade", 9, (Some(1), None), "\"older\""), attribute("e_grade", 10, (Some(2), None), "\"newer\"")];
    let (found, unforeseen) = row(&definitions, true, &two);
    assert_eq!((found, unforeseen["e_grade"].several), (cells(&[("e_grade", "newer")]), 1));
}

#[test]
fn every_base_schema_has_its_cells() {
    let definitions = [
        definition("e_bool", "boolean", None),
        definition("e_int", "int32", None),
        definition("e_num", "decimal", None),
        definition("e_day", "legacy-date", None),
        definition("e_size", "taxonomy-label-reference", None),
        definition("e_mentor", "employee-reference", None),
        definition("e_home", CHILDREN, None),
        definition("e_none", "short-text", None),
    ];
    let attributes = [
        attribute("e_bool", 1, ALWAYS, "true"),
        attribute("e_int", 2, ALWAYS, "-5"),
        attribute("e_num", 3, ALWAYS, "1.25"),
        attribute("e_day", 4, ALWAYS, "\"2024-02-29T00:00:00\""),
        attribute("e_size", 5, ALWAYS, r#"{"id":"7","type":"taxonomy-label-reference","url":"x"}"#),
        attribute("e_mentor", 6, ALWAYS, r#"{"id":"12","type":"employee"}"#),
        attribute("e_home", 7, ALWAYS, r#"{"name":"true","born":"1999-01-01"}"#),
        attribute("e_none", 8, ALWAYS, "null"),
    ];
    let expected = cells(&[
        ("e_bool", "true"),
        ("e_int", "-5"),
        ("e_num", "1.25"),
        ("e_day", "2024-02-29"),
        ("e_size", "XL"),
        ("e_size_id", "7"),
        ("e_mentor_id", "12"),
        ("e_home_born", "1999-01-01"),
        ("e_home_name", "true"),
    ]);
    assert_eq!(row(&definitions, true, &attributes), (expected, BTreeMap::new()));
}

#[test]
fn several_values_are_a_list_in_the_declared_order() {
    let definitions = [
        definition("e_children", CHILDREN, sorted(true, Some("born"))),
        definition("e_numbers", "int32", sorted(false, None)),
        definition("e_sizes", "taxonomy-label-reference", sorted(false, None)),
    ];
    let child = |id, born: &str| attribute("e_children", id, ALWAYS, &format!(r#"{{"name":"x","born":"{born}"}}"#));
    let attributes = [
        child(1, "2001-01-01"),
        child(2, "2003-01-01"),
        attribute("e_numbers", 3, ALWAYS, "[10, 9]"),
        attribute("e_numbers", 4, ALWAYS, "-1"),
        attribute("e_sizes", 5, ALWAYS, r#"{"id":"7","type":"taxonomy-label"}"#),
        attribute("e_sizes", 6, ALWAYS, r#"{"id":"8","type":"taxonomy-label"}"#),
    ];
    let (found, unforeseen) = row(&definitions, true, &attributes);
    let children = r#"[{"name":"x","born":"2003-01-01"}, {"name":"x","born":"2001-01-01"}]"#;
    let expected = cells(&[
        ("e_children", children),
        ("e_numbers", "[-1, 9, 10]"),
        ("e_sizes", "[A, XL]"),
        ("e_sizes_ids", "[8, 7]"),
    ]);
    assert_eq!((found, unforeseen), (expected, BTreeMap::new()));
}

#[test]
fn values_of_another_shape_are_kept_and_counted() {
    let definitions = [definition("e_int", "int32", None), definition("e_home", CHILDREN, None)];
    for value in ["\"5\"", "5.5", "2147483648", "[5]", "{}", "true"] {
        let (found, unforeseen) = row(&definitions, true, &[attribute("e_int", 1, ALWAYS, value)]);
        assert_eq!(found, cells(&[("_unforeseen", &format!(r#"{{"e_int":[{value}]}}"#))]));
        assert_eq!(unforeseen["e_int"].other_shape, 1);
    }
    let more = r#"{"name":"x","pets":3}"#;
    let (found, _) =
        row(&definitions, true, &[attribute("e_home", 1, ALWAYS, more), attribute("e_new", 2, ALWAYS, "1")]);
    assert_eq!(found, cells(&[("_unforeseen", &format!(r#"{{"e_home":[{more}],"e_new":[1]}}"#))]));
}

#[test]
fn a_changed_type_gets_a_column_of_its_own() {
    let text = WidePlan::new(
        &personal(),
        &[definition("e_x", "short-text", None), definition("e_X", "boolean", None)],
        &BTreeMap::new(),
        |_| true,
    );
    let names = |plan: &WidePlan| plan.types().into_iter().collect::<Vec<_>>();
    assert!(names(&text).contains(&("e_x_2".into(), LakeType::String)), "{:?}", names(&text));
    let before =
        WidePlan::new(&personal(), &[definition("e_x", "short-text", None)], &BTreeMap::new(), |_| true).types();
    let after = WidePlan::new(&personal(), &[definition("e_x", "int32", None)], &before, |_| true).types();
    assert_eq!(after.get("e_x_int32"), Some(&LakeType::Int32));
    assert!(!after.contains_key("e_x"));
    let both = [definition("e_x", "boolean", None), definition("e_X", "int32", None)];
    let one = WidePlan::new(&personal(), &both, &BTreeMap::new(), |id| id == "e_x").types();
    assert_eq!((one.get("e_x_2"), one.get("e_x")), (Some(&LakeType::Boolean), None), "a name means the same");
    let again = WidePlan::new(&personal(), &[definition("e_x", "short-text", None)], &before, |_| true).types();
    assert_eq!(again.get("e_x"), Some(&LakeType::String));
}

/// The names that references show and those of the derived tables are one.
#[test]
fn people_are_called_as_in_the_derived_tables() {
    let derived = Catalog::embedded().unwrap().derived;
    let names = derived.iter().find(|query| query.table.name == "employee_names").unwrap();
    let (.., expression) = super::REFERENCE_NAMES.iter().find(|(of, ..)| *of == "employee").unwrap();
    assert!(names.sql.contains(&format!("{expression} AS full_name")), "{}", names.sql);
}

#[test]
fn lists_of_labels_are_lists_of_names_and_enumerations_have_their_labels() {
    let labels = r#"{"type":["array","null"],"items":{"$ref":"/lucca-api/schemas/taxonomy-label-reference"}}"#;
    let titled = r#"{"oneOf":[{"const":"m","title":"Male"},{"const":"x"},{"type":"null"}]}"#;
    let child = r#"{"type":"object","properties":{"name":{"$ref":"x/short-text"},"school":{"$ref":"x/taxonomy-label-reference"}}}"#;
    let definitions = [
        definition("e_sizes", labels, None),
        definition("e_gender", titled, None),
        definition("e_genders", titled, sorted(false, None)),
        definition("e_children", child, sorted(false, Some("name"))),
    ];
    let both = r#"[{"id":"8","type":"taxonomy-label"},{"id":"7"},{"id":"6"}]"#;
    let attributes = [
        attribute("e_sizes", 1, ALWAYS, both),
        attribute("e_gender", 2, ALWAYS, "\"m\""),
        attribute("e_genders", 3, ALWAYS, "\"x\""),
        attribute("e_genders", 4, ALWAYS, "\"m\""),
        attribute("e_children", 5, ALWAYS, r#"{"name":"B","school":{"id":"7"}}"#),
        attribute("e_children", 6, ALWAYS, r#"{"name":"A"}"#),
    ];
    let expected = cells(&[
        ("e_sizes", "[A, XL, ]"),
        ("e_sizes_ids", "[8, 7, 6]"),
        ("e_gender", "m"),
        ("e_gender_label", "Male"),
        ("e_genders", "[m, x]"),
        ("e_genders_labels", "[Male, ]"),
        ("e_children", r#"[{"name":"A"}, {"name":"B","school":{"id":"7"}}]"#),
        ("e_children_school", "[, XL]"),
    ]);
    assert_eq!(row(&definitions, true, &attributes), (expected, BTreeMap::new()));
    for other in [r#"[{"name":1}]"#, "3", r#"{"id":7}"#] {
        let (found, unforeseen) = row(&definitions, true, &[attribute("e_sizes", 1, ALWAYS, other)]);
        assert_eq!(found, cells(&[("_unforeseen", &format!(r#"{{"e_sizes":[{other}]}}"#))]));
        assert_eq!(unforeseen["e_sizes"].other_shape, 1);
    }
}
