//! Receives signed webhooks and keeps each event durably.
//!
//! ```text
//! connection ─ http ─▶ answer ── keeper ──▶ spool ─ sealed files ─▶ lake, from where `sync` takes them
//!              bounds   signature  all that   records, made           (upload, when the lake is elsewhere)
//!                       event      wait, at   durable before
//!                                  once       the answer ─▶ exec
//! ```
//!
//! - `http`: connections and their bounds; `answer`: one request, one answer; `refused`: what is not taken, and the status
//! - `signature`: who sent it, and when; `event`: what it holds, and what tells one event from another
//! - `keeper`: one writer for all requests; `spool`: the folder that it writes to
//! - `upload`: to a lake that is not on this disk; `exec`: a command for each event
//! - `counts`: what happened; `end`: the word that it is time to end

mod answer;
mod counts;
mod end;
mod event;
mod exec;
mod http;
mod keeper;
mod refused;
mod signature;
mod spool;
mod upload;

use std::{path::PathBuf, sync::Arc, time::Duration};

use secrecy::SecretString;
use tokio::{net::TcpListener, sync::mpsc, time};

pub(crate) use self::exec::Exec;
use self::{
    answer::Receiver,
    counts::Counting,
    end::End,
    exec::Queue,
    keeper::{Heard, keeper},
    signature::Signatures,
    spool::Spool,
    upload::Upload,
};
use crate::{clock::SharedClock, error::Error, lake::Lake};

/// How often the log says what happened, when something did.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// What a receiver needs.
#[derive(Debug)]
pub(crate) struct Listening {
    /// Where requests come in.
    pub(crate) listener: TcpListener,
    /// Any of which a request may be signed with; none takes everything.
    pub(crate) secrets: Vec<SecretString>,
    /// A folder that exists, in which events become durable.
    pub(crate) spool: PathBuf,
    /// The lake that is to have what the spool holds, when that is not a folder of the lake.
    pub(crate) upload_to: Option<Lake>,
    /// What is run for each event.
    pub(crate) exec: Option<Exec>,
    /// The time of day.
    pub(crate) clock: SharedClock,
    /// Tells the files of this receiver from those of others.
    pub(crate) unique: u32,
}

/// What a receiver did, and what it left.
#[derive(Debug)]
pub(crate) struct Listened {
    /// In words.
    pub(crate) counts: String,
    /// Files of events that wait in the spool for the next one.
    pub(crate) left: usize,
}

/// Receives until `told_to_end` completes; then answers those who have asked, and seals and uploads what there is. `ready` is
/// called once before.
///
/// # Errors
/// When another receiver has the spool; when what is durable cannot be sealed.
pub(crate) async fn listen(
    listening: Listening,
    told_to_end: impl Future<Output = ()>,
    ready: impl FnOnce(),
) -> Result<Listened, Error> {
    let Listening { listener, secrets, spool: folder, upload_to, exec, clock, unique } = listening;
    let spool = Spool::open(&folder, unique, clock.now())?;
    let counting = Arc::new(Counting::default());
    let (end, ends) = End::new();
    let (to_upload, sealed) = mpsc::channel(1);
    let uploads = upload_to.map(|lake| tokio::spawn(Upload { folder, lake }.run(sealed, ends.clone())));
    let (queue, waiting) = Queue::new(Arc::clone(&counting));
    let is_run = exec.is_some();
    let runs = exec.map(|exec| tokio::spawn(exec.run(waiting, ends, Arc::clone(&counting))));
    let heard = Heard {
        kept: Box::new(move |event| {
            if is_run {
                queue.put(&event.body)
            }
        }),
        // One that waits already says it for both.
        sealed: Box::new(move || {
            let _ = to_upload.try_send(());
        }),
    };
    let (keeper, writer) = keeper(Arc::clone(&clock), heard);
    let mut writes = tokio::spawn(writer.run(spool));
    let signatures = Signatures::of(secrets);
    let receiver = Arc::new(Receiver { signatures, keeper, clock, counting: Arc::clone(&counting) });
    ready();

    let serves = http::serve(listener, Arc::clone(&receiver), told_to_end);
    let logs = log_now_and_then(&counting);
    let lost = |error| Error::task_lost("writing received events", &error);
    tokio::select! {
        () = serves => {}
        () = logs => {}
        // It ends by itself only when it cannot go on.
        ended = &mut writes => return ended.map_err(lost)?.and(Err(Error::Bug("nobody writes events any more".into()))),
    }
    // The last one who can ask for anything to be written: the writer ends.
    drop(receiver);
    let sealed = writes.await.map_err(lost)?;
    end.tell();
    if let Some(runs) = runs {
        runs.await.map_err(|error| Error::task_lost("running commands", &error))?;
    }
    let left = match uploads {
        Some(uploads) => uploads.await.map_err(|error| Error::task_lost("uploading events", &error))??,
        None => 0,
    };
    sealed?;
    let counts = counting.now();
    counts.log("ended");
    Ok(Listened { counts: counts.to_string(), left })
}

/// For ever.
async fn log_now_and_then(counting: &Counting) {
    let mut said = counting.now();
    loop {
        time::sleep(LOG_EVERY).await;
        let counts = counting.now();
        if counts != said {
            counts.log("so far");
            said = counts;
        }
    }
}
