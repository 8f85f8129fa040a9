//! The frames that are known: which rows of its partition a row's value is computed from.

use arrow::array::ArrayRef;
use datafusion::{
    common::ScalarValue,
    error::Result,
    logical_expr::{WindowFrame, WindowFrameBound, WindowFrameUnits},
};

use super::{positions::Positions, runs::Segments};

/// All but the last begin with the partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// `ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`.
    ToRow,
    /// `ROWS BETWEEN UNBOUNDED PRECEDING AND n PRECEDING`: empty for the first rows.
    ToRowBefore(usize),
    /// `RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`.
    ToPeers,
    /// The whole partition.
    Whole,
    /// `ROWS BETWEEN n PRECEDING AND CURRENT ROW`.
    Trailing(usize),
}

impl Frame {
    pub(super) fn of(frame: &WindowFrame, is_ordered: bool) -> Option<Self> {
        use WindowFrameBound::{CurrentRow, Following, Preceding};
        use WindowFrameUnits::{Range, Rows};

        if matches!(frame.units, WindowFrameUnits::Groups) {
            return None;
        }
        match (&frame.units, &frame.start_bound, &frame.end_bound) {
            (_, Preceding(start), Following(end)) if start.is_null() && end.is_null() => Some(Self::Whole),
            (Rows, Preceding(start), CurrentRow) if start.is_null() => Some(Self::ToRow),
            (Rows, Preceding(start), Preceding(end)) if start.is_null() => rows(end).map(Self::ToRowBefore),
            (Rows, Preceding(start), CurrentRow) => rows(start).map(Self::Trailing),
            (Range, Preceding(start), CurrentRow) if start.is_null() && is_ordered => Some(Self::ToPeers),
            _ => None,
        }
    }

    /// Whether it is not enough to know the rows up to the current one, and of those one value.
    pub(super) fn needs_whole_partitions(self) -> bool {
        self != Self::ToRow
    }

    /// From the value over a partition's rows up to each row, the value over each row's frame; null where that is empty.
    /// Not for [`Frame::Trailing`].
    pub(super) fn of_running(self, running: ArrayRef, segments: &Segments) -> Result<ArrayRef> {
        if self == Self::ToRow { Ok(running) } else { self.last_rows(segments).of(&running) }
    }

    /// The last row of each row's frame. Partitions are complete where [`Frame::needs_whole_partitions`].
    pub(super) fn last_rows(self, segments: &Segments) -> Positions {
        let mut last = Positions::with_capacity(segments.rows());
        match self {
            Self::ToRow | Self::Trailing(_) => last.each(0..segments.rows()),
            Self::ToRowBefore(distance) => segments.partitions.iter().for_each(|run| last.before(run.rows, distance)),
            Self::ToPeers => segments.peers.iter().for_each(|run| last.all(run.rows.end - 1, run.rows.len())),
            Self::Whole => segments.partitions.iter().for_each(|run| last.all(run.rows.end - 1, run.rows.len())),
        }
        last
    }

    /// The first row of each row's frame.
    pub(super) fn first_rows(self, segments: &Segments) -> Positions {
        let mut first = Positions::with_capacity(segments.rows());
        for run in segments.partitions.iter() {
            let (start, rows) = (run.rows.start, run.rows.len());
            match self {
                Self::ToRow | Self::ToPeers | Self::Whole => first.all(start, rows),
                Self::ToRowBefore(distance) => {
                    let empty = distance.min(rows);
                    first.none(empty);
                    first.all(start, rows - empty);
                }
                Self::Trailing(distance) => {
                    let full = rows.saturating_sub(distance);
                    first.all(start, rows - full);
                    first.each(start..start + full);
                }
            }
        }
        first
    }
}

/// A number of rows. Huge ones are left to DataFusion.
fn rows(bound: &ScalarValue) -> Option<usize> {
    match bound {
        ScalarValue::UInt64(Some(rows)) => u32::try_from(*rows).ok()?.try_into().ok(),
        _ => None,
    }
}
