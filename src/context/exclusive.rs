//! Writing to the lake as its only writer.

use super::Context;
use crate::{
    error::Error,
    lake::{Lake, LakeError, Lease},
    lock::Owner,
    run_id::RunId,
};

/// Who writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer<'a> {
    /// What it does.
    pub(crate) what: &'a str,
    pub(crate) run_id: &'a RunId,
    /// Whose lease may be taken over, as nobody else alive has this name.
    pub(crate) owner: Option<&'a Owner>,
}

impl Writer<'_> {
    /// As those who wait are told.
    pub(crate) fn holder(&self) -> String {
        format!("{} {} (process {})", self.what, self.run_id, std::process::id())
    }
}

/// Does `work` while nobody else may write to the lake.
///
/// # Errors
/// When somebody else writes to the lake, now or before the work is done; the work's own errors.
pub(crate) async fn exclusively<T>(
    context: &Context,
    lake: &Lake,
    writer: Writer<'_>,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let lease = Lease::take(lake, &writer.holder(), writer.owner, &context.clock).await?;
    let done = tokio::select! {
        biased;
        () = lease.lost() => Err(LakeError::Locked { lake: lake.display(), holder: "another run".into() }.into()),
        done = work => done,
    };
    lease.release().await;
    done
}
