//! Contents as rows of their table.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BinaryArray, StringArray, TimestampMicrosecondArray},
    record_batch::RecordBatch,
};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::records::Description;
use crate::{
    catalog::{ContentColumn, Table},
    image_type::{Looked, look},
};

/// What a content is worth keeping.
pub(super) fn judged(bytes: &Bytes, etag: Option<String>, at: i64, max_bytes: u64, description: &Description) -> Row {
    let row = Row { at, etag, ..Row::default() };
    if bytes.len() as u64 > max_bytes {
        return Row { problem: Some("too_large"), ..row };
    }
    match look(bytes, description.content_type.as_deref()) {
        Looked::Image(content_type) => {
            let sha256 = Some(hex::encode(Sha256::digest(bytes)));
            Row { content_type: Some(content_type), sha256, content: Some(bytes.clone()), ..row }
        }
        Looked::Nothing => Row { problem: Some("not_an_image"), ..row },
    }
}

/// One content as a row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) content_type: Option<String>,
    sha256: Option<String>,
    etag: Option<String>,
    /// Why the content is not kept.
    pub(super) problem: Option<&'static str>,
    content: Option<Bytes>,
    /// When it was received, in microseconds.
    pub(super) at: i64,
}

impl Row {
    /// The record is there, its content is not.
    pub(super) fn gone(at: i64) -> Self {
        Self { at, problem: Some("gone"), ..Self::default() }
    }
}

/// Contents that become rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    ids: Vec<String>,
    descriptions: Vec<Description>,
    rows: Vec<Row>,
}

impl Rows {
    pub(super) fn push(&mut self, id: &str, description: &Description, row: Row) {
        self.ids.push(id.to_owned());
        self.descriptions.push(description.clone());
        self.rows.push(row);
    }

    pub(super) fn finish(self, declared: &Table, run_id: &str) -> Result<RecordBatch, arrow::error::ArrowError> {
        let Self { ids, descriptions, rows } = self;
        let texts =
            |of: &dyn Fn(&Row) -> Option<&str>| Arc::new(rows.iter().map(of).collect::<StringArray>()) as ArrayRef;
        let times =
            |of: Vec<Option<i64>>| Arc::new(TimestampMicrosecondArray::from(of).with_timezone("UTC")) as ArrayRef;
        let at = || times(rows.iter().map(|row| Some(row.at)).collect());
        let column = |column: &ContentColumn| -> ArrayRef {
            match column {
                ContentColumn::Id => Arc::new(StringArray::from_iter_values(&ids)),
                ContentColumn::Owner => {
                    Arc::new(descriptions.iter().map(|d| d.owner.as_deref()).collect::<StringArray>())
                }
                ContentColumn::Created => times(descriptions.iter().map(|d| d.created).collect()),
                ContentColumn::ContentType => texts(&|row| row.content_type.as_deref()),
                ContentColumn::Sha256 => texts(&|row| row.sha256.as_deref()),
                ContentColumn::Etag => texts(&|row| row.etag.as_deref()),
                ContentColumn::Problem => texts(&|row| row.problem),
                ContentColumn::CheckedAt | ContentColumn::ExtractedAt => at(),
                ContentColumn::Content => {
                    Arc::new(rows.iter().map(|row| row.content.as_deref()).collect::<BinaryArray>())
                }
                ContentColumn::RunId => Arc::new(StringArray::from_iter_values(std::iter::repeat_n(run_id, ids.len()))),
            }
        };
        RecordBatch::try_new(declared.arrow_schema(), ContentColumn::ALL.iter().map(column).collect())
    }
}
