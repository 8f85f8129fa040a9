//! A command that is run for each event, after it was answered: one at a time, the event on its standard input.
//!
//! Nothing waits for it. What it misses, because it is slow or the receiver ends, is durable all the same, and in the table.

use std::{io, process::ExitStatus, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time,
};

use super::{
    counts::{Counting, is_power_of_ten},
    end::Ends,
};
use crate::child::Program;

/// Events that may wait for the command,
const WAITING: usize = 1000;
/// and bytes of them in all: memory holds them.
const WAITING_BYTES: usize = 64 << 20;
/// Longest time that one command may take.
const LONGEST: Duration = Duration::from_secs(300);
/// How long the one that runs may still take when the receiver ends.
const END_WITHIN: Duration = Duration::from_secs(10);

/// What is run for each event.
#[derive(Debug, Clone)]
pub(crate) struct Exec(pub(crate) Program);

/// Hands events to the command.
#[derive(Debug)]
pub(super) struct Queue {
    sender: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
    counting: Arc<Counting>,
}

/// An event that waits, and the room that it takes.
#[derive(Debug)]
pub(super) struct Waiting {
    event: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Queue {
    /// A queue, and what waits in it.
    pub(super) fn new(counting: Arc<Counting>) -> (Self, mpsc::Receiver<Waiting>) {
        let (sender, waiting) = mpsc::channel(WAITING);
        (Self { sender, room: Arc::new(Semaphore::new(WAITING_BYTES)), counting }, waiting)
    }

    /// Puts an event at its end, if there is room.
    pub(super) fn put(&self, event: &[u8]) {
        let bytes = u32::try_from(event.len()).unwrap_or(u32::MAX);
        let waits = Arc::clone(&self.room).try_acquire_many_owned(bytes).ok().and_then(|room| {
            // By itself: as a part of what was received it would keep all of that.
            let waiting = Waiting { event: Bytes::copy_from_slice(event), _room: room };
            self.sender.try_send(waiting).ok()
        });
        if waits.is_none() {
            let times = self.counting.skipped(1);
            if is_power_of_ten(times) {
                tracing::warn!(
                    times,
                    "the command does not keep up: it was not run for an event, which is kept all the same"
                );
            }
        }
    }
}

impl Exec {
    /// Runs the command for each event, until `ends` changes or nobody can put one into the queue any more.
    pub(super) async fn run(self, mut waiting: mpsc::Receiver<Waiting>, mut ends: Ends, counting: Arc<Counting>) {
        loop {
            let event = tokio::select! {
                biased;
                () = ends.told() => break,
                waiting = waiting.recv() => waiting,
            };
            let Some(Waiting { event, .. }) = event else { break };
            let ended = self.run_once(&event, &mut ends).await;
            let is_well = ended.as_ref().is_ok_and(ExitStatus::success);
            counting.ran(is_well);
            match ended {
                Ok(status) if !is_well => {
                    tracing::warn!(%status, "the command failed for an event, which is kept all the same")
                }
                Err(error) => {
                    tracing::warn!(%error, "the command could not be run for an event, which is kept all the same")
                }
                Ok(_) => {}
            }
        }
        waiting.close();
        let mut left = 0;
        while waiting.try_recv().is_ok() {
            left += 1;
        }
        counting.skipped(left);
    }

    /// Runs it once and waits for its end, which comes by force when it takes too long.
    async fn run_once(&self, event: &[u8], ends: &mut Ends) -> io::Result<ExitStatus> {
        let too_long = async {
            tokio::select! {
                () = time::sleep(LONGEST) => {}
                () = ends.told() => time::sleep(END_WITHIN).await,
            }
        };
        self.0.run(event, too_long).await
    }
}

#[cfg(test)]
mod tests;
