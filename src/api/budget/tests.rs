//! The budget on virtual time.

use proptest::prelude::*;

use super::*;

/// Sends `count` requests of `latency` each, `tasks` at once, and tells when each was sent, on virtual time.
fn send_times(requests_per_minute: u32, count: usize, latency: Duration, tasks: usize) -> Vec<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let budget = Budget::new(requests_per_minute);
        let start = Instant::now();
        let times = Arc::new(Mutex::new(Vec::new()));
        let left = Arc::new(Semaphore::new(count));
        let workers: Vec<_> = (0..tasks)
            .map(|_| {
                let (budget, times, left) = (budget.clone(), Arc::clone(&times), Arc::clone(&left));
                tokio::spawn(async move {
                    while let Ok(one) = left.try_acquire() {
                        one.forget();
                        let place = budget.place().await;
                        times.lock().unwrap().push(start.elapsed());
                        tokio::time::sleep(latency).await;
                        drop(place);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        let mut times = times.lock().unwrap().clone();
        times.sort();
        times
    })
}

/// What one process after another sends, the second beginning `pause` after the first ended, killed or not.
fn successors(pause: Duration, latency: Duration) -> Vec<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let log: Arc<dyn SentLog> = Arc::new(crate::api::sent_log::InMemory::default());
        let clock: SharedClock =
            Arc::new(crate::clock::TokioClock::starting_at("2026-11-22T06:00:00Z".parse().unwrap()));
        let start = Instant::now();
        let mut times = Vec::new();
        for process in 0..3 {
            let budget = Budget::new(50).remembering(Arc::clone(&log), Arc::clone(&clock));
            for number in 0..40 {
                let place = budget.place().await;
                times.push(start.elapsed());
                tokio::time::sleep(latency).await;
                // The second process is killed while it waits for an answer.
                if process == 1 && number == 30 {
                    std::mem::forget(place);
                    break;
                }
            }
            tokio::time::sleep(pause).await;
        }
        times
    })
}

#[test]
fn one_process_after_another_stays_within_one_window() {
    for (pause, latency) in [(0, 0), (0, 50), (3, 100), (20, 700), (61, 0)] {
        let times = successors(Duration::from_secs(pause), Duration::from_millis(latency));
        for (index, time) in times.iter().enumerate() {
            if let Some(later) = times.get(index + 50) {
                assert!(*later - *time >= MINUTE, "pause {pause}: {later:?} is less than a window after {time:?}");
            }
        }
    }
    let times = successors(Duration::from_secs(61), Duration::ZERO);
    assert!(times[71] <= Duration::from_secs(122), "a window that has passed is waited for: {:?}", times[71]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn no_window_ever_holds_more_than_the_budget(rate in 1_u32..=50, count in 1_usize..200, latency_ms in 0_u64..8000, tasks in 1_usize..20) {
        let times = send_times(rate, count, Duration::from_millis(latency_ms), tasks);
        prop_assert_eq!(times.len(), count);
        for (index, time) in times.iter().enumerate() {
            if let Some(later) = times.get(index + rate as usize) {
                prop_assert!(*later - *time >= MINUTE, "{later:?} is less than a window after {time:?}");
            }
        }
    }
}

#[test]
fn the_budget_is_used_fully_when_each_response_takes_four_seconds() {
    let last = *send_times(50, 501, Duration::from_secs(4), 8).last().unwrap();
    // 500 requests before the last one: ten windows at best.
    assert!(last <= MINUTE.mul_f64(10.0 * 1.2), "{last:?}");
    let instant = *send_times(50, 501, Duration::ZERO, 8).last().unwrap();
    assert!(instant <= MINUTE.mul_f64(10.0 * 1.01), "{instant:?}");
}

#[test]
fn larger_budgets_are_spread_over_shorter_windows() {
    let times = send_times(500, 101, Duration::ZERO, 4);
    assert_eq!(times[49], Duration::ZERO);
    assert!(times[50] >= Duration::from_secs(6) && times[100] >= Duration::from_secs(12), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_stops_everybody_and_the_pace_recovers() {
    let budget = Budget::new(50);
    let start = Instant::now();
    budget.refused(Duration::from_secs(7));
    budget.refused(Duration::from_secs(3));
    drop(budget.place().await);
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    assert_eq!(budget.lost(), Duration::from_secs(7));
    // One request for each fiftieth of the window, not the burst that a fresh budget would allow.
    drop(budget.place().await);
    assert_eq!(start.elapsed(), Duration::from_millis(8_200));
    assert_eq!(budget.lost(), Duration::from_millis(8_200));
    (0..11).for_each(|_| budget.answered());
    let recovered = Instant::now();
    for _ in 0..20 {
        drop(budget.place().await);
    }
    assert!(recovered.elapsed() <= Duration::from_millis(1_200), "{:?}", recovered.elapsed());
}

#[tokio::test(start_paused = true)]
async fn repeated_refusals_slow_down_further_but_never_for_good() {
    let budget = Budget::new(50);
    for _ in 0..20 {
        budget.refused(Duration::from_secs(1));
        drop(budget.place().await);
    }
    let start = Instant::now();
    drop(budget.place().await);
    assert_eq!(start.elapsed(), Duration::from_secs(12));
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_is_told_once_with_its_end_and_is_counted() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let budget = Budget::new(50).telling(OnWait::new({
        let told = Arc::clone(&told);
        move |wait: Wait| told.lock().unwrap().push(wait.to_string())
    }));
    assert_eq!(budget.shortest_time(0), Duration::ZERO);
    assert_eq!(budget.shortest_time(50), Duration::ZERO);
    assert_eq!(budget.shortest_time(51), MINUTE);
    for _ in 0..20 {
        drop(budget.place().await);
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let under_way = budget.place().await;
    for _ in 0..29 {
        drop(budget.place().await);
    }
    // Twenty places are free in 50 s, 29 in a minute, and one a minute after its answer.
    let times = [1, 20, 21, 49, 50, 51, 101].map(|requests| budget.shortest_time(requests).as_secs());
    assert_eq!(times, [50, 50, 60, 60, 60, 110, 170]);
    assert_eq!((told.lock().unwrap().len(), budget.waited()), (0, Duration::ZERO));
    let waiters: Vec<_> = (0..3)
        .map(|_| {
            let budget = budget.clone();
            tokio::spawn(async move { drop(budget.place().await) })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(budget.waited(), Duration::from_secs(5));
    // One that gives up is no longer waited for.
    waiters[0].abort();
    for waiter in waiters {
        let _ = waiter.await;
    }
    assert_eq!(*told.lock().unwrap(), ["50 of 50 requests of this minute are used; goes on in 50 s"]);
    assert_eq!(budget.waited(), Duration::from_secs(50));
    drop(under_way);
}

#[tokio::test(start_paused = true)]
async fn a_short_wait_is_counted_and_not_told() {
    let told = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&told);
    let budget = Budget::new(3000).telling(OnWait::new(move |_| *counted.lock().unwrap() += 1));
    for _ in 0..60 {
        drop(budget.place().await);
    }
    assert_eq!((*told.lock().unwrap(), budget.waited()), (0, Duration::from_secs(1)));
}
