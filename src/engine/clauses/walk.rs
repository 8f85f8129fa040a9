//! What every step of the walk through a statement knows.

use datafusion::execution::SessionState;

use super::refusal::Refusal;

/// What a step gives: nothing, or the first clause that is not executed.
pub(super) type Walked = Result<(), Box<Refusal>>;

/// A walk through one statement.
pub(super) struct Walk<'s> {
    /// Which functions there are.
    pub(super) state: &'s SessionState,
}

/// Where in a statement an expression stands, as far as it matters for named windows: the planner puts those of a SELECT in
/// place in its list of columns only, but there in subqueries too.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scope {
    /// Whether `OVER name` is understood here.
    pub(super) named_windows: bool,
    /// Whether it is part of a list of columns, at any depth.
    pub(super) in_columns: bool,
}

impl Scope {
    /// Of the columns of a SELECT that stands here.
    pub(super) fn columns(self) -> Self {
        Self { named_windows: !self.in_columns, in_columns: true }
    }

    /// Of anything else here.
    pub(super) fn elsewhere(self) -> Self {
        Self { named_windows: false, ..self }
    }
}

impl<'s> Walk<'s> {
    pub(super) fn new(state: &'s SessionState) -> Self {
        Self { state }
    }
}
