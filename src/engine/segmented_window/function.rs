//! The functions that are known.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::{common::ScalarValue, error::Result, physical_plan::PhysicalExpr};

use super::{
    evaluators::{self, Evaluator, Extreme},
    frame::Frame,
};

/// A column that the operator adds.
#[derive(Debug, Clone)]
pub(super) struct WindowColumn {
    pub(super) function: Function,
    /// What the function is computed from; ranks have none.
    pub(super) argument: Option<Arc<dyn PhysicalExpr>>,
}

/// A function, with all that its call says.
#[derive(Debug, Clone)]
pub(super) enum Function {
    RowNumber,
    Rank,
    DenseRank,
    Lag(Shift),
    Lead(Shift),
    FirstValue(Frame),
    LastValue(Frame),
    /// Of one of the types that [`evaluators::sum`] adds.
    Sum(Frame, DataType),
    Count(Frame),
    Min(Frame),
    Max(Frame),
}

/// How far away the value is, and the value where there is no such row.
#[derive(Debug, Clone)]
pub(super) struct Shift {
    pub(super) rows: usize,
    /// Of the argument's type.
    pub(super) default: ScalarValue,
}

impl Function {
    /// Whether a row's value may depend on rows after it, or on more of those before it than an evaluator keeps.
    pub(super) fn needs_whole_partitions(&self) -> bool {
        match self {
            Self::RowNumber | Self::Rank | Self::DenseRank | Self::Lag(_) => false,
            Self::Lead(_) => true,
            // The first row of these is known from the start.
            Self::FirstValue(Frame::ToRow | Frame::ToPeers | Frame::Whole) => false,
            Self::FirstValue(frame)
            | Self::LastValue(frame)
            | Self::Sum(frame, _)
            | Self::Count(frame)
            | Self::Min(frame)
            | Self::Max(frame) => frame.needs_whole_partitions(),
        }
    }

    /// Whether rows that are alike in all that the window is ordered by have to be known as such.
    pub(super) fn needs_peers(&self) -> bool {
        match self {
            Self::Rank | Self::DenseRank => true,
            Self::LastValue(frame) | Self::Sum(frame, _) | Self::Count(frame) | Self::Min(frame) | Self::Max(frame) => {
                *frame == Frame::ToPeers
            }
            Self::RowNumber | Self::Lag(_) | Self::Lead(_) | Self::FirstValue(_) => false,
        }
    }

    /// What computes it, from the first row on.
    pub(super) fn evaluator(&self) -> Result<Box<dyn Evaluator>> {
        Ok(match self {
            Self::RowNumber => Box::new(evaluators::RowNumber::default()),
            Self::Rank => Box::new(evaluators::Rank::with_gaps()),
            Self::DenseRank => Box::new(evaluators::Rank::dense()),
            Self::Lag(shift) => Box::new(evaluators::Lag::new(shift.rows, &shift.default)?),
            Self::Lead(shift) => Box::new(evaluators::Lead::new(shift.rows, &shift.default)?),
            Self::FirstValue(frame) => Box::new(evaluators::FirstValue::new(*frame)),
            Self::LastValue(frame) => Box::new(evaluators::LastValue::new(*frame)),
            Self::Sum(frame, of) => evaluators::sum(*frame, of)?,
            Self::Count(frame) => Box::new(evaluators::Count::new(*frame)),
            Self::Min(frame) => Box::new(Extreme::min(*frame)),
            Self::Max(frame) => Box::new(Extreme::max(*frame)),
        })
    }
}
