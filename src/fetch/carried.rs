//! Rows that are taken over from the lake as it was: what need not be asked for, or can no longer be.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, new_null_array},
    datatypes::SchemaRef,
    record_batch::RecordBatch,
};
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};

use crate::{
    catalog::Table,
    error::Error,
    lake::{Lake, LakeError, Rowwise, SnapshotTable},
};

/// Tables of the lake as they were written last, by name: of those that a run takes rows over from.
pub(crate) type LastTables = BTreeMap<String, SnapshotTable>;

/// A table of the lake as it was written last, to be read as it is declared today.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carried<'a> {
    pub(super) lake: &'a Lake,
    pub(super) table: &'a SnapshotTable,
}

impl<'a> Carried<'a> {
    /// The rows in the columns of `declared`: one that the files lack is null.
    ///
    /// # Errors
    /// The stream's: when a file cannot be read; when a column has another type today, or may not be null and is not there.
    pub(super) fn rows(self, declared: &Table, batch_rows: usize) -> BoxStream<'a, Result<RecordBatch, Error>> {
        let (name, schema) = (declared.name.clone(), declared.arrow_schema());
        let rows = self.lake.stored_rows(self.table, Rowwise { columns: None, batch_rows });
        rows.and_then(move |batch| {
            let adapted =
                as_declared(&batch, &schema).map_err(|reason| LakeError::Schema { table: name.clone(), reason });
            async move { adapted }
        })
        .err_into()
        .boxed()
    }

    /// Some columns of all rows.
    pub(super) fn columns(self, columns: &'a [&'a str]) -> BoxStream<'a, Result<RecordBatch, Error>> {
        const ROWS: usize = 8192;
        self.lake.stored_rows(self.table, Rowwise { columns: Some(columns), batch_rows: ROWS }).err_into().boxed()
    }
}

/// The same rows with other columns.
fn as_declared(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, String> {
    let column = |field: &Arc<arrow::datatypes::Field>| -> Result<ArrayRef, String> {
        match batch.column_by_name(field.name()) {
            Some(column) if column.data_type().equals_datatype(field.data_type()) => Ok(Arc::clone(column)),
            Some(_) => Err(format!("the type of column {} has changed since", field.name())),
            None if field.is_nullable() => Ok(new_null_array(field.data_type(), batch.num_rows())),
            None => Err(format!("the lake has no column {}", field.name())),
        }
    };
    let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{Int32Array, StringArray},
        datatypes::{DataType, Field, Schema},
    };

    use super::*;

    #[test]
    fn older_rows_are_read_as_the_table_is_declared_today() {
        let ids = || Arc::new(StringArray::from(vec!["1", "2"])) as ArrayRef;
        let older = RecordBatch::try_from_iter([("gone", ids()), ("id", ids())]).unwrap();
        let schema = |fields: Vec<Field>| Arc::new(Schema::new(fields));
        let (id, new) = (Field::new("id", DataType::Utf8, false), Field::new("new", DataType::Int32, true));
        let adapted = as_declared(&older, &schema(vec![id.clone(), new.clone()])).unwrap();
        assert_eq!(adapted.column(0), &ids());
        assert_eq!(adapted.column(1).as_ref(), &Int32Array::from(vec![None, None]));
        let strict = as_declared(&older, &schema(vec![id, new.clone().with_nullable(false)])).unwrap_err();
        assert_eq!(strict, "the lake has no column new");
        let other = as_declared(&older, &schema(vec![Field::new("id", DataType::Int32, true)])).unwrap_err();
        assert_eq!(other, "the type of column id has changed since");
    }
}
