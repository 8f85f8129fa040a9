//! Writing to the lake as its only writer.

use super::Context;
use crate::{
    error::Error,
    lake::{Lake, LakeError, Lease},
    run_id::RunId,
};

/// Does `work` while nobody else may write to the lake; `what` and the run name it to those who wait.
///
/// # Errors
/// When somebody else writes to the lake, now or before the work is done; the work's own errors.
pub(super) async fn exclusively<T>(
    context: &Context,
    lake: &Lake,
    (what, run_id): (&str, &RunId),
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let holder = format!("{what} {run_id} (process {})", std::process::id());
    let lease = Lease::take(lake, &holder, None, &context.clock).await?;
    let done = tokio::select! {
        biased;
        () = lease.lost() => Err(LakeError::Held { lake: lake.display(), holder: "another run".into() }.into()),
        done = work => done,
    };
    lease.release().await;
    done
}
