//! In which way one column flows into another.

/// A way, by the names that OpenLineage has for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum How {
    /// Its values are shown as they are.
    Identity,
    /// Values are computed of its values, row by row.
    Transformation,
    /// Values are computed of its values in several rows.
    Aggregation,
    /// It decides which of several values is shown.
    Conditional,
    /// It decides which rows a window function looks at.
    Window,
    /// It decides which rows there are.
    Filter,
    /// It decides which rows are brought together.
    Join,
    /// It decides which rows are summed up together.
    GroupBy,
    /// It decides in which order the rows come, and thereby which are left.
    Sort,
}

impl How {
    /// Whether values flow, rather than decisions.
    pub(crate) fn is_direct(self) -> bool {
        matches!(self, Self::Identity | Self::Transformation | Self::Aggregation)
    }

    /// The way of what came this way and then goes `next`: a decision about values is one about what these were made of, and
    /// what was decided stays so whatever becomes of the values.
    pub(crate) fn then(self, next: Self) -> Self {
        match (self.is_direct(), next.is_direct()) {
            (true, true) => self.max(next),
            (false, true) => self,
            (_, false) => next,
        }
    }
}
