//! Where in a statement something is wrong, and that line of it with a caret below.

use std::fmt;

use datafusion::{common::Span, sql::sqlparser::tokenizer};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::terminal_text;

/// Most characters of the line shown on each side of the position.
const CONTEXT_CHARS: usize = 60;

/// A part of one line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    excerpt: String,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " at line {}, column {}", self.line, self.column)
    }
}

impl Position {
    /// The position of `width` characters; `None` when the statement has no such line.
    pub(crate) fn new(sql: &str, line: usize, column: usize, width: usize) -> Option<Self> {
        let text: Vec<char> = lines(sql).nth(line.checked_sub(1)?)?.chars().map(printable).collect();
        let at = column.checked_sub(1)?.min(text.len());
        let from = at.saturating_sub(CONTEXT_CHARS);
        let to = (at + CONTEXT_CHARS).min(text.len());
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().iter().collect::<String>();
        let before = format!("{}{}", if from > 0 { "…" } else { "" }, part(from, at));
        let after = format!("{}{}", part(at, to), if to < text.len() { "…" } else { "" });
        let marked: usize =
            text.iter().take(to).skip(at).take(width.max(1)).map(|c| c.width().unwrap_or(0)).sum::<usize>().max(1);
        let margin = line.to_string();
        let excerpt = format!(
            " {margin} | {before}{after}\n {:pad$} | {:indent$}{}",
            "",
            "",
            "^".repeat(marked),
            pad = margin.len(),
            indent = before.width()
        );
        Some(Self { line, column: at + 1, excerpt })
    }

    /// The position that the planner names.
    pub(crate) fn of_span(sql: &str, span: Span) -> Option<Self> {
        let [from_line, from, to_line, to] = [span.start.line, span.start.column, span.end.line, span.end.column]
            .map(|n| usize::try_from(n).unwrap_or(0));
        let width = if from_line == to_line { to.saturating_sub(from) } else { 1 };
        Self::new(sql, from_line, from, width)
    }

    /// The position of a token.
    pub(crate) fn of_token(sql: &str, span: tokenizer::Span) -> Option<Self> {
        Self::of_span(sql, Span::try_from_sqlparser_span(span)?)
    }

    /// Behind the last word of the statement.
    pub(crate) fn at_end(sql: &str) -> Option<Self> {
        let sql = sql.trim_end();
        let last = lines(sql).last()?;
        Self::new(sql, lines(sql).count(), last.chars().count() + 1, 1)
    }

    /// The line with a caret below the position: two lines without an end.
    pub(crate) fn excerpt(&self) -> &str {
        &self.excerpt
    }
}

/// Lines as the tokenizer counts them.
fn lines(sql: &str) -> impl Iterator<Item = &str> {
    sql.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
}

/// A tab is one column for the tokenizer, and nothing else may move the cursor either.
fn printable(c: char) -> char {
    if terminal_text::is_harmful(c) || c.width().is_none() { ' ' } else { c }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn excerpt(sql: &str, line: usize, column: usize, width: usize) -> String {
        Position::new(sql, line, column, width).unwrap().excerpt
    }

    #[test]
    fn the_caret_is_below_the_position() {
        assert_eq!(excerpt("select\n\tx from t", 2, 2, 1), " 2 |  x from t\n   |  ^");
        assert_eq!(excerpt("select '王', nme from t", 1, 13, 3), " 1 | select '王', nme from t\n   |              ^^^");
        assert_eq!(Position::at_end("select (1 \n ").unwrap().excerpt(), " 1 | select (1\n   |          ^");
        assert_eq!(Position::at_end("select 1").unwrap().to_string(), " at line 1, column 9");
        assert_eq!(Position::new("select 1", 2, 1, 1), None);
        assert_eq!(Position::new("select 1", 1, 0, 1), None);
    }

    #[test]
    fn long_lines_are_cut_around_the_position() {
        let sql = format!("select {}, nme, {}", "a".repeat(5_000), "b".repeat(5_000));
        let excerpt = excerpt(&sql, 1, 5_010, 3);
        let (line, caret) = excerpt.split_once('\n').unwrap();
        assert!(line.starts_with(" 1 | …aaa") && line.ends_with("bbb…") && line.chars().count() < 140, "{line}");
        let at = caret.find('^').unwrap();
        assert_eq!(line.chars().skip(at).take(3).collect::<String>(), "nme");
    }

    proptest! {
        #[test]
        fn no_position_panics_or_prints_more_than_two_lines(sql in ".{0,80}", line in 0usize..5, column in 0usize..90, width in 0usize..90) {
            if let Some(position) = Position::new(&sql, line, column, width) {
                prop_assert_eq!(position.excerpt.lines().count(), 2);
                prop_assert!(!position.excerpt.replace('\n', "").contains(char::is_control));
            }
            let _ = Position::at_end(&sql);
        }
    }
}
