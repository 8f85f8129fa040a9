//! What is no SQL at all.

use datafusion::sql::sqlparser::{parser::ParserError, tokenizer::Span};

use crate::{
    engine::{position::Position, tokens::tokens, wording::flatten},
    similar::did_you_mean,
};

/// What stands in the parser's text between what it says and the line.
const AT_LINE: &str = " at Line: ";

/// What is wrong, in one line without the place.
pub(super) fn message(parser: &ParserError) -> String {
    let Some(text) = text(parser) else { return "it is nested too deep".to_owned() };
    let message = text.rsplit_once(AT_LINE).map_or(text.as_str(), |(message, _)| message);
    match message.strip_suffix("found: EOF") {
        Some(expected) => format!("{expected}found: the end of the statement"),
        None => format!("{message}{}", similar_keyword(message)),
    }
}

/// The keyword that was probably meant by the word which was found.
fn similar_keyword(message: &str) -> String {
    const KEYWORDS: [&str; 14] = [
        "SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "JOIN", "INNER", "LEFT", "UNION", "WITH",
        "EXPLAIN", "DESCRIBE",
    ];
    let word = message.rsplit_once("found: ").map_or("", |(_, word)| word).to_uppercase();
    if KEYWORDS.contains(&word.as_str()) { String::new() } else { did_you_mean(&word, KEYWORDS.into_iter()) }
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
