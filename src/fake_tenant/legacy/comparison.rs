//! Filters of v3: a parameter named as a field, whose value may begin with a comparator.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::node::Node;

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comparison {
    comparator: Comparator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparator {
    Equals,
    NotEqual,
    Like,
    Starts,
    Since,
    Until,
    Between,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
}

const COMPARATORS: [(&str, Comparator); 11] = [
    ("equals", Comparator::Equals),
    ("notequal", Comparator::NotEqual),
    ("like", Comparator::Like),
    ("starts", Comparator::Starts),
    ("since", Comparator::Since),
    ("until", Comparator::Until),
    ("between", Comparator::Between),
    ("greaterthan", Comparator::GreaterThan),
    ("greaterthanorequal", Comparator::GreaterThanOrEqual),
    ("lessthan", Comparator::LessThan),
    ("lessthanorequal", Comparator::LessThanOrEqual),
];

impl Comparison {
    /// Reads a parameter's value, or says what is wrong with it.
    pub(super) fn parse(value: &str) -> Result<Self, String> {
        let (first, rest) = value.split_once(',').unwrap_or((value, ""));
        let known = COMPARATORS.iter().find(|(word, _)| word.eq_ignore_ascii_case(first) && value.contains(','));
        let (comparator, values) = known.map_or((Comparator::Equals, value), |(_, comparator)| (*comparator, rest));
        let values: Vec<String> = values.split(',').map(|value| value.trim().to_owned()).collect();
        let expected = match comparator {
            Comparator::Between => 2,
            Comparator::Equals | Comparator::NotEqual => values.len(),
            _ => 1,
        };
        if values.len() != expected || values.iter().any(String::is_empty) {
            return Err(format!("'{value}' holds not as many values as its comparator takes"));
        }
        let dates = matches!(comparator, Comparator::Since | Comparator::Until | Comparator::Between);
        match values.iter().find(|value| dates && moment(value, NaiveTime::MIN).is_none()) {
            Some(wrong) => Err(format!("'{wrong}' is not a date")),
            None => Ok(Self { comparator, values }),
        }
    }

    /// Whether a field is as asked for.
    pub(super) fn fits(&self, field: &Node) -> bool {
        let plain = field.plain();
        let equals = |value: &String| match &plain {
            None => value.eq_ignore_ascii_case("null"),
            Some(plain) => plain.eq_ignore_ascii_case(value) || same_moment(plain, value),
        };
        match self.comparator {
            Comparator::Equals => return self.values.iter().any(equals),
            Comparator::NotEqual => return !self.values.iter().any(equals),
            _ => {}
        }
        let (Some(plain), Some(value)) = (plain, self.values.first()) else { return false };
        match self.comparator {
            Comparator::Equals | Comparator::NotEqual => false,
            Comparator::Like => plain.to_lowercase().contains(&value.to_lowercase()),
            Comparator::Starts => plain.to_lowercase().starts_with(&value.to_lowercase()),
            Comparator::Since => dates(&plain, value, NaiveTime::MIN, |field, day| field >= day),
            Comparator::Until => dates(&plain, value, NaiveTime::MIN, |field, day| field <= day),
            Comparator::Between => {
                dates(&plain, value, NaiveTime::MIN, |field, day| field >= day)
                    && self.values.get(1).is_some_and(|last| dates(&plain, last, END_OF_DAY, |field, day| field <= day))
            }
            Comparator::GreaterThan => numbers(&plain, value, |field, value| field > value),
            Comparator::GreaterThanOrEqual => numbers(&plain, value, |field, value| field >= value),
            Comparator::LessThan => numbers(&plain, value, |field, value| field < value),
            Comparator::LessThanOrEqual => numbers(&plain, value, |field, value| field <= value),
        }
    }
}

/// A last day without a time reaches to its end.
const END_OF_DAY: NaiveTime = match NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999) {
    Some(end) => end,
    None => NaiveTime::MIN,
};

/// A date or date-time of v3; a date alone is at `time`. An offset is not looked at.
fn moment(text: &str, time: NaiveTime) -> Option<NaiveDateTime> {
    let text: Cow<'_, str> = text.strip_suffix('Z').unwrap_or(text).into();
    NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f")
        .ok()
        .or_else(|| Some(NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_time(time)))
}

fn same_moment(field: &str, value: &str) -> bool {
    let field = moment(field, NaiveTime::MIN);
    field.is_some() && field == moment(value, NaiveTime::MIN)
}

fn dates(field: &str, value: &str, time: NaiveTime, compare: fn(NaiveDateTime, NaiveDateTime) -> bool) -> bool {
    matches!((moment(field, NaiveTime::MIN), moment(value, time)), (Some(field), Some(value)) if compare(field, value))
}

fn numbers(field: &str, value: &str, compare: fn(f64, f64) -> bool) -> bool {
    matches!((field.parse(), value.parse()), (Ok(field), Ok(value)) if compare(field, value))
}
