//! Which columns a screen has room for, and how wide.

use super::cells::Column;
use crate::terminal_text::width;

/// Narrowest that a text or a heading is cut to while another column could be left out instead.
const NARROWEST: usize = 20;
/// Columns from the left for each from the right.
const LEFT_TO_RIGHT: usize = 3;
/// Frame and spaces of a column.
const AROUND: usize = 3;

/// A column that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    /// Its place in the block.
    pub(super) index: usize,
    /// Columns of the screen for its texts.
    pub(super) width: usize,
}

/// What is shown of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fit {
    /// The columns before the gap, or all.
    pub(super) left: Vec<Shown>,
    /// The columns behind the gap, if there is one.
    pub(super) right: Vec<Shown>,
    /// How many columns are in the gap.
    pub(super) left_out: usize,
    /// Whether a text or a heading is cut.
    pub(super) cut: bool,
}

/// Everything, however wide.
pub(super) fn whole(columns: &[Column]) -> Fit {
    let left = columns.iter().enumerate().map(|(index, column)| Shown { index, width: column.width() }).collect();
    Fit { left, right: Vec::new(), left_out: 0, cut: false }
}

/// Columns of the screen that a whole table takes.
pub(super) fn whole_width(columns: &[Column]) -> usize {
    framed(columns.iter().map(Column::width))
}

/// What fits `screen`. At least one column is shown, whatever it takes.
pub(super) fn to_screen(columns: &[Column], screen: usize) -> Fit {
    if whole_width(columns) <= screen {
        return whole(columns);
    }
    let natural: Vec<usize> = columns.iter().map(Column::width).collect();
    let least: Vec<usize> = columns.iter().map(least).collect();
    let chosen = choose(&least, screen);
    let places = |places: std::ops::Range<usize>| places.filter_map(|i| Some((i, *least.get(i)?, *natural.get(i)?)));
    let right = columns.len() - chosen.right..columns.len();
    let gap = if chosen.left + chosen.right < columns.len() { 1 + AROUND } else { 0 };
    let widths: Vec<(usize, usize, usize)> = places(0..chosen.left).chain(places(right)).collect();
    // As wide as all of them may be alike.
    let at = |most: usize| widths.iter().map(move |(_, least, natural)| (*natural).min((*least).max(most)));
    let widest = natural.iter().copied().max().unwrap_or_default();
    let most = (NARROWEST..=widest).take_while(|most| framed(at(*most)) + gap <= screen).last().unwrap_or(NARROWEST);
    let mut shown = widths.iter().zip(at(most)).map(|((index, ..), width)| Shown { index: *index, width });
    let mut left: Vec<Shown> = shown.by_ref().take(chosen.left).collect();
    let right: Vec<Shown> = shown.collect();
    if let ([only], true) = (left.as_mut_slice(), right.is_empty()) {
        // Wider than the screen by itself.
        let room = screen.saturating_sub(gap + AROUND + 1).max(1);
        let cuttable = columns.get(only.index).is_some_and(|column| column.can_be_cut);
        only.width = if cuttable { only.width.min(room) } else { only.width };
    }
    let cut = left.iter().chain(&right).any(|shown| natural.get(shown.index).is_some_and(|n| shown.width < *n));
    Fit { left_out: columns.len() - left.len() - right.len(), left, right, cut }
}

/// How many columns from each end.
struct Chosen {
    left: usize,
    right: usize,
}

/// As many as have room, from both ends: the first columns of a table tell more of a row than the last.
fn choose(least: &[usize], screen: usize) -> Chosen {
    if framed(least.iter().copied()) <= screen {
        return Chosen { left: least.len(), right: 0 };
    }
    let mut chosen = Chosen { left: 1, right: 0 };
    // The frame, the gap and the first.
    let mut taken = 1 + (1 + AROUND) + least.first().copied().unwrap_or_default() + AROUND;
    while chosen.left + chosen.right < least.len() {
        let from_left = chosen.left < LEFT_TO_RIGHT * (chosen.right + 1);
        let next = if from_left { chosen.left } else { least.len() - chosen.right - 1 };
        taken += least.get(next).copied().unwrap_or_default() + AROUND;
        if taken > screen {
            break;
        }
        if from_left { chosen.left += 1 } else { chosen.right += 1 }
    }
    chosen
}

/// Narrowest that a column makes sense in: numbers, days and the like are never cut.
fn least(column: &Column) -> usize {
    let heading = width(&column.heading).min(NARROWEST);
    let values = column.values_width();
    heading.max(if column.can_be_cut { values.min(NARROWEST) } else { values })
}

fn framed(widths: impl Iterator<Item = usize>) -> usize {
    widths.map(|width| width + AROUND).sum::<usize>() + 1
}
