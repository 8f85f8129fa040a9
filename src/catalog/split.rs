//! Which records of a collection are private: an allow-list of what is not, which settings can only narrow, or widen by
//! single custom definitions.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Label, Privacy, Zone};

/// Records go to a second, more private table, unless the value of a column is of a namespace that is declared public, or
/// was opened by its id: `[split]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Split {
    /// Column looked at.
    pub(crate) by: String,
    /// Name of the second table.
    pub(crate) table: String,
    /// Its zone.
    pub(crate) zone: Zone,
    /// Beginnings of the values that stay in the first table, and how private their records are; the longest counts.
    pub(crate) public: BTreeMap<String, Privacy>,
    /// Beginning of the values that may be opened one by one.
    pub(crate) openable: String,
    /// By settings: values that go to the second table all the same; ids, or prefixes that end in `*`.
    #[serde(skip)]
    pub(crate) also: Vec<String>,
    /// By settings: openable values that stay in the first table.
    #[serde(skip)]
    pub(crate) opened: Vec<String>,
    pub(super) meaning: String,
    pub(super) label: Option<Label>,
}

impl Split {
    /// Whether records with this value go to the second table.
    pub(crate) fn is_private(&self, value: &str) -> bool {
        if self.opened.iter().any(|id| id == value) {
            return false;
        }
        self.class_of_namespace(value).is_none() || matches_any(&self.also, value)
    }

    /// How private what a record says is; the most private class in the second table.
    pub(crate) fn class(&self, value: &str) -> Privacy {
        match self.class_of_namespace(value) {
            _ if self.is_private(value) => Privacy::Sensitive,
            Some(class) => class,
            // Whoever opened it lets all readers of the first table see it.
            None => Privacy::Directory,
        }
    }

    /// Opens values.
    ///
    /// # Errors
    /// The first that may not be, and why.
    pub(crate) fn open(&mut self, ids: Vec<String>) -> Result<(), String> {
        for id in &ids {
            let openable = &self.openable;
            if id.contains('*') {
                return Err(format!("{id:?} is a pattern: definitions are opened one by one, by their ids"));
            }
            if self.class_of_namespace(id).is_some() {
                return Err(format!("{id:?} needs no opening: its namespace is in the core zone"));
            }
            if !id.starts_with(openable.as_str()) {
                return Err(format!(
                    "{id:?} is personal whatever the settings say: only custom definitions, {openable}…, can be opened"
                ));
            }
            if self.also.contains(id) {
                return Err(format!("{id:?} is named by personal_definitions too: take it out of one of the two"));
            }
        }
        self.opened = ids;
        Ok(())
    }

    fn class_of_namespace(&self, value: &str) -> Option<Privacy> {
        let named = self.public.iter().filter(|(beginning, _)| value.starts_with(beginning.as_str()));
        named.max_by_key(|(beginning, _)| beginning.len()).map(|(_, class)| *class)
    }
}

/// Whether `value` is one of `patterns`, or begins with one that ends in `*`.
pub(crate) fn matches_any(patterns: &[String], value: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(prefix) => value.starts_with(prefix),
        None => value == pattern,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::Catalog;

    fn split() -> Split {
        Catalog::embedded().unwrap().resource("employee-attributes").and_then(|r| r.split.clone()).unwrap()
    }

    #[test]
    fn only_listed_namespaces_are_public() {
        let split = split();
        for id in
            ["employee.givenName", "employment.start", "jobPosition.manager", "user.quote", "probationaryPeriod.x"]
        {
            assert!(!split.is_private(id), "{id}");
        }
        for id in ["personal.birthDate", "e_iban", "payroll.salary", "employees.x", "Employee.id", "employee", "", "*"]
        {
            assert!(split.is_private(id), "{id}");
            assert_eq!(split.class(id), Privacy::Sensitive);
        }
        assert_eq!(split.class("employee.givenName"), Privacy::Directory);
        assert_eq!(split.class("employee.birthDay"), Privacy::Personal);
    }

    #[test]
    fn only_custom_definitions_are_opened_by_their_ids() {
        let mut split = split();
        split.also = vec!["personal.*".into(), "e_*".into(), "e_iban".into()];
        split.open(vec!["e_tShirtSize".into()]).unwrap();
        assert_eq!((split.is_private("e_tShirtSize"), split.class("e_tShirtSize")), (false, Privacy::Directory));
        assert!(split.is_private("e_tShirtSizes") && split.is_private("e_children"));
        for (id, why) in [
            ("e_*", "is a pattern"),
            ("personal.email", "is personal whatever the settings say"),
            ("payroll.salary", "is personal whatever the settings say"),
            ("employee.email", "needs no opening"),
            ("e_iban", "is named by personal_definitions too"),
        ] {
            assert!(split.open(vec![id.to_owned()]).unwrap_err().contains(why), "{id}");
        }
    }

    proptest! {
        #[test]
        fn no_setting_makes_what_is_not_listed_public(
            also in proptest::collection::vec("(personal\\.|e_|employee\\.)?[a-z]{0,3}\\*?", 0..4),
            opened in proptest::collection::vec("(personal\\.|e_|pay\\.)[a-z]{0,3}\\*?", 0..3),
            id in "(personal\\.|pay\\.|e_)[a-z]{0,3}",
        ) {
            let mut split = split();
            split.also = also;
            let was_opened = split.open(opened.clone()).is_ok() && opened.contains(&id);
            prop_assert_eq!(split.is_private(&id), !was_opened);
            prop_assert!(!was_opened || id.starts_with("e_"));
        }
    }
}
