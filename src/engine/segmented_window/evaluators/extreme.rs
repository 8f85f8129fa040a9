//! `min` and `max`: the row that has the value, of any type that has an order.

use std::cmp::Ordering;

use arrow::{
    array::{Array as _, ArrayRef, make_comparator},
    compute::SortOptions,
};
use datafusion::error::Result;

use super::{
    super::{frame::Frame, positions::Positions, runs::Segments},
    Evaluator,
    carried::Carried,
};

pub(in super::super) struct Extreme {
    frame: Frame,
    /// How a value compares with one that it replaces.
    better: Ordering,
    /// The value of the open partition so far, perhaps null.
    carried: Carried,
}

impl Extreme {
    pub(in super::super) fn min(frame: Frame) -> Self {
        Self { frame, better: Ordering::Less, carried: Carried::default() }
    }

    pub(in super::super) fn max(frame: Frame) -> Self {
        Self { frame, better: Ordering::Greater, carried: Carried::default() }
    }
}

impl Evaluator for Extreme {
    fn evaluate(&mut self, segments: &Segments, argument: &ArrayRef) -> Result<ArrayRef> {
        let joined = self.carried.join(segments, argument)?;
        let values = &joined.values;
        let compare = make_comparator(values, values, SortOptions::default())?;
        let mut positions = Positions::with_capacity(segments.rows());
        let mut kept = 0;
        for run in segments.partitions.iter() {
            let (known, current) = (joined.known(&run), joined.current(&run));
            let mut best = (known.start..current.start).find(|row| values.is_valid(*row));
            for row in current {
                if values.is_valid(row) && best.is_none_or(|best| compare(row, best) == self.better) {
                    best = Some(row);
                }
                positions.one(best);
            }
            // Without a value so far, its first row is as null as any.
            kept = best.unwrap_or(known.start);
        }
        self.carried.keep(&joined, kept..kept + 1);
        self.frame.of_running(positions.of(values)?, segments)
    }
}
