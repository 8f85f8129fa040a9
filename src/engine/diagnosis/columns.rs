//! Columns that are not there, or are there more than once.

use std::collections::BTreeSet;

use datafusion::{
    common::Column,
    sql::sqlparser::{keywords::Keyword, tokenizer::Token},
};

use crate::{
    engine::{functions::instead_of, known::Known, tokens::Tokens},
    similar::did_you_mean,
};

/// Most columns named where an unknown one resembles none.
const MAX_NAMED: usize = 12;
/// Most tables named that have the column.
const MAX_TABLES: usize = 4;
/// Words that engines take without quotes as the first argument of a function of dates.
const UNITS: [&str; 9] = ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "dow"];

/// A column that is not there.
pub(super) struct Unknown<'a> {
    pub(super) field: &'a Column,
    /// Those that are.
    pub(super) valid: &'a [Column],
    /// The place in the statement, as far as it is known.
    pub(super) index: Option<usize>,
}

impl Unknown<'_> {
    /// What is said of it.
    pub(super) fn message(&self, tokens: &Tokens<'_>, known: &Known) -> String {
        let wrong = match &self.field.relation {
            Some(relation) => format!("{relation}.{}", self.field.name),
            None => self.field.name.clone(),
        };
        let hint = self.hint(tokens, known).unwrap_or_else(|| self.there_are(known));
        format!("there is no column {wrong}{hint}")
    }

    fn hint(&self, tokens: &Tokens<'_>, known: &Known) -> Option<String> {
        if self.valid.is_empty() {
            let missing =
                if has(tokens, Keyword::FROM) { "; columns cannot be used there" } else { "; is FROM missing?" };
            return Some(missing.to_owned());
        }
        if let Some(relation) = &self.field.relation {
            return self.of_unknown_table(relation.table(), tokens, known);
        }
        let index = self.index?;
        if let Some(word) = tokens.word(index).filter(|word| word.quote_style.is_none())
            && let Some(instead) = instead_of(&word.value)
            && self.similar().is_empty()
            && !is_compared(tokens, index)
            && !UNITS.contains(&word.value.to_lowercase().as_str())
        {
            return Some(format!("; {instead}"));
        }
        self.in_using(tokens, index)
            .or_else(|| self.given_by_select(tokens, index))
            .or_else(|| self.as_text(tokens, index, known))
    }

    /// The most similar of the columns there are.
    fn similar(&self) -> String {
        did_you_mean(&self.field.name, self.candidates().into_iter())
    }

    /// The columns of the same table, if it is one, else all; each name once.
    fn candidates(&self) -> Vec<&str> {
        let is_of_same = |column: &&Column| self.field.relation.is_some() && column.relation == self.field.relation;
        let of_same: Vec<&Column> = self.valid.iter().filter(is_of_same).collect();
        let candidates: Vec<&Column> = if of_same.is_empty() { self.valid.iter().collect() } else { of_same };
        let mut seen = BTreeSet::new();
        candidates.into_iter().map(|column| column.name.as_str()).filter(|name| seen.insert(*name)).collect()
    }

    fn there_are(&self, known: &Known) -> String {
        let similar = self.similar();
        let elsewhere = known.tables_with(&self.field.name);
        if !elsewhere.is_empty() {
            let named = elsewhere.iter().take(MAX_TABLES).copied().collect::<Vec<_>>().join(", ");
            let more = if elsewhere.len() > MAX_TABLES {
                format!(" and {} more tables", elsewhere.len() - MAX_TABLES)
            } else {
                String::new()
            };
            return format!("; it is a column of {named}{more}{similar}");
        }
        let names = self.candidates();
        match (similar.is_empty(), names.as_slice()) {
            (false, _) => similar,
            (true, []) => String::new(),
            (true, [name]) => format!("; there is {name}"),
            (true, names) if names.len() <= MAX_NAMED => format!("; there are {}", names.join(", ")),
            (true, names) => {
                let named = names.iter().take(MAX_NAMED).copied().collect::<Vec<_>>().join(", ");
                format!("; there are {named}, and {} more", names.len() - MAX_NAMED)
            }
        }
    }

    /// A table's name or alias before the dot that nothing in FROM has.
    fn of_unknown_table(&self, table: &str, tokens: &Tokens<'_>, known: &Known) -> Option<String> {
        let mut relations: Vec<&str> = Vec::new();
        for relation in self.valid.iter().filter_map(|column| column.relation.as_ref()) {
            if !relations.contains(&relation.table()) {
                relations.push(relation.table());
            }
        }
        if relations.is_empty() || relations.contains(&table) {
            return None;
        }
        let column = &self.field.name;
        // A table of the statement around a subquery.
        if let Some(outer) = table_called(tokens, table) {
            let columns = known.tables.get(&outer)?;
            return Some(did_you_mean(column, columns.iter().map(String::as_str)));
        }
        if let Some(alias) = alias_of(tokens, table) {
            return Some(format!(": {table} is called {alias} here; write {alias}.{column}"));
        }
        let similar = did_you_mean(table, relations.iter().copied());
        let there = if similar.is_empty() { format!("; FROM has {}", relations.join(", ")) } else { similar };
        Some(format!(": FROM has no table {table}{there}"))
    }

    /// A name within `USING (…)`, which both tables need.
    fn in_using(&self, tokens: &Tokens<'_>, index: usize) -> Option<String> {
        let opened = (0..index).rev().find(|at| tokens.get(*at) == Some(&Token::LParen))?;
        let within = opened + 1..index;
        let only_names = within.into_iter().all(|at| matches!(tokens.get(at), Some(Token::Word(_) | Token::Comma)));
        let using = opened.checked_sub(1)?;
        if !only_names || tokens.keyword(using) != Keyword::USING {
            return None;
        }
        let right = tokens.word(using.checked_sub(1)?)?.value.to_lowercase();
        let of: BTreeSet<&str> = self.valid.iter().filter_map(|c| c.relation.as_ref().map(|r| r.table())).collect();
        let keyed: Vec<&str> = of.iter().copied().filter(|table| self.has(table, "id")).collect();
        let column = &self.field.name;
        let lacking = if of.contains(right.as_str()) { right.as_str() } else { "the other side" };
        let (lacking, key) = match (keyed.as_slice(), lacking) {
            ([one], _) => (*one, format!("{one}.id")),
            (_, "the other side") => {
                let of = of.into_iter().collect::<Vec<_>>().join(" or ");
                return Some(format!(" in {of}; USING needs it on both sides: write ON with a column of each"));
            }
            (_, table) => (table, format!("{table}.id")),
        };
        let other =
            if lacking == right { left_of(tokens, using).unwrap_or_else(|| "x".to_owned()) } else { right.clone() };
        let id = if self.has(lacking, "id") { ", but id" } else { "" };
        Some(format!(" in {lacking}{id}; USING needs it on both sides: write ON {other}.{column} = {key}"))
    }

    fn has(&self, table: &str, column: &str) -> bool {
        self.valid.iter().any(|c| c.name == column && c.relation.as_ref().is_some_and(|r| r.table() == table))
    }

    /// A name that SELECT gives, where it is not known yet.
    fn given_by_select(&self, tokens: &Tokens<'_>, index: usize) -> Option<String> {
        let is_clause = |at: &usize| {
            matches!(
                tokens.keyword(*at),
                Keyword::SELECT | Keyword::FROM | Keyword::WHERE | Keyword::ON | Keyword::GROUP
            )
        };
        let clause = (0..index).rev().find(is_clause)?;
        let name = match tokens.keyword(clause) {
            Keyword::WHERE => "WHERE",
            Keyword::SELECT => "the same SELECT",
            _ => return None,
        };
        let given = (0..tokens.len()).any(|at| {
            let ends = tokens.get(at + 2) == Some(&Token::Comma) || tokens.keyword(at + 2) == Keyword::FROM;
            let names = tokens.keyword(at) == Keyword::AS || (ends && tokens.keyword(at) == Keyword::NoKeyword);
            names
                && matches!(tokens.get(at), Some(Token::Word(_) | Token::RParen | Token::Number(..)))
                && tokens.word(at + 1).is_some_and(|word| word.value.eq_ignore_ascii_case(&self.field.name))
        });
        given.then(|| {
            format!(": SELECT gives this name, which {name} cannot use; write its expression again, or name it in a WITH before")
        })
    }

    /// A text without quotes, or in double ones, which are for names.
    fn as_text(&self, tokens: &Tokens<'_>, index: usize, known: &Known) -> Option<String> {
        let word = tokens.word(index)?;
        let is_quoted = word.quote_style == Some('"');
        let is_unit = UNITS.contains(&word.value.to_lowercase().as_str())
            && matches!(tokens.before(index), Some(Token::LParen | Token::Comma))
            && matches!(tokens.get(index + 1), Some(Token::Comma | Token::RParen));
        let is_elsewhere = !known.tables_with(&self.field.name).is_empty();
        let compared = is_compared(tokens, index) && !is_elsewhere;
        let similar = self.similar();
        if !is_unit && !compared && (!is_quoted || !similar.is_empty()) {
            return None;
        }
        let text = word.value.replace('\'', "''");
        Some(match similar.strip_prefix("; did you mean ").and_then(|rest| rest.strip_suffix('?')) {
            Some(column) if !is_unit => format!("; did you mean {column}, or the text '{text}'?"),
            _ => format!("; text goes into single quotes: did you mean '{text}'?"),
        })
    }
}

