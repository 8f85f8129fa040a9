//! `completions`: a shell's script of completions, from the same definitions as `--help`.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::{error::Error, print::print};

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// Shell that reads it
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArguments {
    /// Prints the script for `program`.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn print(&self, mut program: Command) -> Result<(), Error> {
        print(&script(self.shell, &mut program))
    }
}

fn script(shell: Shell, program: &mut Command) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, program, env!("CARGO_PKG_NAME"), &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        // Where the program's name has a dash, clap_complete 4.6 sets one name of a command and looks for another.
        Shell::Bash => script.replace("lucca__lake", "lucca__subcmd__lake"),
        _ => script,
    }
}

#[cfg(test)]
mod tests;
