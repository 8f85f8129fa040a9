//! What is no SQL at all.

use datafusion::sql::sqlparser::{parser::ParserError, tokenizer::Span};

use crate::engine::{position::Position, tokens::tokens, wording::flatten};

/// What stands in the parser's text between what it says and the line.
const AT_LINE: &str = " at Line: ";

/// What is wrong, in one line without the place.
pub(super) fn message(parser: &ParserError) -> String {
    let Some(text) = text(parser) else { return "it is nested too deep".to_owned() };
    let message = text.rsplit_once(AT_LINE).map_or(text.as_str(), |(message, _)| message);
    match message.strip_suffix("found: EOF") {
        Some(expected) => format!("{expected}found: the end of the statement"),
        None => message.to_owned(),
    }
}

/// Where it is wrong.
pub(super) fn position(parser: &ParserError, sql: &str) -> Option<Position> {
    let text = text(parser)?;
    match text.rsplit_once(AT_LINE) {
        Some((_, at)) => token_at(sql, at.split_once(", Column: ")?),
        None if text.ends_with("found: EOF") => Position::at_end(sql),
        None => None,
    }
}

fn text(parser: &ParserError) -> Option<String> {
    match parser {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => Some(flatten(text)),
        ParserError::RecursionLimitExceeded => None,
    }
}

/// The token that begins there, or the one character when none does.
fn token_at(sql: &str, (line, column): (&str, &str)) -> Option<Position> {
    let (line, column) = (line.parse().ok()?, column.parse().ok()?);
    let starts_there =
        |span: &Span| usize::try_from(span.start.line) == Ok(line) && usize::try_from(span.start.column) == Ok(column);
    let token = tokens(sql).into_iter().map(|(_, span)| span).find(starts_there);
    token.and_then(|span| Position::of_token(sql, span)).or_else(|| Position::new(sql, line, column, 1))
}
