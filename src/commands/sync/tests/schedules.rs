//! Whatever goes wrong on the way, a run publishes the tables of a run where nothing did, or it publishes nothing and its
//! exit code says why.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use super::{
    Outcome, catalog,
    faulty::Plan,
    kinds::{Class, Kind},
    sync,
    tables::differences,
};
use crate::{error::Error, exit_code::ExitCode};

const SCHEDULES: u64 = 520;
const THREADS: usize = 2;

/// What is in a schedule's reach.
#[derive(Debug)]
struct Mix {
    name: &'static str,
    classes: &'static [Class],
    /// Whether one of its faults stays for good at some moment.
    lasts: bool,
}

const MIXES: [Mix; 5] = [
    Mix { name: "temporary", classes: &[Class::Temporary], lasts: false },
    Mix { name: "lasting", classes: &[Class::Temporary], lasts: true },
    Mix { name: "harmless", classes: &[Class::Temporary, Class::Harmless], lasts: false },
    Mix { name: "moving", classes: &[Class::Temporary, Class::Harmless, Class::Moving], lasts: false },
    Mix { name: "breach", classes: &[Class::Temporary, Class::Harmless, Class::Moving, Class::Breach], lasts: false },
];
/// Mixes by seed: most schedules are about faults that a run should survive.
const TURNS: [usize; 8] = [0, 2, 3, 0, 3, 2, 4, 1];

fn mix(seed: u64) -> &'static Mix {
    &MIXES[TURNS[usize::try_from(seed).unwrap() % TURNS.len()]]
}

/// The schedule of a seed: some kinds of a mix, at a rate of 5 to 20 %.
fn plan(seed: u64) -> Plan {
    let mut random = StdRng::seed_from_u64(seed);
    let mix = mix(seed);
    let mut kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| mix.classes.contains(&kind.class())).collect();
    kinds.shuffle(&mut random);
    kinds.truncate(random.random_range(1..=kinds.len()));
    let lasts_from = mix.lasts.then(|| random.random_range(0..80));
    Plan { seed, rate: random.random_range(0.05..=0.2), kinds, lasts_from }
}

/// Counts over all schedules.
#[derive(Debug, Default)]
struct Totals {
    strikes: BTreeMap<Kind, u64>,
    /// Runs by exit code, by what struck them, and by mix.
    ends: BTreeMap<u8, u64>,
    ends_of_kinds: BTreeMap<Kind, BTreeMap<u8, u64>>,
    ends_of_mixes: BTreeMap<&'static str, BTreeMap<u8, u64>>,
    wrong: Vec<String>,
    requests: u64,
    longest: Duration,
}

#[test]
#[expect(clippy::print_stdout, reason = "the counts are worth a look when a schedule goes wrong")]
fn every_schedule_of_faults_ends_with_equal_tables_or_with_nothing() {
    let catalog = catalog();
    let clean = sync(&catalog, Plan::clean(0));
    // Fifteen of the API, the labels, the two wide ones, and the findings.
    assert_eq!(clean.tables.len(), 19, "{:?}, {:?}", clean.tables.keys(), clean.result.err());
    assert!(clean.log.strikes.is_empty());
    let pages = &clean.result.as_ref().unwrap().resources;
    assert!(pages.iter().filter(|r| r.pages > 1).count() >= 8, "{pages:?}");

    let (next, totals) = (AtomicU64::new(0), Mutex::new(Totals::default()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= SCHEDULES {
                        break;
                    }
                    let plan = plan(seed);
                    let outcome = sync(&catalog, plan.clone());
                    let problems = problems(&outcome, &clean);
                    totals.lock().unwrap().add(&plan, &outcome, problems);
                }
            });
        }
    });
    let totals = totals.into_inner().unwrap();
    println!("{totals}");
    assert!(totals.wrong.is_empty(), "{} schedules went wrong: {:#?}", totals.wrong.len(), totals.wrong);
    for kind in Kind::ALL {
        assert!(totals.strikes.get(&kind).is_some_and(|strikes| *strikes >= 10), "{kind:?} hardly ever strikes");
    }
    for code in [ExitCode::Ok, ExitCode::Contract, ExitCode::Temporary] {
        assert!(totals.ends.contains_key(&(code as u8)), "no run ended with {code:?}");
    }
    let temporary = &totals.ends_of_mixes["temporary"];
    let (passed, all) = (temporary[&0], temporary.values().sum::<u64>());
    assert!(passed * 10 >= all * 6, "only {passed} of {all} runs came through temporary faults");
}

