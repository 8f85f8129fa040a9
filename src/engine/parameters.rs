//! Values for the `$name`s of a statement.

use std::collections::{BTreeMap, BTreeSet};

use arrow::datatypes::Date32Type;
use chrono::NaiveDate;
use datafusion::{common::ParamValues, scalar::ScalarValue, sql::sqlparser::tokenizer::Token};

use super::{EngineError, position::Position, tokens::tokens};
use crate::catalog::AS_OF;

/// A value of a declared type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
}

/// Values by name, without the `$`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Parameters {
    /// The day, for `$as_of`.
    pub(crate) as_of: Option<NaiveDate>,
    /// The caller's own.
    pub(crate) values: BTreeMap<String, Value>,
}

impl Parameters {
    /// Only `$as_of`.
    pub(crate) fn of_day(as_of: Option<NaiveDate>) -> Self {
        Self { as_of, values: BTreeMap::new() }
    }

    /// Checks that every `$name` of the statement has a value.
    pub(crate) fn check_given(&self, sql: &str) -> Result<(), EngineError> {
        for (token, span) in tokens(sql) {
            let Token::Placeholder(text) = token else { continue };
            let name = text.strip_prefix('$').unwrap_or(&text);
            let given = self.values.contains_key(name) || (name == AS_OF && self.as_of.is_some());
            if !given {
                return Err(EngineError::MissingParameter {
                    name: name.to_owned(),
                    position: Position::of_token(sql, span).map(Box::new),
                });
            }
        }
        Ok(())
    }

    /// Checks that the statement uses every value of the caller's.
    ///
    /// # Errors
    /// The first that it does not use.
    pub(crate) fn check_used(&self, sql: &str) -> Result<(), EngineError> {
        let tokens = tokens(sql);
        let has: BTreeSet<&str> = tokens
            .iter()
            .filter_map(|(token, _)| if let Token::Placeholder(text) = token { Some(text.as_str()) } else { None })
            .collect();
        match self.values.keys().find(|name| !has.contains(format!("${name}").as_str())) {
            Some(name) => Err(EngineError::UnusedParameter {
                name: name.clone(),
                has: has.into_iter().collect::<Vec<_>>().join(", "),
            }),
            None => Ok(()),
        }
    }

    /// The same error without these values, which are none of the statement's own text.
    pub(super) fn hidden_in(&self, error: EngineError) -> EngineError {
        /// Shorter values are found in any text, so they are hidden only between quotes.
        const SHORTEST: usize = 4;
        let EngineError::Sql { mut message, position, source } = error else { return error };
        for (name, value) in &self.values {
            let Value::Text(value) = value else { continue };
            for quote in ['\'', '"'] {
                message = message.replace(&format!("{quote}{value}{quote}"), &format!("${name}"));
            }
            if value.chars().count() >= SHORTEST {
                message = message.replace(value.as_str(), &format!("${name}"));
            }
        }
        EngineError::Sql { message, position, source }
    }

    /// As DataFusion takes them.
    pub(crate) fn to_values(&self) -> ParamValues {
        let date = |day: &NaiveDate| ScalarValue::Date32(Some(Date32Type::from_naive_date(*day)));
        let own = self.values.iter().map(|(name, value)| {
            let scalar = match value {
                Value::Text(text) => ScalarValue::Utf8(Some(text.clone())),
                Value::Integer(number) => ScalarValue::Int64(Some(*number)),
                Value::Number(number) => ScalarValue::Float64(Some(*number)),
                Value::Boolean(yes) => ScalarValue::Boolean(Some(*yes)),
                Value::Date(day) => date(day),
            };
            (name.clone(), scalar)
        });
        let day = self.as_of.iter().map(|day| (AS_OF.to_owned(), date(day)));
        own.chain(day).collect::<Vec<_>>().into()
    }
}
