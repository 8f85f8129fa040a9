//! What heads the columns of an answer: an expression without a name is headed by its text, as it was typed.
//!
//! The plan keeps the names that the planner gives, so that no clause of the statement can mean something else for it: the
//! columns are renamed on their way out.

use std::collections::HashSet;

use arrow::datatypes::{Schema, SchemaRef};
use datafusion::{
    common::DFSchema,
    sql::{
        parser::Statement,
        sqlparser::{
            ast::{self, Expr, Query, Select, SelectItem, SetExpr, SetQuantifier},
            keywords::Keyword,
            tokenizer::{Location, Span, Token, Whitespace},
        },
    },
};

use super::{
    names::{folded, unique},
    tokens::tokens,
};
use crate::terminal_text::shorten;

/// Longest text that heads a column, in characters.
const LONGEST: usize = 60;

/// One item of the outermost select list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// `expression AS name`.
    Named,
    /// An expression without a name.
    Unnamed {
        /// The column that it is, if it is no more than one.
        column: Option<String>,
        /// Its text.
        text: String,
    },
    /// Any number of columns.
    Several,
}

/// The items of the list that names the columns of the answer; none where the statement has no such list.
pub(crate) fn items(statement: &Statement, sql: &str) -> Vec<Item> {
    let Some(select) = naming_select(statement) else { return Vec::new() };
    let texts = texts(select, sql);
    let item = |(index, item): (usize, &SelectItem)| match item {
        SelectItem::UnnamedExpr(expr) => {
            let text = texts.as_ref().and_then(|texts| texts.get(index).cloned()).filter(|text| !text.is_empty());
            let text = text.unwrap_or_else(|| folded_text(&expr.to_string()));
            Item::Unnamed { column: column_name(expr), text: shorten(&text, LONGEST).into_owned() }
        }
        SelectItem::ExprWithAlias { .. } => Item::Named,
        SelectItem::ExprWithAliases { .. } | SelectItem::QualifiedWildcard(..) | SelectItem::Wildcard(_) => {
            Item::Several
        }
    };
    select.projection.iter().enumerate().map(item).collect()
}

/// The heading of each column that was planned for a statement with these items.
pub(crate) fn of(items: &[Item], schema: &DFSchema) -> Vec<String> {
    let mut headings: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut typed = vec![None; headings.len()];
    for (index, text) in placed(items, schema).into_iter().flatten() {
        if let (Some(place), Some(name)) = (typed.get_mut(index), headings.get(index)) {
            *place = text.filter(|text| !is_its_name(text, name)).map(|text| text.text);
        }
    }
    let kept = headings.iter().zip(&typed).filter(|(_, typed)| typed.is_none());
    let mut taken: HashSet<String> = kept.map(|(name, _)| name.to_lowercase()).collect();
    for (heading, typed) in headings.iter_mut().zip(typed) {
        if let Some(text) = typed {
            *heading = unique(text, &mut taken);
        }
    }
    headings
}

