//! JSON texts that say the same, however they are written.

use std::{cmp::Ordering, sync::Arc};

use arrow::array::{Array, ArrayRef, AsArray as _, DynComparator};
use serde_json::Value;

/// A comparator by which texts of JSON are equal that say the same: members in any order, numbers however they are written,
/// and without addresses.
pub(super) fn by_meaning(as_texts: DynComparator, l: &ArrayRef, r: &ArrayRef) -> DynComparator {
    let (l, r) = (Arc::clone(l), Arc::clone(r));
    Box::new(move |left, right| match as_texts(left, right) {
        Ordering::Equal => Ordering::Equal,
        order => match (meaning(&l, left), meaning(&r, right)) {
            (Some(l), Some(r)) if l == r => Ordering::Equal,
            _ => order,
        },
    })
}

/// What a text says; `None` where it is null or no JSON.
fn meaning(texts: &ArrayRef, row: usize) -> Option<Value> {
    let texts = texts.as_string_opt::<i32>().filter(|texts| texts.is_valid(row))?;
    let mut value: Value = serde_json::from_str(texts.value(row)).ok()?;
    simplify(&mut value);
    Some(value)
}

/// Leaves out addresses and members without a value, and writes numbers in one way.
fn simplify(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("url");
            members.values_mut().for_each(simplify);
            members.retain(|_, value| !value.is_null());
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        Value::Number(number) => {
            if let Some(number) = number.as_f64().and_then(serde_json::Number::from_f64) {
                *value = Value::Number(number);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_texts_say_is_compared() {
        let same = |left: &str, right: &str| {
            let parse = |text: &str| {
                let mut value: Value = serde_json::from_str(text).unwrap();
                simplify(&mut value);
                value
            };
            parse(left) == parse(right)
        };
        assert!(same(r#"{"id":"5","type":"site","url":"https://x"}"#, r#"{ "type": "site", "id": "5" }"#));
        assert!(same(r#"[{"a":1.0,"b":null}]"#, r#"[{"a":1}]"#));
        assert!(!same(r#"{"id":"5"}"#, r#"{"id":5}"#));
        assert!(!same("[1,2]", "[2,1]"));
        assert!(!same("0.1", "0.10000001"));
    }
}
