//! The list of runs, for people.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use chrono::NaiveDate;

use super::listed::{Listed, State, Untold};
use crate::{
    run_report::{Ending, Summary},
    terminal_text::quoted,
};

/// How the list tells when a run began, in UTC.
const BEGAN: &str = "%Y-%m-%d %H:%M";

/// The list, and what it tells of how long runs take; `all` is how many runs there are.
pub(super) fn text(listed: &[Listed], all: usize) -> String {
    if listed.is_empty() {
        return "no runs yet: `lucca-lake sync` leaves the first report\n".to_owned();
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut text, listed, all);
    text
}

fn write(out: &mut String, listed: &[Listed], all: usize) -> fmt::Result {
    let width = listed.iter().map(|listed| listed.run_id().len()).max().unwrap_or_default();
    writeln!(
        out,
        "{:<16} {:<width$} {:<7} {:<12} {:<10} {:>8} {:>8} {:>10} {:>5}",
        "began (UTC)", "run", "command", "day", "outcome", "seconds", "requests", "rows", "drift"
    )?;
    for listed in listed {
        match listed {
            Listed::Ended(run) => ended(out, run, listed.run_id(), width)?,
            Listed::Untold(Untold { run_id, started_at, outcome, problem }) => {
                let began = started_at.map(|at| at.format(BEGAN).to_string()).unwrap_or_default();
                let outcome = match outcome {
                    State::Unfinished => "unfinished",
                    State::Unreadable => "unreadable",
                };
                writeln!(out, "{began:<16} {run_id:<width$} {:<7} {:<12} {outcome}\n{:<16} {problem}", "", "", "")?;
            }
        }
    }
    if all > listed.len() {
        writeln!(out, "{} of {all} runs; --last N lists more", listed.len())?;
    }
    durations(out, listed)
}

fn ended(out: &mut String, run: &Summary, run_id: &str, width: usize) -> fmt::Result {
    let Summary { command, started_at, seconds, requests, rows, drift, .. } = run;
    writeln!(
        out,
        "{:<16} {run_id:<width$} {command:<7} {:<12} {:<10} {seconds:>8.1} {requests:>8} {rows:>10} {drift:>5}",
        started_at.format(BEGAN),
        day(&run.days),
        outcome(run),
    )?;
    match (&run.error, &run.held) {
        (_, Some(held)) => writeln!(out, "{:<16} held back; `lucca-lake query --run {held}` reads it", ""),
        (Some(error), None) => writeln!(out, "{:<16} {}", "", quoted(error)),
        (None, None) => Ok(()),
    }
}

/// The last day, and how many there are where they are several.
fn day(days: &[NaiveDate]) -> String {
    match days {
        [] => String::new(),
        [day] => day.to_string(),
        [.., last] => format!("{last} +{}", days.len() - 1),
    }
}

/// One word, and the exit code where it is not 0.
fn outcome(run: &Summary) -> String {
    match run.exit_code {
        0 => run.outcome.as_str().to_owned(),
        code => format!("{} {code}", run.outcome.as_str()),
    }
}

/// For each command, how long the runs took that published: whether the newest is as the others were.
fn durations(out: &mut String, listed: &[Listed]) -> fmt::Result {
    let mut by_command = BTreeMap::<&str, Vec<f64>>::new();
    for listed in listed {
        if let Listed::Ended(run) = listed
            && run.outcome == Ending::Published
        {
            by_command.entry(&run.command).or_default().push(run.seconds);
        }
    }
    for (command, seconds) in by_command {
        let Some(newest) = seconds.first().filter(|_| seconds.len() > 1) else { continue };
        let mut sorted = seconds.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let (least, most) = (sorted.first().unwrap_or(newest), sorted.last().unwrap_or(newest));
        let median = sorted.get(sorted.len() / 2).unwrap_or(newest);
        writeln!(
            out,
            "{command}: {} published took {least:.1} to {most:.1} s, half of them up to {median:.1} s, the newest {newest:.1} s",
            seconds.len()
        )?;
    }
    Ok(())
}
