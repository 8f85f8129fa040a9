//! Whatever goes wrong on the way, a run with a key publishes the tables of a run where nothing did, or nothing.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use super::{
    super::{
        kinds::{Class, Kind},
        tables::differences,
    },
    Plan, tenant, with_key,
};
use crate::{
    exit_code::ExitCode,
    fake_tenant::{Legacy, Quirks},
};

const SCHEDULES: u64 = 8;
const THREADS: usize = 2;
/// Share of the requests that are struck.
const RATE: f64 = 0.15;

#[test]
fn every_schedule_of_faults_with_a_key_ends_with_equal_tables_or_with_nothing() {
    let quirks = |seed: u64| if seed.is_multiple_of(2) { Quirks::default() } else { Quirks::ALL };
    let clean = [0, 1].map(|seed| {
        let read = with_key(&tenant(Legacy { quirks: quirks(seed), ..Legacy::default() }), Plan::clean(0));
        read.result.expect("nothing goes wrong");
        read.tables
    });
    assert!(clean.iter().all(|tables| tables.contains_key("employees")), "{:?}", clean[0].keys());
    let (next, wrong, well) = (AtomicU64::new(0), Mutex::new(Vec::new()), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= SCHEDULES {
                        break;
                    }
                    let mut random = StdRng::seed_from_u64(seed);
                    let temporary = |kind: &Kind| {
                        kind.class() == Class::Temporary && !matches!(kind, Kind::Revoked | Kind::ShortToken)
                    };
                    let mut kinds: Vec<Kind> = Kind::ALL.into_iter().filter(temporary).collect();
                    kinds.shuffle(&mut random);
                    kinds.truncate(random.random_range(1..=kinds.len()));
                    let plan = Plan { seed, rate: RATE, kinds, lasts_from: None };
                    let read = with_key(&tenant(Legacy { quirks: quirks(seed), ..Legacy::default() }), plan);
                    let problems = match &read.result {
                        Ok(_) => {
                            well.fetch_add(1, Ordering::Relaxed);
                            differences(&read.tables, &clean[usize::try_from(seed % 2).unwrap()])
                        }
                        Err(error) if error.exit_code() == ExitCode::Temporary && read.log.longest_failure >= 5 => {
                            read.tables.keys().cloned().collect()
                        }
                        Err(error) => vec![error.with_causes()],
                    };
                    let beyond = (read.over_budget > 0).then(|| format!("{} over the budget", read.over_budget));
                    let problems: Vec<String> = problems.into_iter().chain(beyond).collect();
                    if !problems.is_empty() {
                        wrong.lock().unwrap().push(format!("seed {seed}: {problems:?} after {:?}", read.log.strikes));
                    }
                }
            });
        }
    });
    let (wrong, well) = (wrong.into_inner().unwrap(), well.into_inner());
    assert!(wrong.is_empty(), "{} schedules went wrong: {wrong:#?}", wrong.len());
    assert!(well * 10 >= SCHEDULES * 7, "only {well} of {SCHEDULES} runs came through");
}
