//! A command that is run for each event, after it was answered: one at a time, the event on its standard input.
//!
//! Nothing waits for it. What it misses, because it is slow or the receiver ends, is durable all the same, and in the table.

use std::{
    ffi::OsString,
    io,
    os::fd::OwnedFd,
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::AsyncWriteExt as _,
    net::unix::pipe,
    signal::unix::{SignalKind, signal},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time,
};

use super::{
    counts::{Counting, is_power_of_ten},
    end::Ends,
};

/// Events that may wait for the command,
const WAITING: usize = 1000;
/// and bytes of them in all: memory holds them.
const WAITING_BYTES: usize = 64 << 20;
/// Longest time that one command may take.
const LONGEST: Duration = Duration::from_secs(300);
/// How long the one that runs may still take when the receiver ends.
const END_WITHIN: Duration = Duration::from_secs(10);

/// Program and arguments: no shell reads them.
#[derive(Debug, Clone)]
pub(crate) struct Exec {
    /// What is run.
    pub(crate) command: Vec<OsString>,
    /// Variables that it must not see: those that hold secrets.
    pub(crate) hidden: Vec<&'static str>,
}

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
        let (program, arguments) = self.command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        // Before it begins: its end is not to be missed.
        let mut a_child_ended = signal(SignalKind::child())?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        for name in &self.hidden {
            command.env_remove(name);
        }
        let mut child = Running(command.spawn()?);
        let stdin = child.0.stdin.take().map(|stdin| pipe::Sender::from_owned_fd(OwnedFd::from(stdin)));
        let ended = async {
            // A command that does not read all of it, or nothing, is no error.
            let write = async {
                if let Some(Ok(mut stdin)) = stdin {
                    let _ = stdin.write_all(event).await;
                }
                std::future::pending().await
            };
            let wait = async {
                loop {
                    if let Some(status) = child.0.try_wait()? {
                        return Ok(status);
                    }
                    a_child_ended.recv().await;
                }
            };
            tokio::select! {
                status = wait => status,
                () = write => Err(io::ErrorKind::BrokenPipe.into()),
            }
        };
        let too_long = async {
            tokio::select! {
                () = time::sleep(LONGEST) => {}
                () = ends.told() => time::sleep(END_WITHIN).await,
            }
        };
        tokio::select! {
            status = ended => status,
            () = too_long => Err(io::Error::new(io::ErrorKind::TimedOut, "it took too long, and was ended")),
        }
    }
}

/// A process that does not outlive us.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended, or it is ended: there is nothing to be done about an error.
        if !matches!(self.0.try_wait(), Ok(Some(_))) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

#[cfg(test)]
mod tests;