/// The same columns below other headings.
pub(crate) fn head(schema: &SchemaRef, headings: &[String]) -> SchemaRef {
    if headings.len() != schema.fields().len() {
        return SchemaRef::clone(schema);
    }
    let fields = schema.fields().iter().zip(headings).map(|(field, heading)| field.as_ref().clone().with_name(heading));
    SchemaRef::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

/// A column's text, where it has no name.
#[derive(Debug)]
struct Typed {
    column: Option<String>,
    text: String,
}

/// Whether the planner's name is that of the column which was typed, perhaps with a number that tells it from another.
fn is_its_name(typed: &Typed, name: &str) -> bool {
    let Some(rest) = typed.column.as_deref().and_then(|column| name.strip_prefix(column)) else { return false };
    rest.is_empty() || rest.strip_prefix('_').is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
}

/// Which item each column is, as far as it is certain. Beside items of several columns the others are counted from both ends;
/// between two of them, those that are computed are the columns of no table.
fn placed(items: &[Item], schema: &DFSchema) -> Option<Vec<(usize, Option<Typed>)>> {
    let columns = schema.fields().len();
    let typed = |item: &Item| match item {
        Item::Unnamed { column, text } => Some(Typed { column: column.clone(), text: text.clone() }),
        Item::Named | Item::Several => None,
    };
    // One that unpacks a value may be several columns too.
    let may_unpack = |item: &Item| matches!(item, Item::Unnamed { text, .. } if text.to_lowercase().contains("unnest"));
    let is_several = |item: &Item| *item == Item::Several || may_unpack(item);
    if !items.contains(&Item::Several) {
        return (items.len() == columns).then(|| items.iter().map(typed).enumerate().collect());
    }
    let first = items.iter().position(is_several)?;
    let last = items.iter().rposition(is_several)?;
    let behind = items.len() - last - 1;
    if first + behind > columns {
        return None;
    }
    let mut found: Vec<(usize, Option<Typed>)> = items.iter().take(first).map(typed).enumerate().collect();
    found.extend(items.iter().skip(last + 1).map(typed).enumerate().map(|(i, typed)| (columns - behind + i, typed)));
    let is_computed = |item: &&Item| match item {
        Item::Named => true,
        Item::Unnamed { column, .. } => column.is_none(),
        Item::Several => false,
    };
    let between: Vec<&Item> = items.iter().take(last).skip(first).filter(is_computed).collect();
    let of_no_table =
        schema.iter().enumerate().take(columns - behind).skip(first).filter(|(_, (table, _))| table.is_none());
    let of_no_table: Vec<usize> = of_no_table.map(|(index, _)| index).collect();
    if between.len() == of_no_table.len() && !between.iter().any(|item| may_unpack(item)) {
        found.extend(of_no_table.into_iter().zip(between.into_iter().map(typed)));
    }
    Some(found)
}

/// The select whose list names the columns: the first of a `UNION`.
fn naming_select(statement: &Statement) -> Option<&Select> {
    let Statement::Statement(inner) = statement else { return None };
    let ast::Statement::Query(query) = inner.as_ref() else { return None };
    let mut query: &Query = query;
    let mut body = query.body.as_ref();
    loop {
        if !query.pipe_operators.is_empty() {
            return None;
        }
        body = match body {
            SetExpr::Select(select) => return select.exclude.is_none().then_some(select),
            SetExpr::Query(inner) => {
                query = inner;
                inner.body.as_ref()
            }
            SetExpr::SetOperation { left, set_quantifier, .. } => {
                use SetQuantifier::{AllByName, ByName, DistinctByName};
                if matches!(set_quantifier, AllByName | ByName | DistinctByName) {
                    return None;
                }
                left.as_ref()
            }
            _ => return None,
        };
    }
}

/// The column that an expression is.
fn column_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(folded(name)),
        Expr::CompoundIdentifier(parts) => parts.last().map(folded),
        Expr::Nested(inner) => column_name(inner),
        _ => None,
    }
}

/// The texts of a select's list, or `None` where they cannot be told apart by the statement's tokens.
fn texts(select: &Select, sql: &str) -> Option<Vec<String>> {
    let tokens = tokens(sql);
    let begun = select.select_token.0.span.start;
    let list = tokens.iter().skip_while(|(_, span)| span.start != begun).skip(1);
    let texts: Vec<String> = split(list).iter().map(|spans| text_of(sql, spans)).collect();
    (texts.len() == select.projection.len()).then_some(texts)
}

