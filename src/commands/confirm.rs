//! A question that somebody at a terminal answers before something goes for good.

use std::io::{self, IsTerminal as _};

use crate::{error::Error, print::tell};

/// Whether somebody can be asked.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks, and reads one line: `y` and `yes` are yes, in any case.
///
/// # Errors
/// When standard input cannot be read.
pub(super) async fn ask(question: &str) -> Result<bool, Error> {
    tell(&format!("{question} [y/N] "));
    let read = tokio::task::spawn_blocking(|| io::stdin().lines().next().transpose()).await;
    let answer = read.map_err(|error| Error::task_lost("the question", &error))?;
    let answer = answer.map_err(|source| Error::Io { what: "standard input".into(), source })?;
    Ok(is_yes(&answer.unwrap_or_default()))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for yes in ["y", "Y", "yes\n", " YES "] {
            assert!(is_yes(yes), "{yes:?}");
        }
        for no in ["", "\n", "n", "no", "ye", "y y", "2026-03-15"] {
            assert!(!is_yes(no), "{no:?}");
        }
    }
}
