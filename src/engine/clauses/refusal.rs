//! A clause that is not executed, and where it stands.

use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token};

use super::super::position::Position;

/// A clause that is not executed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The clause, as people call it.
    pub(super) clause: String,
    /// What to write instead; empty where there is nothing.
    pub(super) remedy: String,
    place: Place,
}

/// Where a clause stands. Most have no place of their own in the parsed statement, but their neighbours do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Here.
    At(Span),
    /// Where these words are first found from here on.
    From(Location, &'static str),
    /// Where these words are last found before here.
    Before(Location, &'static str),
}

impl Refusal {
    /// A clause that stands where the parser says.
    pub(super) fn at(place: Span, clause: impl Into<String>) -> Box<Self> {
        Box::new(Self { clause: clause.into(), remedy: String::new(), place: Place::At(place) })
    }

    /// A clause of which these words come behind what stands at `node`.
    pub(super) fn behind(node: Span, words: &'static str) -> Box<Self> {
        Self::searched(words, Place::From(node.end, words))
    }

    /// A clause of which these words come behind the beginning of what stands at `node`.
    pub(super) fn within(node: Span, words: &'static str) -> Box<Self> {
        Self::searched(words, Place::From(node.start, words))
    }

    /// A clause of which these words come before what stands at `node`.
    pub(super) fn before(node: Span, words: &'static str) -> Box<Self> {
        Self::searched(words, Place::Before(node.start, words))
    }

    /// A clause whose words come once, or first, in the statement.
    pub(super) fn of(words: &'static str) -> Box<Self> {
        Self::searched(words, Place::From(Location::empty(), words))
    }

    fn searched(words: &'static str, place: Place) -> Box<Self> {
        Box::new(Self { clause: words.to_owned(), remedy: String::new(), place })
    }

    /// As people call it, where that is not its words.
    pub(super) fn called(mut self: Box<Self>, clause: impl Into<String>) -> Box<Self> {
        self.clause = clause.into();
        self
    }

    /// What to do instead, as in "write …".
    pub(super) fn instead(mut self: Box<Self>, remedy: impl Into<String>) -> Box<Self> {
        self.remedy = remedy.into();
        self
    }

    /// Where it stands in a statement of these tokens.
    pub(super) fn position(&self, sql: &str, tokens: &[(Token, Span)]) -> Option<Position> {
        let solid = tokens.iter().filter(|(token, _)| !matches!(token, Token::Whitespace(_)));
        let span = match self.place {
            Place::At(span) => Some(span),
            Place::From(from, words) => {
                let (before, behind): (Vec<_>, Vec<_>) = solid.partition(|(_, span)| span.start < from);
                occurrences(&behind, words).next().or_else(|| occurrences(&before, words).next_back())
            }
            Place::Before(to, words) => {
                let before: Vec<_> = solid.filter(|(_, span)| span.start < to).collect();
                occurrences(&before, words).next_back()
            }
        };
        Position::of_token(sql, span?)
    }
}

/// Where words follow each other among tokens.
fn occurrences<'t>(tokens: &'t [&(Token, Span)], words: &'static str) -> impl DoubleEndedIterator<Item = Span> + 't {
    let words: Vec<&str> = words.split_whitespace().collect();
    tokens.windows(words.len().max(1)).filter_map(move |window| {
        let is_it = window.iter().zip(&words).all(|((token, _), word)| token.to_string().eq_ignore_ascii_case(word));
        is_it.then(|| Some(window.first()?.1.union(&window.last()?.1))).flatten()
    })
}
