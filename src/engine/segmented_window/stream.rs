//! The rows of one partition of the plan: read batch by batch, given out with the window columns.

use std::{collections::VecDeque, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch, new_null_array},
    compute::concat,
    datatypes::{DataType, SchemaRef},
};
use datafusion::{
    common::utils::memory::get_record_batch_memory_size,
    error::Result,
    execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation},
    physical_plan::{
        PhysicalExpr, SendableRecordBatchStream,
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, RecordOutput as _},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt as _, stream};

use super::{
    borders::Borders,
    evaluators::Evaluator,
    function::WindowColumn,
    pending::{Chunk, Pending},
};

/// Batches that any operator has in hand, and nobody sets memory aside for.
const IN_HAND: usize = 2;

/// What a stream runs in.
pub(super) struct Around<'a> {
    pub(super) metrics: &'a ExecutionPlanMetricsSet,
    pub(super) partition: usize,
    pub(super) memory_pool: &'a Arc<dyn MemoryPool>,
}

/// The input's batches, as they are, with one more column for each function.
///
/// # Errors
/// Of the stream: those of the input and of arguments; too little memory for a partition that spans batches, where a
/// function needs all of it.
pub(super) fn windows(
    input: SendableRecordBatchStream,
    schema: SchemaRef,
    borders: Borders,
    columns: &[WindowColumn],
    around: &Around<'_>,
) -> Result<SendableRecordBatchStream> {
    let functions = columns.iter().map(|column| {
        let evaluator = column.function.evaluator()?;
        Ok(Running { evaluator, argument: column.argument.clone(), computed: VecDeque::new() })
    });
    let windows = Windows {
        input,
        schema: Arc::clone(&schema),
        borders,
        functions: functions.collect::<Result<_>>()?,
        looks_ahead: columns.iter().any(|column| column.function.needs_whole_partitions()),
        pending: Pending::new(columns.len()),
        waiting: VecDeque::new(),
        computed_rows: 0,
        memory: MemoryConsumer::new(format!("SegmentedWindow[{}]", around.partition)).register(around.memory_pool),
        metrics: BaselineMetrics::new(around.metrics, around.partition),
        is_at_end: false,
    };
    let batches =
        stream::try_unfold(
            windows,
            |mut windows| async move { Ok(windows.next().await?.map(|batch| (batch, windows))) },
        );
    Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
}

struct Windows {
    input: SendableRecordBatchStream,
    schema: SchemaRef,
    borders: Borders,
    functions: Vec<Running>,
    /// Whether a function needs whole partitions.
    looks_ahead: bool,
    pending: Pending,
    /// Batches that were read and not given out.
    waiting: VecDeque<Waiting>,
    /// Of the batches that wait, the rows whose columns are computed: the first ones.
    computed_rows: usize,
    memory: MemoryReservation,
    metrics: BaselineMetrics,
    is_at_end: bool,
}

struct Waiting {
    batch: RecordBatch,
    bytes: usize,
}

/// A function at work.
struct Running {
    evaluator: Box<dyn Evaluator>,
    argument: Option<Arc<dyn PhysicalExpr>>,
    /// Its column for the batches that wait, in pieces.
    computed: VecDeque<ArrayRef>,
}

impl Windows {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.give_out()? {
                return Ok(Some(batch.record_output(&self.metrics)));
            }
            if self.is_at_end {
                return Ok(None);
            }
            match self.input.next().await.transpose()? {
                Some(batch) if batch.num_rows() == 0 => {}
                Some(batch) => self.read(batch)?,
                None => {
                    self.is_at_end = true;
                    let all = self.pending.take_all()?;
                    self.compute(all)?;
                }
            }
        }
    }

    fn read(&mut self, batch: RecordBatch) -> Result<()> {
        let elapsed = self.metrics.elapsed_compute().clone();
        let _timer = elapsed.timer();
        let segments = self.borders.segments_of(&batch)?;
        let arguments = self.functions.iter().map(|function| function.argument_of(&batch));
        self.pending.append(&segments, arguments.collect::<Result<_>>()?);
        self.waiting.push_back(Waiting { bytes: get_record_batch_memory_size(&batch), batch });
        let complete = if self.looks_ahead { self.pending.take_complete()? } else { self.pending.take_all()? };
        self.compute(complete)?;
        self.account()
    }

    fn compute(&mut self, chunk: Option<Chunk>) -> Result<()> {
        let Some(Chunk { segments, arguments }) = chunk else { return Ok(()) };
        for (function, argument) in self.functions.iter_mut().zip(&arguments) {
            function.computed.push_back(function.evaluator.evaluate(&segments, argument)?);
        }
        self.computed_rows += segments.rows();
        Ok(())
    }

    /// Sets memory aside for what is held because a partition spans batches.
    fn account(&mut self) -> Result<()> {
        // The last one is in hand, as is the one before it, in which its first partition began.
        let held = self.waiting.len().saturating_sub(IN_HAND);
        let batches: usize = self.waiting.iter().take(held).map(|waiting| waiting.bytes).sum();
        self.memory.try_resize(if held == 0 { 0 } else { batches + self.pending.bytes() })
    }

    /// The first batch that waits, if its columns are computed.
    fn give_out(&mut self) -> Result<Option<RecordBatch>> {
        let is_computed = |waiting: &mut Waiting| waiting.batch.num_rows() <= self.computed_rows;
        let Some(Waiting { batch, .. }) = self.waiting.pop_front_if(is_computed) else { return Ok(None) };
        let elapsed = self.metrics.elapsed_compute().clone();
        let _timer = elapsed.timer();
        let rows = batch.num_rows();
        self.computed_rows -= rows;
        let mut columns = batch.columns().to_vec();
        for function in &mut self.functions {
            columns.push(function.give_out(rows)?);
        }
        Ok(Some(RecordBatch::try_new(Arc::clone(&self.schema), columns)?))
    }
}

impl Running {
    /// Nulls where the function has no argument.
    fn argument_of(&self, batch: &RecordBatch) -> Result<ArrayRef> {
        match &self.argument {
            Some(argument) => argument.evaluate(batch)?.into_array(batch.num_rows()),
            None => Ok(new_null_array(&DataType::Null, batch.num_rows())),
        }
    }

    /// The first rows of what is computed.
    fn give_out(&mut self, rows: usize) -> Result<ArrayRef> {
        let mut pieces = Vec::new();
        let mut missing = rows;
        while missing > 0 {
            let Some(piece) = self.computed.pop_front() else { break };
            if piece.len() > missing {
                self.computed.push_front(piece.slice(missing, piece.len() - missing));
            }
            let piece = piece.slice(0, missing.min(piece.len()));
            missing -= piece.len();
            pieces.push(piece);
        }
        match pieces.as_slice() {
            [only] => Ok(Arc::clone(only)),
            several => Ok(concat(&several.iter().map(AsRef::as_ref).collect::<Vec<_>>())?),
        }
    }
}
