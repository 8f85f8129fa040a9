//! The prompt's lines from a terminal, with history and completion.

use std::{
    fs::{DirBuilder, OpenOptions, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustyline::{
    CompletionType, Config, Context, Helper, completion::Completer, error::ReadlineError, highlight::Highlighter,
    hint::Hinter, history::FileHistory, validate::Validator,
};

use super::{
    completion::{Vocabulary, complete},
    editor::{Editor, Line},
};
use crate::{env_vars::Environment, error::Error};

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
    /// When there is no terminal, or the history cannot be kept.
    pub(super) fn start(history: Option<PathBuf>) -> Result<Self, Error> {
        let config = Config::builder()
            .history_ignore_space(true)
            .max_history_size(HISTORY_ENTRIES)
            .map(|config| config.completion_type(CompletionType::List).build())
            .map_err(failed)?;
        let mut editor = rustyline::Editor::with_config(config).map_err(failed)?;
        editor.set_helper(Some(Sql::default()));
        if let Some(path) = &history {
            let unusable = |source| Error::Io {
                what: format!("the history {} (--no-history does without)", path.display()),
                source,
            };
            make_private(path).map_err(unusable)?;
            editor.load_history(path).map_err(io::Error::other).map_err(unusable)?;
        }
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

/// Where the history of this user is kept, by the XDG rules; `None` without a home.
pub(super) fn history_path(environment: &Environment) -> Option<PathBuf> {
    let absolute = |name: &str| environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("lucca-lake/history"))
}

/// Makes sure that the file exists and only its owner can read it.
fn make_private(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_where_state_is_kept_and_for_its_owner_only() {
        let here = tempfile::tempdir().unwrap();
        let home = here.path().to_str().unwrap();
        let path = history_path(&Environment::from([("HOME", home), ("XDG_STATE_HOME", "relative")])).unwrap();
        assert_eq!(path, here.path().join(".local/state/lucca-lake/history"));
        assert_eq!(
            history_path(&Environment::from([("HOME", home), ("XDG_STATE_HOME", "/state")])),
            Some("/state/lucca-lake/history".into())
        );
        assert_eq!(history_path(&Environment::from([])), None);

        make_private(&path).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        make_private(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
