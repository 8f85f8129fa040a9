//! What people read in place of a name, in each language.

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// A name for people: of a table, or of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

impl Label {
    pub(crate) fn new(en: &str, fr: &str) -> Self {
        Self { en: en.to_owned(), fr: fr.to_owned() }
    }

    /// In a language.
    pub(crate) fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::French => &self.fr,
        }
    }

    /// Reads `English | French`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let both = text.split_once('|').map(|(en, fr)| Self::new(en.trim(), fr.trim()));
        both.filter(|label| label.check().is_ok() && !label.fr.contains('|')).ok_or_else(|| {
            "expected `-- label <column>: <English> | <French>`, or `-- label: …` of the table".to_owned()
        })
    }

    /// Whether both are there, on one line.
    pub(super) fn check(&self) -> Result<(), String> {
        for (code, text) in [("en", &self.en), ("fr", &self.fr)] {
            if text.is_empty() || text.trim() != text || text.contains(char::is_control) {
                return Err(format!("its label has {code} = {text:?}, which is no text on one line"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_two_texts() {
        assert_eq!(Label::parse(" Hired on | Date d'embauche"), Ok(Label::new("Hired on", "Date d'embauche")));
        for text in ["Hired on", "Hired on |", "| Date", "a | b | c", "", "|"] {
            assert!(Label::parse(text).is_err(), "{text}");
        }
    }
}
