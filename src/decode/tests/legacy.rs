//! The older APIs: their envelopes, names in any case, and types that are written in several ways.

use super::*;

/// A resource with a column of every type.
pub(super) fn things(style: Style) -> Resource {
    let style = if style == Style::V3 { "v3" } else { "v4" };
    let column = |name: &str, kind: &str, json: &str, rest: &str| {
        format!(r#"{{ name = "{name}", type = "{kind}", json = "{json}", privacy = "none", meaning = "X."{rest} }},"#)
    };
    let columns = [
        column("id", "id", "id", ", nullable = false"),
        column("manager_id", "id", "managerId", r#", aliases = ["manager.id"]"#).replace("manager.id", "chiefId"),
        column("department_id", "id", "department.id", ""),
        column("department_name", "string", "department.name", ""),
        column("type_id", "id", "type.id", ""),
        column("links", "string", "links", ""),
        column("birth_date", "local_date", "birthDate", ""),
        column("modified_at", "local_timestamp", "modifiedAt", ""),
        column("rank", "int64", "rank", ""),
        column("is_am", "boolean", "isAm", ""),
        column("extended_data", "json", "extendedData", ""),
    ];
    let text = format!(
        "resource = \"v3-things\"\npermission = \"X\"\npage_limit = 10\nzone = \"core\"\nmeaning = \"X.\"\nsource = \"X\"\n\
         columns = [\n{}\n]\n[route]\npath = \"/api/v3/things\"\nstyle = \"{style}\"\norder = \"id,asc\"\n",
        columns.join("\n")
    );
    let mut catalog = Catalog::parse(&[], &[], &[]).unwrap();
    catalog.add_legacy(&[("v3-things", &text)], &[]).unwrap();
    catalog.legacy.remove(0)
}

fn read(style: Style, body: &str) -> Result<(Decoded, PageEnd), DecodeError> {
    Decoder::new(&things(style), "run").decode(&page(body.to_owned()))
}

fn named(decoded: &Decoded, column: &str, row: usize) -> Option<String> {
    cell(&decoded.batch, decoded.batch.schema().index_of(column).unwrap(), row)
}

fn one(item: &str) -> Decoded {
    read(Style::V3, &format!(r#"{{"data":{{"items":[{item}]}}}}"#)).unwrap().0
}

#[test]
fn each_envelope_of_v3_is_read() {
    for (body, records, total_count, next) in [
        (r#"{"data":{"items":[{"id":1},{"id":2}],"count":7}}"#, 2, Some(7), Next::Unsaid),
        (r#"{"Data":{"Count":7,"Items":[{"Id":1}]},"header":{"x":[]}}"#, 1, Some(7), Next::Unsaid),
        (r#"{"data":{"items":[]}}"#, 0, None, Next::Unsaid),
        (r#"{"data":[{"id":1},{"id":2}]}"#, 2, None, Next::Unsaid),
        (r#"{"data":[],"count":0}"#, 0, Some(0), Next::Unsaid),
        (r#"{"data":{"id":1,"name":"x"}}"#, 1, None, Next::End),
        (r#"{"data":[{"id":1}],"status":200,"message":"","Message":null}"#, 1, None, Next::Unsaid),
    ] {
        assert_eq!(read(Style::V3, body).unwrap().1, PageEnd { records, next, total_count }, "{body}");
    }
}

#[test]
fn each_envelope_of_v4_is_read() {
    for (body, records, total_count, next) in [
        (r#"{"items":[{"id":1}],"count":7,"prev":null,"next":"abc="}"#, 1, Some(7), Next::Cursor("abc=".into())),
        (r#"{"items":[{"id":1}],"count":7,"prev":"x","next":null}"#, 1, Some(7), Next::End),
        (r#"{"Items":[{"id":1}],"Count":7}"#, 1, Some(7), Next::Unsaid),
        (r#"{"items":[{"id":1}]}"#, 1, None, Next::Unsaid),
        (r#"[{"id":1},{"id":2}]"#, 2, None, Next::Unsaid),
        ("[]", 0, None, Next::Unsaid),
    ] {
        assert_eq!(read(Style::V4, body).unwrap().1, PageEnd { records, next, total_count }, "{body}");
    }
}

#[test]
fn what_is_no_page_is_told_from_one() {
    for (style, body, why) in [
        (Style::V3, r#"{"Status":404,"Message":"Resource Department with ID 4242 not found"}"#, "body of an error"),
        (Style::V3, r#"{"status":400,"title":"x"}"#, "body of an error"),
        (Style::V3, r#"{"data":{"items":[{"id":1}]},"message":"half of it"}"#, "body of an error"),
        (Style::V4, r#"{"title":"x","status":500,"items":[]}"#, "body of an error"),
        (Style::V4, r#"{"items":[{"id":1}],"status":"500"}"#, "body of an error"),
        (Style::V3, r#"{"items":[]}"#, "it has no `data`"),
        (Style::V3, r#"{"data":null}"#, "another shape"),
        (Style::V3, r#"{"data":"x"}"#, "another shape"),
        (Style::V3, r#"{"data":[],"Data":[]}"#, "another shape"),
        (Style::V3, r#"{"data":{"items":{}}}"#, "another shape"),
        (Style::V3, r#"{"data":{"items":[],"Items":[]}}"#, "another shape"),
        (Style::V3, "[]", "another shape"),
        (Style::V4, r#"{"data":[]}"#, "it has no `items`"),
        (Style::V4, "{}", "it has no `items`"),
        (Style::V4, "null", "another shape"),
        (Style::V4, r#"{"items":[{"id":1}"#, "its JSON breaks"),
        (Style::V3, "<html>", "it looks like HTML"),
    ] {
        let error = read(style, body).unwrap_err();
        assert!(matches!(error, DecodeError::NotAPage { .. }) && error.to_string().contains(why), "{body}: {error}");
        assert!(!error.to_string().contains("4242"));
    }
}

#[test]
fn names_are_read_in_any_case_and_twice_is_no_error() {
    let one_of = |item: &str, column: &str| {
        let decoded = one(item);
        (named(&decoded, column, 0), named(&decoded, "_extra", 0), decoded.drift.findings())
    };
    let value = |text: &str| (Some(text.to_owned()), None, Vec::new());
    for (item, column, expected) in [
        (r#"{"ID":7}"#, "id", "7"),
        (r#"{"id":7,"isAM":true}"#, "is_am", "true"),
        (r#"{"id":7,"Department":{"ID":13}}"#, "department_id", "13"),
        (r#"{"id":7,"MANAGERID":77}"#, "manager_id", "77"),
        (r#"{"id":7,"chiefID":77}"#, "manager_id", "77"),
        (r#"{"id":7,"managerId":null,"managerID":77}"#, "manager_id", "77"),
        (r#"{"id":7,"managerID":77,"managerId":null}"#, "manager_id", "77"),
        (r#"{"id":7,"managerID":77,"managerId":77}"#, "manager_id", "77"),
        (r#"{"id":7,"birthdate":null,"birthDate":"1970-01-03T00:00:00"}"#, "birth_date", "2"),
        (r#"{"id":7,"rank":5,"Rank":5,"RANK":null}"#, "rank", "5"),
        (r#"{"id":7,"department":{"id":13},"Department":{"name":"Data","id":null}}"#, "department_name", "Data"),
        (r#"{"id":7,"type":{"id":3}}"#, "type_id", "3"),
        (r#"{"id":7,"links":"of data here"}"#, "links", "of data here"),
    ] {
        assert_eq!(one_of(item, column), value(expected), "{item}");
    }
    let (kept, extra, found) = one_of(r#"{"id":7,"rank":null,"Rank":5,"RANK":6}"#, "rank");
    assert_eq!((kept.as_deref(), extra.as_deref()), (Some("5"), Some(r#"{"RANK":6}"#)));
    assert_eq!(found, [DriftFinding::Disagreement { column: "rank".into(), property: "RANK".into(), records: 1 }]);
    let (kept, extra, _) = one_of(r#"{"id":7,"managerId":5,"managerID":6}"#, "manager_id");
    assert_eq!((kept.as_deref(), extra.as_deref()), (Some("5"), Some(r#"{"managerID":6}"#)));
}

#[test]
fn each_type_takes_what_it_is_written_as_and_nothing_else() {
    for (property, right, wrong) in [
        (
            "managerId",
            &[("77", "77"), ("\"077\"", "077"), ("-1", "-1"), ("18446744073709551617", "18446744073709551617")][..],
            &["\"\"", "true", "7.5", "1e3", "{}", "[7]"][..],
        ),
        (
            "birthDate",
            &[("\"1970-01-03\"", "2"), ("\"1970-01-03T00:00:00\"", "2"), ("\"1970-01-03T00:00:00+01:00\"", "2")],
            &["\"1970-01-03T08:00:00\"", "\"03/01/1970\"", "\"\"", "2", "true"],
        ),
        (
            "modifiedAt",
            &[("\"1970-01-01T00:00:01.5\"", "1500000"), ("\"1970-01-01T02:00:00+02:00\"", "0")],
            &["\"1970-01-01\"", "\"\"", "0"],
        ),
        (
            "rank",
            &[("9223372036854775807", "9223372036854775807"), ("-5", "-5")],
            &["9223372036854775808", "1.5", "\"1\""],
        ),
    ] {
        let column = match property {
            "managerId" => "manager_id",
            "birthDate" => "birth_date",
            "modifiedAt" => "modified_at",
            other => other,
        };
        for (sent, kept) in right {
            let decoded = one(&format!(r#"{{"id":7,"{property}":{sent}}}"#));
            assert_eq!(named(&decoded, column, 0).as_deref(), Some(*kept), "{property}: {sent}");
        }
        for sent in wrong {
            let body = format!(r#"{{"data":{{"items":[{{"id":6}},{{"ID":7,"{property}":{sent}}}]}}}}"#);
            let Err(DecodeError::WrongValue(error)) = read(Style::V3, &body) else { panic!("{property}: {sent}") };
            assert_eq!((&*error.resource, &*error.record, &*error.column), ("v3-things", "7", column), "{sent}");
        }
    }
}

#[test]
fn halves_of_characters_are_found_in_every_envelope() {
    for (style, body) in [
        (Style::V3, r#"{"data":{"items":[{"id":1,"Department":{"Name":"Zo\ud800e"}}]}}"#),
        (Style::V3, r#"{"data":[{"id":1,"department":{"name":"Zo\ud800e"}}]}"#),
        (Style::V3, r#"{"data":{"id":1,"department":{"name":"Zo\ud800e"}}}"#),
        (Style::V4, r#"{"items":[{"id":1,"department":{"name":"Zo\ud800e"}}]}"#),
        (Style::V4, r#"[{"id":1,"department":{"name":"Zo\ud800e"}}]"#),
    ] {
        let (decoded, _) = read(style, body).unwrap();
        assert_eq!(named(&decoded, "department_name", 0).as_deref(), Some("Zo\u{fffd}e"), "{body}");
        let finding = DriftFinding::LoneSurrogates { column: "department_name".into(), records: 1 };
        assert_eq!(decoded.drift.findings(), [finding], "{body}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_case_of_names_changes_nothing(
        records in prop::collection::vec(record(&things(Style::V4)), 0..5),
        upper in prop::collection::vec(any::<bool>(), 64),
    ) {
        let items: Vec<Value> = records.into_iter().map(|(item, _)| item).collect();
        let (expected, _) = decode(&things(Style::V4), &items).unwrap();
        let mut upper = upper.iter().cycle();
        let turned: Vec<Value> = items.iter().map(|item| turned(item, &mut |letter| match upper.next() {
            Some(true) => letter.to_ascii_uppercase(),
            _ => letter.to_ascii_lowercase(),
        })).collect();
        let (decoded, _) = decode(&things(Style::V4), &turned).unwrap();
        prop_assert_eq!(decoded.batch, expected.batch);
        prop_assert!(decoded.drift.is_empty());
    }
}

/// The same record, with the letters of its own names turned; those inside values of any JSON stay.
fn turned(item: &Value, turn: &mut impl FnMut(char) -> char) -> Value {
    let mut turn_name = |name: &String| name.chars().map(&mut *turn).collect::<String>();
    let Value::Object(item) = item else { return item.clone() };
    let properties = item.iter().map(|(name, value)| {
        let value = match value {
            Value::Object(inside) if name != "extendedData" => {
                inside.iter().map(|(name, value)| (turn_name(name), value.clone())).collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        };
        (turn_name(name), value)
    });
    properties.collect::<Map<_, _>>().into()
}

#[test]
fn properties_that_tenants_name_are_kept_and_no_news() {
    let mut resource = things(Style::V3);
    resource.tenant_properties = vec!["useraxisvalues_*".into()];
    let body = r#"{"data":{"items":[{"id":1,"userAxisValues_2":{"id":35},"UserAxisValues_11":null,"userAxis":1,"type":{"userAxisValues_3":1}}]}}"#;
    let (decoded, _) = Decoder::new(&resource, "run").decode(&page(body.to_owned())).unwrap();
    let extra = named(&decoded, "_extra", 0).unwrap();
    assert!(extra.contains(r#""userAxisValues_2":{"id":35}"#) && extra.contains("UserAxisValues_11"), "{extra}");
    let unknown: Vec<String> = decoded.drift.findings().iter().map(|finding| format!("{finding:?}")).collect();
    assert_eq!(unknown.len(), 2, "{unknown:?}");
    assert!(unknown[0].contains("type.userAxisValues_3") && unknown[1].contains("\"userAxis\""), "{unknown:?}");
}
