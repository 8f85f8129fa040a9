//! What webhooks delivered and no table holds yet: it comes to a table that grows, and its files go once that is published.

use arrow::compute::concat_batches;

use super::{job::Job, record::RecordReader, writers::Writers};
use crate::{
    decode::Decoder,
    error::Error,
    lake::{Received, ReceivedSegment},
    page::{Page, ReadPage as _},
};

/// Rows of one batch.
const BATCH_ROWS: usize = 1024;

/// What was received.
#[derive(Debug, Default)]
pub(super) struct ReceivedRows {
    /// Files of which every event is in the table.
    pub(super) segments: Vec<ReceivedSegment>,
    /// Events that were not in the table.
    pub(super) rows: u64,
}

/// Writes what was received. A file of which some event cannot be read stays where it is, and is spoken of.
///
/// # Errors
/// When the lake cannot be read or written.
pub(super) async fn write(job: &Job, decoder: &Decoder, writers: &mut Writers<'_>) -> Result<ReceivedRows, Error> {
    let mut received = ReceivedRows::default();
    for segment in job.lake.received_segments().await? {
        let Received { events, damaged_bytes } = job.stop.unless_stopped(job.lake.read_received(&segment)).await?;
        let mut unreadable = 0;
        for events in events.chunks(BATCH_ROWS) {
            let mut batches = Vec::with_capacity(events.len());
            for event in events {
                let page = Page { number: 1, body: event.body.clone(), received_at: event.received_at };
                match (RecordReader { decoder, id: None }).read(&page) {
                    Ok((decoded, _)) => batches.push(decoded.batch),
                    Err(_) => unreadable += 1,
                }
            }
            let rows = concat_batches(&decoder.schema(), &batches).map_err(|e| Error::Bug(e.to_string()))?;
            received.rows += writers.take(rows).await?;
        }
        if damaged_bytes == 0 && unreadable == 0 {
            received.segments.push(segment);
        } else {
            tracing::warn!(
                %segment,
                damaged_bytes,
                unreadable,
                "a file of received events is not whole: what can be read of it is in the table, and the file stays"
            );
        }
    }
    Ok(received)
}
