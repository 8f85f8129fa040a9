//! Dates in words. The names of months stand in the texts of the frame.

use chrono::{Datelike, NaiveDate};

use super::{HtmlError, Texts};

/// A day, such as 28 Nov 2026, or 28 November 2026 when it is `long`.
pub(super) fn day(texts: &Texts, date: NaiveDate, long: bool) -> Result<String, HtmlError> {
    let first = if date.day() == 1 { texts.get("dates.first")?.to_owned() } else { date.day().to_string() };
    Ok(format!("{first} {}", month(texts, date, long)?).replace(' ', "\u{a0}"))
}

/// A month, such as Nov 2026, or November 2026 when it is `long`.
pub(super) fn month(texts: &Texts, date: NaiveDate, long: bool) -> Result<String, HtmlError> {
    let form = if long { "long" } else { "short" };
    let name = texts.get(&format!("dates.{form}.m{}", date.month()))?;
    Ok(format!("{name}\u{a0}{}", date.year()))
}

/// The month of a day that is written by numbers, such as Nov 2026.
///
/// # Errors
/// When it is no day.
pub(crate) fn month_name(texts: &Texts, date: &str) -> Result<String, HtmlError> {
    let unread = |_| HtmlError::Chart("this is no date".to_owned());
    month(texts, NaiveDate::parse_from_str(date, "%Y-%m-%d").map_err(unread)?, false)
}
