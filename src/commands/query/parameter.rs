//! `--param NAME[:TYPE]=VALUE`: one value for a `$NAME` of the statement. Text unless a type is declared.

use crate::{catalog::AS_OF, engine::Value, settings::parse_date};

/// The types that may be declared.
const TYPES: [&str; 5] = ["text", "int", "number", "bool", "date"];

/// Reads one parameter into its name and value. The message of an error holds no value.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(text: &str) -> Result<(String, Value), String> {
    let (left, value) = text.split_once('=').ok_or("write it as NAME=VALUE, or NAME:TYPE=VALUE")?;
    let (name, declared) = left.split_once(':').unwrap_or((left, "text"));
    let name = name.strip_prefix('$').unwrap_or(name);
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err("the name is made of letters, digits and _, as in NAME=VALUE".to_owned());
    }
    if name == AS_OF {
        return Err(format!("${AS_OF} is the day that is read; choose it with --as-of"));
    }
    let is_none = |what: &str| format!("the value of {name} is no {what}");
    let value = match declared {
        "text" => Value::Text(value.to_owned()),
        "int" => Value::Integer(value.parse().map_err(|_| is_none("whole number"))?),
        "number" => {
            let number: f64 = value.parse().map_err(|_| is_none("number"))?;
            Value::Number(if number.is_finite() { number } else { return Err(is_none("number")) })
        }
        "bool" => Value::Boolean(value.parse().map_err(|_| is_none("bool: true or false"))?),
        "date" => Value::Date(parse_date(value).map_err(|_| is_none("date: YYYY-MM-DD"))?),
        other => return Err(format!("there is no type {other}; the types are {}", TYPES.join(", "))),
    };
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_unless_a_type_is_declared() {
        let text = |value: &str| Value::Text(value.to_owned());
        for (given, name, value) in [
            ("a=5", "a", text("5")),
            ("a=x=y:z", "a", text("x=y:z")),
            ("$a=", "a", text("")),
            ("a:text=5", "a", text("5")),
            ("a:int=-5", "a", Value::Integer(-5)),
            ("a:number=0.5", "a", Value::Number(0.5)),
            ("a:bool=true", "a", Value::Boolean(true)),
            ("a_1:date=2026-02-28", "a_1", Value::Date("2026-02-28".parse().unwrap())),
        ] {
            assert_eq!(parse(given), Ok((name.to_owned(), value)), "{given}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (given, said) in [
            ("canary", "NAME=VALUE"),
            ("=canary", "the name is made of"),
            ("a b=canary", "the name is made of"),
            ("as_of=canary", "--as-of"),
            ("as_of:date=2026-01-01", "--as-of"),
            ("a:int=canary", "the value of a is no whole number"),
            ("a:int=99999999999999999999", "whole number"),
            ("a:number=nan", "no number"),
            ("a:bool=canary", "true or false"),
            ("a:date=canary", "YYYY-MM-DD"),
            ("a:canary_type=1", "the types are text, int, number, bool, date"),
        ] {
            let error = parse(given).unwrap_err();
            assert!(error.contains(said), "{given}: {error}");
            assert!(!error.contains("canary") || given.contains("canary_type"), "{error}");
        }
    }
}
