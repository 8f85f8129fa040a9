//! What is wrong with a statement, in words for people, and where.

use datafusion::{
    common::{Column, SchemaError},
    error::DataFusionError,
    sql::sqlparser::{
        dialect::GenericDialect,
        parser::ParserError,
        tokenizer::{Span, Token, Tokenizer},
    },
};

use super::{position::Position, wording::flatten};
use crate::similar::did_you_mean;

/// Most columns named where an unknown one resembles none.
const MAX_NAMED: usize = 12;

/// What is said about an error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    /// One line.
    pub(crate) message: String,
    /// Where in the statement.
    pub(crate) position: Option<Position>,
}

/// Reads what DataFusion says about `sql` over `tables`.
pub(crate) fn diagnose(error: &DataFusionError, sql: &str, tables: &[String]) -> Diagnosis {
    let named = error.diagnostic().and_then(|d| Position::of_span(sql, d.span?));
    match error.find_root() {
        DataFusionError::SQL(parser, _) => syntax(parser, sql, named),
        DataFusionError::SchemaError(problem, _) => match problem.as_ref() {
            SchemaError::FieldNotFound { field, valid_fields } => {
                let position = named.or_else(|| Position::of_span(sql, field.spans().first()?));
                Diagnosis {
                    message: unknown_column(field, valid_fields),
                    position: position.or_else(|| only_position_of(sql, &field.name)),
                }
            }
            SchemaError::AmbiguousReference { field } => Diagnosis {
                message: format!("more than one table has a column {0}; say which, as in e.{0}", field.name),
                position: named.or_else(|| only_position_of(sql, &field.name)),
            },
            _ => Diagnosis { message: in_words(error), position: named },
        },
        DataFusionError::Plan(text) => match unknown_table(text) {
            Some(name) => {
                let hint = did_you_mean(name, tables.iter().map(String::as_str));
                let hint = if hint.is_empty() { "; SHOW TABLES lists what there is".to_owned() } else { hint };
                let position = named.or_else(|| only_position_of(sql, name));
                Diagnosis { message: format!("there is no table {name}{hint}"), position }
            }
            None => Diagnosis { message: in_words(error), position: named },
        },
        _ => Diagnosis { message: in_words(error), position: named },
    }
}

fn in_words(error: &DataFusionError) -> String {
    /// What matters of a text that lists every signature tried, and calls it a bug.
    const NO_FUNCTION: &str = "No function matches the given name and argument types";
    let text = match error.find_root() {
        DataFusionError::Plan(text) => flatten(text),
        _ => flatten(&error.strip_backtrace()),
    };
    match text.find(NO_FUNCTION).and_then(|from| text.get(from..)) {
        Some(matters) => matters.to_owned(),
        None => text,
    }
}

fn syntax(parser: &ParserError, sql: &str, named: Option<Position>) -> Diagnosis {
    let text = match parser {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => flatten(text),
        ParserError::RecursionLimitExceeded => {
            return Diagnosis { message: "it is nested too deep".to_owned(), position: None };
        }
    };
    let (message, position) = match text.rsplit_once(" at Line: ") {
        Some((message, at)) => (message.to_owned(), at.split_once(", Column: ").and_then(|at| token_at(sql, at))),
        None if text.ends_with("found: EOF") => (text, Position::at_end(sql)),
        None => (text, None),
    };
    let message = match message.strip_suffix("found: EOF") {
        Some(expected) => format!("{expected}found: the end of the statement"),
        None => message,
    };
    Diagnosis { message, position: position.or(named) }
}

/// The token that begins there, or the one character when none does.
fn token_at(sql: &str, (line, column): (&str, &str)) -> Option<Position> {
    let (line, column) = (line.parse().ok()?, column.parse().ok()?);
    let starts_there =
        |span: &Span| usize::try_from(span.start.line) == Ok(line) && usize::try_from(span.start.column) == Ok(column);
    let token = tokens(sql).into_iter().map(|(_, span)| span).find(starts_there);
    token.and_then(|span| Position::of_token(sql, span)).or_else(|| Position::new(sql, line, column, 1))
}

/// The tokens of a statement with their positions; none when it has no tokens.
pub(crate) fn tokens(sql: &str) -> Vec<(Token, Span)> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().unwrap_or_default();
    tokens.into_iter().map(|t| (t.token, t.span)).collect()
}

/// The position of a name, when it occurs once.
fn only_position_of(sql: &str, name: &str) -> Option<Position> {
    let is_it = |token: &Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(name));
    let mut found = tokens(sql).into_iter().filter(|(token, _)| is_it(token));
    match (found.next(), found.next()) {
        (Some((_, span)), None) => Position::of_token(sql, span),
        _ => None,
    }
}

/// The table in "table 'datafusion.public.x' not found".
fn unknown_table(text: &str) -> Option<&str> {
    let name = text.strip_prefix("table '")?.strip_suffix("' not found")?;
    let name = name.strip_prefix("datafusion.").unwrap_or(name);
    Some(name.strip_prefix("public.").unwrap_or(name))
}

fn unknown_column(field: &Column, valid: &[Column]) -> String {
    let wrong = match &field.relation {
        Some(relation) => format!("{relation}.{}", field.name),
        None => field.name.clone(),
    };
    let same_table: Vec<&Column> =
        valid.iter().filter(|c| field.relation.is_some() && c.relation == field.relation).collect();
    let candidates = if same_table.is_empty() { valid.iter().collect() } else { same_table };
    let names: Vec<&str> = candidates.iter().map(|c| c.name.as_str()).collect();
    let hint = did_you_mean(&field.name, names.iter().copied());
    let there = match (hint.is_empty(), names.len()) {
        (false, _) => hint,
        (true, 0) => String::new(),
        (true, n) if n <= MAX_NAMED => format!("; there are {}", names.join(", ")),
        (true, n) => format!(
            "; there are {}, and {} more",
            names.iter().take(MAX_NAMED).copied().collect::<Vec<_>>().join(", "),
            n - MAX_NAMED
        ),
    };
    format!("there is no column {wrong}{there}")
}
