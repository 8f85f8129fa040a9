//! Commands of the prompt: lines that begin with a backslash.

use crate::{
    commands::query::{Which, parameter},
    engine::{Value, output::Format},
};

/// Name, arguments and meaning of each command.
pub(super) const COMMANDS: [(&str, &str, &str); 6] = [
    ("\\d", "[TABLE]", "tables with their rows and meaning, or the columns of one"),
    ("\\as_of", "DATE|all|newest", "read another day, or all days"),
    ("\\format", "FORMAT", "print answers as table, csv, json or ndjson"),
    ("\\param", "[NAME[:TYPE]=VALUE]", "give $NAME a value, or list the names"),
    ("\\?", "", "this list"),
    ("\\q", "", "leave; Ctrl-D too"),
];

/// One command, understood.
#[derive(Debug, PartialEq)]
pub(super) enum Command {
    Tables,
    Describe(String),
    AsOf(Which),
    Format(Format),
    Parameters,
    Parameter(String, Value),
    Help,
    Leave,
}

impl Command {
    /// Reads a line; `;` at its end is taken for habit.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        let line = line.trim();
        let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let argument = argument.trim();
        // A value may end with anything.
        if name == "\\param" {
            return match argument {
                "" => Ok(Self::Parameters),
                given => parameter::parse(given).map(|(name, value)| Self::Parameter(name, value)),
            };
        }
        match (name.trim_end_matches(';'), argument.trim_end_matches(';').trim_end()) {
            ("\\d", "") => Ok(Self::Tables),
            ("\\d", table) => Ok(Self::Describe(table.to_owned())),
            ("\\as_of", "newest") => Ok(Self::AsOf(Which::Newest)),
            ("\\as_of", day) if !day.is_empty() => day.parse().map(Self::AsOf),
            ("\\format", format) if !format.is_empty() => match format.parse::<Format>() {
                Ok(format) if format.is_binary() => {
                    Err(format!("{format} is no text for a terminal; leave, and use --format {format} -o FILE"))
                }
                Ok(format) => Ok(Self::Format(format)),
                Err(error) => Err(error.to_string()),
            },
            ("\\?" | "\\h", "") => Ok(Self::Help),
            ("\\q", "") => Ok(Self::Leave),
            (name, _) => match COMMANDS.iter().find(|(known, ..)| *known == name) {
                Some((name, arguments, _)) => Err(format!("write it as {name} {arguments}").trim_end().to_owned()),
                None => Err(format!("there is no command {name}; \\? lists them")),
            },
        }
    }
}

/// The commands, a line each.
pub(super) fn help() -> String {
    let line =
        |(name, arguments, meaning): &(&str, &str, &str)| format!("{:<30} {meaning}\n", format!("{name} {arguments}"));
    let commands: String = COMMANDS.iter().map(line).collect();
    format!("A statement ends with `;` and may take several lines. Ctrl-C stops it.\n{commands}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_understood_or_told_how_to_be() {
        for (line, command) in [
            ("\\d", Command::Tables),
            ("  \\d;", Command::Tables),
            ("\\d  employees ;", Command::Describe("employees".to_owned())),
            ("\\as_of all", Command::AsOf(Which::All)),
            ("\\as_of newest", Command::AsOf(Which::Newest)),
            ("\\as_of 2026-01-31", Command::AsOf(Which::Date("2026-01-31".parse().unwrap()))),
            ("\\format csv", Command::Format(Format::Csv)),
            ("\\param", Command::Parameters),
            ("\\param a=x y;", Command::Parameter("a".to_owned(), Value::Text("x y;".to_owned()))),
            ("\\?", Command::Help),
            ("\\q", Command::Leave),
        ] {
            assert_eq!(Command::parse(line), Ok(command), "{line}");
        }
        for (line, said) in [
            ("\\foo", "there is no command \\foo"),
            ("\\as_of", "write it as \\as_of DATE|all|newest"),
            ("\\as_of 2026-02-30", "2026-02-30"),
            ("\\format", "write it as \\format FORMAT"),
            ("\\format parquet", "--format parquet -o FILE"),
            ("\\format xml", "unknown format xml"),
            ("\\q now", "write it as \\q"),
            ("\\param as_of=2026-01-01", "--as-of"),
        ] {
            let error = Command::parse(line).unwrap_err();
            assert!(error.contains(said), "{line}: {error}");
        }
        for (name, ..) in COMMANDS {
            assert!(help().contains(name), "{name}");
        }
    }
}
