//! Where one answer goes: the terminal, a pager, or a file.

use std::{
    fs::File,
    io::{self, Write},
};

use super::{
    display::Opened,
    pager::{Ended, Paged},
};
use crate::screen::Screen;

/// The output of one answer.
pub(super) enum Target<'t, W> {
    Terminal(&'t mut W),
    Paged(Paged<&'t mut W>),
    File(&'t mut File),
}

impl<'t, W: Write> Target<'t, W> {
    /// A file if there is one, else the terminal, else a pager for what its screen has no room for.
    pub(super) fn new(file: &'t mut Option<Opened>, out: &'t mut W, pager: Option<(Screen, String)>) -> Self {
        match (file, pager) {
            (Some(opened), _) => Self::File(&mut opened.file),
            (None, Some((screen, command))) => Self::Paged(Paged::new(out, screen, command)),
            (None, None) => Self::Terminal(out),
        }
    }

    /// Ends it.
    ///
    /// # Errors
    /// When the terminal cannot be written.
    pub(super) fn finish(self) -> io::Result<Ended> {
        match self {
            Self::Terminal(_) | Self::File(_) => Ok(Ended::There),
            Self::Paged(paged) => paged.finish(),
        }
    }
}

impl<W: Write> Write for Target<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Terminal(out) => out.write(bytes),
            Self::Paged(out) => out.write(bytes),
            Self::File(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Terminal(out) => out.flush(),
            Self::Paged(out) => out.flush(),
            Self::File(out) => out.flush(),
        }
    }
}
