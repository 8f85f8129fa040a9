//! `count`.

use std::sync::Arc;

use arrow::{
    array::{Array as _, ArrayRef, AsArray as _, Int64Array},
    datatypes::Int64Type,
};
use datafusion::error::Result;

use super::{
    super::{frame::Frame, runs::Segments},
    Evaluator,
};

pub(in super::super) struct Count {
    frame: Frame,
    /// Values of the open partition so far.
    values: i64,
}

impl Count {
    pub(in super::super) fn new(frame: Frame) -> Self {
        Self { frame, values: 0 }
    }

    /// The values of each partition up to each row.
    fn running(&mut self, segments: &Segments, argument: &ArrayRef) -> Vec<i64> {
        let nulls = argument.logical_nulls().filter(|nulls| nulls.null_count() > 0);
        let mut counts = Vec::with_capacity(segments.rows());
        for run in segments.partitions.iter() {
            let mut values = if run.is_continued { self.values } else { 0 };
            match &nulls {
                None => {
                    counts.extend((values + 1..).take(run.rows.len()));
                    values = counts.last().copied().unwrap_or(values);
                }
                Some(nulls) => counts.extend(run.rows.map(|row| {
                    values += i64::from(nulls.is_valid(row));
                    values
                })),
            }
            self.values = values;
        }
        counts
    }
}

impl Evaluator for Count {
    fn evaluate(&mut self, segments: &Segments, argument: &ArrayRef) -> Result<ArrayRef> {
        let running = self.running(segments, argument);
        if let Frame::Trailing(distance) = self.frame {
            return Ok(Arc::new(Int64Array::from(trailing(&running, segments, distance))));
        }
        let counts = self.frame.of_running(Arc::new(Int64Array::from(running)), segments)?;
        if counts.null_count() == 0 {
            return Ok(counts);
        }
        // Nothing is counted in an empty frame.
        let counts = counts.as_primitive::<Int64Type>();
        Ok(Arc::new(counts.iter().map(Option::unwrap_or_default).collect::<Int64Array>()))
    }
}

/// What was counted before the frame does not count.
fn trailing(running: &[i64], segments: &Segments, distance: usize) -> Vec<i64> {
    let mut counts = Vec::with_capacity(running.len());
    for run in segments.partitions.iter() {
        let partition = running.get(run.rows).unwrap_or_default();
        let left_behind = std::iter::repeat_n(0, distance.saturating_add(1)).chain(partition.iter().copied());
        counts.extend(partition.iter().zip(left_behind).map(|(count, left)| count - left));
    }
    counts
}