/// Whether what stands there is what something is compared with.
fn is_compared(tokens: &Tokens<'_>, index: usize) -> bool {
    let compares = match tokens.before(index) {
        Some(Token::Eq | Token::DoubleEq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq) => true,
        Some(Token::Word(word)) => matches!(word.keyword, Keyword::LIKE | Keyword::ILIKE | Keyword::BETWEEN),
        _ => false,
    };
    compares || in_list(tokens, index)
}

/// Whether it is one of `IN (…)`.
fn in_list(tokens: &Tokens<'_>, index: usize) -> bool {
    let is_item = |at: &usize| !matches!(tokens.get(*at), Some(Token::LParen | Token::RParen) | None);
    let opened = (0..index).rev().find(|at| !is_item(at));
    opened.and_then(|at| at.checked_sub(1)).is_some_and(|before| {
        tokens.keyword(before) == Keyword::IN
            && !(before + 2..index).any(|at| tokens.keyword(at) == Keyword::SELECT)
            && tokens.keyword(before + 2) != Keyword::SELECT
    })
}

/// Whether a table may be read there.
fn is_read(tokens: &Tokens<'_>, index: usize) -> bool {
    let before = index.checked_sub(1);
    let begins = before.is_some_and(|before| matches!(tokens.keyword(before), Keyword::FROM | Keyword::JOIN))
        || tokens.before(index) == Some(&Token::Comma);
    begins && tokens.word(index).is_some()
}

