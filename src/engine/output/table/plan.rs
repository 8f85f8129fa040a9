//! The answer to EXPLAIN: a cell of many lines each, which no table shows well.

use std::io::Write;

use arrow::{array::RecordBatch, util::display::ArrayFormatter};

use super::super::{
    encoder::{Encoder, words},
    layout::LeftOut,
    text,
};
use crate::terminal_text::escape;

/// Prints each cell's lines as they are.
pub(crate) struct PlanEncoder<W> {
    out: W,
}

impl<W: Write> PlanEncoder<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write + Send> Encoder for PlanEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let cells = batch.columns().iter().map(|array| ArrayFormatter::try_new(array, &text::EXACT));
        let cells = cells.collect::<Result<Vec<_>, _>>().map_err(words)?;
        for row in 0..batch.num_rows() {
            for (cell, indent) in cells.iter().zip(["", "  "]) {
                for line in cell.value(row).to_string().lines() {
                    writeln!(self.out, "{indent}{}", escape(line)).map_err(words)?;
                }
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<LeftOut, String> {
        self.out.flush().map_err(words)?;
        Ok(LeftOut::default())
    }
}
