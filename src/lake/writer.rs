//! Record batches of one table into staged Parquet files, with bounded memory.

use std::{fmt, sync::Arc};

use arrow::{
    array::Array,
    datatypes::{Schema, SchemaRef},
    record_batch::RecordBatch,
};
use object_store::{ObjectStoreExt as _, path::Path};
use parquet::{
    arrow::{AsyncArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{Compression, ZstdLevel},
    file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion},
    schema::types::ColumnPath,
};

use super::{
    DataFile, Lake, LakeError, SnapshotTable,
    file_metadata::{self, Provenance},
    footer,
    hashing::HashingUpload,
    layout,
};
use crate::{
    catalog::{AS_OF, Table, Zone, is_name},
    dictionaries,
    run_id::RunId,
};

/// Rows handed to the encoder at once: its memory is looked at after each such slice.
const MAX_SLICE_ROWS: usize = 8192;

/// The column by which readers look for one person in the long tables.
const PERSON: &str = "employee_id";
/// Share of the row groups without a person that are read for them all the same.
const FALSE_POSITIVES: f64 = 0.01;

/// How files are cut and compressed.
#[derive(Debug, Clone)]
pub struct WriterOptions {
    /// A file is closed once it is at least this long; 128 MiB by default.
    pub target_file_bytes: u64,
    /// A row group has at most this many rows; 32,768 by default: the attributes of a thousand people, which is as little
    /// as a reader who looks for one of them can read.
    pub max_row_group_rows: usize,
    /// A row group is written once its encoder holds this much memory; 16 MiB by default.
    pub max_row_group_bytes: usize,
    /// Bytes of one upload part, 8 MiB by default: S3 takes no less than 5 MiB, and no more than 10,000 parts.
    pub upload_part_bytes: usize,
    /// Page compression; zstd level 3 by default.
    pub compression: Compression,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self {
            target_file_bytes: 128 << 20,
            max_row_group_rows: 32_768,
            max_row_group_bytes: 16 << 20,
            upload_part_bytes: 8 << 20,
            compression: Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()),
        }
    }
}

/// Writes one table's files to staging, `_lake/staging/<run_id>/<zone>/<table>/<nnnn>.parquet`.
///
/// Memory: one row group being encoded (`max_row_group_bytes`) and three upload parts, whatever the number of rows.
/// After an error, or a `write` that was cancelled, the writer refuses to go on: its rows would not be complete.
pub struct TableWriter {
    lake: Lake,
    run_id: RunId,
    table: Table,
    schema: SchemaRef,
    options: WriterOptions,
    provenance: Provenance,
    open: Option<OpenFile>,
    files: Vec<DataFile>,
    broken: bool,
}

struct OpenFile {
    path: Path,
    writer: AsyncArrowWriter<HashingUpload>,
    rows: u64,
}

/// The complete files of one table, not yet published.
#[derive(Debug, Clone)]
pub struct StagedTable {
    /// With the paths in staging.
    table: SnapshotTable,
    run_id: RunId,
    /// Whose it is; not known of what another process staged.
    tenant: Option<String>,
}

impl StagedTable {
    /// The table as a reader sees it before it is published, with the paths in staging.
    pub fn table(&self) -> &SnapshotTable {
        &self.table
    }

    /// The run that wrote it.
    pub(crate) fn run_id(&self) -> &RunId {
        &self.run_id
    }

    /// What files say that hold the rows of some days among those of the table.
    pub(crate) fn of_several_days(&self) -> Provenance {
        Provenance { tenant: self.tenant.clone(), as_of: None }
    }

    /// A table that another process staged.
    pub(super) fn from_held(table: SnapshotTable, run_id: &RunId) -> Self {
        Self { table, run_id: run_id.clone(), tenant: None }
    }

    /// The same files in the staging of another run: a second name on a disk, a copy in a bucket.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn copy_for(&self, lake: &Lake, run_id: &RunId) -> Result<Self, LakeError> {
        Ok(Self { tenant: self.tenant.clone(), ..Self::of_published(&self.table, lake, run_id).await? })
    }

    /// The files of a published table in the staging of a run, in the same way.
    ///
    /// # Errors
    /// When the store refuses or fails.
    pub(crate) async fn of_published(table: &SnapshotTable, lake: &Lake, run_id: &RunId) -> Result<Self, LakeError> {
        let mut table = table.clone();
        for (number, file) in table.files.iter_mut().enumerate() {
            let from = Path::from(file.path.as_str());
            let to = layout::staging_file(run_id, table.zone, &table.name, number);
            lake.store.copy(&from, &to).await.map_err(|e| LakeError::store("copy a file to", &to, e))?;
            file.path = to.to_string();
        }
        Ok(Self { table, run_id: run_id.clone(), tenant: None })
    }
}

