//! Keys that occur twice: by their hashes first, as hardly a table has any.

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use chrono::NaiveDate;
use datafusion::{
    common::hash_utils::{RandomState, create_hashes},
    execution::memory_pool::MemoryConsumer,
};
use futures::{StreamExt as _, stream};

use super::{EngineError, Rows, Session, derive, own_task, prepared};
use crate::catalog::{Key, Table};

/// As [`derive::begin`], for a statement that finds the keys that occur more than once. It is not asked where the hashes of all
/// keys differ: they tell so in a third of the time, and in a tenth of the memory.
pub(crate) fn begin(
    session: &Session,
    origin: String,
    sql: String,
    findings: &Table,
    as_of: NaiveDate,
    key: Key,
) -> Rows {
    let (session, findings) = (session.clone(), findings.clone());
    let schema = findings.arrow_schema();
    own_task::rows(SchemaRef::clone(&schema), async move {
        // What is held is small, and its statement planned once per run.
        let differ = !session.holds(&key.table) && differ(&session, &key).await.map_err(|e| e.in_derived(&origin))?;
        match differ {
            true => Ok(Rows::new(schema, stream::empty().boxed())),
            false => derive::start(&session, &origin, &sql, &findings, as_of).await,
        }
    })
}

/// Whether the hashes of all keys differ; `false` too where there is no memory for them.
async fn differ(session: &Session, Key { table, columns }: &Key) -> Result<bool, EngineError> {
    let columns: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.replace('"', "\"\""))).collect();
    let sql = format!("SELECT {} FROM \"{}\"", columns.join(", "), table.replace('"', "\"\""));
    let memory = MemoryConsumer::new("hashes of keys").register(&session.context().runtime_env().memory_pool);
    // The same for all batches, as a key may come again in another.
    let hasher = RandomState::with_seed(0);
    let mut hashes: Vec<u64> = Vec::new();
    let mut batches = prepared::ask(session, &sql, None).await?.into_stream();
    while let Some(batch) = batches.next().await {
        let of_batch = hashes_of(&batch?, &hasher)?;
        if memory.try_grow(size_of_val(&*of_batch)).is_err() {
            return Ok(false);
        }
        hashes.extend(of_batch);
    }
    hashes.sort_unstable();
    Ok(hashes.array_windows().all(|[one, next]| one != next))
}

/// A number for each row: the same for the same values.
fn hashes_of(keys: &RecordBatch, hasher: &RandomState) -> Result<Vec<u64>, EngineError> {
    let mut hashes = vec![0; keys.num_rows()];
    create_hashes(keys.columns(), hasher, &mut hashes).map_err(EngineError::running)?;
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::testing::{TestLake, batch, deep, ints, strings};

    #[test]
    fn a_key_is_found_again_in_a_later_batch() {
        deep(|| async {
            for (last, expected) in [("20000", true), ("0", false)] {
                let ids: Vec<String> = (0..20_000).map(|n| n.to_string()).chain([last.to_owned()]).collect();
                let mut lake = TestLake::default();
                let all = batch(vec![("id", strings(ids.iter().map(|id| Some(id.as_str()))))]);
                lake.add_batch("t", "2026-03-01", &all).await;
                let key = Key { table: "t".to_owned(), columns: vec!["id".to_owned()] };
                assert_eq!(differ(&lake.session(), &key).await.unwrap(), expected, "{last}");
            }
        });
    }

    #[test]
    fn keys_differ_unless_all_their_columns_are_the_same() {
        deep(|| async {
            for (ids, numbers, expected) in [
                ([Some("a"), Some("b"), Some("a")], [Some(1), Some(1), Some(2)], true),
                ([Some("a"), Some("b"), Some("a")], [Some(1), Some(2), Some(1)], false),
                // Null is a value like others.
                ([None, Some("b"), None], [Some(1), Some(1), Some(1)], false),
                ([Some("a"), None, Some("a")], [Some(1), Some(1), None], true),
                ([Some("a"), None, Some("a")], [None, None, None], false),
            ] {
                let mut lake = TestLake::default();
                lake.add_batch("t", "2026-03-01", &batch(vec![("id", strings(ids)), ("n", ints(numbers))])).await;
                let key = Key { table: "t".to_owned(), columns: vec!["id".to_owned(), "n".to_owned()] };
                assert_eq!(differ(&lake.session(), &key).await.unwrap(), expected, "{ids:?}, {numbers:?}");
                let full = lake.session();
                let memory = MemoryConsumer::new("all").register(&full.context().runtime_env().memory_pool);
                memory.try_grow((1 << 30) - 1).unwrap();
                assert!(!differ(&full, &key).await.unwrap());
            }
        });
    }
}
