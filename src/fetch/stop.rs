//! One signal that ends every part of a run: the first failure, or the user.

use tokio::sync::watch;

use crate::{error::Error, exit_code::ExitCode, signals::told_to_end};

/// Tells whether the run is to end.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    sender: watch::Sender<bool>,
}

impl Stop {
    pub(crate) fn new() -> Self {
        Self { sender: watch::Sender::new(false) }
    }

    /// Ends the run.
    pub(crate) fn now(&self) {
        self.sender.send_replace(true);
    }

    /// Whether the run is to end.
    pub(crate) fn is_stopped(&self) -> bool {
        *self.sender.borrow()
    }

    /// Returns when the run is to end.
    async fn stopped(&self) {
        let mut receiver = self.sender.subscribe();
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = receiver.wait_for(|stop| *stop).await;
    }

    /// What `work` gives, or [`Error::Interrupted`] when the run is to end before.
    pub(crate) async fn unless_stopped<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Error>
    where
        Error: From<E>,
    {
        tokio::select! {
            biased;
            () = self.stopped() => Err(Error::Interrupted),
            done = work => Ok(done?),
        }
    }

    /// Ends the run when the process is told to: Ctrl-C, or SIGTERM as schedulers send it.
    pub(crate) fn on_signals(&self) -> tokio::task::JoinHandle<()> {
        let stop = self.clone();
        tokio::spawn(async move {
            if told_to_end().await.is_ok() {
                tracing::info!("stopping: told to by a signal; a second one stops at once");
                stop.now();
            }
            if told_to_end().await.is_ok() {
                std::process::exit(i32::from(ExitCode::Temporary as u8));
            }
        })
    }
}
