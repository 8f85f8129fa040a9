//! Two publications of one day, step by step in every order of interest: neither may undo or damage the other, whatever
//! a lease was good for.

use std::{
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    task::Poll,
};

use async_trait::async_trait;
use futures::poll;
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::sync::Semaphore;

use super::{
    steps::{Gate, Step, SteppedStore},
    worlds::{Prepared, SCENARIOS, Scenario},
    *,
};

/// Lets as many operations pass as it was told to.
#[derive(Debug)]
struct Turns {
    granted: Semaphore,
    waiting: AtomicUsize,
}

#[async_trait]
impl Gate for Turns {
    async fn pass(&self, _what: &'static str, _path: &Path) -> Step {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let granted = self.granted.acquire().await;
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        granted.unwrap().forget();
        Step::Done
    }
}

/// One of the two who publish.
struct Publisher {
    turns: Arc<Turns>,
    store: SteppedStore,
    publishing: Pin<Box<dyn Future<Output = Result<Snapshot, LakeError>>>>,
    result: Option<Result<Snapshot, LakeError>>,
}

impl Publisher {
    fn new(lake: &TestLake, publication: Publication) -> Self {
        let turns = Arc::new(Turns { granted: Semaphore::new(0), waiting: AtomicUsize::new(0) });
        let gate: Arc<dyn Gate> = Arc::<Turns>::clone(&turns);
        let store = SteppedStore::new(&lake.raw, gate);
        let seen = lake.through(Arc::new(store.clone()));
        let publishing = Box::pin(async move { publish(&seen, publication).await });
        Self { turns, store, publishing, result: None }
    }

    /// Carries out one operation, and what comes before the next one.
    async fn step(&mut self) {
        if self.result.is_some() {
            return;
        }
        self.turns.granted.add_permits(1);
        loop {
            if let Poll::Ready(result) = poll!(&mut self.publishing) {
                self.result = Some(result);
                return;
            }
            let at_gate = self.turns.waiting.load(Ordering::SeqCst) > 0 && self.turns.granted.available_permits() == 0;
            if at_gate && self.store.under_way() == 0 {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// Publishes twice at once, the first going on where `turns` says so, until both have ended. Returns the operations of
/// the first.
async fn publish_two(prepared: &Prepared, lake: &TestLake, mut is_first: impl FnMut(usize, usize) -> bool) -> usize {
    prepared.fill(lake).await;
    let mut first = Publisher::new(lake, prepared.publication("run-2"));
    let mut second = Publisher::new(lake, prepared.publication("run-4"));
    let mut steps = [0, 0];
    while first.result.is_none() || second.result.is_none() {
        let first_goes = match (&first.result, &second.result) {
            (Some(_), _) => false,
            (_, Some(_)) => true,
            _ => is_first(steps[0], steps[1]),
        };
        let (publisher, count) = if first_goes { (&mut first, &mut steps[0]) } else { (&mut second, &mut steps[1]) };
        publisher.step().await;
        *count += 1;
        assert!(*count < 200, "a publication has far fewer operations");
    }
    let before = prepared.before.as_ref().map_or(0, |before| before.sequence);
    let (first, second) = (first.result.unwrap(), second.result.unwrap());
    let current = lake.snapshot(day(worlds::DAY)).await.unwrap().unwrap();
    match (&first, &second) {
        // One after the other: the later began with what the earlier had published.
        (Ok(one), Ok(other)) => {
            let (earlier, later) = if one.sequence < other.sequence { (one, other) } else { (other, one) };
            assert_eq!((earlier.sequence, later.sequence), (before + 1, before + 2));
            assert_eq!(&current, later);
        }
        (Ok(winner), Err(loser)) | (Err(loser), Ok(winner)) => {
            let LakeError::Conflict { winner: name, .. } = loser else { panic!("{loser:?}") };
            assert!(name.contains(winner.run_id.as_str()), "{name}");
            assert_eq!((&current, winner.sequence), (winner, before + 1));
        }
        both => panic!("at least one must publish: {both:?}"),
    }
    assert!(prepared.check_readers(lake, &["run-2", "run-4"]).await);
    assert_eq!(verify(lake, &current).await.unwrap(), [], "the loser takes its files back, and nothing else");
    assert_eq!(verify_lake(lake).await.unwrap(), []);
    steps[0]
}

/// The first does `a` operations, the second `b`, then the first all that are left, then the second; for every `a` and
/// `b`: 33 times 33 orders.
#[tokio::test]
async fn two_publications_switched_twice_anywhere_do_no_harm() {
    let prepared = Prepared::new(Scenario::Replaces).await;
    let alone = publish_two(&prepared, &TestLake::memory(), |_, _| true).await;
    assert_eq!(alone, 32);
    for a in 0..=alone {
        for b in 0..=alone {
            publish_two(&prepared, &TestLake::memory(), |first, second| first < a || second >= b).await;
        }
    }
}

#[tokio::test]
async fn two_publications_in_any_order_do_no_harm() {
    for scenario in SCENARIOS {
        let prepared = Prepared::new(scenario).await;
        for seed in 0..100 {
            let mut rng = StdRng::seed_from_u64(seed);
            // From taking turns to long stretches, as schedulers do.
            let stay = rng.random_range(0.3..0.95);
            let mut first_goes: bool = rng.random();
            publish_two(&prepared, &TestLake::memory(), |_, _| {
                if !rng.random_bool(stay) {
                    first_goes = !first_goes;
                }
                first_goes
            })
            .await;
        }
    }
}

#[tokio::test]
async fn two_publications_in_any_order_do_no_harm_on_a_disk() {
    let prepared = Prepared::new(Scenario::Replaces).await;
    for seed in 0..30 {
        let mut rng = StdRng::seed_from_u64(seed);
        publish_two(&prepared, &TestLake::disk(), |_, _| rng.random()).await;
    }
}