impl TableWriter {
    /// Nothing is written before the first row, or `close`.
    pub fn new(lake: &Lake, run_id: &RunId, table: &Table, options: WriterOptions) -> Self {
        Self {
            lake: lake.clone(),
            run_id: run_id.clone(),
            table: table.clone(),
            schema: table.arrow_schema(),
            options,
            provenance: Provenance::default(),
            open: None,
            files: Vec::new(),
            broken: false,
        }
    }

    /// Has the files say whose data they hold, and of which day.
    #[must_use]
    pub fn with_provenance(self, provenance: Provenance) -> Self {
        Self { provenance, ..self }
    }

    /// Adds rows. The batch must have the table's columns: names, order, types and nullability.
    ///
    /// # Errors
    /// [`LakeError::Schema`] for other columns; the store's errors.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.begin()?;
        let result = self.write_rows(batch).await;
        self.end(result).await
    }

    /// Closes the last file. A table without rows gets one file with its schema and no row group. Every file's footer
    /// has been read back and agrees with what was written.
    ///
    /// # Errors
    /// The store's errors, and [`LakeError::Damaged`] when a file does not hold what was written.
    pub async fn close(mut self) -> Result<StagedTable, LakeError> {
        self.begin()?;
        let result = self.finish().await;
        self.end(result).await?;
        let table = SnapshotTable::new(&self.table, self.files);
        Ok(StagedTable { table, run_id: self.run_id, tenant: self.provenance.tenant })
    }

    /// Gives the table up: no upload stays open. Files already complete stay in staging until the run is discarded.
    pub async fn abort(mut self) {
        self.drop_open_file().await;
    }

    /// Marks the writer broken until [`Self::end`] is reached, so that a cancelled call leaves it so.
    fn begin(&mut self) -> Result<(), LakeError> {
        if std::mem::replace(&mut self.broken, true) {
            let reason = format!("table {} was written to after an error", self.table.name);
            return Err(LakeError::Internal { reason });
        }
        Ok(())
    }

    async fn end(&mut self, result: Result<(), LakeError>) -> Result<(), LakeError> {
        if result.is_err() {
            self.drop_open_file().await;
        } else {
            self.broken = false;
        }
        result
    }

    async fn write_rows(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let rows = conform(batch, &self.schema).map_err(|reason| self.schema_error(reason))?;
        let slice_rows = self.slice_rows(&rows);
        let mut start = 0;
        while start < rows.num_rows() {
            let slice = rows.slice(start, slice_rows.min(rows.num_rows() - start));
            start += slice.num_rows();
            self.write_slice(&slice).await?;
        }
        Ok(())
    }

    async fn write_slice(&mut self, slice: &RecordBatch) -> Result<(), LakeError> {
        let mut file = match self.open.take() {
            Some(file) => file,
            None => self.open_file(slice)?,
        };
        let written = file.write(slice, self.options.max_row_group_bytes).await;
        let long_enough = file.bytes() >= self.options.target_file_bytes;
        let path = file.path.clone();
        self.open = Some(file);
        written.map_err(|e| LakeError::parquet(&self.table.name, path, e))?;
        if long_enough { self.close_file().await } else { Ok(()) }
    }

    async fn finish(&mut self) -> Result<(), LakeError> {
        if self.files.is_empty() && self.open.is_none() {
            self.open = Some(self.open_file(&RecordBatch::new_empty(Arc::clone(&self.schema)))?);
        }
        self.close_file().await
    }

    /// Begins a file, whose first rows say how its columns are encoded best.
    fn open_file(&self, first: &RecordBatch) -> Result<OpenFile, LakeError> {
        let Table { name, zone, .. } = &self.table;
        if !is_name(name) {
            return Err(self.schema_error("its name is not lower snake_case".to_owned()));
        }
        if self.table.columns.iter().any(|c| c.name == AS_OF) {
            return Err(self.schema_error("as_of is the partition key, files must not repeat it".to_owned()));
        }
        let path = layout::staging_file(&self.run_id, *zone, name, self.files.len());
        let upload = HashingUpload::new(self.lake.store(), path.clone(), self.options.upload_part_bytes);
        let without_dictionary =
            dictionaries::of_no_use(first).map_err(|e| LakeError::parquet(name, &path, e.into()))?;
        let words = file_metadata::key_values(&self.table, &self.provenance, &self.run_id);
        let properties =
            self.options.properties(&self.schema, &without_dictionary).set_key_value_metadata(Some(words)).build();
        // The Arrow schema is among the words, where it has more to say than that of the batches.
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = AsyncArrowWriter::try_new_with_options(upload, Arc::clone(&self.schema), options)
            .map_err(|e| LakeError::parquet(name, &path, e))?;
        Ok(OpenFile { path, writer, rows: 0 })
    }

    /// Ends the open file, if any, and compares what the store holds with what went in.
    async fn close_file(&mut self) -> Result<(), LakeError> {
        let Some(file) = &mut self.open else { return Ok(()) };
        let (path, rows) = (file.path.clone(), file.rows);
        file.writer.finish().await.map_err(|e| LakeError::parquet(&self.table.name, &path, e))?;
        let Some(file) = self.open.take() else { return Ok(()) };
        let upload = file.writer.into_inner();
        let (bytes, sha256) = (upload.bytes(), upload.sha256());
        let footer = footer::read(&self.lake.store, &path, bytes).await;
        let footer = footer.map_err(|e| LakeError::read_back(&path, e))?;
        if footer.rows != rows {
            let reason = format!("{rows} rows were written, its footer counts {}", footer.rows);
            return Err(LakeError::Damaged { path: path.to_string(), reason });
        }
        if let Some(reason) = footer::difference(&self.schema, &footer.schema) {
            return Err(LakeError::Damaged { path: path.to_string(), reason });
        }
        self.files.push(DataFile { path: path.to_string(), rows, bytes, sha256 });
        Ok(())
    }

    async fn drop_open_file(&mut self) {
        let Some(file) = self.open.take() else { return };
        if let Err(error) = file.writer.into_inner().abort().await {
            tracing::warn!(path = %file.path, %error, "an upload could not be aborted; a bucket lifecycle rule removes such parts");
        }
    }

    /// Rows of a slice that hold about a quarter of a row group's memory.
    fn slice_rows(&self, batch: &RecordBatch) -> usize {
        let bytes: usize = batch.columns().iter().map(|c| c.to_data().get_slice_memory_size().unwrap_or(0)).sum();
        let row_bytes = bytes / batch.num_rows().max(1) + 1;
        (self.options.max_row_group_bytes / 4 / row_bytes).clamp(1, MAX_SLICE_ROWS)
    }

    fn schema_error(&self, reason: String) -> LakeError {
        LakeError::Schema { table: self.table.name.clone(), reason }
    }
}

