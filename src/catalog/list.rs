//! What a collection can be asked for: `[list]`. Tools and commands that list records take their arguments from it.

use std::collections::HashSet;

use serde::Deserialize;

use super::Privacy;

/// What the list of a collection can be asked for, beside pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    /// Filters, in file order.
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    /// The `type`s of the records that come with `include=embedded`.
    #[serde(default)]
    pub(crate) embeds: Vec<String>,
    /// Properties to sort by, each upwards, or downwards with a `-` before it; none where there is no `sort`.
    #[serde(default)]
    pub(crate) sorts: Vec<String>,
}

/// One query parameter that restricts the records.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    /// Its name in the query string.
    pub(crate) name: String,
    /// What a value looks like.
    #[serde(rename = "type")]
    pub(crate) kind: ParameterType,
    /// The values there are, where only these are taken.
    #[serde(rename = "enum", default)]
    pub(crate) values: Vec<String>,
    /// Whether it takes a list of values, of which a record has one.
    #[serde(default)]
    pub(crate) several: bool,
    /// Whether the word `null` asks for the records without a value.
    #[serde(default)]
    pub(crate) takes_null: bool,
    /// OAuth scope that it needs beside that of the collection.
    pub(crate) scope: Option<String>,
    /// How private that is which it tells about a record: the class of the property that it looks at.
    pub(crate) privacy: Privacy,
    /// One sentence.
    pub(crate) meaning: String,
}

/// What the value of a parameter looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ParameterType {
    /// Text without a comma, which parts the values of a list.
    String,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// `YYYY-MM-DD`.
    Date,
    /// `A--B`, `..--B` or `A--..`, both days included.
    Range,
}

/// Query parameters that every list has, and which are none of `[list]`.
const OF_EVERY_LIST: [&str; 4] = ["include", "limit", "page", "sort"];

/// Most values of a list that the API takes.
pub(crate) const MOST_VALUES: usize = 100;

impl List {
    /// Checks what can be seen in one file; `properties` are those that have a column.
    pub(super) fn check(&self, properties: &[&str]) -> Result<(), String> {
        let mut names = HashSet::new();
        for Parameter { name, kind, values, several, takes_null, meaning, .. } in &self.parameters {
            let wrong = |why: &str| Err(format!("[list] parameter {name:?}: {why}"));
            let is_path = name.split('.').all(|part| {
                part.starts_with(|c: char| c.is_ascii_lowercase()) && part.chars().all(|c| c.is_ascii_alphanumeric())
            });
            if !is_path {
                return wrong("a name is a path of camelCase properties");
            }
            if OF_EVERY_LIST.contains(&name.as_str()) {
                return wrong("every list has it");
            }
            if !names.insert(name) {
                return wrong("it is named twice");
            }
            if meaning.trim().is_empty() {
                return wrong("it has no meaning");
            }
            if !values.is_empty() && *kind != ParameterType::String {
                return wrong("only texts can have `enum`");
            }
            if values.len() > MOST_VALUES {
                return wrong("a request cannot name all its values");
            }
            let is_single = matches!(kind, ParameterType::Boolean | ParameterType::Range);
            if is_single && (*several || *takes_null) {
                return wrong("a boolean and a range are one value, and never null");
            }
            if name.ends_with(".between") != (*kind == ParameterType::Range) {
                return wrong("ranges, and only they, are asked for by a name that ends with .between");
            }
        }
        for sort in &self.sorts {
            if !properties.contains(&sort.as_str()) {
                return Err(format!("[list] sorts: {sort:?} is the property of no column"));
            }
        }
        let is_type = |kind: &&String| !kind.is_empty() && kind.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if let Some(kind) = self.embeds.iter().find(|kind| !is_type(kind)) {
            return Err(format!("[list] embeds: {kind:?} is no `type` of a record"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
