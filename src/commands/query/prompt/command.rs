//! Commands of the prompt: lines that begin with a backslash, and the words that people try first.

use std::path::PathBuf;

use super::help::misuse;
use crate::{
    commands::query::{Which, parameter},
    engine::{
        Value,
        output::{Format, Records},
    },
};

/// One command, understood.
#[derive(Debug, PartialEq)]
pub(super) enum Command {
    /// Tables, perhaps only those whose names are like a pattern.
    Tables {
        pattern: Option<String>,
        with_files: bool,
    },
    /// The columns of one table.
    Describe {
        table: String,
        with_files: bool,
    },
    AsOf(Which),
    Format(Format),
    /// `None` turns to the other of always and never.
    Records(Option<Records>),
    /// `None` turns to the other of on and off, as for the next.
    Pager(Option<bool>),
    Timing(Option<bool>),
    Parameters,
    Parameter(String, Value),
    Run(PathBuf),
    Output(Option<PathBuf>),
    Help,
    Leave,
}

/// Reads the line that begins a statement, if it is a command.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(line: &str) -> Option<Result<Command, String>> {
    let line = line.trim();
    if line.starts_with('\\') {
        return Some(parse(line));
    }
    match line.trim_end_matches(';').trim_end().to_ascii_lowercase().as_str() {
        "help" => Some(Ok(Command::Help)),
        "exit" | "quit" => Some(Ok(Command::Leave)),
        _ => None,
    }
}

/// Reads a command; `;` at its end is taken for habit.
fn parse(line: &str) -> Result<Command, String> {
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let argument = argument.trim();
    // A value may end with anything.
    if name == "\\param" {
        return match argument {
            "" => Ok(Command::Parameters),
            given => parameter::parse(given).map(|(name, value)| Command::Parameter(name, value)),
        };
    }
    let name = name.trim_end_matches(';');
    let argument = Some(argument.trim_end_matches(';').trim_end()).filter(|argument| !argument.is_empty());
    let understood = match (name, argument) {
        ("\\d" | "\\d+" | "\\dt", argument) => {
            let (table, with_files) = (argument.map(plain_name), name == "\\d+");
            match table {
                Some(table) if name != "\\dt" && !table.contains(['*', '?']) => {
                    Some(Command::Describe { table, with_files })
                }
                pattern => Some(Command::Tables { pattern, with_files }),
            }
        }
        ("\\as_of", Some("newest")) => Some(Command::AsOf(Which::Newest)),
        ("\\as_of", Some(day)) => Some(Command::AsOf(day.parse()?)),
        ("\\format", Some(format)) => match format.parse::<Format>() {
            Ok(format) if format.is_binary() => {
                return Err(format!("{format} is no text for a terminal; leave, and use --format {format} -o FILE"));
            }
            Ok(format) => Some(Command::Format(format)),
            Err(error) => return Err(error.to_string()),
        },
        ("\\x", None) => Some(Command::Records(None)),
        ("\\x", Some("auto")) => Some(Command::Records(Some(Records::WhenTooWide))),
        ("\\x", Some(state)) => {
            switch(state).map(|on| Command::Records(Some(if on { Records::Always } else { Records::Never })))
        }
        ("\\pager", None) => Some(Command::Pager(None)),
        ("\\pager", Some(state)) => switch(state).map(|on| Command::Pager(Some(on))),
        ("\\timing", None) => Some(Command::Timing(None)),
        ("\\timing", Some(state)) => switch(state).map(|on| Command::Timing(Some(on))),
        ("\\i", Some(file)) => Some(Command::Run(file.into())),
        ("\\o", file) => Some(Command::Output(file.map(PathBuf::from))),
        ("\\?" | "\\h", None) => Some(Command::Help),
        ("\\q", None) => Some(Command::Leave),
        _ => None,
    };
    understood.ok_or_else(|| misuse(name))
}

