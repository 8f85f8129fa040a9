//! The terminal that standard output is, if it is one.

use std::io::{self, IsTerminal as _};

/// How much a terminal shows at once, in characters and lines; [`usize::MAX`] where it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Screen {
    /// Characters in a line.
    pub(crate) width: usize,
    /// Lines.
    pub(crate) height: usize,
}

/// What standard output shows now, as a window may change its size; `None` where it is no terminal.
pub(crate) fn of_stdout() -> Option<Screen> {
    let out = io::stdout();
    out.is_terminal().then(|| match terminal_size::terminal_size_of(out) {
        Some((width, height)) => Screen { width: width.0.into(), height: height.0.into() },
        None => Screen { width: usize::MAX, height: usize::MAX },
    })
}
