//! Rows that are computed on a task of their own while whoever takes them does something else.

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use futures::{
    StreamExt as _,
    stream::{BoxStream, unfold},
};
use tokio::{
    sync::{
        mpsc::{Receiver, channel},
        watch,
    },
    task::JoinSet,
};

use super::{EngineError, Rows};

/// Batches that wait for whoever takes them.
const WAITING: usize = 2;

type Item = Result<RecordBatch, EngineError>;

/// The receiving end, and the task: it ends with whoever holds this.
struct Own {
    batches: Receiver<Item>,
    task: JoinSet<()>,
}

/// Rows of `schema` that `asked` will give; what keeps it from giving them is the first and only item.
pub(super) fn rows<F>(schema: SchemaRef, asked: F) -> Rows
where
    F: Future<Output = Result<Rows, EngineError>> + Send + 'static,
{
    let (sender, batches) = channel(WAITING);
    let mut task = JoinSet::new();
    task.spawn(async move {
        let mut rows: BoxStream<'static, Item> = match asked.await {
            Ok(rows) => rows.into_stream(),
            Err(error) => {
                // Nobody is told who does not want to know.
                let _ = sender.send(Err(error)).await;
                return;
            }
        };
        while let Some(item) = rows.next().await {
            if sender.send(item).await.is_err() {
                return;
            }
        }
    });
    Rows::new(schema, unfold(Own { batches, task }, next).fuse().boxed())
}

/// The same rows, which end with an error as soon as they are given up.
pub(super) fn unless(given_up: watch::Receiver<bool>, rows: Rows) -> Rows {
    let schema = rows.schema().clone();
    let next = |(mut given_up, mut rows): (watch::Receiver<bool>, BoxStream<'static, Item>)| async move {
        let item = tokio::select! {
            biased;
            Ok(_) = given_up.wait_for(|is| *is) => {
                Some(Err(EngineError::Internal { message: "given up, as another query failed".to_owned() }))
            }
            item = rows.next() => item,
        };
        item.map(|item| (item, (given_up, rows)))
    };
    Rows::new(schema, unfold((given_up, rows.into_stream()), next).fuse().boxed())
}

/// The next batch. The end of the batches is the end of the rows only if the task came to its end too.
async fn next(mut own: Own) -> Option<(Item, Own)> {
    if let Some(item) = own.batches.recv().await {
        return Some((item, own));
    }
    let failed = match own.task.join_next().await?.err()?.try_into_panic() {
        Ok(payload) => EngineError::panicked(&*payload),
        Err(_) => EngineError::Internal { message: "a query's task was ended".to_owned() },
    };
    Some((Err(failed), own))
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        sync::Arc,
    };

    use futures::stream;

    use super::*;
    use crate::engine::testing::{batch, deep, ints};

    fn some(batches: i64) -> Rows {
        let all: Vec<RecordBatch> = (0..batches).map(|n| batch(vec![("n", ints([Some(n)]))])).collect();
        Rows::new(all[0].schema(), stream::iter(all.into_iter().map(Ok)).boxed())
    }

    #[test]
    fn all_rows_come_in_order() {
        deep(|| async {
            let expected = some(9).collect().await.unwrap();
            let schema = expected[0].schema();
            assert_eq!(rows(schema, ready(Ok(some(9)))).collect().await.unwrap(), expected);
        });
    }

    /// Whoever looks whether rows are few takes them to their end, and then what is left.
    #[test]
    fn who_asks_again_after_the_end_gets_nothing_more() {
        deep(|| async {
            let schema = some(1).schema().clone();
            let given_up = watch::Sender::new(false);
            let rows = unless(given_up.subscribe(), rows(schema, ready(Ok(some(1)))));
            let mut stream = rows.into_stream();
            assert!(stream.next().await.is_some());
            assert!(stream.next().await.is_none() && stream.next().await.is_none());
        });
    }

    /// Fewer rows than there are would be a wrong answer.
    #[test]
    fn what_fails_is_an_error_and_never_an_end() {
        deep(|| async {
            let schema = some(1).schema().clone();
            let refused = || EngineError::Internal { message: "no".to_owned() };
            let early = rows(Arc::clone(&schema), ready(Err(refused()))).collect().await;
            let midway = Rows::new(
                Arc::clone(&schema),
                some(1).into_stream().chain(stream::once(ready(Err(refused())))).boxed(),
            );
            let midway = rows(Arc::clone(&schema), ready(Ok(midway))).collect().await;
            for error in [early, midway] {
                assert!(matches!(error, Err(EngineError::Internal { .. })), "{error:?}");
            }
            let panics = rows(schema, async { panic!("planning") }).collect().await;
            assert!(panics.unwrap_err().to_string().contains("planning"));
        });
    }

    #[test]
    fn the_task_ends_with_whoever_waits_for_it() {
        deep(|| async {
            let schema = some(1).schema().clone();
            let (held, ended) = tokio::sync::oneshot::channel::<()>();
            let rows = rows(schema, async move {
                let _held = held;
                pending().await
            });
            drop(rows);
            // The task's end drops what it held.
            assert!(ended.await.is_err());
        });
    }
}
