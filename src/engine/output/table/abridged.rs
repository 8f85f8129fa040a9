//! The first and last rows of an answer, in what a screen has room for.

use std::{collections::VecDeque, io::Write};

use arrow::{array::RecordBatch, compute::concat_batches, datatypes::SchemaRef};

use super::{
    super::{
        encoder::{Encoder, words},
        layout::{Layout, LeftOut},
    },
    cells::columns,
    draw,
    fit::{to_screen, whole_width},
    whole::are_records,
};

/// Most rows shown from each end.
pub(super) const END_ROWS: usize = 20;

/// Keeps the first and last rows, and prints when it knows which these are.
pub(crate) struct AbridgedEncoder<W> {
    out: W,
    schema: SchemaRef,
    layout: Layout,
    first: Vec<RecordBatch>,
    last: VecDeque<RecordBatch>,
    rows: u64,
}

impl<W: Write> AbridgedEncoder<W> {
    pub(crate) fn new(out: W, schema: SchemaRef, layout: Layout) -> Self {
        Self { out, schema, layout, first: Vec::new(), last: VecDeque::new(), rows: 0 }
    }

    /// Keeps the last rows, of this batch and those before it.
    fn keep_last(&mut self, batch: RecordBatch) {
        let from = batch.num_rows().saturating_sub(END_ROWS);
        self.last.push_back(batch.slice(from, batch.num_rows() - from));
        let mut spare = self.last.iter().map(RecordBatch::num_rows).sum::<usize>().saturating_sub(END_ROWS);
        while let Some(oldest) = self.last.pop_front() {
            let rows = oldest.num_rows();
            if rows > spare {
                self.last.push_front(oldest.slice(spare, rows - spare));
                return;
            }
            spare -= rows;
        }
    }
}

impl<W: Write + Send> Encoder for AbridgedEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        self.rows += batch.num_rows() as u64;
        let held: usize = self.first.iter().map(RecordBatch::num_rows).sum();
        let first = (END_ROWS - held).min(batch.num_rows());
        if first > 0 {
            self.first.push(batch.slice(0, first));
        }
        if first < batch.num_rows() {
            self.keep_last(batch.slice(first, batch.num_rows() - first));
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<LeftOut, String> {
        let batch = concat_batches(&self.schema, self.first.iter().chain(&self.last)).map_err(words)?;
        let columns = columns(&batch).map_err(words)?;
        let left_out = self.rows - batch.num_rows() as u64;
        let gap_after = (left_out > 0).then_some(END_ROWS);
        let said = LeftOut { rows: left_out, of_columns: columns.len(), ..LeftOut::default() };
        let said = if are_records(self.layout, || whole_width(&columns)) {
            let (first, last) =
                columns.iter().map(|column| column.clone().split(END_ROWS)).unzip::<_, _, Vec<_>, Vec<_>>();
            draw::records(&mut self.out, &first, 1, self.layout.screen).map_err(words)?;
            if left_out > 0 {
                writeln!(self.out, "…").map_err(words)?;
            }
            draw::records(
                &mut self.out,
                &last,
                self.rows - (batch.num_rows().saturating_sub(END_ROWS)) as u64 + 1,
                self.layout.screen,
            )
            .map_err(words)?;
            said
        } else {
            let fit = to_screen(&columns, self.layout.screen.unwrap_or(usize::MAX));
            draw::table(&mut self.out, &columns, &fit, gap_after).map_err(words)?;
            LeftOut { columns: fit.left_out, cut: fit.cut, ..said }
        };
        self.out.flush().map_err(words)?;
        Ok(said)
    }
}
