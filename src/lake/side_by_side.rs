//! Many requests at once, but not too many.

use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::LakeError;

/// Requests in flight: enough to hide what one takes in a bucket, and few for a disk.
pub(super) const AT_ONCE: usize = 8;

/// Does `each` for every item, several at once, and answers in their order.
///
/// # Errors
/// The first failure; what is under way then is given up.
pub(super) async fn side_by_side<I, T, F: Future<Output = Result<T, LakeError>>>(
    items: impl IntoIterator<Item = I>,
    each: impl FnMut(I) -> F,
) -> Result<Vec<T>, LakeError> {
    stream::iter(items).map(each).buffered(AT_ONCE).try_collect().await
}

/// The same where everything must have ended before a failure is told.
pub(super) async fn all_side_by_side<I, T, F: Future<Output = Result<T, LakeError>>>(
    items: impl IntoIterator<Item = I>,
    each: impl FnMut(I) -> F,
) -> Result<Vec<T>, LakeError> {
    let ended: Vec<Result<T, LakeError>> = stream::iter(items).map(each).buffered(AT_ONCE).collect().await;
    ended.into_iter().collect()
}
