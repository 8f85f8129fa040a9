//! Bytes → Arrow, driven by the schema, in one pass without a tree of JSON values. Pure: no I/O, no clock.
//!
//! A record is walked along its `plan` straight from the bytes (`json`) into column builders (`rows`). A value of
//! the wrong type is an error that names resource, page, record and column; a property that no column takes is kept in
//! `_extra` and reported as [`Drift`].
//!
//! The body of a response becomes columns with the schema of the catalogue:
//!
//! ```
//! use lucca_lake::{
//!     catalog::Catalog,
//!     decode::Decoder,
//!     page::{Next, Page},
//! };
//!
//! let catalog = Catalog::embedded()?;
//! let decoder = Decoder::new(catalog.resource("departments").ok_or("no such resource")?, "my-run");
//! let body = br#"{"items": [{"id": "7", "name": "Sales"}, {"id": "8", "name": "Legal"}], "links": {"next": null}}"#;
//! let page = Page { number: 1, body: body.to_vec().into(), received_at: chrono::DateTime::UNIX_EPOCH };
//! let (decoded, end) = decoder.decode(&page)?;
//! assert_eq!((decoded.batch.num_rows(), end.next), (2, Next::End));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod column;
mod drift;
mod envelope;
mod error;
mod extra;
mod halves;
mod json;
mod labels;
mod names;
mod order;
mod plan;
mod reference;
mod rows;
mod seen;
mod split;
#[cfg(test)]
mod tests;
mod time;
mod value;
mod walk;

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, AsArray as _, StringArray, TimestampMicrosecondArray},
    datatypes::SchemaRef,
    record_batch::RecordBatch,
};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

pub(crate) use self::{column::ColumnBuilder, time::lenient_date};
pub use self::{
    drift::{Drift, DriftFinding},
    error::{DecodeError, WrongValue},
};
use self::{
    envelope::{Envelope, NotAPage},
    error::Fault,
    plan::ObjectPlan,
    rows::Rows,
};
pub(crate) use self::{
    labels::{Label, Labels},
    seen::{RowsError, SeenIds},
    split::{keep, split},
};
use crate::{
    catalog::{Resource, Style},
    page::{Page, PageEnd, ReadPage, Unreadable},
    surrogates,
};

/// Decodes the pages of one resource.
#[derive(Debug)]
pub struct Decoder {
    resource: Resource,
    envelope: Envelope,
    plan: ObjectPlan,
    schema: SchemaRef,
    run_id: String,
}

/// The records of one page as columns.
#[derive(Debug)]
pub struct Decoded {
    /// One row per record, in the page's order, with the schema of [`Resource::tables`].
    pub batch: RecordBatch,
    /// What was unforeseen in the page.
    pub drift: Drift,
    /// Names that came with the page.
    pub(crate) labels: Labels,
}

impl Decoder {
    /// A decoder for `resource`; `run_id` is written into every row.
    pub fn new(resource: &Resource, run_id: &str) -> Self {
        let schema = resource
            .tables()
            .first()
            .map(|t| t.arrow_schema())
            .unwrap_or_else(|| Arc::new(arrow::datatypes::Schema::empty()));
        let (envelope, plan) = (Envelope::of(resource), ObjectPlan::of(resource));
        Self { resource: resource.clone(), envelope, plan, schema, run_id: run_id.to_owned() }
    }

    /// Decodes one page. Memory: about the page's size again.
    ///
    /// # Errors
    /// [`DecodeError::NotAPage`] when the body is something else, [`DecodeError::WrongValue`] when a value does not fit.
    pub fn decode(&self, page: &Page) -> Result<(Decoded, PageEnd), DecodeError> {
        // Checked once here instead of text by text below.
        let Ok(sent) = std::str::from_utf8(&page.body) else {
            return Err(self.not_a_page(page, "it is not UTF-8".into()));
        };
        let repaired = surrogates::repair(sent);
        let text = repaired.as_ref().map_or(sent, |repaired| repaired.text());
        let mut rows = Rows::new(&self.resource, self.plan.any_case, repaired.as_ref());
        let labels = self.resource.labels.as_ref().map(|embedded| embedded.item_type.as_str());
        let facts = match envelope::read(text, self.envelope, &mut rows, &self.plan, labels) {
            Ok(facts) => facts,
            Err(why) => return Err(self.refused(page, text, rows, why)),
        };
        let records = rows.count();
        let mut drift = std::mem::take(&mut rows.drift);
        if let Some(repaired) = &repaired {
            halves::report(repaired, self.envelope, &self.plan, &self.resource.columns, &mut drift);
        }
        let batch = self.batch(page, rows).map_err(|source| DecodeError::Arrow {
            resource: self.resource.name.clone(),
            page: page.number,
            source,
        })?;
        let end = PageEnd { records: records as u64, next: facts.next, total_count: facts.total_count };
        Ok((Decoded { batch, drift, labels: facts.labels }, end))
    }

