//! From the spool on a disk to a lake elsewhere: sealed files, whole, and only then gone from the spool.

use std::{path::PathBuf, time::Duration};

use tokio::{sync::mpsc, time};

use super::{end::Ends, spool};
use crate::{
    error::Error,
    lake::{Lake, ReceivedSegment},
};

/// How long until what failed is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(30);
/// How long the last time may take, when the receiver ends.
const END_WITHIN: Duration = Duration::from_secs(20);

/// A spool that is emptied into a lake.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) folder: PathBuf,
    pub(super) lake: Lake,
}

impl Upload {
    /// Uploads what is sealed: at once, whenever `sealed` says so, and again after a failure; a last time when `ends`
    /// changes. Returns how many files stay in the spool.
    ///
    /// # Errors
    /// When the spool cannot be listed.
    pub(super) async fn run(self, mut sealed: mpsc::Receiver<()>, mut ends: Ends) -> Result<usize, Error> {
        loop {
            let is_done = self.all().await;
            if let Err(error) = &is_done {
                tracing::warn!(error = error.with_causes(), "received events stay in the spool for now");
            }
            tokio::select! {
                () = ends.told() => break,
                more = sealed.recv() => if more.is_none() { break },
                () = time::sleep(AGAIN_AFTER), if is_done.is_err() => {}
            }
        }
        if let Ok(Err(error)) = time::timeout(END_WITHIN, self.all()).await {
            tracing::warn!(error = error.with_causes(), "received events stay in the spool for the next time");
        }
        Ok(self.sealed().await?.len())
    }

    /// Uploads every sealed file, and removes it from the spool once the lake has it.
    async fn all(&self) -> Result<(), Error> {
        for segment in self.sealed().await? {
            let path = self.folder.join(segment.to_string());
            let failed = |source| Error::Io { what: path.display().to_string(), source };
            let content = tokio::fs::read(&path).await.map_err(failed)?;
            self.lake.put_received(&segment, content.into()).await?;
            tokio::fs::remove_file(&path).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn sealed(&self) -> Result<Vec<ReceivedSegment>, Error> {
        let folder = self.folder.clone();
        let listed = tokio::task::spawn_blocking(move || spool::sealed(&folder)).await;
        let listed = listed.map_err(|error| Error::task_lost("listing the spool", &error))?;
        listed.map_err(|source| Error::Io { what: self.folder.display().to_string(), source })
    }
}

#[cfg(test)]
mod tests;
