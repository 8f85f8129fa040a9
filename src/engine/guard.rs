//! Refuses SQL that is too deep or too large to plan safely.
//!
//! The parser builds chains such as `a + b + c` in a loop, so its own recursion limit does not bound them; planning,
//! comparing and dropping the resulting tree recurse once per operator. [`check`] looks at tokens only, so it costs
//! one pass and no stack. [`check_expansion`] bounds what common table expressions that use each other expand to.

use std::{collections::HashMap, ops::ControlFlow};

use datafusion::sql::sqlparser::{
    ast::{ObjectName, Query, Visit, Visitor},
    dialect::GenericDialect,
    keywords::Keyword,
    tokenizer::{Token, Tokenizer},
};

use super::EngineError;

/// Longest statement, in bytes.
pub(crate) const MAX_SQL_BYTES: usize = 1024 * 1024;
/// Deepest expression, in operators. A debug build needs about 8 KiB of stack for each, a quarter of what
/// [`stack::STACK_BYTES`](super::stack::STACK_BYTES) gives.
pub(crate) const MAX_DEPTH: usize = 4_000;
/// Deepest nesting of parentheses, brackets and CASE. A debug build needs about 160 KiB of stack for a subquery.
pub(crate) const MAX_NESTING: usize = 64;
/// [`MAX_DEPTH`] on a thread with an ordinary stack of 2 MiB.
pub(crate) const MAX_DEPTH_SHALLOW: usize = 120;
/// [`MAX_NESTING`] on a thread with an ordinary stack of 2 MiB.
pub(crate) const MAX_NESTING_SHALLOW: usize = 5;
/// Deepest nesting of WITH: resolving names visits the inner ones twice per level.
pub(crate) const MAX_NESTED_WITH: usize = 8;
/// Most tables once common table expressions are expanded.
pub(crate) const MAX_TABLES: u64 = 1_000;
/// Longest text once common table expressions are expanded, in bytes.
pub(crate) const MAX_EXPANDED_BYTES: u64 = 4 * 1024 * 1024;
/// What one more table, set operation or common table expression counts, in operators: each adds plan nodes. A debug
/// build needs about 40 KiB of stack for a join.
const RELATION_WEIGHT: usize = 8;

/// Checks that the statement is not too long or deep.
///
/// # Errors
/// [`EngineError::TooComplex`] with what was measured and the limit. Text that is not even tokens passes: the parser
/// says it better.
pub(crate) fn check(sql: &str, deep_stack: bool) -> Result<(), EngineError> {
    at_most("its length in bytes is", sql.len(), MAX_SQL_BYTES)?;
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else { return Ok(()) };
    let measure = measure(&tokens);
    let (max_depth, max_nesting) =
        if deep_stack { (MAX_DEPTH, MAX_NESTING) } else { (MAX_DEPTH_SHALLOW, MAX_NESTING_SHALLOW) };
    at_most("its deepest nesting of WITH is", measure.nested_with, MAX_NESTED_WITH)?;
    at_most("its deepest nesting is", measure.nesting, max_nesting)?;
    at_most("its longest chain of operators is", measure.depth, max_depth)
}

/// Checks that a statement which passed [`check`] stays bounded when its common table expressions are put in place.
///
/// # Errors
/// [`EngineError::TooComplex`] with what was measured and the limit.
pub(crate) fn check_expansion(statement: &impl Visit) -> Result<(), EngineError> {
    let mut expansion = Expansion::default();
    let _ = statement.visit(&mut expansion);
    let as_usize = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    at_most("the tables it expands to are", as_usize(expansion.total.tables), as_usize(MAX_TABLES))?;
    at_most("the bytes it expands to are", as_usize(expansion.total.bytes), as_usize(MAX_EXPANDED_BYTES))
}

fn at_most(what: &'static str, actual: usize, limit: usize) -> Result<(), EngineError> {
    if actual > limit { Err(EngineError::TooComplex { what, actual, limit }) } else { Ok(()) }
}

/// An upper bound of the depth of the tree that the tokens parse to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Measure {
    depth: usize,
    nesting: usize,
    nested_with: usize,
}

/// What opened a group of tokens.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Opener {
    #[default]
    Bracket,
    Case,
}

/// The tokens between an opener and its end.
#[derive(Debug, Default)]
struct Group {
    opener: Opener,
    /// AND and OR since the last separator.
    logic: usize,
    /// Other operators since the last AND or OR; these bind tighter, so a path meets those of one side only.
    chain: usize,
    /// Most of these on one side.
    longest_chain: usize,
    /// Deepest nested group since the last separator: a path enters only one.
    deepest_inner: usize,
    /// Deepest item between separators so far.
    deepest_item: usize,
    /// What stands above the whole group: tables, set operations, common table expressions.
    relations: usize,
    /// Whether a comma separates tables.
    in_from: bool,
    /// Whether a comma separates common table expressions.
    in_with: bool,
    /// Whether it has a WITH.
    has_with: bool,
}

impl Group {
    fn end_side(&mut self) {
        self.longest_chain = self.longest_chain.max(self.chain);
        self.chain = 0;
    }

