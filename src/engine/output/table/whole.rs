//! All rows and columns, block by block.

use std::io::Write;

use arrow::{array::RecordBatch, compute::concat_batches, datatypes::SchemaRef};

use super::{
    super::{
        encoder::{Encoder, words},
        layout::{Layout, LeftOut, Records},
    },
    cells::columns,
    draw,
    fit::{whole, whole_width},
};

/// Rows of a block: its columns are as wide as these need.
const BLOCK_ROWS: usize = 1_000;

/// Prints each block below a heading of its own.
pub(crate) struct WholeEncoder<W> {
    out: W,
    schema: SchemaRef,
    layout: Layout,
    /// Whether rows are records, once the first block told.
    as_records: Option<bool>,
    block: Vec<RecordBatch>,
    /// Rows in the block.
    held: usize,
    /// Rows of earlier blocks.
    printed: u64,
}

impl<W: Write> WholeEncoder<W> {
    pub(crate) fn new(out: W, schema: SchemaRef, layout: Layout) -> Self {
        Self { out, schema, layout, as_records: None, block: Vec::new(), held: 0, printed: 0 }
    }

    fn print_block(&mut self) -> Result<(), String> {
        let batch = concat_batches(&self.schema, &self.block).map_err(words)?;
        self.block.clear();
        self.held = 0;
        let columns = columns(&batch).map_err(words)?;
        let as_records = *self.as_records.get_or_insert_with(|| are_records(self.layout, || whole_width(&columns)));
        if as_records {
            draw::records(&mut self.out, &columns, self.printed + 1, self.layout.screen)
        } else {
            draw::table(&mut self.out, &columns, &whole(&columns), None)
        }
        .map_err(words)?;
        self.printed += batch.num_rows() as u64;
        Ok(())
    }
}

/// Whether rows are printed as records, for a table that wide.
pub(super) fn are_records(layout: Layout, width: impl FnOnce() -> usize) -> bool {
    match layout.records {
        Records::Never => false,
        Records::Always => true,
        Records::WhenTooWide => layout.screen.is_some_and(|screen| width() > screen),
    }
}

impl<W: Write + Send> Encoder for WholeEncoder<W> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), String> {
        let mut from = 0;
        while from < batch.num_rows() {
            let rows = (BLOCK_ROWS - self.held).min(batch.num_rows() - from);
            self.block.push(batch.slice(from, rows));
            self.held += rows;
            from += rows;
            if self.held == BLOCK_ROWS {
                self.print_block()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<LeftOut, String> {
        if self.held > 0 || self.printed == 0 {
            self.print_block()?;
        }
        self.out.flush().map_err(words)?;
        Ok(LeftOut::default())
    }
}
