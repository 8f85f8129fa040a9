//! Where answers go and how they look, as chosen at the prompt.

use std::{fs::File, path::PathBuf};

use crate::{
    engine::output::{Format, Layout, Records, Style},
    screen::Screen,
};

/// What was chosen so far.
#[derive(Debug)]
pub(super) struct Display {
    /// Format, and what it takes care of.
    pub(super) style: Style,
    /// Whether rows are records.
    pub(super) records: Records,
    /// Whether the time of an answer is told.
    pub(super) timing: bool,
    /// Whether what does not fit is shown in a pager.
    pub(super) paged: bool,
    /// The file that takes the answers instead of the terminal.
    pub(super) file: Option<Opened>,
}

/// A file that takes answers.
#[derive(Debug)]
pub(super) struct Opened {
    /// As it was typed.
    pub(super) path: PathBuf,
    /// Open for writing.
    pub(super) file: File,
}

impl Display {
    /// Tables with their times, abridged.
    pub(super) fn new(style: Style) -> Self {
        Self { style, records: Records::Never, timing: true, paged: false, file: None }
    }

    /// How the next answer is written for a screen, or for none.
    pub(super) fn style(&self, screen: Option<Screen>) -> Style {
        let screen = screen.filter(|_| self.file.is_none());
        let abridged = screen.is_some() && !self.paged;
        Style {
            layout: Layout { screen: screen.map(|screen| screen.width), abridged, records: self.records },
            ..self.style
        }
    }

    /// Whether an answer in this format is followed by its number of rows.
    pub(super) fn is_counted(&self) -> bool {
        self.style.format == Format::Table
    }

    /// Chooses records, and says so.
    pub(super) fn set_records(&mut self, to: Option<Records>) -> &'static str {
        self.records = to.unwrap_or(match self.records {
            Records::Never => Records::Always,
            Records::Always | Records::WhenTooWide => Records::Never,
        });
        match self.records {
            Records::Never => "rows are lines of a table\n",
            Records::Always => "rows are records\n",
            Records::WhenTooWide => "rows are records where a table is wider than the screen\n",
        }
    }

    /// Chooses whether times are told, and says so.
    pub(super) fn set_timing(&mut self, to: Option<bool>) -> &'static str {
        self.timing = to.unwrap_or(!self.timing);
        if self.timing { "times are told\n" } else { "times are not told\n" }
    }
}