    fn end_item(&mut self) {
        self.end_side();
        self.deepest_item = self.deepest_item.max(self.logic + self.longest_chain + self.deepest_inner);
        self.logic = 0;
        self.longest_chain = 0;
        self.deepest_inner = 0;
    }

    /// Takes in a group that ended; it counts as an operator itself.
    fn enclose(&mut self, mut inner: Self) {
        inner.end_item();
        self.chain += 1;
        self.deepest_inner = self.deepest_inner.max(inner.deepest_item + inner.relations);
    }
}

fn measure(tokens: &[Token]) -> Measure {
    let mut outer: Vec<Group> = Vec::new();
    let mut current = Group::default();
    let mut measure = Measure::default();
    for token in tokens {
        let opener = match token {
            Token::LParen | Token::LBracket | Token::LBrace => Some(Opener::Bracket),
            Token::Word(word) if word.keyword == Keyword::CASE => Some(Opener::Case),
            _ => None,
        };
        if let Some(opener) = opener {
            outer.push(std::mem::replace(&mut current, Group { opener, ..Group::default() }));
            measure.nesting = measure.nesting.max(outer.len());
            continue;
        }
        match token {
            Token::RParen | Token::RBracket | Token::RBrace => {
                // A CASE without END ends with the bracket around it.
                while let Some(parent) = outer.pop() {
                    let inner = std::mem::replace(&mut current, parent);
                    let opener = inner.opener;
                    current.enclose(inner);
                    if opener == Opener::Bracket {
                        break;
                    }
                }
            }
            Token::Word(word) if word.keyword == Keyword::END && current.opener == Opener::Case => {
                let parent = outer.pop().unwrap_or_default();
                let inner = std::mem::replace(&mut current, parent);
                current.enclose(inner);
            }
            Token::Comma => {
                if current.in_from || current.in_with {
                    current.relations += RELATION_WEIGHT;
                }
                current.end_item();
            }
            Token::Word(word) => keyword(&mut current, word.keyword),
            Token::Whitespace(_)
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::Placeholder(_)
            | Token::Period
            | Token::SemiColon
            | Token::EOF => {}
            _ => current.chain += 1,
        }
        if current.has_with {
            let nested = outer.iter().filter(|g| g.has_with).count() + 1;
            measure.nested_with = measure.nested_with.max(nested);
        }
    }
    // What was left open is the parser's to report, but it parses up to there first.
    while let Some(parent) = outer.pop() {
        let inner = std::mem::replace(&mut current, parent);
        current.enclose(inner);
    }
    current.end_item();
    measure.depth = current.deepest_item + current.relations;
    measure
}

fn keyword(group: &mut Group, keyword: Keyword) {
    match keyword {
        Keyword::NoKeyword
        | Keyword::AS
        | Keyword::ON
        | Keyword::INNER
        | Keyword::LEFT
        | Keyword::OUTER
        | Keyword::NULLS
        | Keyword::LAST => {}
        Keyword::AND | Keyword::OR => {
            group.logic += 1;
            group.end_side();
        }
        Keyword::WHEN | Keyword::THEN | Keyword::ELSE if group.opener == Opener::Case => group.end_item(),
        Keyword::WITH => {
            group.in_with = true;
            group.has_with = true;
        }
        Keyword::SELECT => {
            group.in_from = false;
            group.in_with = false;
        }
        Keyword::FROM => group.in_from = true,
        Keyword::WHERE | Keyword::GROUP | Keyword::HAVING | Keyword::ORDER | Keyword::WINDOW | Keyword::QUALIFY => {
            group.in_from = false;
        }
        Keyword::JOIN | Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT | Keyword::MINUS | Keyword::LATERAL => {
            group.relations += RELATION_WEIGHT;
        }
        // Any other keyword may be an operator (IS, LIKE, COLLATE, …): counting all is the safe side.
        _ => group.chain += 1,
    }
}

/// Size of a query with its common table expressions in place.
#[derive(Debug, Default, Clone, Copy)]
struct Size {
    tables: u64,
    bytes: u64,
}

/// Adds up [`Size`]s over a statement.
#[derive(Debug, Default, Clone)]
struct Expansion {
    total: Size,
    /// Common table expressions met so far; where one name has several, the largest.
    known: HashMap<String, Size>,
}

impl Visitor for Expansion {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let bytes = cte.query.to_string().len() as u64;
            let mut inner = Self { total: Size { tables: 0, bytes }, known: self.known.clone() };
            let _ = cte.query.visit(&mut inner);
            let known = self.known.entry(cte.alias.name.value.to_lowercase()).or_default();
            known.tables = known.tables.max(inner.total.tables);
            known.bytes = known.bytes.max(inner.total.bytes);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let name = relation.to_string().replace('"', "").to_lowercase();
        let size = self.known.get(&name).copied().unwrap_or(Size { tables: 1, bytes: 0 });
        self.total.tables = self.total.tables.saturating_add(size.tables.max(1));
        self.total.bytes = self.total.bytes.saturating_add(size.bytes);
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests;
