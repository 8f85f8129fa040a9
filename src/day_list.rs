//! Lists of days as people read them.

use chrono::NaiveDate;

/// Days that are listed one by one; of more, the first and the last are named.
const LISTED: usize = 6;

/// Ascending days in words: `2026-01-31, 2026-02-28`, or `243 days from 2026-01-01 to 2026-08-31`.
pub(crate) fn days_in_words(days: &[NaiveDate]) -> String {
    match (days.first(), days.last()) {
        (Some(first), Some(last)) if days.len() > LISTED => format!("{} days from {first} to {last}", days.len()),
        (None, _) => "none".to_owned(),
        _ => days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_days_are_listed_and_many_are_counted() {
        let days: Vec<NaiveDate> = "2026-01-01".parse::<NaiveDate>().unwrap().iter_days().take(243).collect();
        assert_eq!(days_in_words(&days), "243 days from 2026-01-01 to 2026-08-31");
        assert_eq!(days_in_words(&days[..2]), "2026-01-01, 2026-01-02");
        assert_eq!(days_in_words(&[]), "none");
    }
}
