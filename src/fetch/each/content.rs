//! What records describe, such as the image of a portrait: asked for where the lake does not have it, or has it of another
//! time. What falls due is asked for by the name that the API gave it, and costs no more than a word where it is the same.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use arrow::{
    array::{Array as _, AsArray as _, BooleanArray, StringArray, TimestampMicrosecondArray},
    compute::{filter_record_batch, kernels::zip::zip},
    datatypes::TimestampMicrosecondType,
    record_batch::RecordBatch,
};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};

use super::{
    close,
    lists::{Length, lists},
    records::{Described, Description, texts},
    rows::{Row, Rows, judged},
};
use crate::{
    api::Single,
    catalog::{Content, ContentColumn, Table},
    error::Error,
    fetch::{carried::Carried, reading::Extraction},
    image_type::is_same,
    lake::{StagedTable, TableWriter, WriterOptions},
    run_report::ContentReport,
};

/// Contents that are kept as one page for a run that goes on, and held in memory together.
const LIST: Length = Length(8);
/// Contents asked for at once.
const AT_ONCE: usize = 4;
/// Contents read from the lake at once.
const CARRIED_ROWS: usize = 8;

/// What the lake has of one content.
#[derive(Debug, Clone, PartialEq, Eq)]
struct InLake {
    created: Option<i64>,
    etag: Option<String>,
    checked_at: i64,
}

/// What became of a request for a content.
#[derive(Debug)]
enum Came {
    /// The same as in the lake.
    Unchanged,
    New {
        bytes: Bytes,
        etag: Option<String>,
        received_at: i64,
    },
    /// The record is there, its content is not.
    Gone {
        at: i64,
    },
}

/// What there is to know of a list of contents beside those that came.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Facts {
    unchanged: Vec<String>,
    other_type: u64,
    not_kept: BTreeMap<String, u64>,
}

impl Extraction {
    /// Writes the contents of these records.
    pub(super) async fn contents(
        &self,
        content: &Content,
        described: &Described,
    ) -> Result<(StagedTable, ContentReport), Error> {
        let declared = self.resource.content_table().ok_or_else(|| Error::Bug("a content without a table".into()))?;
        let there = self.contents_in_the_lake(content, &declared).await?;
        let mut asked: Vec<&str> = Vec::new();
        let mut carried: HashSet<String> = HashSet::new();
        for (id, description) in described {
            match there.get(id) {
                Some(known) if known.created == description.created && !self.is_due(id, known.checked_at) => {
                    carried.insert(id.clone());
                }
                _ => asked.push(id),
            }
        }
        asked.sort_unstable();
        let mut report = ContentReport { carried_over: carried.len() as u64, ..ContentReport::default() };
        let mut writer = TableWriter::new(&self.job.lake, &self.job.run_id, &declared, WriterOptions::default())
            .with_provenance(self.job.provenance.clone());
        let written = async {
            let unchanged =
                self.ask_for(content, &declared, &asked, described, &there, &mut writer, &mut report).await?;
            self.carry_contents_over(&declared, &carried, &unchanged, &mut writer).await
        };
        let written = written.await;
        let table = close(writer, written).await?;
        Ok((table, report))
    }

    async fn contents_in_the_lake(
        &self,
        content: &Content,
        declared: &Table,
    ) -> Result<HashMap<String, InLake>, Error> {
        let Some(table) = self.job.last_tables.get(&declared.name) else { return Ok(HashMap::new()) };
        let names = [ContentColumn::Id, ContentColumn::Created, ContentColumn::Etag, ContentColumn::CheckedAt];
        let names = names.map(|column| content.column(column));
        let mut there = HashMap::new();
        let mut rows = Carried { lake: &self.job.lake, table }.columns(&names);
        let [id, created, etag, checked] = names;
        while let Some(batch) = self.job.stop.unless_stopped(rows.try_next()).await? {
            let (Some(ids), Some(checked)) = (texts(&batch, id), times(&batch, checked)) else { continue };
            let (created, etags) = (times(&batch, created), texts(&batch, etag));
            for row in 0..batch.num_rows() {
                let created = created.filter(|c| c.is_valid(row)).map(|c| c.value(row));
                let etag = etags.filter(|e| e.is_valid(row)).map(|e| e.value(row).to_owned());
                let known = InLake { created, etag, checked_at: checked.value(row) };
                there.insert(ids.value(row).to_owned(), known);
            }
        }
        Ok(there)
    }

