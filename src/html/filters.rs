//! What templates call: numbers, dates and sentences in the language of the page, and names of others.

use std::sync::Arc;

use chrono::NaiveDate;
use minijinja::{Environment, Error, ErrorKind, HtmlEscape, Value, value::Kwargs};

use super::{HtmlError, Texts, dates, numbers};

/// Gives an environment everything that templates may call:
///
/// - `t("name", key=value)`: a sentence; `{key}` in it is the value, what is between backticks is code
/// - `has("name")`: whether there is such a sentence
/// - `n("name", count, key=value)`: one about so many, by its forms `name.one` and `name.other`; `{count}` is the number
/// - `|number`, `|signed`, `|percent`: a number as text, for attributes and sentences
/// - `|data`: a whole number that can be read exactly: `<data value="1234">1,234</data>`; `|change` the same with a sign
/// - `|day`, `|long_day`, `|month`: a date, as in `<time datetime="2026-11-28">28 Nov 2026</time>`
/// - `|name`: text of others, set apart from the direction of what is around it
pub(super) fn register(environment: &mut Environment<'static>, texts: &Arc<Texts>) {
    let language = texts.language();
    let own = Arc::clone(texts);
    environment.add_function("t", move |name: &str, given: Kwargs| sentence(&own, name, None, &given));
    let own = Arc::clone(texts);
    environment.add_function("has", move |name: &str| own.has(name));
    let own = Arc::clone(texts);
    environment.add_function("n", move |name: &str, count: i64, given: Kwargs| {
        sentence(&own, &own.form(name, count), Some(numbers::number(own.language(), count)), &given)
    });
    environment.add_filter("number", move |value: i64| numbers::number(language, value));
    environment.add_filter("signed", move |value: i64| numbers::signed(language, value));
    environment.add_filter("percent", move |share: f64| numbers::percent(language, share));
    let data = |value: i64, text: String| Value::from_safe_string(format!("<data value=\"{value}\">{text}</data>"));
    environment.add_filter("data", move |value: i64| data(value, numbers::number(language, value)));
    environment.add_filter("change", move |value: i64| data(value, numbers::signed(language, value)));
    for (name, written) in [("day", Written::Day), ("long_day", Written::LongDay), ("month", Written::Month)] {
        let own = Arc::clone(texts);
        environment.add_filter(name, move |date: &str| time(&own, date, written));
    }
    environment.add_filter("name", |text: &str| Value::from_safe_string(format!("<bdi>{}</bdi>", HtmlEscape(text))));
}

#[derive(Clone, Copy)]
enum Written {
    Day,
    LongDay,
    Month,
}

fn failed(error: HtmlError) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string())
}

fn sentence(texts: &Texts, name: &str, count: Option<String>, given: &Kwargs) -> Result<Value, Error> {
    let mut values = Vec::new();
    for argument in given.args() {
        let value = given.get::<Value>(argument)?;
        if value.is_undefined() || value.is_none() {
            return Err(Error::new(ErrorKind::UndefinedError, format!("{name}: {argument} has no value")));
        }
        values.push((argument, value.to_string()));
    }
    values.extend(count.map(|count| ("count", count)));
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    texts.html(name, &values).map(Value::from_safe_string).map_err(failed)
}

fn time(texts: &Texts, date: &str, written: Written) -> Result<Value, Error> {
    let unread = |_| Error::new(ErrorKind::InvalidOperation, "this is no date");
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(unread)?;
    let (machine, text) = match written {
        Written::Day => (date.to_string(), dates::day(texts, date, false)),
        Written::LongDay => (date.to_string(), dates::day(texts, date, true)),
        Written::Month => (date.format("%Y-%m").to_string(), dates::month(texts, date, false)),
    };
    let text = text.map_err(failed)?;
    Ok(Value::from_safe_string(format!("<time datetime=\"{machine}\">{text}</time>")))
}
