use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::engine::{
    query,
    testing::{deep, empty_session},
};

/// Each value of a statement of one row, as text.
async fn row(sql: &str) -> Vec<String> {
    let session = empty_session();
    give(session.context());
    let batches = query::run(&session, sql, None).await.unwrap().collect().await.unwrap();
    let formatted = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
    let values = formatted.lines().nth(3).unwrap_or_default();
    values.trim_matches('|').split('|').map(|value| value.trim().to_owned()).collect()
}

#[test]
fn members_items_and_texts_are_taken_out_of_json() {
    deep(|| async {
        for (sql, expected) in [
            (
                r#"SELECT json_entries('{"e_a": {"value": 84}, "e_b": null}')"#,
                r#"[{key: e_a, value: {"value": 84}}, {key: e_b, value: null}]"#,
            ),
            ("SELECT json_entries('[1]')", "[]"),
            ("SELECT json_entries(CAST(NULL AS TEXT))", "[]"),
            (r#"SELECT json_items('[{"id": 1}, 2, null]')"#, r#"[{"id": 1}, 2, null]"#),
            (r#"SELECT json_items(' {"id": 1} ')"#, r#"[{"id": 1}]"#),
            ("SELECT json_items('null')", "[]"),
            (r#"SELECT json_get('{"currencyCode": "EUR"}', 'CURRENCYCODE')"#, "\"EUR\""),
            (r#"SELECT json_get('{"ID": 1, "id": null, "Id": 2}', 'Id')"#, "2"),
            (r#"SELECT coalesce(json_get('{"a": null}', 'a'), 'none')"#, "none"),
            (r#"SELECT json_text('"a\u00e9"')"#, "aé"),
            ("SELECT json_text('1.50')", "1.50"),
            ("SELECT coalesce(json_text('{}'), json_text('null'), json_text('no json'), 'none')", "none"),
            (r#"SELECT json_text(json_get('{"a": true}', 'a'))"#, "true"),
            (
                r#"SELECT json_object('a', 'x"y', 'b', 7, 'c', DATE '2026-01-31', 'd', true, 'e', NULL, 'f', json('{"g": [1]}'), 'h', make_array('i', 'j'), 'k', 1.5)"#,
                r#"{"a":"x\"y","b":7,"c":"2026-01-31","d":true,"f":{"g": [1]},"h":["i","j"],"k":1.5}"#,
            ),
            ("SELECT coalesce(json_object('a', CAST(NULL AS TEXT), 'b', json('null')), 'none')", "none"),
            (r#"SELECT json_merge('{"a":1}', NULL, json_object('b', 'x'))"#, r#"{"a":1,"b":"x"}"#),
            ("SELECT coalesce(json_merge(NULL, '{}'), 'none')", "none"),
        ] {
            assert_eq!(row(sql).await, [expected], "{sql}");
        }
        let sql = r#"SELECT e['key'] AS k, json_text(json_get(e['value'], 'value')) AS v
            FROM (SELECT unnest(json_entries('{"e_a": {"value": 84}}')) AS e)"#;
        assert_eq!(row(sql).await, ["e_a", "84"]);
    });
}

#[test]
fn what_is_asked_wrongly_is_an_error_and_other_statements_have_none_of_them() {
    deep(|| async {
        let session = empty_session();
        assert!(query::run(&session, "SELECT json_text('1')", None).await.is_err());
        give(session.context());
        for wrong in [
            "json_text(1)",
            "json_get('{}')",
            "json_object('a')",
            "json_object(1, 2)",
            "json_object('a', make_array(1))",
        ] {
            assert!(query::run(&session, &format!("SELECT {wrong}"), None).await.is_err(), "{wrong}");
        }
    });
}

proptest! {
    #[test]
    fn an_object_that_is_taken_apart_and_made_again_is_the_same(members in prop::collection::btree_map("\\PC{0,8}", any::<Option<i64>>(), 1..6)) {
        let value: Value = members.iter().map(|(key, value)| (key.clone(), json!(value))).collect::<serde_json::Map<_, _>>().into();
        let entries = texts::entries(&value.to_string());
        prop_assert_eq!(serde_json::from_str::<Value>(&texts::object(&entries).unwrap()).unwrap(), value);
    }

    #[test]
    fn nothing_panics(text in "[\\[\\]{}\":,a-c0-9null ]{0,20}", key in "[a-cA-C]{0,2}") {
        let _ = (texts::entries(&text), texts::items(&text), texts::member(&text, &key), texts::plain(&text));
    }
}
