//! The tokens of a statement, with their places.

use datafusion::{
    common::Span,
    sql::sqlparser::{
        dialect::GenericDialect,
        keywords::Keyword,
        tokenizer::{self, Token, Tokenizer, Word},
    },
};

use super::position::Position;

/// The tokens of a statement with their positions; none when it has no tokens.
pub(crate) fn tokens(sql: &str) -> Vec<(Token, tokenizer::Span)> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().unwrap_or_default();
    tokens.into_iter().map(|t| (t.token, t.span)).collect()
}

/// A statement as its tokens, without what only separates them. Tokens are told by their place in the list.
#[derive(Debug)]
pub(super) struct Tokens<'s> {
    sql: &'s str,
    tokens: Vec<(Token, tokenizer::Span)>,
}

impl<'s> Tokens<'s> {
    pub(super) fn of(sql: &'s str) -> Self {
        let separates = |token: &Token| matches!(token, Token::Whitespace(_) | Token::EOF);
        Self { sql, tokens: tokens(sql).into_iter().filter(|(token, _)| !separates(token)).collect() }
    }

    pub(super) fn get(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index).map(|(token, _)| token)
    }

    pub(super) fn before(&self, index: usize) -> Option<&Token> {
        self.get(index.checked_sub(1)?)
    }

    pub(super) fn word(&self, index: usize) -> Option<&Word> {
        if let Some(Token::Word(word)) = self.get(index) { Some(word) } else { None }
    }

    /// The keyword at a place; what is quoted is none.
    pub(super) fn keyword(&self, index: usize) -> Keyword {
        self.word(index).filter(|word| word.quote_style.is_none()).map_or(Keyword::NoKeyword, |word| word.keyword)
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Where a token stands.
    pub(super) fn position(&self, index: usize) -> Option<Position> {
        Position::of_token(self.sql, self.tokens.get(index)?.1)
    }

    /// The token that begins where the planner's span does.
    pub(super) fn at(&self, span: Span) -> Option<usize> {
        let begins = |(_, token): &(Token, tokenizer::Span)| {
            (token.start.line, token.start.column) == (span.start.line, span.start.column)
        };
        self.tokens.iter().position(begins)
    }

    /// The only token of its kind.
    pub(super) fn only(&self, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mut found = (0..self.len()).filter(|index| is_it(*index));
        found.next().filter(|_| found.next().is_none())
    }

    /// The only place of a name.
    pub(super) fn only_name(&self, name: &str) -> Option<usize> {
        self.only(|index| self.word(index).is_some_and(|word| word.value.eq_ignore_ascii_case(name)))
    }

    /// The only call of a function.
    pub(super) fn only_call(&self, name: &str) -> Option<usize> {
        self.only(|index| {
            self.word(index).is_some_and(|word| word.value.eq_ignore_ascii_case(name))
                && self.get(index + 1) == Some(&Token::LParen)
        })
    }

    /// The only text in single quotes that reads so.
    pub(super) fn only_text(&self, text: &str) -> Option<usize> {
        self.only(|index| matches!(self.get(index), Some(Token::SingleQuotedString(value)) if value == text))
    }
}
