//! In which way one column flows into another.

use serde::Serialize;

/// A way, by the names that OpenLineage has for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// Its name, in lower snake_case.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Transformation => "transformation",
            Self::Aggregation => "aggregation",
            Self::Conditional => "conditional",
            Self::Window => "window",
            Self::Filter => "filter",
            Self::Join => "join",
            Self::GroupBy => "group_by",
            Self::Sort => "sort",
        }
    }

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
