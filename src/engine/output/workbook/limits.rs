//! What spreadsheets have room for.

/// Rows that a sheet holds below its heading.
pub(crate) const MOST_ROWS: u32 = 1_048_575;
/// Columns that a sheet holds.
pub(super) const MOST_COLUMNS: usize = 16_384;
/// Longest name of a sheet, in UTF-16 units.
pub(super) const LONGEST_NAME: usize = 31;
/// Most characters of a cell, in UTF-16 units.
pub(super) const LONGEST_TEXT: usize = 32_767;

/// The beginning of a text, of at most so many UTF-16 units.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let mut taken = 0;
    let fits = |c: &char| {
        taken += c.len_utf16();
        taken <= most
    };
    text.chars().take_while(fits).collect()
}
