//! Filters: what a query parameter may hold, and which records it keeps.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::people::People;
use super::people::ids::canonical;

/// A filter of a collection: its parameter, what it may hold, and the property it looks at.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) rule: Rule,
    /// The property of the record at an index; `None` reads as null.
    pub(super) field: for<'a> fn(&'a People, usize) -> Option<Field<'a>>,
}

/// What a parameter may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Ids of other records, this many at most.
    Ids(usize),
    /// Texts.
    Texts,
    /// Texts; `null` asks for records without one.
    TextsOrNull,
    /// Some of these words.
    SomeOf(&'static [&'static str]),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Whole numbers.
    Numbers,
    /// Dates.
    Dates,
    /// Dates; `null` asks for records without one.
    DatesOrNull,
    /// `A--B`, `..--B` or `A--..`, both days included.
    Range,
    /// One date.
    Day,
    /// `true` or `false`.
    Flag,
    /// Text, found anywhere in one of the names.
    Contains,
    /// Words that each begin a word of one of the names.
    Words,
    /// Only `null`.
    Null,
}

/// Most values a list may hold, unless its rule says otherwise.
pub(super) const LIST_VALUES: usize = 100;

/// A property of a record, as filters see it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Field<'a> {
    Id(u64),
    Ids(Vec<u64>),
    /// A list that stands for everything.
    AnyId,
    Text(Cow<'a, str>),
    /// Several names of the record, or the members of a list.
    Texts(Vec<Cow<'a, str>>),
    Date(NaiveDate),
    Flag(bool),
    Number(i64),
}

impl<'a> Field<'a> {
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        Some(Self::Text(text.into()))
    }

    pub(super) fn texts(texts: impl IntoIterator<Item = Option<Cow<'a, str>>>) -> Option<Self> {
        Some(Self::Texts(texts.into_iter().flatten().collect()))
    }
}

/// What was asked of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    Ids(Vec<u64>),
    Texts(Vec<Option<String>>),
    Numbers(Vec<i64>),
    Dates(Vec<Option<NaiveDate>>),
    Range(Option<NaiveDate>, Option<NaiveDate>),
    Flag(bool),
    /// In lower case.
    Contains(String),
    /// In lower case.
    Words(Vec<String>),
}

/// A parsed filter.
#[derive(Debug)]
pub(super) struct Criterion {
    pub(super) parameter: &'static Parameter,
    /// The parameter was given as `-name`.
    pub(super) negated: bool,
    pub(super) wanted: Wanted,
}

impl Criterion {
    pub(super) fn keeps(&self, people: &People, index: usize) -> bool {
        self.fits((self.parameter.field)(people, index).as_ref())
    }

    /// Whether a property, null if `None`, is as asked for.
    pub(super) fn fits(&self, field: Option<&Field<'_>>) -> bool {
        self.wanted.matches(field) != self.negated
    }
}

impl Rule {
    /// Whether `-name` may be asked: inequality exists where equality does.
    pub(super) fn negatable(self) -> bool {
        !matches!(self, Self::Range | Self::Contains | Self::Words | Self::Day)
    }

    /// Reads a parameter's value, or says what is wrong with it.
    pub(super) fn parse(self, value: &str) -> Result<Wanted, String> {
        if value.is_empty() {
            return Err("A value is required.".to_owned());
        }
        match self {
            Self::Ids(most) => Ok(Wanted::Ids(list(value, most)?.filter_map(canonical).collect())),
            Self::Texts => Ok(Wanted::Texts(list(value, LIST_VALUES)?.map(|text| Some(text.to_owned())).collect())),
            Self::TextsOrNull => {
                let or_null = |text: &str| (text != "null").then(|| text.to_owned());
                Ok(Wanted::Texts(list(value, LIST_VALUES)?.map(or_null).collect()))
            }
            Self::SomeOf(words) => {
                list(value, LIST_VALUES)?.map(|word| one_of(words, word)).collect::<Result<_, _>>().map(Wanted::Texts)
            }
            Self::OneOf(words) => Ok(Wanted::Texts(vec![one_of(words, value)?])),
            Self::Numbers => {
                let number =
                    |text: &str| text.parse().map_err(|_| format!("The value '{text}' is not a whole number."));
                list(value, LIST_VALUES)?.map(number).collect::<Result<_, _>>().map(Wanted::Numbers)
            }
            Self::Dates => {
                list(value, LIST_VALUES)?.map(|text| date(text).map(Some)).collect::<Result<_, _>>().map(Wanted::Dates)
            }
            Self::DatesOrNull => {
                let or_null = |text: &str| if text == "null" { Ok(None) } else { date(text).map(Some) };
                list(value, LIST_VALUES)?.map(or_null).collect::<Result<_, _>>().map(Wanted::Dates)
            }
            Self::Range => range(value),
            Self::Day => Ok(Wanted::Dates(vec![Some(date(value)?)])),
            Self::Flag => match value {
                "true" => Ok(Wanted::Flag(true)),
                "false" => Ok(Wanted::Flag(false)),
                _ => Err(format!("The value '{value}' is not valid: expected true or false.")),
            },
            Self::Contains => Ok(Wanted::Contains(value.to_lowercase())),
            Self::Words => Ok(Wanted::Words(words(&value.to_lowercase()).map(str::to_owned).collect())),
            Self::Null => match value {
                "null" => Ok(Wanted::Texts(vec![None])),
                _ => Err(format!("The value '{value}' is not valid: expected null.")),
            },
        }
    }
}

