//! Where the prompt's lines come from: a terminal, or the script of a test.

use super::completion::Vocabulary;
use crate::error::Error;

/// One answer to the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end.
    Text(String),
    /// Ctrl-C: what was typed so far does not count.
    Abandoned,
    /// Ctrl-D, or the terminal went away.
    End,
}

/// Reads lines from somebody.
pub(super) trait Editor {
    /// Shows `prompt` and waits for a line. `pending` is what was typed of the statement before.
    ///
    /// # Errors
    /// When the terminal fails.
    fn read(&mut self, prompt: &str, pending: &str) -> Result<Line, Error>;

    /// Keeps a whole statement or command for the arrow keys.
    fn remember(&mut self, text: &str);

    /// What can be completed from now on.
    fn know(&mut self, vocabulary: Vocabulary);
}
