//! Ids that no record has.

use std::fmt;

use crate::terminal_text::{escape, shorten};

/// Most ids that a message names.
const NAMED: usize = 20;
/// Longest id that a message shows whole, in characters.
const SHOWN_CHARS: usize = 40;

/// Ids that no record has, or none that the application may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoRecord {
    /// The collection, or the tables and the day, where they are not.
    pub(crate) place: String,
    /// The ids: at least one.
    pub(crate) ids: Vec<String>,
    /// How many of the ids asked for were there.
    pub(crate) printed: usize,
}

impl std::error::Error for NoRecord {}

impl fmt::Display for NoRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, ids, printed } = self;
        let shown = |id: &String| format!("\"{}\"", shorten(&escape(id), SHOWN_CHARS));
        let named: Vec<String> = ids.iter().take(NAMED).map(shown).collect();
        let more = ids.len().saturating_sub(NAMED);
        write!(f, "{place}: no record has the {} {}", if ids.len() == 1 { "id" } else { "ids" }, named.join(", "))?;
        if more > 0 {
            write!(f, " and {more} more")?;
        }
        f.write_str(", or none that the application may see")?;
        match printed {
            0 => {}
            1 => f.write_str("; the other one was printed")?,
            others => write!(f, "; the other {others} were printed")?,
        }
        if ids.iter().any(|id| id.contains(',')) {
            f.write_str("; ids are separated by spaces")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_missing_id_is_named_as_far_as_there_is_room() {
        let said = |ids: &[&str], printed| {
            let ids = ids.iter().map(|id| (*id).to_owned()).collect();
            NoRecord { place: "employees".to_owned(), ids, printed }.to_string()
        };
        assert_eq!(said(&["7"], 0), "employees: no record has the id \"7\", or none that the application may see");
        assert_eq!(
            said(&["7", "a\u{1b}"], 1),
            "employees: no record has the ids \"7\", \"a\\u{1b}\", or none that the application may see; the other one was \
             printed"
        );
        assert!(said(&["7,8"], 0).ends_with("ids are separated by spaces"));
        let many: Vec<String> = (0..1000).map(|n| "x".repeat(n)).collect();
        let many = said(&many.iter().map(String::as_str).collect::<Vec<_>>(), 3);
        assert!(many.contains(" and 980 more, or none"), "{many}");
        assert!(many.len() < 1500 && many.contains("the other 3 were printed"), "{many}");
    }
}
