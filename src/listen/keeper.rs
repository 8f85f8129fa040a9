//! One writer for all requests: what waits together is made durable together, and only then answered.

use std::{fmt, io, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::{self, Instant},
};

use super::{
    event::Event,
    spool::{Fate, Spool},
};
use crate::{clock::SharedClock, error::Error};

/// Requests that may wait to be written; as many connections as there are do not fill it.
const WAITING: usize = 1024;
/// How often it is looked whether a file is old enough to be sealed.
const LOOK: Duration = Duration::from_secs(5);

/// Hands events to the writer.
#[derive(Debug, Clone)]
pub(super) struct Keeper(mpsc::Sender<Waiting>);

/// A request that waits.
#[derive(Debug)]
struct Waiting {
    events: Vec<Event>,
    answer: oneshot::Sender<Vec<Fate>>,
}

/// Who hears of what the writer did.
pub(super) struct Heard {
    /// An event that is durable for the first time.
    pub(super) kept: Box<dyn Fn(&Event) + Send + Sync>,
    /// There is one sealed file more.
    pub(super) sealed: Box<dyn Fn() + Send + Sync>,
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heard").finish_non_exhaustive()
    }
}

/// The writer: to be driven until every [`Keeper`] is gone.
#[derive(Debug)]
pub(super) struct Writer {
    waiting: mpsc::Receiver<Waiting>,
    clock: SharedClock,
    heard: Arc<Heard>,
}

/// A way to have events kept, and the one who keeps them.
pub(super) fn keeper(clock: SharedClock, heard: Heard) -> (Keeper, Writer) {
    let (sender, waiting) = mpsc::channel(WAITING);
    (Keeper(sender), Writer { waiting, clock, heard: Arc::new(heard) })
}

impl Keeper {
    /// What became of the events, all of which are durable then. `None` when they could not be made so, which the writer has
    /// told; they may be all the same when it took longer than until `deadline`.
    pub(super) async fn keep(&self, events: Vec<Event>, deadline: Instant) -> Option<Vec<Fate>> {
        let (answer, answered) = oneshot::channel();
        let kept = async {
            self.0.send(Waiting { events, answer }).await.ok()?;
            answered.await.ok()
        };
        time::timeout_at(deadline, kept).await.ok()?
    }
}

impl Writer {
    /// Writes until nobody can ask for it any more, then seals what is open.
    ///
    /// # Errors
    /// When what is durable could not be sealed: the next receiver does it.
    pub(super) async fn run(mut self, mut spool: Spool) -> Result<(), Error> {
        let mut look = time::interval(LOOK);
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                taken = self.waiting.recv_many(&mut batch, WAITING) => if taken == 0 { break },
                _ = look.tick() => {}
            }
            spool = self.commit(spool, batch).await?;
        }
        let now = self.clock.now();
        let sealed = blocking(move || spool.seal(now)).await?;
        let has_sealed = sealed.map_err(|source| Error::Io { what: "sealing received events".into(), source })?;
        if has_sealed {
            (self.heard.sealed)();
        }
        Ok(())
    }

    async fn commit(&self, mut spool: Spool, batch: Vec<Waiting>) -> Result<Spool, Error> {
        let now = self.clock.now();
        let (asked, answers): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|Waiting { events, answer }| (events, answer)).unzip();
        let (spool, asked, fates, sealed) = blocking(move || {
            let events = asked.concat();
            let fates = spool.commit(&events, now);
            let sealed = spool.seal_if_due(now);
            (spool, asked, fates, sealed)
        })
        .await?;
        match fates {
            Ok(fates) => self.answer(&asked, answers, &fates),
            // Those who wait learn it when nobody answers.
            Err(error) => told("received events cannot be written, and are refused until they can", &error),
        }
        match sealed {
            Ok(true) => (self.heard.sealed)(),
            Ok(false) => {}
            Err(error) => told("received events cannot be sealed yet", &error),
        }
        Ok(spool)
    }

    fn answer(&self, asked: &[Vec<Event>], answers: Vec<oneshot::Sender<Vec<Fate>>>, fates: &[Fate]) {
        let mut fates = fates.iter().copied();
        for (events, answer) in asked.iter().zip(answers) {
            let of_these: Vec<Fate> = fates.by_ref().take(events.len()).collect();
            let kept = events.iter().zip(&of_these).filter(|(_, fate)| **fate == Fate::Kept);
            // Who gave up waiting sends it again, and it is known then.
            let _ = answer.send(of_these.clone());
            kept.for_each(|(event, _)| (self.heard.kept)(event));
        }
    }
}

fn told(what: &'static str, error: &io::Error) {
    tracing::warn!(%error, "{what}");
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::task_lost("writing received events", &error))
}
