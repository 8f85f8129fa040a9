//! Work on a lake that ends at any of its operations.
//!
//! For every operation `k` of the work, five endings: the process is killed after `k` operations; the store is gone from
//! then on, for the cleaning up too; the same after the answer to operation `k` was lost; only operation `k` fails; only
//! its answer is lost.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::Notify;

use super::{
    steps::{Gate, Step, SteppedStore},
    *,
};

/// How work ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Killed,
    StoreGone,
    AnswerLostThenStoreGone,
    Failed,
    AnswerLost,
}

pub(super) const ENDINGS: [Ending; 5] =
    [Ending::Killed, Ending::StoreGone, Ending::AnswerLostThenStoreGone, Ending::Failed, Ending::AnswerLost];

/// Counts operations, and ends as told at number `at`.
#[derive(Debug)]
pub(super) struct Schedule {
    ending: Ending,
    at: usize,
    passed: AtomicUsize,
    dead: Notify,
}

impl Schedule {
    pub(super) fn new(ending: Ending, at: usize) -> Arc<Self> {
        Arc::new(Self { ending, at, passed: AtomicUsize::new(0), dead: Notify::new() })
    }

    fn next(&self) -> Step {
        let number = self.passed.fetch_add(1, Ordering::SeqCst) + 1;
        let step = match (self.ending, number.cmp(&self.at)) {
            (_, std::cmp::Ordering::Less) => Step::Done,
            (Ending::Killed, std::cmp::Ordering::Equal) => Step::Done,
            (Ending::Killed, _) => Step::Dead,
            (Ending::StoreGone | Ending::Failed, std::cmp::Ordering::Equal) => Step::Failed,
            (Ending::AnswerLost | Ending::AnswerLostThenStoreGone, std::cmp::Ordering::Equal) => Step::Lost,
            (Ending::StoreGone | Ending::AnswerLostThenStoreGone, _) => Step::Failed,
            (Ending::Failed | Ending::AnswerLost, _) => Step::Done,
        };
        if step == Step::Dead {
            self.dead.notify_one();
        }
        step
    }

    /// Operations so far.
    pub(super) fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Gate for Schedule {
    async fn pass(&self, _what: &'static str, _path: &Path) -> Step {
        self.next()
    }
}

/// Where the work takes place, and what it leaves.
pub(super) struct World {
    /// What healthy readers and the next run find.
    pub(super) after: TestLake,
    /// The lake as the process sees it that is interrupted.
    interrupted: Lake,
    /// Operations that were asked for and not answered.
    under_way: Box<dyn Fn() -> usize>,
    server: Option<s3::Server>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Memory,
    Disk,
    S3,
}

impl World {
    pub(super) async fn new(kind: Kind, objects: &[(Path, Bytes)], schedule: &Arc<Schedule>) -> Self {
        let after = match kind {
            Kind::Memory => TestLake::memory(),
            Kind::Disk => TestLake::disk(),
            Kind::S3 => return Self::on_s3(objects, schedule).await,
        };
        for (path, content) in objects {
            after.raw.put(path, content.clone().into()).await.unwrap();
        }
        let gate: Arc<dyn Gate> = Arc::<Schedule>::clone(schedule);
        let store = SteppedStore::new(&after.raw, gate);
        let counted = store.clone();
        let interrupted = after.through(Arc::new(store));
        Self { after, interrupted, under_way: Box::new(move || counted.under_way()), server: None }
    }

    /// The requests themselves are what fails, in the client that the program has.
    async fn on_s3(objects: &[(Path, Bytes)], schedule: &Arc<Schedule>) -> Self {
        let server = s3::Server::start().await;
        for (path, content) in objects {
            server.bucket.fill(format!("test/{path}"), content.clone());
        }
        let schedule = Arc::clone(schedule);
        server.serve(move |_| match schedule.next() {
            Step::Done => s3::Served::Well,
            Step::Failed => s3::Served::Closed,
            Step::Lost => s3::Served::ClosedLate,
            Step::Dead => s3::Served::Dead,
        });
        let counted = server.clone();
        // Looking at what is left would take more requests than making it: that is done on a copy.
        let after = TestLake::in_bucket(Arc::new(InMemory::new()));
        let interrupted = after.through(server.client("test"));
        Self { after, interrupted, under_way: Box::new(move || counted.under_way()), server: Some(server) }
    }

    /// What the work returns; `None` when it was killed.
    pub(super) async fn run<T>(
        &self,
        schedule: &Schedule,
        work: impl AsyncFnOnce(&Lake) -> Result<T, LakeError>,
    ) -> Option<Result<T, LakeError>> {
        let killed = async {
            schedule.dead.notified().await;
            // What a store has been asked for it does, whatever becomes of who asked.
            while (self.under_way)() > 0 {
                tokio::task::yield_now().await;
            }
        };
        let result = tokio::select! {
            biased;
            result = work(&self.interrupted) => Some(result),
            () = killed => None,
        };
        if let Some(server) = &self.server {
            assert_eq!(server.bucket.open_uploads(), 0);
            for (key, content) in server.bucket.objects() {
                let path = Path::parse(key.strip_prefix("test/").unwrap()).unwrap();
                self.after.raw.put(&path, content.into()).await.unwrap();
            }
        }
        result
    }
}