    /// Asks for contents, writes those that came, and tells which are the same as in the lake.
    #[expect(clippy::too_many_arguments, reason = "what is known of contents, and where they go")]
    async fn ask_for(
        &self,
        content: &Content,
        declared: &Table,
        ids: &[&str],
        described: &Described,
        there: &HashMap<String, InLake>,
        writer: &mut TableWriter,
        report: &mut ContentReport,
    ) -> Result<HashSet<String>, Error> {
        let mut unchanged = HashSet::new();
        for list in lists(ids, LIST) {
            let key = format!("{} of {} {}", content.accept, self.resource.name, list.join(","));
            let kept: Option<(RecordBatch, Facts)> = self.job.checkpoint.rows(&key, &declared.arrow_schema()).await;
            let (rows, facts) = match kept {
                Some(kept) => kept,
                None => {
                    let asked = self.contents_of(content, declared, &list, described, there).await?;
                    self.job.checkpoint.keep_rows(&key, &asked.0, &asked.1).await;
                    asked
                }
            };
            let rows = self.of_this_run(&rows)?;
            report.asked += list.len() as u64;
            report.unchanged += facts.unchanged.len() as u64;
            report.received += list.len() as u64 - facts.unchanged.len() as u64 - facts.not_kept.values().sum::<u64>();
            report.other_type += facts.other_type;
            for (reason, count) in facts.not_kept {
                *report.not_kept.entry(reason).or_default() += count;
            }
            unchanged.extend(facts.unchanged);
            if rows.num_rows() > 0 {
                writer.write(&rows).await?;
            }
        }
        Ok(unchanged)
    }

    /// One list of contents, as rows.
    async fn contents_of(
        &self,
        content: &Content,
        declared: &Table,
        list: &[&str],
        described: &Described,
        there: &HashMap<String, InLake>,
    ) -> Result<(RecordBatch, Facts), Error> {
        let one = |id: String| async move {
            let etag = there.get(&id).and_then(|known| known.etag.clone());
            let came = self.content_of(content, &id, etag).await?;
            Ok::<_, Error>((id, came))
        };
        let ids: Vec<String> = list.iter().map(|id| (*id).to_owned()).collect();
        let came: Vec<(String, Came)> = stream::iter(ids).map(one).buffered(AT_ONCE).try_collect().await?;
        let (mut rows, mut facts) = (Rows::default(), Facts::default());
        let nothing = Description::default();
        for (id, came) in came {
            let description = described.get(&id).unwrap_or(&nothing);
            match came {
                Came::Unchanged => facts.unchanged.push(id),
                Came::Gone { at } => {
                    *facts.not_kept.entry("gone".to_owned()).or_default() += 1;
                    rows.push(&id, description, Row::gone(at));
                }
                Came::New { bytes, etag, received_at } => {
                    let row = judged(&bytes, etag, received_at, content.max_bytes, description);
                    if let Some(problem) = row.problem {
                        *facts.not_kept.entry(problem.to_owned()).or_default() += 1;
                    }
                    let said = description.content_type.as_deref();
                    let differs = said.zip(row.content_type.as_deref()).is_some_and(|(said, is)| !is_same(said, is));
                    facts.other_type += u64::from(row.problem.is_none() && differs);
                    rows.push(&id, description, row);
                }
            }
        }
        let rows = rows.finish(declared, self.job.run_id.as_str()).map_err(|e| Error::Bug(e.to_string()))?;
        Ok((rows, facts))
    }

