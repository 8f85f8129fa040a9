//! The word that it is time to end, for many tasks.

use tokio::sync::watch;

/// Gives the word.
#[derive(Debug)]
pub(super) struct End(watch::Sender<bool>);

/// Hears it.
#[derive(Debug, Clone)]
pub(super) struct Ends(watch::Receiver<bool>);

impl End {
    /// Nobody has been told yet.
    pub(super) fn new() -> (Self, Ends) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Ends(receiver))
    }

    /// Tells everybody.
    pub(super) fn tell(&self) {
        let _ = self.0.send(true);
    }
}

impl Ends {
    /// Completes when the word was given, however long ago.
    pub(super) async fn told(&mut self) {
        let _ = self.0.wait_for(|is_told| *is_told).await;
    }
}
