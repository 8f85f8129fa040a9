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
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
        print(&String::from_utf8_lossy(&script))
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_is_told_of_every_command() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), env!("CARGO_PKG_NAME"), &mut script);
            let script = String::from_utf8(script).unwrap();
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
            assert!(script.contains("requests-per-minute"), "{shell}");
        }
    }
}
