//! Rows that follow each other, cut into runs: partitions, or the peers within them.

use std::{iter, ops::Range};

/// Some rows, and those at which a run begins.
#[derive(Debug, Default)]
pub(super) struct Runs {
    rows: usize,
    /// In ascending order. Where the first row is not among them, its run began before these rows.
    starts: Vec<usize>,
}

/// Rows of one partition, or peers.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) rows: Range<usize>,
    /// Whether it began before the rows that are looked at.
    pub(super) is_continued: bool,
}

impl Runs {
    pub(super) fn new(rows: usize, starts: Vec<usize>) -> Self {
        Self { rows, starts }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Run> {
        let is_continued = self.rows > 0 && self.starts.first() != Some(&0);
        let starts = is_continued.then_some(0).into_iter().chain(self.starts.iter().copied());
        let ends = starts.clone().skip(1).chain(iter::once(self.rows));
        let rows = starts.zip(ends).map(|(start, end)| start..end);
        rows.map(move |rows| Run { is_continued: is_continued && rows.start == 0, rows })
    }

    /// The row at which the last run begins; none where no run begins in these rows.
    pub(super) fn last_start(&self) -> Option<usize> {
        self.starts.last().copied()
    }

    /// Adds the rows that follow.
    pub(super) fn append(&mut self, following: &Self) {
        self.starts.extend(following.starts.iter().map(|start| self.rows + start));
        self.rows += following.rows;
    }

    /// The rows before a given one; the others stay.
    pub(super) fn split_to(&mut self, row: usize) -> Self {
        let later = self.starts.split_off(self.starts.partition_point(|start| *start < row));
        let before = Self { rows: row.min(self.rows), starts: std::mem::take(&mut self.starts) };
        self.starts = later.into_iter().map(|start| start - row).collect();
        self.rows -= before.rows;
        before
    }
}

/// The partitions of some rows, and the peers within them: rows that are alike in all that the window is ordered by, where
/// a function asks for them; otherwise all of a partition.
#[derive(Debug, Default)]
pub(super) struct Segments {
    pub(super) partitions: Runs,
    /// A partition's first row is always the first of its peers.
    pub(super) peers: Runs,
}

impl Segments {
    pub(super) fn rows(&self) -> usize {
        self.partitions.rows()
    }

    pub(super) fn append(&mut self, following: &Self) {
        self.partitions.append(&following.partitions);
        self.peers.append(&following.peers);
    }

    pub(super) fn split_to(&mut self, row: usize) -> Self {
        Self { partitions: self.partitions.split_to(row), peers: self.peers.split_to(row) }
    }
}
