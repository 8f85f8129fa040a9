//! How the attributes of a snapshot were read: which definitions, of whom, and which of them are personal.

use crate::{
    catalog::{Split, Zone, matches_any},
    lake::SnapshotState,
};

/// Definitions whose values were personal when a snapshot does not say.
const ONCE_PERSONAL: [&str; 2] = ["personal.*", "e_*"];

/// How attributes were read.
#[derive(Debug, Clone)]
pub(crate) struct AttributesRead {
    /// Those of all days, or those of the day alone.
    pub(crate) whole_history: bool,
    /// Definitions, as patterns.
    pub(crate) patterns: Vec<String>,
    /// Which definitions are personal.
    pub(crate) split: Split,
    /// Definitions that went to the personal table by an older rule, as patterns.
    pub(crate) once_personal: Option<Vec<String>>,
    /// Statuses of the people; `None` for all.
    pub(crate) statuses: Option<Vec<String>>,
}

impl AttributesRead {
    /// Whether the wide table of a zone shows a definition. What an older rule left outside the personal table is shown
    /// there no more when it is personal by the rule of today, and in no other wide table either: its values are not there.
    pub(crate) fn shows(&self, definition: &str, zone: Zone) -> bool {
        let in_personal_table = match &self.once_personal {
            Some(patterns) => matches_any(patterns, definition),
            None => self.split.is_private(definition),
        };
        match zone {
            Zone::Personal => in_personal_table,
            _ => !in_personal_table && !self.split.is_private(definition),
        }
    }

    /// How the attributes of a snapshot were read. `split` is the rule of today, which older snapshots were not read by.
    pub(crate) fn of(state: &SnapshotState, split: &Split) -> Self {
        let mut split = split.clone();
        let personal = state.personal_definitions.clone();
        let once_personal = match state.public_definitions.clone() {
            Some(opened) => {
                (split.also, split.opened) = (personal.unwrap_or_default(), opened);
                None
            }
            None => Some(personal.unwrap_or_else(|| ONCE_PERSONAL.map(str::to_owned).to_vec())),
        };
        Self {
            whole_history: state.whole_history,
            patterns: state.attribute_definitions.clone().unwrap_or_else(|| vec!["*".to_owned()]),
            split,
            once_personal,
            statuses: state.attribute_people.clone(),
        }
    }

    /// The state of a snapshot that remembers it.
    pub(crate) fn remembered_in(self, state: SnapshotState) -> SnapshotState {
        SnapshotState {
            attribute_definitions: Some(self.patterns),
            attribute_people: self.statuses,
            public_definitions: self.once_personal.is_none().then_some(self.split.opened),
            personal_definitions: Some(self.once_personal.unwrap_or(self.split.also)),
            whole_history: self.whole_history,
            ..state
        }
    }
}

/// Whether two snapshots remember that the same attributes were read.
pub(crate) fn same_attributes(one: &SnapshotState, other: &SnapshotState) -> bool {
    one.attribute_definitions == other.attribute_definitions
        && one.whole_history == other.whole_history
        && one.personal_definitions == other.personal_definitions
        && one.public_definitions == other.public_definitions
        && one.attribute_people == other.attribute_people
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn split() -> Split {
        Catalog::embedded().unwrap().resources.into_iter().find_map(|r| r.split).unwrap()
    }

    fn state(json: &str) -> SnapshotState {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn snapshots_of_older_rules_say_which_definitions_went_to_the_personal_table() {
        let once = |json: &str| AttributesRead::of(&state(json), &split()).once_personal;
        assert_eq!(once("{}").unwrap(), ONCE_PERSONAL);
        assert_eq!(once(r#"{ "personal_definitions": ["e_iban"] }"#).unwrap(), ["e_iban"]);
        assert_eq!(once(r#"{ "personal_definitions": ["e_iban"], "public_definitions": null }"#).unwrap(), ["e_iban"]);
        assert_eq!(once(r#"{ "personal_definitions": [], "public_definitions": [] }"#), None);
    }

    #[test]
    fn what_is_remembered_is_how_they_were_read() {
        for json in [
            "{}",
            r#"{ "personal_definitions": ["e_iban"], "attribute_people": ["active"], "whole_history": true }"#,
            r#"{ "personal_definitions": ["user.*"], "public_definitions": ["e_size"], "attribute_definitions": ["e_*"] }"#,
        ] {
            let read = AttributesRead::of(&state(json), &split());
            let remembered = read.clone().remembered_in(SnapshotState::default());
            assert_eq!(format!("{:?}", AttributesRead::of(&remembered, &split())), format!("{read:?}"));
        }
    }

    /// A run that keeps attributes of an older rule writes null where the older snapshot has no such key.
    #[test]
    fn the_same_attributes_are_the_same_whether_null_or_nothing_is_said() {
        let older = state(r#"{ "personal_definitions": ["e_iban"] }"#);
        let kept = AttributesRead::of(&older, &split()).remembered_in(SnapshotState::default());
        let older = SnapshotState { attribute_definitions: Some(vec!["*".to_owned()]), ..older };
        assert!(same_attributes(&older, &kept));
        assert!(!same_attributes(&older, &SnapshotState { public_definitions: Some(Vec::new()), ..kept }));
    }
}
