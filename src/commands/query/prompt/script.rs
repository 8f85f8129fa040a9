//! Files whose lines are read as if they were typed.

use std::{
    path::{Path, PathBuf},
    vec::IntoIter,
};

/// Most files that read one another.
const DEEPEST: usize = 10;

/// The files that are being read, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Scripts(Vec<Script>);

#[derive(Debug)]
struct Script {
    path: PathBuf,
    lines: IntoIter<String>,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line.
    Text(String),
    /// A file is over.
    End,
}

impl Scripts {
    /// Reads a file before what follows where it is named.
    ///
    /// # Errors
    /// Why it is not read.
    pub(super) fn begin(&mut self, path: &Path) -> Result<(), String> {
        if self.0.len() >= DEEPEST {
            return Err(format!("{} is not run: {DEEPEST} files read one another", path.display()));
        }
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        self.0.push(Script { path: path.to_owned(), lines: lines.into_iter() });
        Ok(())
    }

    /// The next line; `None` when no file is being read.
    pub(super) fn next(&mut self) -> Option<Line> {
        match self.0.last_mut()?.lines.next() {
            Some(line) => Some(Line::Text(line)),
            None => {
                self.0.pop();
                Some(Line::End)
            }
        }
    }

    /// Whether a file is being read.
    pub(super) fn are_read(&self) -> bool {
        !self.0.is_empty()
    }

    /// Reads none of them any further; says which one it was reading.
    pub(super) fn stop(&mut self) -> Option<PathBuf> {
        let innermost = self.0.pop().map(|script| script.path);
        self.0.clear();
        innermost
    }
}
