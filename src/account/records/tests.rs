use proptest::prelude::*;

use super::*;

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn ids_are_asked_for_once_and_what_is_none_is_refused() {
    assert_eq!(check_ids(&ids(&["7", "8", "7", "é", "a,b", "../x"])).unwrap(), ids(&["7", "8", "é", "a,b", "../x"]));
    for none in ["", " ", "\t\n", ".", "..", &"9".repeat(256)] {
        let error = check_ids(&ids(&["7", none])).unwrap_err();
        assert!(error.contains("is no id") && error.len() < 100, "{error}");
    }
    assert!(check_ids(&ids(&[&"é".repeat(255)])).is_ok());
}

#[test]
fn a_list_holds_what_means_itself_in_one() {
    let one = |id: &str| Ask::One(id.to_owned());
    let several = |list: &[&str]| Ask::Several { parameter: "id".to_owned(), ids: ids(list) };
    assert_eq!(
        asks(&ids(&["7", "a,b", "8", "null", "é", "e_shirt.size"]), true),
        [several(&["7", "8", "e_shirt.size"]), one("a,b"), one("null"), one("é")]
    );
    assert_eq!(asks(&ids(&["7", "8"]), false), [one("7"), one("8")]);
    assert_eq!(asks(&ids(&["7"]), true), [one("7")]);
}

proptest! {
    #[test]
    fn lists_hold_all_ids_in_their_order_and_fit_a_request(
        ids in prop::collection::vec("[0-9a-zA-Z_.-]{1,255}", 0..400),
    ) {
        let lists: Vec<Vec<String>> = lists(ids.clone()).collect();
        prop_assert_eq!(lists.concat(), ids.clone());
        for list in &lists {
            prop_assert!(list.len() <= MOST_VALUES && list.join(",").len() <= LIST_BYTES);
        }
        // No two neighbours could be one request.
        for pair in lists.windows(2) {
            prop_assert!(pair[0].len() == MOST_VALUES || pair[0].join(",").len() + pair[1][0].len() + 2 > LIST_BYTES);
        }
    }
}

#[test]
fn ids_are_found_where_a_parameter_looks() {
    let record: Box<RawValue> =
        serde_json::from_str(r#"{"a":"\ud800","employee":{"id":"7"},"id":"9","o":{"x":{"id":3}}}"#).unwrap();
    assert_eq!(id_in(&record, "").as_deref(), Some("9"));
    assert_eq!(id_in(&record, "employee").as_deref(), Some("7"));
    for nothing in ["o.x", "o", "a", "missing"] {
        assert_eq!(id_in(&record, nothing), None, "{nothing}");
    }
}
