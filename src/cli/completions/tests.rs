use std::collections::BTreeSet;

use clap::{CommandFactory as _, ValueEnum as _};

use super::*;
use crate::cli::arguments::Cli;

#[test]
fn every_shell_is_told_of_every_command() {
    for shell in Shell::value_variants() {
        let script = script(*shell, &mut Cli::command());
        for command in Cli::command().get_subcommands() {
            assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
        }
        assert!(script.contains("requests-per-minute"), "{shell}");
    }
}

#[test]
fn bash_looks_for_the_commands_that_it_has_found() {
    let script = script(Shell::Bash, &mut Cli::command());
    let lines: BTreeSet<&str> = script.lines().map(str::trim).collect();
    let found = script.lines().filter_map(|line| line.trim().strip_prefix("cmd=\"")?.strip_suffix('"'));
    let found: BTreeSet<&str> = found.filter(|name| !name.is_empty()).collect();
    assert!(found.len() > 30, "{found:?}");
    let lost = found.iter().filter(|name| !lines.contains(format!("{name})").as_str()));
    assert_eq!(lost.collect::<Vec<_>>(), Vec::<&&str>::new());
}