    /// One content, unless it has that name in the lake already.
    async fn content_of(&self, content: &Content, id: &str, etag: Option<String>) -> Result<Came, Error> {
        let gone = || Came::Gone { at: self.job.now.timestamp_micros() };
        let Some(url) = self.job.client.tenant().record(&self.resource.name, id, &[]) else { return Ok(gone()) };
        let (accept, if_none_match) = (content.accept.as_str(), etag.as_deref());
        let single = Single { accept, if_none_match, ..Single::get(&self.resource.name, &self.resource.scope, &url) };
        match self.job.stop.unless_stopped(self.job.client.single(single)).await {
            Ok(answer) => {
                self.progress.page(0);
                let at = answer.received_at.timestamp_micros();
                let etag = answer.headers.get(http::header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
                Ok(match answer.status {
                    http::StatusCode::NOT_MODIFIED => Came::Unchanged,
                    _ => Came::New { bytes: answer.body, etag, received_at: at },
                })
            }
            Err(Error::Api(error)) if error.is_unknown_record() => Ok(gone()),
            Err(error) => Err(error),
        }
    }

    /// Writes what the lake has: `carried` without a question, `unchanged` by the API's own word of now.
    async fn carry_contents_over(
        &self,
        declared: &Table,
        carried: &HashSet<String>,
        unchanged: &HashSet<String>,
        writer: &mut TableWriter,
    ) -> Result<(), Error> {
        let wanted = |id: Option<&str>| id.is_some_and(|id| carried.contains(id) || unchanged.contains(id));
        let any = !carried.is_empty() || !unchanged.is_empty();
        let Some(table) = self.job.last_tables.get(&declared.name).filter(|_| any) else { return Ok(()) };
        let mut rows = Carried { lake: &self.job.lake, table }.rows(declared, CARRIED_ROWS);
        let bug = |e: arrow::error::ArrowError| Error::Bug(e.to_string());
        while let Some(batch) = self.job.stop.unless_stopped(rows.try_next()).await? {
            let keep: BooleanArray = texts(&batch, "id").into_iter().flatten().map(|id| Some(wanted(id))).collect();
            let batch = filter_record_batch(&batch, &keep).map_err(bug)?;
            if batch.num_rows() > 0 {
                let batch = checked_now(&batch, unchanged, self.job.now.timestamp_micros()).map_err(bug)?;
                writer.write(&batch).await?;
            }
        }
        Ok(())
    }

    /// Rows that a run before received, as those of this one.
    fn of_this_run(&self, rows: &RecordBatch) -> Result<RecordBatch, Error> {
        let mut columns = rows.columns().to_vec();
        let run = StringArray::from_iter_values(std::iter::repeat_n(self.job.run_id.as_str(), rows.num_rows()));
        columns.pop();
        columns.push(Arc::new(run));
        RecordBatch::try_new(rows.schema(), columns).map_err(|e| Error::Bug(e.to_string()))
    }
}

/// The same rows, where the API said of some right now that they are what there is.
fn checked_now(
    batch: &RecordBatch,
    unchanged: &HashSet<String>,
    now: i64,
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let position = ContentColumn::ALL.iter().position(|column| *column == ContentColumn::CheckedAt);
    let (Some(position), Some(ids)) = (position, texts(batch, "id")) else { return Ok(batch.clone()) };
    let is_new: BooleanArray = ids.iter().map(|id| Some(id.is_some_and(|id| unchanged.contains(id)))).collect();
    let now = TimestampMicrosecondArray::from_value(now, batch.num_rows()).with_timezone("UTC");
    let mut columns = batch.columns().to_vec();
    if let Some(column) = columns.get_mut(position) {
        *column = zip(&is_new, &now, column)?;
    }
    RecordBatch::try_new(batch.schema(), columns)
}

fn times<'b>(batch: &'b RecordBatch, column: &str) -> Option<&'b TimestampMicrosecondArray> {
    batch.column_by_name(column).and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>())
}
