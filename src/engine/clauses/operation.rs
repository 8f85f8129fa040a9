//! Set operations: UNION, EXCEPT, INTERSECT and how they treat rows that are alike.

use datafusion::sql::sqlparser::{
    ast::{SetOperator, SetQuantifier},
    tokenizer::Span,
};

use super::{refusal::Refusal, walk::Walked};

/// Whether the engine does it; `right` is what stands behind it.
pub(super) fn check(operator: SetOperator, quantifier: SetQuantifier, right: Span) -> Walked {
    let refused = |words, remedy: &str| Err(Refusal::before(right, words).instead(remedy));
    /// The engine keeps or drops all rows that are alike, where SQL counts them.
    const COUNTED: &str =
        "number the rows that are alike with row_number() OVER (PARTITION BY …) on both sides, or leave ALL out";
    match (operator, quantifier) {
        (
            SetOperator::Union,
            SetQuantifier::All
            | SetQuantifier::Distinct
            | SetQuantifier::None
            | SetQuantifier::ByName
            | SetQuantifier::AllByName
            | SetQuantifier::DistinctByName,
        )
        | (SetOperator::Except | SetOperator::Intersect, SetQuantifier::Distinct | SetQuantifier::None) => Ok(()),
        (SetOperator::Except, SetQuantifier::All) => refused("EXCEPT ALL", COUNTED),
        (SetOperator::Intersect, SetQuantifier::All) => refused("INTERSECT ALL", COUNTED),
        (
            SetOperator::Except | SetOperator::Intersect,
            SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName,
        ) => refused("BY NAME", "put the columns in one order"),
        (
            SetOperator::Minus,
            SetQuantifier::All
            | SetQuantifier::Distinct
            | SetQuantifier::None
            | SetQuantifier::ByName
            | SetQuantifier::AllByName
            | SetQuantifier::DistinctByName,
        ) => refused("MINUS", "write EXCEPT"),
    }
}
