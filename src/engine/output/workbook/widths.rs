//! How wide a column is: as its widest line, within bounds.

use crate::terminal_text::width;

/// Widths are in characters, as spreadsheets count them.
const NARROWEST: usize = 6;
/// Longer texts are cut on the screen until somebody widens the column.
const WIDEST: usize = 60;
/// Room for the button that opens the filter of a column.
const BUTTON: usize = 3;

/// The width of one column, as far as its values are known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Width(usize);

impl Width {
    /// Of a column with this heading.
    pub(super) fn of_heading(heading: &str) -> Self {
        Self((width(heading) + BUTTON).clamp(NARROWEST, WIDEST))
    }

    /// Makes room for a text.
    pub(super) fn hold_text(&mut self, text: &str) {
        // No text is wider than its bytes are many, so most need no measuring.
        if text.len() > self.0 && self.0 < WIDEST {
            let widest = text.lines().map(width).max().unwrap_or_default();
            self.hold(widest);
        }
    }

    /// Makes room for so many characters.
    pub(super) fn hold(&mut self, characters: usize) {
        self.0 = self.0.max(characters.min(WIDEST));
    }

    /// What to set: a little more, as letters are not all as wide as digits.
    pub(super) fn characters(self) -> f64 {
        u32::try_from(self.0).map_or(0.0, f64::from) + 1.0
    }
}
