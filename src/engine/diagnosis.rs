//! What is wrong with a statement, in words for people, and where.

mod columns;
mod functions;
mod grammar;
mod rules;
mod tables;

use datafusion::{
    common::{Diagnostic, SchemaError},
    error::DataFusionError,
};

use super::{known::Known, position::Position, tokens::Tokens, wording::flatten};

/// What is said about an error.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    /// One line.
    pub(crate) message: String,
    /// Where in the statement.
    pub(crate) position: Option<Position>,
}

/// Reads what DataFusion says about `sql` over what is `known`.
pub(crate) fn diagnose(error: &DataFusionError, sql: &str, known: &Known) -> Diagnosis {
    let tokens = Tokens::of(sql);
    let span = error.diagnostic().and_then(|diagnostic| diagnostic.span);
    let named = span.and_then(|span| Position::of_span(sql, span));
    let at = |index: Option<usize>| index.and_then(|index| tokens.position(index));
    match error.find_root() {
        DataFusionError::SQL(parser, _) => {
            Diagnosis { message: grammar::message(parser), position: grammar::position(parser, sql).or(named) }
        }
        DataFusionError::SchemaError(problem, _) => match problem.as_ref() {
            SchemaError::FieldNotFound { field, valid_fields } => {
                let span = span.or_else(|| field.spans().first());
                let index = span.and_then(|span| tokens.at(span)).or_else(|| tokens.only_name(&field.name));
                let position = named.or_else(|| span.and_then(|span| Position::of_span(sql, span)));
                let unknown = columns::Unknown { field, valid: valid_fields, index };
                Diagnosis { message: unknown.message(&tokens, known), position: position.or_else(|| at(index)) }
            }
            SchemaError::AmbiguousReference { field } => Diagnosis {
                message: columns::ambiguous(field, candidates(error.diagnostic())),
                position: named.or_else(|| at(tokens.only_name(&field.name))),
            },
            _ => Diagnosis { message: in_words(error), position: named },
        },
        DataFusionError::Plan(text) => {
            if let Some(name) = tables::unknown(text) {
                let position = named.or_else(|| at(tokens.only_name(name)));
                return Diagnosis { message: tables::message(name, known), position };
            }
            if let Some(name) = functions::unknown(text) {
                return Diagnosis { message: functions::message(name, known), position: named };
            }
            of_rule(&flatten(text), error.diagnostic(), &tokens, named)
        }
        _ => of_rule(&in_words(error), error.diagnostic(), &tokens, named),
    }
}

/// What breaks a rule of the language.
fn of_rule(text: &str, diagnostic: Option<&Diagnostic>, tokens: &Tokens<'_>, named: Option<Position>) -> Diagnosis {
    let broken = rules::broken(text, diagnostic, tokens);
    let position = broken.index.and_then(|index| tokens.position(index));
    Diagnosis {
        message: broken.message,
        position: if broken.instead { position.or(named) } else { named.or(position) },
    }
}

fn in_words(error: &DataFusionError) -> String {
    match error.find_root() {
        DataFusionError::Plan(text) => flatten(text),
        _ => flatten(&error.strip_backtrace()),
    }
}

/// The columns that the planner thinks possible.
fn candidates(diagnostic: Option<&Diagnostic>) -> Vec<&str> {
    let notes = diagnostic.into_iter().flat_map(|diagnostic| &diagnostic.notes);
    notes.filter_map(|note| note.message.strip_prefix("possible column ")).collect()
}

#[cfg(test)]
mod tests;
