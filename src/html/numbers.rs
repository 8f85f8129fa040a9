//! Numbers as each language writes them.

use crate::language::Language;

/// Between each three digits, and before a percent sign in French: it keeps a number on one line.
const NARROW_SPACE: char = '\u{202f}';
const MINUS: char = '\u{2212}';

/// A whole number.
pub(crate) fn number(language: Language, value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut written = String::new();
    if value < 0 {
        written.push(MINUS);
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push(match language {
                Language::English => ',',
                Language::French => NARROW_SPACE,
            });
        }
        written.push(digit);
    }
    written
}

/// A change: a whole number with its sign.
pub(crate) fn signed(language: Language, value: i64) -> String {
    let written = number(language, value);
    if value > 0 { format!("+{written}") } else { written }
}

/// A share of one as a percentage with one digit after the point.
pub(crate) fn percent(language: Language, share: f64) -> String {
    let written = format!("{:.1}", share.abs() * 100.0);
    let sign = if share < 0.0 && written != "0.0" { MINUS.to_string() } else { String::new() };
    match language {
        Language::English => format!("{sign}{written}%"),
        Language::French => format!("{sign}{}{NARROW_SPACE}%", written.replace('.', ",")),
    }
}
