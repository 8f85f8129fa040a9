//! Following references from one table to another: how many lead nowhere.

use arrow::{array::AsArray as _, datatypes::Int64Type};

use super::{EngineError, Session, prepared};

/// A column that holds ids of another table's records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference<'a> {
    /// Table.
    pub(crate) table: &'a str,
    /// Its column: ids, or lists of ids.
    pub(crate) column: &'a str,
    /// Whether the column holds lists.
    pub(crate) is_list: bool,
    /// Table referred to, by its column `id`.
    pub(crate) to: &'a str,
}

/// What came of following the references of one column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Followed {
    /// References that are not null.
    pub(crate) references: u64,
    /// References among them that lead nowhere.
    pub(crate) unresolved: u64,
    /// Different ids among those.
    pub(crate) unresolved_ids: u64,
}

/// Follows the references of one column; both tables are registered. Memory: the different ids of both.
///
/// # Errors
/// When a table or column does not exist, or the files cannot be read.
pub(crate) async fn follow(session: &Session, reference: Reference<'_>) -> Result<Followed, EngineError> {
    let Reference { table, column, is_list, to } = reference;
    let ids = if is_list { format!("unnest(\"{column}\")") } else { format!("\"{column}\"") };
    let sql = format!(
        "WITH ids AS (SELECT {ids} AS id FROM \"{table}\" WHERE \"{column}\" IS NOT NULL), \
         counted AS (SELECT id, count(*) AS n FROM ids WHERE id IS NOT NULL GROUP BY id) \
         SELECT CAST(coalesce(sum(c.n), 0) AS BIGINT) AS all_of_them, \
         CAST(coalesce(sum(CASE WHEN found.id IS NULL THEN c.n END), 0) AS BIGINT) AS unresolved, \
         CAST(count(CASE WHEN found.id IS NULL THEN 1 END) AS BIGINT) AS unresolved_ids \
         FROM counted c LEFT JOIN \"{to}\" found ON found.id = c.id"
    );
    let batches = prepared::rows(session, &sql).await?.collect().await?;
    let number = |index: usize| {
        let column = batches.first().filter(|batch| batch.num_rows() == 1)?.columns().get(index)?;
        column.as_primitive_opt::<Int64Type>()?.values().first().and_then(|n| u64::try_from(*n).ok())
    };
    let [Some(references), Some(unresolved), Some(unresolved_ids)] = [number(0), number(1), number(2)] else {
        return Err(EngineError::Internal { message: "counting references gave no counts".into() });
    };
    Ok(Followed { references, unresolved, unresolved_ids })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, ListBuilder, StringBuilder};

    use super::*;
    use crate::engine::testing::{TestLake, batch, deep, strings};

    fn lists(rows: &[Option<&[Option<&str>]>]) -> ArrayRef {
        let mut builder = ListBuilder::new(StringBuilder::new());
        for row in rows {
            row.iter().copied().flatten().for_each(|id| builder.values().append_option(*id));
            builder.append(row.is_some());
        }
        Arc::new(builder.finish())
    }

    #[test]
    fn what_leads_nowhere_is_counted() {
        deep(|| async {
            let mut lake = TestLake::default();
            let ids = [Some("1"), Some("2"), Some("01")];
            lake.add_batch("departments", "2026-01-31", &batch(vec![("id", strings(ids))])).await;
            let one = strings([Some("1"), Some("1"), None, Some("9"), Some("9"), Some("8"), Some("01"), Some("")]);
            let none: &[Option<&str>] = &[];
            let many =
                [None, Some(none), Some(&[Some("1"), Some("7")][..]), Some(&[None, Some("7")]), None, None, None, None];
            let rows = batch(vec![("department_id", one), ("department_ids", lists(&many))]);
            lake.add_batch("employees", "2026-01-31", &rows).await;
            let session = lake.session();
            let reference = |column, is_list| Reference { table: "employees", column, is_list, to: "departments" };
            let followed = follow(&session, reference("department_id", false)).await.unwrap();
            assert_eq!(followed, Followed { references: 7, unresolved: 4, unresolved_ids: 3 });
            let followed = follow(&session, reference("department_ids", true)).await.unwrap();
            assert_eq!(followed, Followed { references: 3, unresolved: 2, unresolved_ids: 1 });
            let empty = TestLake::default();
            assert!(follow(&empty.session(), reference("department_id", false)).await.is_err());
        });
    }
}