    /// The columns of what it decodes.
    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Rows that an earlier run decoded for the same resource, as rows of this run; `None` when their columns are others.
    pub(crate) fn adopt(&self, rows: &RecordBatch) -> Option<RecordBatch> {
        let same = self.schema.fields() == rows.schema().fields();
        let (_, columns) = rows.columns().split_last().filter(|_| same)?;
        let mut columns = columns.to_vec();
        columns.push(self.run_ids(rows.num_rows()));
        RecordBatch::try_new(Arc::clone(&self.schema), columns).ok()
    }

    fn run_ids(&self, count: usize) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(std::iter::repeat_n(&self.run_id, count)))
    }

    fn batch(&self, page: &Page, rows: Rows<'_>) -> Result<RecordBatch, arrow::error::ArrowError> {
        let count = rows.count();
        let mut columns: Vec<ArrayRef> = rows.builders.into_iter().map(column::ColumnBuilder::finish).collect();
        columns.push(Arc::new(StringArray::from(rows.extras)));
        let received = page.received_at.timestamp_micros();
        columns.push(Arc::new(TimestampMicrosecondArray::from_value(received, count).with_timezone("UTC")));
        columns.push(self.run_ids(count));
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }

    /// What is wrong with a page that could not be read. A wrong value in half a page may be the half of a right one.
    fn refused(&self, page: &Page, text: &str, rows: Rows<'_>, why: NotAPage) -> DecodeError {
        let broken = serde_json::from_str::<IgnoredAny>(text).err();
        let why = match (broken, rows.count(), rows.fault, why) {
            _ if text.trim_ascii_start().starts_with('<') => "it looks like HTML".into(),
            // serde_json's messages about syntax quote no data, but their wording is not ours.
            (Some(error), ..) => format!("its JSON breaks at line {} column {}", error.line(), error.column()),
            (None, record, Some(fault), _) => return self.wrong_value(page, text, record, fault),
            (None, _, None, NotAPage::NoItems) => match self.envelope {
                Envelope::Legacy(Style::V3) => "it has no `data`".into(),
                Envelope::Legacy(Style::V4) | Envelope::V5 => "it has no `items`".into(),
            },
            (None, _, None, NotAPage::ErrorBody) => "it is the body of an error".into(),
            (None, _, None, NotAPage::Faulty | NotAPage::Shape) => "it is JSON of another shape".into(),
        };
        self.not_a_page(page, why)
    }

    fn not_a_page(&self, page: &Page, why: String) -> DecodeError {
        DecodeError::NotAPage { resource: self.resource.name.clone(), page: page.number, why }
    }

    fn wrong_value(&self, page: &Page, text: &str, record: usize, fault: Fault) -> DecodeError {
        let Fault { property, column, expected, found } = fault;
        let record =
            record_id(self.envelope, text, record).unwrap_or_else(|| format!("number {} of the page", record + 1));
        let (resource, page) = (self.resource.name.clone(), page.number);
        let wrong = WrongValue { resource, page, record, property, column, expected, found };
        DecodeError::WrongValue(Box::new(wrong))
    }
}

impl ReadPage for Decoder {
    type Rows = Decoded;

    fn read(&self, page: &Page) -> Result<(Decoded, PageEnd), Unreadable> {
        self.decode(page).map_err(Unreadable::from)
    }

    fn ids(&self, rows: &Decoded) -> Vec<String> {
        let ids = rows.batch.columns().first().and_then(|column| column.as_string_opt::<i32>());
        ids.map(|ids| ids.iter().map(|id| id.unwrap_or_default().to_owned()).collect()).unwrap_or_default()
    }

    fn count(&self, page: &Page) -> Result<Option<u64>, Unreadable> {
        let not_a_page = |why: &str| Unreadable::from(self.not_a_page(page, why.to_owned()));
        let text = std::str::from_utf8(&page.body).map_err(|_| not_a_page("it is not UTF-8"))?;
        let Some(counted) = self.envelope.counted(text) else {
            return self.read(page).map(|(_, end)| end.total_count);
        };
        counted.map_err(|why| match why {
            _ if text.trim_ascii_start().starts_with('<') => not_a_page("it looks like HTML"),
            NotAPage::ErrorBody => not_a_page("it is the body of an error"),
            _ => not_a_page("it says nothing of a count"),
        })
    }
}

/// The id of the n-th record, found by a second look at the page: only for error messages.
fn record_id(envelope: Envelope, text: &str, n: usize) -> Option<String> {
    let record: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(envelope.records(text)?.get(n)?.get()).ok()?;
    let is_legacy = envelope != Envelope::V5;
    let is_id = |name: &str| if is_legacy { name.eq_ignore_ascii_case("id") } else { name == "id" };
    let id = record.iter().find_map(|(name, value)| is_id(name).then_some(value.get()))?;
    let number = is_legacy && id.bytes().all(|b| b.is_ascii_digit());
    let id = if number { id.to_owned() } else { serde_json::from_str(id).ok()? };
    Some(id.chars().take(80).collect())
}