fn list(value: &str, most: usize) -> Result<impl Iterator<Item = &str>, String> {
    let count = value.split(',').count();
    if count > most {
        return Err(format!("At most {most} values are accepted, {count} were given."));
    }
    if value.split(',').any(str::is_empty) {
        return Err("A value of the list is empty.".to_owned());
    }
    Ok(value.split(','))
}

fn one_of(words: &[&str], word: &str) -> Result<Option<String>, String> {
    if words.contains(&word) {
        return Ok(Some(word.to_owned()));
    }
    Err(format!("The value '{word}' is not valid: expected {}.", words.join(", ")))
}

/// `YYYY-MM-DD` and nothing else.
fn date(text: &str) -> Result<NaiveDate, String> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let parsed = if plain { NaiveDate::parse_from_str(text, "%Y-%m-%d").ok() } else { None };
    parsed.ok_or_else(|| format!("The value '{text}' is not a date (YYYY-MM-DD)."))
}

fn range(text: &str) -> Result<Wanted, String> {
    let shape = || format!("The value '{text}' is not a range: expected A--B, ..--B or A--..");
    let (low, high) = text.split_once("--").ok_or_else(shape)?;
    let bound = |text: &str| if text == ".." { Ok(None) } else { date(text).map(Some) };
    let (low, high) = (bound(low)?, bound(high)?);
    match (low, high) {
        (None, None) => Err(shape()),
        (Some(low), Some(high)) if low > high => Err(format!("The range '{text}' ends before it begins.")),
        _ => Ok(Wanted::Range(low, high)),
    }
}

/// The words of a name or a search.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '-', '_', ',', '.']).filter(|word| !word.is_empty())
}

impl Wanted {
    /// Whether a property fits; `None` is null.
    fn matches(&self, field: Option<&Field<'_>>) -> bool {
        match (self, field) {
            (Self::Ids(ids), Some(Field::Id(id))) => ids.contains(id),
            (Self::Ids(ids), Some(Field::Ids(own))) => own.iter().any(|id| ids.contains(id)),
            (Self::Ids(_), Some(Field::AnyId)) => true,
            (Self::Texts(texts), None) => texts.contains(&None),
            (Self::Texts(texts), Some(Field::Text(own))) => texts.iter().flatten().any(|text| text == own),
            (Self::Texts(texts), Some(Field::Texts(own))) => {
                own.iter().any(|own| texts.iter().flatten().any(|text| text == own))
            }
            (Self::Numbers(numbers), Some(Field::Number(own))) => numbers.contains(own),
            (Self::Dates(dates), None) => dates.contains(&None),
            (Self::Dates(dates), Some(Field::Date(own))) => dates.contains(&Some(*own)),
            (Self::Range(low, high), Some(Field::Date(own))) => {
                low.is_none_or(|low| low <= *own) && high.is_none_or(|high| *own <= high)
            }
            (Self::Flag(flag), Some(Field::Flag(own))) => flag == own,
            (Self::Contains(part), Some(Field::Texts(names))) => {
                names.iter().any(|name| name.to_lowercase().contains(part))
            }
            (Self::Words(beginnings), Some(Field::Texts(names))) => {
                let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
                let begins = |part: &String| names.iter().any(|name| words(name).any(|word| word.starts_with(part)));
                beginnings.iter().all(begins)
            }
            _ => false,
        }
    }
}