/// The alias of the table that is read there.
fn alias_at(tokens: &Tokens<'_>, index: usize) -> Option<String> {
    let alias = if tokens.keyword(index + 1) == Keyword::AS { index + 2 } else { index + 1 };
    let word = tokens.word(alias)?;
    (tokens.keyword(alias) == Keyword::NoKeyword).then(|| word.value.to_lowercase())
}

/// The alias under which FROM reads the table.
fn alias_of(tokens: &Tokens<'_>, table: &str) -> Option<String> {
    let is = |at: usize| tokens.word(at).is_some_and(|word| word.value.eq_ignore_ascii_case(table));
    (0..tokens.len()).filter(|at| is_read(tokens, *at) && is(*at)).find_map(|at| alias_at(tokens, at))
}

/// The table that FROM reads under this alias.
fn table_called(tokens: &Tokens<'_>, alias: &str) -> Option<String> {
    let found = (0..tokens.len())
        .filter(|at| is_read(tokens, *at))
        .find(|at| alias_at(tokens, *at).as_deref() == Some(alias))?;
    tokens.word(found).map(|word| word.value.to_lowercase())
}

/// The name of the table before the JOIN that ends with this USING.
fn left_of(tokens: &Tokens<'_>, using: usize) -> Option<String> {
    let join = (0..using).rev().find(|at| tokens.keyword(*at) == Keyword::JOIN)?;
    let kinds = [Keyword::INNER, Keyword::LEFT, Keyword::RIGHT, Keyword::FULL, Keyword::OUTER];
    let table = (0..join).rev().find(|at| !kinds.contains(&tokens.keyword(*at)))?;
    tokens.word(table).map(|word| word.value.to_lowercase())
}

fn has(tokens: &Tokens<'_>, keyword: Keyword) -> bool {
    (0..tokens.len()).any(|at| tokens.keyword(at) == keyword)
}

/// What is said of a name that several tables have.
pub(super) fn ambiguous(field: &Column, candidates: Vec<&str>) -> String {
    let name = &field.name;
    let qualified: Vec<&str> = candidates.into_iter().filter(|candidate| candidate.contains('.')).collect();
    match qualified.as_slice() {
        [] => format!("more than one table has a column {name}; say which, as in e.{name}"),
        several => format!("more than one table has a column {name}; say which: {}", several.join(" or ")),
    }
}
