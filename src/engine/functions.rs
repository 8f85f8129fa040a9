//! Functions that `query` has beside DataFusion's own, and what to write for those of other engines.
//!
//! Derived tables and quality rules do without them, so that their SQL runs in other engines too.

mod compute;
mod foreign;
mod formats;
mod given;
mod unit;

use datafusion::{logical_expr::ScalarUDF, prelude::SessionContext};

use self::given::GIVEN;
pub(super) use self::{foreign::instead_of, formats::check as check_formats};

/// Makes the functions known.
pub(super) fn give(context: &SessionContext) {
    for given in &GIVEN {
        context.register_udf(ScalarUDF::from(given.function()));
    }
}

#[cfg(test)]
mod tests;
