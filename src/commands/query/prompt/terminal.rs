//! The prompt's lines from a terminal, with history and completion.

use std::{io, path::PathBuf};

use rustyline::{
    CompletionType, Config, Context, Helper, completion::Completer, error::ReadlineError, highlight::Highlighter,
    hint::Hinter, history::FileHistory, validate::Validator,
};

use super::{
    completion::{Vocabulary, complete},
    editor::{Editor, Line},
};
use crate::{error::Error, modes};

/// Name of the file with earlier statements, in the folder for state.
pub(super) const HISTORY: &str = "history";
/// Most statements kept.
const HISTORY_ENTRIES: usize = 1_000;

/// A line editor on standard input and output.
pub(super) struct Terminal {
    editor: rustyline::Editor<Sql, FileHistory>,
    history: Option<PathBuf>,
}

impl Terminal {
    /// Takes the terminal. History is kept in `history`, readable by this user only: statements may hold personal values.
    ///
    /// # Errors
    /// When there is no terminal.
    pub(super) fn start(history: Option<PathBuf>) -> Result<Self, Error> {
        let config = Config::builder()
            .history_ignore_space(true)
            .max_history_size(HISTORY_ENTRIES)
            .map(|config| config.completion_type(CompletionType::List).build())
            .map_err(failed)?;
        let mut editor = rustyline::Editor::with_config(config).map_err(failed)?;
        editor.set_helper(Some(Sql::default()));
        // One that cannot be kept is no reason not to ask.
        let history = history.filter(|path| {
            let kept = modes::open_private(path).map_err(ReadlineError::from).and_then(|_| editor.load_history(path));
            kept.inspect_err(|error| tracing::debug!(%error, "no history is kept")).is_ok()
        });
        Ok(Self { editor, history })
    }
}

impl Editor for Terminal {
    fn read(&mut self, prompt: &str, pending: &str) -> Result<Line, Error> {
        if let Some(sql) = self.editor.helper_mut() {
            pending.clone_into(&mut sql.pending);
        }
        match self.editor.readline(prompt) {
            Ok(line) => Ok(Line::Text(line)),
            Err(ReadlineError::Interrupted) => Ok(Line::Abandoned),
            Err(ReadlineError::Eof) => Ok(Line::End),
            Err(error) => Err(failed(error)),
        }
    }

    fn remember(&mut self, text: &str) {
        // A history that cannot be written must not get in the way of the statement.
        if let (Ok(true), Some(path)) = (self.editor.add_history_entry(text), &self.history) {
            let _ = self.editor.append_history(path);
        }
    }

    fn know(&mut self, vocabulary: Vocabulary) {
        if let Some(sql) = self.editor.helper_mut() {
            sql.vocabulary = vocabulary;
        }
    }
}

fn failed(error: ReadlineError) -> Error {
    let source = match error {
        ReadlineError::Io(source) => source,
        other => io::Error::other(other),
    };
    Error::Io { what: "the terminal".into(), source }
}

/// What the editor asks about the line being typed.
#[derive(Default)]
struct Sql {
    vocabulary: Vocabulary,
    pending: String,
}

impl Completer for Sql {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(complete(&self.vocabulary, &self.pending, line, pos))
    }
}

impl Hinter for Sql {
    type Hint = String;
}

impl Highlighter for Sql {}
impl Validator for Sql {}
impl Helper for Sql {}
