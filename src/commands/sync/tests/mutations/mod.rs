//! What a tenant serves, what a lake holds and what a configuration says, changed in ways that a seed draws. Whatever comes of
//! it ends with a documented exit code and one line, and nothing is published but what was served.

mod configured;
mod mutate;
mod reading;
mod served;
mod stored;

use std::fmt;

use object_store::memory::InMemory;
use url::Url;

use super::{Plan, context, settings, transport, *};
use crate::lake::Lake;

/// The codes that `README.md` has for what is not a defect of the program.
const DOCUMENTED: [ExitCode; 6] = [
    ExitCode::Usage,
    ExitCode::Permission,
    ExitCode::Contract,
    ExitCode::Gate,
    ExitCode::Conflict,
    ExitCode::Temporary,
];
const LONGEST_LINE: usize = 4000;

/// What came of all mutations of one kind of thing.
#[derive(Debug, Default)]
struct Counts {
    /// By way of mutation and exit code.
    ends: BTreeMap<(mutate::Mutation, u8), u64>,
    wrong: Vec<String>,
}

impl Counts {
    /// Notes how one ended, and what was wrong with that.
    fn note<T>(&mut self, seed: u64, how: mutate::Mutation, result: &Result<T, Error>, mut wrong: Vec<String>) {
        let code = match result {
            Ok(_) => ExitCode::Ok,
            Err(error) => {
                wrong.extend(told_wrongly(error));
                error.exit_code()
            }
        };
        *self.ends.entry((how, code as u8)).or_default() += 1;
        self.wrong.extend(wrong.iter().map(|wrong| format!("seed {seed}, {how:?}: {wrong}")));
    }

    #[expect(clippy::print_stdout, reason = "the counts are worth a look when one goes wrong")]
    fn finish(&self, least: u64) {
        println!("{self}");
        assert!(self.wrong.is_empty(), "{} went wrong: {:#?}", self.wrong.len(), self.wrong);
        let all: u64 = self.ends.values().sum();
        assert!(all >= least, "only {all} mutations");
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((how, code), times) in &self.ends {
            writeln!(f, "{:<14} exit {code:<3} {times:>4}", format!("{how:?}"))?;
        }
        Ok(())
    }
}

/// What is wrong with an error as an end of the program.
fn told_wrongly(error: &Error) -> Option<String> {
    let told = error.with_causes();
    let one_line = !told.is_empty() && told.len() <= LONGEST_LINE && !told.contains(['\n', '\r']);
    if one_line && DOCUMENTED.contains(&error.exit_code()) {
        return None;
    }
    Some(format!("exit {}: {told:?}", error.exit_code() as u8))
}

/// A lake over some objects in memory.
fn lake_over(store: InMemory) -> Lake {
    Lake::with_store(Arc::new(store), Url::parse("memory:///").unwrap())
}

/// One run of the unchanged tenant into a lake.
async fn run_into(catalog: &Catalog, lake: &Lake, seed: u64) -> Result<RunReport, Error> {
    let clock: SharedClock = Arc::new(TokioClock::starting_at("2026-03-15T06:00:00.25Z".parse().unwrap()));
    let transport = transport(&clock, Plan::clean(seed));
    let context = context(catalog, &clock, &transport, seed);
    let mut run = Run::prepare(&context, &settings(), SyncOptions::default()).unwrap();
    run.lake = lake.clone();
    tokio::time::timeout(LONGEST, to_the_end(run, &context)).await.expect("the run does not end")
}