/// What is wrong with how a run ended.
fn problems(outcome: &Outcome, clean: &Outcome) -> Vec<String> {
    let Outcome { result, tables, visible, log, over_budget, continued, .. } = outcome;
    let expected = &clean.tables;
    let struck = |kind: Kind| log.strikes.contains_key(&kind);
    let struck_by = |class: Class| log.strikes.keys().any(|kind| kind.class() == class);
    let mut problems = Vec::new();
    if *over_budget > 0 {
        problems.push(format!("{over_budget} requests over the tenant's budget"));
    }
    let error = match result {
        Ok(_) => {
            problems.extend(differences(tables, expected));
            return problems;
        }
        Err(error) => error,
    };
    // Pages are kept for the next run only where running again makes sense.
    let kept = |path: &&String| path.contains("/pages/") && error.exit_code() == ExitCode::Temporary;
    let left: Vec<_> = visible.iter().filter(|path| !kept(path)).collect();
    if !left.is_empty() {
        problems.push(format!("left behind: {left:?}"));
    }
    if let Some((tables, requests)) = continued {
        problems.extend(differences(tables, expected).into_iter().map(|d| format!("continued: {d}")));
        // What was under way is asked again.
        if *requests > clean.log.requests {
            problems.push(format!("continued: {requests} requests, {} without anything kept", clean.log.requests));
        }
    }
    let fits = match error.exit_code() {
        _ if matches!(error, Error::Interrupted) => false,
        ExitCode::Temporary => log.longest_failure >= 5 || struck_by(Class::Moving),
        ExitCode::Contract => struck_by(Class::Moving) || struck_by(Class::Breach),
        // Only who never let us in: what is under way meanwhile may be answered all the same.
        ExitCode::Permission => struck(Kind::Revoked) && log.longest_refusal == 2 && log.pages <= 2,
        _ => false,
    };
    if !fits {
        problems.push(format!("exit {}: {}", error.exit_code() as u8, error.with_causes()));
    }
    problems
}

impl Totals {
    fn add(&mut self, plan: &Plan, outcome: &Outcome, problems: Vec<String>) {
        let code = outcome.result.as_ref().map_or_else(|error| error.exit_code() as u8, |_| 0);
        *self.ends.entry(code).or_default() += 1;
        let ends_of_mix = self.ends_of_mixes.entry(mix(plan.seed).name).or_default();
        *ends_of_mix.entry(code).or_default() += 1;
        for (kind, strikes) in &outcome.log.strikes {
            *self.strikes.entry(*kind).or_default() += strikes;
            *self.ends_of_kinds.entry(*kind).or_default().entry(code).or_default() += 1;
        }
        self.requests += outcome.log.requests;
        self.longest = self.longest.max(outcome.took);
        if !problems.is_empty() {
            let (seed, strikes) = (plan.seed, &outcome.log.strikes);
            self.wrong.push(format!("seed {seed}: {} after {strikes:?}", problems.join("; ")));
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ends, requests, longest, .. } = self;
        writeln!(f, "exit codes {ends:?}, {requests} requests, longest run {} s", longest.as_secs())?;
        for (mix, ends) in &self.ends_of_mixes {
            writeln!(f, "{mix:<16} {:>5} {ends:?}", "")?;
        }
        for (kind, ends) in &self.ends_of_kinds {
            writeln!(f, "{:<16} {:>5} {ends:?}", format!("{kind:?}"), self.strikes[kind])?;
        }
        Ok(())
    }
}
