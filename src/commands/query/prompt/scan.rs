//! Where a statement ends: at a `;` outside of quotes and comments.

/// Cuts the first statement off: itself without its `;`, and what follows. `None` while it has no end.
pub(super) fn first_statement(text: &str) -> Option<(&str, &str)> {
    let mut inside = Inside::Code;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let step = |n: usize| rest.get(n..).unwrap_or_default();
        let (next, len) = match inside {
            Inside::Code if c == ';' => {
                let end = text.len() - rest.len();
                return Some((text.get(..end)?, step(1)));
            }
            // An operator, and no beginning of a comment.
            Inside::Code if rest.starts_with("//") => (Inside::Code, 2),
            Inside::Code if rest.starts_with("--") => (Inside::Line, 2),
            Inside::Code if rest.starts_with("/*") => (Inside::Block(1), 2),
            Inside::Code if matches!(c, '\'' | '"' | '`') => (Inside::Quotes(c), 1),
            Inside::Line if c == '\n' => (Inside::Code, 1),
            // A doubled quote ends and begins again, which comes to the same.
            Inside::Quotes(quote) if c == quote => (Inside::Code, 1),
            Inside::Block(depth) if rest.starts_with("/*") => (Inside::Block(depth + 1), 2),
            Inside::Block(1) if rest.starts_with("*/") => (Inside::Code, 2),
            Inside::Block(depth) if rest.starts_with("*/") => (Inside::Block(depth - 1), 2),
            same => (same, c.len_utf8()),
        };
        inside = next;
        rest = step(len);
    }
    None
}

/// Whether a text has nothing but line ends and comments of one line each.
pub(super) fn is_blank(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with("--"))
}

/// Whether the text ends between quotes.
pub(super) fn ends_in_quotes(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = first_statement(rest) {
        rest = after;
    }
    // A `;` would end the statement, were it not between quotes or in a comment.
    let closed = |quote: &str| first_statement(&format!("{rest}{quote};")).is_some();
    !closed("") && (closed("'") || closed("\""))
}

#[derive(Debug, Clone, Copy)]
enum Inside {
    Code,
    Line,
    Block(usize),
    Quotes(char),
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::{
        dialect::GenericDialect,
        tokenizer::{Token, Tokenizer},
    };
    use proptest::prelude::*;

    use super::*;

    fn statements(text: &str) -> (Vec<&str>, &str) {
        let (mut found, mut rest) = (Vec::new(), text);
        while let Some((statement, after)) = first_statement(rest) {
            found.push(statement);
            rest = after;
        }
        (found, rest)
    }

    #[test]
    fn a_statement_ends_outside_of_quotes_and_comments() {
        for (text, found, rest) in [
            ("select 1", vec![], "select 1"),
            ("select 1; select 2 ;x", vec!["select 1", " select 2 "], "x"),
            ("select ';' ;", vec!["select ';' "], ""),
            ("select 'it''s;' ;", vec!["select 'it''s;' "], ""),
            ("select \"a;b\" -- c;\n;", vec!["select \"a;b\" -- c;\n"], ""),
            ("/* ; /* ; */ ; */ select 1;", vec!["/* ; /* ; */ ; */ select 1"], ""),
            ("select 'é;", vec![], "select 'é;"),
        ] {
            assert_eq!(statements(text), (found, rest), "{text}");
        }
        for (text, inside) in [("a '", true), ("a ''", false), ("a; 'b' \"", true), ("a -- '", false), ("", false)] {
            assert_eq!(ends_in_quotes(text), inside, "{text}");
        }
    }

    proptest! {
        /// The parser's own tokens agree wherever there are tokens.
        #[test]
        fn semicolons_are_those_of_the_tokenizer(parts in prop::collection::vec(
            prop::sample::select(vec!["a", " ", ";", "'", "''", "\"", "--", "\n", "/*", "*/", "é", "-", "*", "/", "1"]), 0..24)
        ) {
            let text = parts.concat();
            let (found, rest) = statements(&text);
            let mut again = found.iter().map(|s| format!("{s};")).collect::<String>();
            again.push_str(rest);
            prop_assert_eq!(&again, &text);
            if let Ok(tokens) = Tokenizer::new(&GenericDialect {}, &text).tokenize() {
                let ends = tokens.iter().filter(|t| **t == Token::SemiColon).count();
                prop_assert_eq!(found.len(), ends, "{:?}", tokens);
            }
        }
    }
}
