//! `completions`: a shell's script of completions, from the same definitions as `--help`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::arguments::Cli;
use crate::{error::Error, print::print};

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// Shell that reads it
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArguments {
    /// Prints the script.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn print(&self) -> Result<(), Error> {
        print(&script(self.shell))
    }
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        // Where the program's name has a dash, clap_complete 4.6 sets one name of a command and looks for another.
        Shell::Bash => script.replace("lucca__lake", "lucca__subcmd__lake"),
        _ => script,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_is_told_of_every_command() {
        for shell in Shell::value_variants() {
            let script = script(*shell);
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
            assert!(script.contains("requests-per-minute"), "{shell}");
        }
    }

    #[test]
    fn bash_looks_for_the_commands_that_it_has_found() {
        let script = script(Shell::Bash);
        let lines: BTreeSet<&str> = script.lines().map(str::trim).collect();
        let found = script.lines().filter_map(|line| line.trim().strip_prefix("cmd=\"")?.strip_suffix('"'));
        let found: BTreeSet<&str> = found.filter(|name| !name.is_empty()).collect();
        assert!(found.len() > 30, "{found:?}");
        let lost = found.iter().filter(|name| !lines.contains(format!("{name})").as_str()));
        assert_eq!(lost.collect::<Vec<_>>(), Vec::<&&str>::new());
    }
}
