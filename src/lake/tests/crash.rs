//! A publication that ends at any of its operations.
//!
//! For every operation `k` of a publication, five endings: the process is killed after `k` operations; the store is gone
//! from then on, for the cleaning up too; the same after the answer to operation `k` was lost; only operation `k` fails;
//! only its answer is lost. After each, readers see one whole snapshot, and the next run leaves nothing of it behind.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use tokio::sync::Notify;

use super::{
    steps::{Gate, Step, SteppedStore},
    worlds::{Prepared, SCENARIOS, Scenario},
    *,
};

/// How a publication ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Killed,
    StoreGone,
    AnswerLostThenStoreGone,
    Failed,
    AnswerLost,
}

const ENDINGS: [Ending; 5] =
    [Ending::Killed, Ending::StoreGone, Ending::AnswerLostThenStoreGone, Ending::Failed, Ending::AnswerLost];

/// Counts operations, and ends as told at number `at`.
#[derive(Debug)]
struct Schedule {
    ending: Ending,
    at: usize,
    passed: AtomicUsize,
    dead: Notify,
}

impl Schedule {
    fn new(ending: Ending, at: usize) -> Arc<Self> {
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

    fn passed(&self) -> usize {
        self.passed.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Gate for Schedule {
    async fn pass(&self, _what: &'static str, _path: &Path) -> Step {
        self.next()
    }
}

/// Where a publication takes place, and what it leaves.
struct World {
    /// What healthy readers and the next run find.
    after: TestLake,
    /// The lake as the process sees it that is interrupted.
    interrupted: Lake,
    /// Operations that were asked for and not answered.
    under_way: Box<dyn Fn() -> usize>,
    server: Option<s3::Server>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Memory,
    Disk,
    S3,
}

impl World {
    async fn new(kind: Kind, prepared: &Prepared, schedule: &Arc<Schedule>) -> Self {
        let after = match kind {
            Kind::Memory => TestLake::memory(),
            Kind::Disk => TestLake::disk(),
            Kind::S3 => return Self::on_s3(prepared, schedule).await,
        };
        prepared.fill(&after).await;
        let gate: Arc<dyn Gate> = Arc::<Schedule>::clone(schedule);
        let store = SteppedStore::new(&after.raw, gate);
        let counted = store.clone();
        let interrupted = after.through(Arc::new(store));
        Self { after, interrupted, under_way: Box::new(move || counted.under_way()), server: None }
    }

    /// The requests themselves are what fails, in the client that the program has.
    async fn on_s3(prepared: &Prepared, schedule: &Arc<Schedule>) -> Self {
        let server = s3::Server::start().await;
        for (path, content) in prepared.objects() {
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

    /// What the publication returns; `None` when it was killed.
    async fn run(&self, publication: Publication, schedule: &Schedule) -> Option<Result<Snapshot, LakeError>> {
        let killed = async {
            schedule.dead.notified().await;
            // What a store has been asked for it does, whatever becomes of who asked.
            while (self.under_way)() > 0 {
                tokio::task::yield_now().await;
            }
        };
        let result = tokio::select! {
            biased;
            result = publish(&self.interrupted, publication) => Some(result),
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

/// Every ending at every operation. Returns how many operations an uninterrupted publication takes.
async fn ends_anywhere(kind: Kind, scenario: Scenario) -> usize {
    let prepared = Prepared::new(scenario).await;
    let mut operations = 0;
    for ending in ENDINGS {
        let mut outcomes = BTreeSet::new();
        for at in 0..100 {
            let schedule = Schedule::new(ending, at);
            let world = World::new(kind, &prepared, &schedule).await;
            let result = world.run(prepared.publication("run-2"), &schedule).await;
            let published = prepared.check_readers(&world.after, &["run-2"]).await;
            match &result {
                None => assert_eq!(ending, Ending::Killed),
                Some(Ok(_)) => assert!(published, "{ending:?} at {at}: success is what is published"),
                Some(Err(LakeError::Views { .. })) => assert!(published, "{ending:?} at {at}"),
                Some(Err(error)) => {
                    // Nobody can tell whose manifest is there when the answer is lost and no question is answered.
                    assert!(!published || ending == Ending::AnswerLostThenStoreGone, "{ending:?} at {at}: {error:?}");
                    assert!(error.is_retryable(), "{ending:?} at {at}: {error:?}");
                }
            }
            outcomes.insert((matches!(result, Some(Ok(_))), published));
            prepared.check_next_run(&world.after).await;
            if at > schedule.passed() {
                operations = schedule.passed();
                break;
            }
        }
        assert!(outcomes.contains(&(false, false)) && outcomes.contains(&(true, true)), "{ending:?}: {outcomes:?}");
        assert!(operations > 0, "a publication has far fewer operations");
    }
    operations
}

/// For each scenario, the operations of a publication: `docs/publishing.md` tells these numbers.
async fn all_scenarios(kind: Kind) -> Vec<usize> {
    let mut operations = Vec::new();
    for scenario in SCENARIOS {
        operations.push(ends_anywhere(kind, scenario).await);
    }
    operations
}

#[tokio::test]
async fn readers_see_one_whole_snapshot_whatever_ends_a_publication_in_memory() {
    assert_eq!(all_scenarios(Kind::Memory).await, [22, 30, 26]);
}

#[tokio::test]
async fn readers_see_one_whole_snapshot_whatever_ends_a_publication_on_a_disk() {
    assert_eq!(all_scenarios(Kind::Disk).await, [20, 28, 24]);
}

#[tokio::test]
async fn readers_see_one_whole_snapshot_whatever_ends_a_publication_on_s3() {
    assert_eq!(all_scenarios(Kind::S3).await, [19, 22, 20]);
}
