//! A table over exactly the files it is given, for one or several as-of dates.
//!
//! DataFusion's own listing table cannot serve here: over explicit paths it has no partition column, over a directory
//! it reads files that no manifest names.

use std::{fmt, sync::Arc};

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use chrono::NaiveDate;
use datafusion::{
    catalog::Session as CatalogSession,
    common::{DFSchema, Statistics, project_schema},
    datasource::{
        TableProvider, TableType,
        file_format::{FileFormat, parquet::ParquetFormat},
        listing::{
            PartitionedFile,
            helpers::{expr_applicable_for_cols, filter_partitioned_file},
        },
        physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource},
        table_schema::TableSchema,
    },
    error::Result,
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, TableProviderFilterPushDown},
    physical_plan::{ExecutionPlan, empty::EmptyExec},
    scalar::ScalarValue,
};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;

use super::{EngineError, TableFiles, columns::with_views, store::STORE_URL};
use crate::catalog::{AS_OF, Types, columns_over_days};

/// Most file footers read at the same time while planning.
const FOOTER_CONCURRENCY: usize = 16;

/// A table of one or more snapshots: the columns of its files, then `as_of`.
pub(crate) struct FileTable {
    /// Columns of the files, as they are read.
    file_schema: SchemaRef,
    /// Columns of the table: those of the files, then `as_of`.
    table_schema: SchemaRef,
    /// Files, each with its `as_of` value, in the order of their dates.
    files: Vec<PartitionedFile>,
}

impl fmt::Debug for FileTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileTable").field("files", &self.files.len()).finish_non_exhaustive()
    }
}

impl FileTable {
    /// A table from the files of one or more dates. A column that some dates lack is null there.
    ///
    /// # Errors
    /// [`EngineError::TableConflict`] when two dates disagree on a column's type, when a date occurs twice, or when a
    /// path is not one.
    pub(crate) fn try_new(name: &str, dates: &[&TableFiles]) -> std::result::Result<Self, EngineError> {
        let conflict = |detail: String| EngineError::TableConflict { table: name.to_owned(), detail };
        let mut dates = dates.to_vec();
        dates.sort_by_key(|d| d.as_of);
        if let Some(pair) = dates.array_windows().find(|[a, b]| a.as_of == b.as_of) {
            return Err(conflict(format!("{} is given twice", pair[0].as_of)));
        }
        let file_schema = Arc::new(with_views(&merge_schemas(&dates).map_err(conflict)?));
        let mut fields: Vec<FieldRef> = file_schema.fields().iter().cloned().collect();
        fields.push(as_of_field());
        let mut files = Vec::new();
        for date in dates {
            for file in &date.files {
                let path = Path::parse(&file.path).map_err(|e| conflict(format!("a file's path is invalid: {e}")))?;
                files.push(PartitionedFile::new(path, file.bytes).with_partition_values(vec![date_scalar(date.as_of)]));
            }
        }
        Ok(Self { file_schema, table_schema: Arc::new(Schema::new(fields)), files })
    }

    fn scan_schema(&self) -> TableSchema {
        TableSchema::builder(Arc::clone(&self.file_schema)).with_table_partition_cols(vec![as_of_field()]).build()
    }

    /// The files whose `as_of` satisfies the filters.
    fn files_matching(&self, filters: &[Expr]) -> Result<Vec<PartitionedFile>> {
        let filters: Vec<Expr> = filters.iter().filter(|f| is_about_as_of(f)).cloned().collect();
        let schema = DFSchema::try_from(Schema::new(vec![as_of_field()]))?;
        let mut kept = Vec::new();
        for file in &self.files {
            kept.extend(filter_partitioned_file(file.clone(), &filters, &schema)?);
        }
        Ok(kept)
    }

    /// Adds what each file's footer says about its values; footers are read once a session.
    async fn with_statistics(
        &self,
        state: &dyn CatalogSession,
        format: &ParquetFormat,
        files: Vec<PartitionedFile>,
    ) -> Result<Vec<PartitionedFile>> {
        let store = state.runtime_env().object_store(ObjectStoreUrl::parse(STORE_URL)?)?;
        stream::iter(files)
            .map(|file| {
                let store = Arc::clone(&store);
                async move {
                    let schema = Arc::clone(&self.file_schema);
                    let statistics = format.infer_stats(state, &store, schema, &file.object_meta).await?;
                    Result::Ok(file.with_statistics(Arc::new(statistics)))
                }
            })
            .buffered(FOOTER_CONCURRENCY)
            .try_collect()
            .await
    }
}

#[async_trait]
impl TableProvider for FileTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.table_schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |f: &&Expr| match is_about_as_of(f) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Inexact,
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        state: &dyn CatalogSession,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let format = ParquetFormat::default().with_options(state.default_table_options().parquet);
        let files = self.with_statistics(state, &format, self.files_matching(filters)?).await?;
        if files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(project_schema(&self.table_schema, projection)?)));
        }
        let statistics =
            Statistics::try_merge_iter(files.iter().filter_map(|f| f.statistics.as_deref()), &self.table_schema)?;
        let source = ParquetSource::new(self.scan_schema());
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(STORE_URL)?, Arc::new(source))
            .with_file_groups(FileGroup::new(files).split_files(state.config().target_partitions()))
            .with_statistics(statistics)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        format.create_physical_plan(state, config).await
    }
}

/// The column that says which day a row is of.
pub(super) fn as_of_field() -> FieldRef {
    Arc::new(Field::new(AS_OF, DataType::Date32, false))
}

fn date_scalar(date: NaiveDate) -> ScalarValue {
    ScalarValue::Date32(Some(arrow::datatypes::Date32Type::from_naive_date(date)))
}

/// Whether the filter is decided by `as_of` alone.
fn is_about_as_of(filter: &Expr) -> bool {
    expr_applicable_for_cols(&[AS_OF], filter)
}

/// The columns over the dates, of which the last is the newest.
fn merge_schemas(dates: &[&TableFiles]) -> std::result::Result<Schema, String> {
    let newest_first: Vec<(NaiveDate, &Schema)> = dates.iter().rev().map(|d| (d.as_of, d.schema.as_ref())).collect();
    let columns = columns_over_days(&newest_first, Types::Widened).map_err(|clash| clash.to_string())?;
    if columns.iter().any(|column| column.field.name() == AS_OF) {
        return Err(format!("its files have a column {AS_OF} of their own"));
    }
    Ok(Schema::new(columns.into_iter().map(|column| column.field).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests;
