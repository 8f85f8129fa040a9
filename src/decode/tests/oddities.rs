//! What real pages hold and parsers stumble over: half characters, numbers beyond doubles, days beyond calendars, properties
//! by two names. Each with the right value.

use super::*;

fn resource(name: &str) -> Resource {
    resources().into_iter().find(|r| r.name == name).unwrap()
}

/// What a page of `items`, given as text, becomes.
fn read(name: &str, items: &str) -> Result<Decoded, DecodeError> {
    let body = format!(r#"{{"totalCount":1,"items":[{items}],"links":{{"next":null}}}}"#);
    Decoder::new(&resource(name), "run").decode(&page(body)).map(|(decoded, _)| decoded)
}

/// A cell by the name of its column.
fn named(decoded: &Decoded, column: &str, row: usize) -> Option<String> {
    cell(&decoded.batch, decoded.batch.schema().index_of(column).unwrap(), row)
}

/// An attribute with that value, read.
fn attribute(value: &str) -> Decoded {
    let item = format!(r#"{{"id":"1","definition":{{"id":"d"}},"employee":{{"id":"e"}},"value":{value}}}"#);
    read("employee-attributes", &item).unwrap()
}

fn halves(column: &str, records: u64) -> DriftFinding {
    DriftFinding::LoneSurrogates { column: column.into(), records }
}

#[test]
fn half_characters_become_u_fffd_and_are_counted() {
    // A page of `employees` as a JavaScript client writes it when it cuts a name inside an emoji.
    let page = r#"{"id":"416","type":"employee","givenName":"Zo\ud800e","familyName":"Exemple \ud83d\ude00","status":"active",
        "email":"\\ud800","birthDay":null},{"id":"4\udC00","givenName":"Zo\uDFFF","familyName":"Zo\ufffd"}"#;
    let decoded = read("employees", page).unwrap();
    assert_eq!(named(&decoded, "given_name", 0).unwrap(), "Zo\u{fffd}e");
    assert_eq!(named(&decoded, "family_name", 0).unwrap(), "Exemple 😀");
    assert_eq!(named(&decoded, "email", 0).unwrap(), r"\ud800");
    assert_eq!(named(&decoded, "id", 1).unwrap(), "4\u{fffd}");
    assert_eq!(decoded.drift.findings(), [halves("given_name", 2), halves("id", 1)]);
    assert_eq!(Drift::of(decoded.drift.findings()), decoded.drift);
    assert!(read("employees", r#"{"id":"1","givenName":"\ud83d\ude00"}"#).unwrap().drift.is_empty());
}

#[test]
fn half_characters_are_borne_wherever_a_text_may_be() {
    let body = r#"{"items":[{"id":"1","definition":{"id":"d\ud800"},"employee":{"id":"e","na\ud801me":"x"},
        "applicability":{"start":null,"\ud802":"\ud803"},"links":{"\ud800":1},"value":["é","\ud83d"]}],
        "embedded":{"taxonomy-label":{"1":{"name":"X\udbffL"}}},"links":{"next":{"href":"https://a/b?\ud800"}}}"#;
    let (decoded, end) = Decoder::new(&resource("employee-attributes"), "run").decode(&page(body)).unwrap();
    assert_eq!(named(&decoded, "definition_id", 0).unwrap(), "d\u{fffd}");
    assert_eq!(named(&decoded, "value", 0).unwrap(), r#"["é","\ud83d"]"#, "the exact text");
    let extra: Value = serde_json::from_str(&named(&decoded, EXTRA_NAME, 0).unwrap()).unwrap();
    assert_eq!(extra, json!({"employee": {"na\u{fffd}me": "x"}, "applicability": {"\u{fffd}": "\u{fffd}"}}));
    assert_eq!(end.next, Next::Link("https://a/b?\u{fffd}".into()));
    assert_eq!(decoded.labels.0["1"].name.as_deref(), Some("X\u{fffd}L"));
    let found: Vec<DriftFinding> =
        decoded.drift.findings().into_iter().filter(|f| matches!(f, DriftFinding::LoneSurrogates { .. })).collect();
    let columns = ["_extra", "definition_id", "embedded", "employee_id", "value"];
    assert_eq!(found, columns.map(|column| halves(column, 1)));
}

const EXTRA_NAME: &str = crate::catalog::EXTRA;

#[test]
fn a_value_with_half_characters_keeps_its_text_and_is_read_with_u_fffd() {
    let decoded = attribute(r#" "a\ud800\u0000" "#);
    assert_eq!(named(&decoded, "value", 0).unwrap(), r#""a\ud800\u0000""#);
    assert_eq!(named(&decoded, "value_text", 0).unwrap(), "a\u{fffd}\0");
    let decoded = attribute(r#"{"id":"\udfff","type":"department"}"#);
    assert_eq!(named(&decoded, "value_reference_id", 0).unwrap(), "\u{fffd}");
}

#[test]
fn numbers_keep_every_digit_and_are_read_as_doubles_where_one_is_near() {
    for (exact, number) in [
        ("1e400", None),
        ("-1E+400", None),
        ("12345678901234567890", Some("1.2345678901234567e19")),
        ("99999999999999999999", Some("1e20")),
        ("1.2345678901234567890123456", Some("1.2345678901234567")),
        ("1234567890123456789012345.0", Some("1.2345678901234568e24")),
        ("0.1000000000000000000000000", Some("0.1")),
        ("-0", Some("-0.0")),
        ("1e-400", Some("0.0")),
    ] {
        let decoded = attribute(exact);
        assert_eq!(named(&decoded, "value", 0).as_deref(), Some(exact));
        assert_eq!(named(&decoded, "value_number", 0).as_deref(), number, "{exact}");
        assert_eq!(named(&decoded, "value_text", 0), None);
    }
}

#[test]
fn a_number_that_nothing_holds_is_a_wrong_value_and_no_broken_page() {
    for (name, item, property) in [
        ("employees", r#"{"id":"7","givenName":1e400}"#, "givenName"),
        ("employees", r#"{"id":"7","birthDay":{"day":1e400}}"#, "birthDay.day"),
        ("employees", r#"{"id":"7","birthDay":-1e999}"#, "birthDay.day"),
        ("employee-attribute-definitions", r#"{"id":"7","ofResourceType":1e400}"#, "targetType"),
    ] {
        let error = read(name, item).unwrap_err();
        let DecodeError::WrongValue(wrong) = error else { panic!("{item}: {error}") };
        assert_eq!((wrong.record.as_str(), wrong.property.as_str()), ("7", property), "{item}");
    }
    for broken in [r#"{"id":"7","givenName":1e400"#, r#"{"id":"7","givenName":1e}"#] {
        assert!(matches!(read("employees", broken), Err(DecodeError::NotAPage { .. })), "{broken}");
    }
}

#[test]
fn names_may_be_written_with_escapes() {
    let decoded = attribute(r#"{"i\u0064":"5","\u0074ype":"department","\/":1}"#);
    assert_eq!(named(&decoded, "value_reference_id", 0), None);
    let decoded = attribute(r#"{"i\u0064":"5","\u0074ype":"department"}"#);
    assert_eq!(named(&decoded, "value_reference_id", 0).as_deref(), Some("5"));
    let item = r#"{"i\u0064":"7","employee":{"\u0069d":"e","ur\u006c":"x"},"\u0073tart":{"d\u0061te":"1970-01-02"},"n\u0065w":1}"#;
    let decoded = read("employments", item).unwrap();
    let cells = ["id", "employee_id", "start_date", EXTRA_NAME].map(|column| named(&decoded, column, 0));
    assert_eq!(cells, ["7", "e", "1", r#"{"new":1}"#].map(|cell| Some(cell.to_owned())));
}

#[test]
fn half_a_page_is_no_page_whatever_is_wrong_in_its_records() {
    let wrong = r#"{"id":"7","givenName":[true]}"#;
    assert!(matches!(read("employees", wrong), Err(DecodeError::WrongValue(_))));
    assert!(matches!(read("employees", &format!("{wrong},{{")), Err(DecodeError::NotAPage { .. })));
}

#[test]
fn nul_and_megabytes_are_texts_like_others() {
    let long = format!("{}\u{0}é", "x".repeat(3 << 20));
    let item = json!({"id": "1", "givenName": long, "familyName": "\0"}).to_string();
    let decoded = read("employees", &item).unwrap();
    assert!(named(&decoded, "given_name", 0).unwrap() == long, "the text changed");
    assert_eq!(named(&decoded, "family_name", 0).unwrap(), "\0");
    let decoded = attribute(&Value::from(long.as_str()).to_string());
    assert!(named(&decoded, "value_text", 0).unwrap() == long, "the text changed");
    assert!(decoded.drift.is_empty());
}

#[test]
fn days_far_away_are_days() {
    for (text, days) in [("9999-12-31", 2_932_896), ("3018-03-07", 382_839), ("0001-01-01", -719_162)] {
        let item =
            format!(r#"{{"id":"1","employee":{{"id":"e"}},"start":{{"date":"{text}"}},"end":{{"date":"{text}"}}}}"#);
        let decoded = read("employments", &item).unwrap();
        assert_eq!(named(&decoded, "start_date", 0).unwrap(), days.to_string(), "{text}");
        assert_eq!(named(&decoded, "end_date", 0).unwrap(), days.to_string(), "{text}");
        assert_eq!(named(&attribute(&format!("{text:?}")), "value_date", 0).unwrap(), days.to_string());
    }
}

/// `target_type`, `_extra` and the disagreements of one definition with these properties.
fn definition(properties: &str) -> (Option<String>, Option<String>, Vec<DriftFinding>) {
    let decoded = read("employee-attribute-definitions", &format!(r#"{{"id":"d"{properties}}}"#)).unwrap();
    (named(&decoded, "target_type", 0), named(&decoded, EXTRA_NAME, 0), decoded.drift.findings())
}

#[test]
fn a_property_by_two_names_is_one_column() {
    let text = |text: &str| Some(text.to_owned());
    for (properties, value) in [
        ("", None),
        (r#","targetType":"employee""#, text("employee")),
        (r#","ofResourceType":"employment""#, text("employment")),
        (r#","targetType":"employee","ofResourceType":"employee""#, text("employee")),
        (r#","ofResourceType":"\u0065mployee","targetType":"employee""#, text("employee")),
        (r#","targetType":null,"ofResourceType":"employee""#, text("employee")),
        (r#","ofResourceType":null,"targetType":"employee""#, text("employee")),
        (r#","ofResourceType":null,"targetType":null"#, None),
    ] {
        assert_eq!(definition(properties), (value, None, Vec::new()), "{properties}");
    }
}

#[test]
fn names_that_disagree_are_reported_and_the_first_one_counts() {
    let disagreement =
        DriftFinding::Disagreement { column: "target_type".into(), property: "ofResourceType".into(), records: 1 };
    for properties in [
        r#","targetType":"employee","ofResourceType":"employment""#,
        r#","ofResourceType":"employment","targetType":"employee""#,
    ] {
        let (value, extra, found) = definition(properties);
        assert_eq!(value.as_deref(), Some("employee"), "{properties}");
        assert_eq!(extra.as_deref(), Some(r#"{"ofResourceType":"employment"}"#));
        assert_eq!(Drift::of(found.clone()).findings(), found);
        assert_eq!(found, std::slice::from_ref(&disagreement));
    }
    let (value, extra, _) = definition(r#","ofResourceType":"employee","ofResourceType":"employment""#);
    assert_eq!((value.as_deref(), extra.as_deref()), (Some("employee"), Some(r#"{"ofResourceType":"employment"}"#)));
    let position = r#"{"id":"1","employment":{"id":"2"},"employee":{"id":"3"},"startsOn":"2026-01-01",
        "changedAttributes":["jobTitle"]}"#;
    let decoded = read("job-positions", position).unwrap();
    assert_eq!(named(&decoded, "updated_attributes", 0).unwrap(), r#"["jobTitle"]"#);
    let wrong = read("job-positions", r#"{"id":"1","changedAttributes":"jobTitle"}"#).unwrap_err();
    assert!(wrong.to_string().contains("updated_attributes"), "{wrong}");
}