fn switch(state: &str) -> Option<bool> {
    match state {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// A table's name as the catalogue has it, whether or not it was typed as that of all days.
fn plain_name(typed: &str) -> String {
    let name = typed.replace('"', "").to_lowercase();
    name.strip_prefix("all_days").and_then(|rest| rest.strip_prefix(['.', '_'])).unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::query::prompt::help::{help, names};

    #[test]
    fn every_command_is_understood_or_told_how_to_be() {
        let tables =
            |pattern: Option<&str>, with_files| Command::Tables { pattern: pattern.map(str::to_owned), with_files };
        let describe = |table: &str, with_files| Command::Describe { table: table.to_owned(), with_files };
        for (line, command) in [
            ("\\d", tables(None, false)),
            ("  \\d;", tables(None, false)),
            ("\\dt", tables(None, false)),
            ("\\d+", tables(None, true)),
            ("\\d emp*", tables(Some("emp*"), false)),
            ("\\dt employees", tables(Some("employees"), false)),
            ("\\d+ \"Employees\" ;", describe("employees", true)),
            ("\\d all_days.employees", describe("employees", false)),
            ("\\d all_days_employees", describe("employees", false)),
            ("\\as_of all", Command::AsOf(Which::All)),
            ("\\as_of newest", Command::AsOf(Which::Newest)),
            ("\\as_of 2026-01-31", Command::AsOf(Which::Date("2026-01-31".parse().unwrap()))),
            ("\\format csv", Command::Format(Format::Csv)),
            ("\\x", Command::Records(None)),
            ("\\x on", Command::Records(Some(Records::Always))),
            ("\\x off;", Command::Records(Some(Records::Never))),
            ("\\x auto", Command::Records(Some(Records::WhenTooWide))),
            ("\\pager", Command::Pager(None)),
            ("\\pager off", Command::Pager(Some(false))),
            ("\\timing on", Command::Timing(Some(true))),
            ("\\param", Command::Parameters),
            ("\\param a=x y;", Command::Parameter("a".to_owned(), Value::Text("x y;".to_owned()))),
            ("\\i a b.sql", Command::Run("a b.sql".into())),
            ("\\o", Command::Output(None)),
            ("\\o x.csv", Command::Output(Some("x.csv".into()))),
            ("\\?", Command::Help),
            ("\\h", Command::Help),
            ("HELP", Command::Help),
            ("\\q", Command::Leave),
            (" exit ;", Command::Leave),
            ("quit", Command::Leave),
        ] {
            assert_eq!(read(line), Some(Ok(command)), "{line}");
        }
        for (line, said) in [
            ("\\foo", "there is no command \\foo; \\? lists them"),
            ("\\pagr on", "there is no command \\pagr; did you mean \\pager?"),
            ("\\as_off", "there is no command \\as_off; did you mean \\as_of?"),
            ("\\as_of", "write it as \\as_of DATE|all|newest"),
            ("\\as_of 2026-02-30", "2026-02-30"),
            ("\\format", "write it as \\format FORMAT"),
            ("\\format parquet", "--format parquet -o FILE"),
            ("\\format xml", "unknown format xml"),
            ("\\x maybe", "write it as \\x [on|off|auto]"),
            ("\\timing auto", "write it as \\timing [on|off]"),
            ("\\i", "write it as \\i FILE"),
            ("\\q now", "write it as \\q"),
            ("\\param as_of=2026-01-01", "--as-of"),
        ] {
            let error = read(line).unwrap().unwrap_err();
            assert!(error.contains(said), "{line}: {error}");
        }
        for line in ["select 1", "help me", "quit()", "", ";", "exit + 1;"] {
            assert_eq!(read(line), None, "{line}");
        }
        for name in names() {
            assert!(help().contains(&format!("  {name} ")), "{name}");
            assert!(read(name).is_some_and(|read| read.is_ok_and(|_| true) || misuse(name).contains("write it as")));
        }
        assert!(help().lines().all(|line| line.len() <= 100), "{}", help());
    }
}
