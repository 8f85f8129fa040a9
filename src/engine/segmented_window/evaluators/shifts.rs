//! `lag` and `lead`.

use arrow::array::ArrayRef;
use datafusion::{common::ScalarValue, error::Result};

use super::{
    super::{positions::Positions, runs::Segments},
    Evaluator,
    carried::Carried,
};

pub(in super::super) struct Lag {
    distance: usize,
    default: Option<ArrayRef>,
    /// The last rows of the open partition, as many as the distance.
    carried: Carried,
}

impl Lag {
    pub(in super::super) fn new(distance: usize, default: &ScalarValue) -> Result<Self> {
        Ok(Self { distance, default: unless_null(default)?, carried: Carried::default() })
    }
}

impl Evaluator for Lag {
    fn evaluate(&mut self, segments: &Segments, argument: &ArrayRef) -> Result<ArrayRef> {
        let joined = self.carried.join(segments, argument)?;
        let mut positions = Positions::with_capacity(segments.rows());
        let mut open = 0..0;
        for run in segments.partitions.iter() {
            let (known, current) = (joined.known(&run), joined.current(&run));
            let before = current.start - known.start;
            let missing = self.distance.saturating_sub(before).min(current.len());
            positions.none(missing);
            if missing < current.len() {
                positions.each(current.start + missing - self.distance..current.end - self.distance);
            }
            open = known;
        }
        self.carried.keep(&joined, open.end - open.len().min(self.distance)..open.end);
        taken(positions, &joined.values, self.default.as_ref())
    }
}

pub(in super::super) struct Lead {
    distance: usize,
    default: Option<ArrayRef>,
}

impl Lead {
    pub(in super::super) fn new(distance: usize, default: &ScalarValue) -> Result<Self> {
        Ok(Self { distance, default: unless_null(default)? })
    }
}

impl Evaluator for Lead {
    fn evaluate(&mut self, segments: &Segments, argument: &ArrayRef) -> Result<ArrayRef> {
        let mut positions = Positions::with_capacity(segments.rows());
        segments.partitions.iter().for_each(|run| positions.after(run.rows, self.distance));
        taken(positions, argument, self.default.as_ref())
    }
}

/// The value as an array of one row.
fn unless_null(value: &ScalarValue) -> Result<Option<ArrayRef>> {
    if value.is_null() { Ok(None) } else { value.to_array().map(Some) }
}

fn taken(positions: Positions, values: &ArrayRef, default: Option<&ArrayRef>) -> Result<ArrayRef> {
    match default {
        Some(default) => positions.of_or(values, default),
        None => positions.of(values),
    }
}
