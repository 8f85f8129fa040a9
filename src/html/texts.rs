//! Sentences by their names, in one language.

use std::collections::BTreeMap;

use minijinja::HtmlEscape;

use super::HtmlError;
use crate::language::Language;

/// The sentences of some pages.
#[derive(Debug)]
pub(crate) struct Texts {
    language: Language,
    by_name: BTreeMap<String, String>,
}

impl Texts {
    /// The sentences of files, each given in English and in French. Tables of TOML join names by dots.
    ///
    /// # Errors
    /// When a file is no TOML of tables and texts, or two say the same name.
    pub(crate) fn of(language: Language, files: &[[&str; 2]]) -> Result<Self, HtmlError> {
        let mut by_name = BTreeMap::new();
        for [english, french] in files {
            let text = match language {
                Language::English => english,
                Language::French => french,
            };
            let table: toml::Table = text.parse().map_err(|e: toml::de::Error| HtmlError::Texts(e.to_string()))?;
            flatten("", &table, &mut by_name)?;
        }
        Ok(Self { language, by_name })
    }

    /// The language that they are written in.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Whether there is a sentence of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Every name, in order.
    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// A sentence as it stands.
    ///
    /// # Errors
    /// When there is none of that name.
    pub(crate) fn get(&self, name: &str) -> Result<&str, HtmlError> {
        let missing = || HtmlError::Texts(format!("there is no text {name} in {}", self.language.code()));
        self.by_name.get(name).map(String::as_str).ok_or_else(missing)
    }

    /// A sentence with values in place of its `{name}`s, as plain text.
    ///
    /// # Errors
    /// When there is none of that name, or a value is not given.
    pub(crate) fn plain(&self, name: &str, values: &[(&str, &str)]) -> Result<String, HtmlError> {
        filled(name, self.get(name)?, values, &|value| value.to_owned())
    }

    /// The same as HTML: `{name}`s are escaped values, each set apart from the direction of the text around it, and what stands
    /// between backticks is code.
    ///
    /// # Errors
    /// As [`Self::plain`].
    pub(crate) fn html(&self, name: &str, values: &[(&str, &str)]) -> Result<String, HtmlError> {
        let mut html = String::new();
        for (index, part) in self.get(name)?.split('`').enumerate() {
            let escaped = HtmlEscape(part).to_string();
            let part = filled(name, &escaped, values, &|value| HtmlEscape(value).to_string())?;
            html.push_str(&if index % 2 == 1 { format!("<code>{part}</code>") } else { part });
        }
        Ok(html)
    }

    /// The name of the form of a sentence for so many: `name.one` or `name.other`. French counts none as one.
    pub(crate) fn form(&self, name: &str, count: i64) -> String {
        let is_one = match self.language {
            Language::English => count == 1,
            Language::French => matches!(count, -1..=1),
        };
        format!("{name}.{}", if is_one { "one" } else { "other" })
    }
}

fn flatten(above: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) -> Result<(), HtmlError> {
    for (key, value) in table {
        let name = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match value {
            toml::Value::Table(below) => flatten(&name, below, into)?,
            toml::Value::String(text) if into.contains_key(&name) => {
                return Err(HtmlError::Texts(format!("{name} is said twice, the second time: {text}")));
            }
            toml::Value::String(text) => drop(into.insert(name, text.clone())),
            _ => return Err(HtmlError::Texts(format!("{name} is neither a text nor a table"))),
        }
    }
    Ok(())
}

/// A text with values in place of its `{name}`s.
fn filled(
    of: &str,
    text: &str,
    values: &[(&str, &str)],
    written: &dyn Fn(&str) -> String,
) -> Result<String, HtmlError> {
    let mut parts = text.split('{');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').ok_or_else(|| HtmlError::Texts(format!("{of}: a {{ without a }}")))?;
        let value = values.iter().find(|(given, _)| *given == name);
        let (_, value) = value.ok_or_else(|| HtmlError::Texts(format!("{of}: {{{name}}} has no value")))?;
        filled.push_str(&written(value));
        filled.push_str(rest);
    }
    Ok(filled)
}