impl OpenFile {
    async fn write(&mut self, slice: &RecordBatch, max_row_group_bytes: usize) -> parquet::errors::Result<()> {
        self.writer.write(slice).await?;
        self.rows += slice.num_rows() as u64;
        if self.writer.memory_size() >= max_row_group_bytes { self.writer.flush().await } else { Ok(()) }
    }

    /// Written and, by estimate, about to be.
    fn bytes(&self) -> u64 {
        (self.writer.bytes_written() + self.writer.in_progress_size()) as u64
    }
}

impl WriterOptions {
    fn properties(&self, schema: &Schema, without_dictionary: &[ColumnPath]) -> WriterPropertiesBuilder {
        let mut builder = WriterProperties::builder()
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_created_by(format!("lucca-lake {}", env!("CARGO_PKG_VERSION")))
            .set_compression(self.compression)
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_max_row_group_row_count(Some(self.max_row_group_rows.max(1)));
        for column in without_dictionary {
            builder = builder.set_column_dictionary_enabled(column.clone(), false);
        }
        // The API's order spreads the ids of any thousand people from the smallest to the largest, so that minimum and
        // maximum exclude nothing; a Bloom filter does. It is as large as the row group's distinct values need.
        if schema.column_with_name(PERSON).is_some() {
            builder = builder
                .set_column_bloom_filter_fpp(ColumnPath::from(PERSON), FALSE_POSITIVES)
                .set_column_bloom_filter_max_ndv(ColumnPath::from(PERSON), self.max_row_group_rows as u64);
        }
        builder
    }
}

/// The batch under the table's own schema object; an error names the first difference.
fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, String> {
    if let Some(reason) = footer::difference(schema, &batch.schema()) {
        return Err(reason);
    }
    RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec()).map_err(|e| e.to_string())
}

impl fmt::Debug for TableWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zone: Zone = self.table.zone;
        f.debug_struct("TableWriter")
            .field("table", &self.table.name)
            .field("zone", &zone)
            .field("run_id", &self.run_id)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}
