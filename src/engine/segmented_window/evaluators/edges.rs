//! `first_value` and `last_value`.

use arrow::array::ArrayRef;
use datafusion::error::Result;

use super::{
    super::{frame::Frame, positions::Positions, runs::Segments},
    Evaluator,
    carried::Carried,
};

pub(in super::super) struct FirstValue {
    frame: Frame,
    /// The first row of the open partition.
    carried: Carried,
}

impl FirstValue {
    pub(in super::super) fn new(frame: Frame) -> Self {
        Self { frame, carried: Carried::default() }
    }
}

impl Evaluator for FirstValue {
    fn evaluate(&mut self, segments: &Segments, argument: &ArrayRef) -> Result<ArrayRef> {
        if matches!(self.frame, Frame::ToRowBefore(_) | Frame::Trailing(_)) {
            return self.frame.first_rows(segments).of(argument);
        }
        let joined = self.carried.join(segments, argument)?;
        let mut positions = Positions::with_capacity(segments.rows());
        let mut first = 0;
        for run in segments.partitions.iter() {
            first = joined.known(&run).start;
            positions.all(first, run.rows.len());
        }
        self.carried.keep(&joined, first..first + 1);
        positions.of(&joined.values)
    }
}

pub(in super::super) struct LastValue {
    frame: Frame,
}

impl LastValue {
    pub(in super::super) fn new(frame: Frame) -> Self {
        Self { frame }
    }
}

impl Evaluator for LastValue {
    fn evaluate(&mut self, segments: &Segments, argument: &ArrayRef) -> Result<ArrayRef> {
        match self.frame {
            Frame::ToRow | Frame::Trailing(_) => Ok(argument.clone()),
            _ => self.frame.last_rows(segments).of(argument),
        }
    }
}