/// The spans of each item of a list, without its comments.
fn split<'t>(list: impl Iterator<Item = &'t (Token, Span)>) -> Vec<Vec<Span>> {
    let mut items = vec![Vec::new()];
    let mut depth = 0_usize;
    // The two tokens before, blanks aside.
    let (mut before, mut earlier) = (None, None);
    let mut list = list.filter(|(token, _)| !matches!(token, Token::Whitespace(_)) || is_comment(token)).peekable();
    skip_distinct(&mut list);
    for (token, span) in list {
        if is_comment(token) {
            // Parts are joined again without what is between them.
            if let Some(item) = items.last_mut() {
                item.push(Span::empty());
            }
            continue;
        }
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace if depth == 0 => break,
            Token::RParen | Token::RBracket | Token::RBrace => depth -= 1,
            Token::Comma if depth == 0 => {
                items.push(Vec::new());
                (before, earlier) = (None, None);
                continue;
            }
            Token::SemiColon | Token::EOF => break,
            _ if depth == 0 && ends_list(token, before, earlier) => break,
            _ => {}
        }
        if let Some(item) = items.last_mut() {
            item.push(*span);
        }
        (earlier, before) = (before, Some(token));
    }
    items
}

fn is_comment(token: &Token) -> bool {
    matches!(token, Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)))
}

/// Goes past `ALL`, `DISTINCT` and `DISTINCT ON (…)`, which are no part of the first item.
fn skip_distinct<'t>(list: &mut std::iter::Peekable<impl Iterator<Item = &'t (Token, Span)>>) {
    let mut skips = |wanted: Keyword| list.next_if(|(token, _)| is_comment(token) || keyword(token) == Some(wanted));
    while skips(Keyword::ALL).is_some() {}
    let mut is_distinct = false;
    while let Some((token, _)) = skips(Keyword::DISTINCT) {
        is_distinct |= !is_comment(token);
    }
    if !is_distinct || skips(Keyword::ON).is_none() {
        return;
    }
    let mut depth = 0_usize;
    for (token, _) in list {
        match token {
            Token::LParen => depth += 1,
            Token::RParen if depth <= 1 => return,
            Token::RParen => depth -= 1,
            _ => {}
        }
    }
}

/// The keyword that a token is, unless it is quoted.
fn keyword(token: &Token) -> Option<Keyword> {
    match token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.keyword),
        _ => None,
    }
}

/// Whether a token outside of parentheses begins what follows the list.
fn ends_list(token: &Token, before: Option<&Token>, earlier: Option<&Token>) -> bool {
    let follows = |wanted: Keyword| before.and_then(keyword) == Some(wanted);
    match keyword(token) {
        // A name, as in `t.order`.
        _ if before == Some(&Token::Period) => false,
        Some(Keyword::FROM) => {
            // `a IS DISTINCT FROM b`.
            let compares = matches!(earlier.and_then(keyword), Some(Keyword::IS | Keyword::NOT));
            !(follows(Keyword::DISTINCT) && compares)
        }
        Some(Keyword::GROUP) => !follows(Keyword::WITHIN),
        // `* EXCEPT (a)`.
        Some(Keyword::EXCEPT) => before != Some(&Token::Mul),
        Some(
            Keyword::INTO
            | Keyword::WHERE
            | Keyword::HAVING
            | Keyword::ORDER
            | Keyword::LIMIT
            | Keyword::OFFSET
            | Keyword::FETCH
            | Keyword::UNION
            | Keyword::INTERSECT
            | Keyword::QUALIFY
            | Keyword::WINDOW
            | Keyword::FOR,
        ) => true,
        _ => false,
    }
}

/// The text of an item, on one line; an empty span is a gap.
fn text_of(sql: &str, spans: &[Span]) -> String {
    let part = |spans: &[Span]| {
        let from = offset(sql, spans.first()?.start)?;
        let to = offset(sql, spans.last()?.end)?;
        sql.get(from..to)
    };
    let parts: Vec<&str> = spans.split(|span| *span == Span::empty()).filter_map(part).collect();
    folded_text(&parts.join(" "))
}

fn folded_text(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a line and column, both counted from 1, are in the text.
fn offset(sql: &str, at: Location) -> Option<usize> {
    let (line, column) = (usize::try_from(at.line).ok()?, usize::try_from(at.column).ok()?);
    let begun: usize = sql.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let rest = sql.get(begun..)?;
    let within = rest.char_indices().map(|(index, _)| index).chain([rest.len()]).nth(column.checked_sub(1)?)?;
    Some(begun + within)
}

#[cfg(test)]
mod tests;
