//! What a key may see, and what the documentation of the legacy routes leaves open.

use super::changes::Changes;

/// Facts that no documentation settles, or that are known to vary: each is read one way when `false`, the other way when
/// `true`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quirks {
    /// The spelling of keys varies from record to record: `departmentId` and `departmentID`, `isAm` and `isAM`.
    pub varied_keys: bool,
    /// v4 pages say where the next one is, as a cursor; otherwise they say nothing of it.
    pub cursors: bool,
    /// `parentLuccaId` of a department is the id of its parent; otherwise it is null.
    pub parent_ids: bool,
    /// A field that no record has is refused; otherwise it is left out silently.
    pub refuses_unknown_fields: bool,
    /// Values and list entries of custom fields have other ids than the attributes and labels of v5.
    pub own_ids: bool,
    /// A custom field that refers to somebody or to a file holds an object; otherwise an id.
    pub reference_objects: bool,
    /// Some custom fields hold a value without anything around it.
    pub bare_values: bool,
    /// Civil titles and genders are other words.
    pub other_words: bool,
    /// The country of a legal unit is a number; otherwise the number as a text.
    pub numeric_countries: bool,
    /// Contracts that ended are archived, and shown only to who asks for archived ones.
    pub archives_ended_contracts: bool,
    /// Working-time arrangements can be counted as other v4 lists; otherwise a page of them shows nothing but items.
    pub counts_arrangements: bool,
    /// An error takes any of the known shapes: either generation's, empty, HTML.
    pub varied_errors: bool,
}

impl Quirks {
    /// Each fact the other way.
    pub const ALL: Self = Self {
        varied_keys: true,
        cursors: true,
        parent_ids: true,
        refuses_unknown_fields: true,
        own_ids: true,
        reference_objects: true,
        bare_values: true,
        other_words: true,
        numeric_countries: true,
        archives_ended_contracts: true,
        counts_arrangements: true,
        varied_errors: true,
    };
}

/// What the holder of the legacy key meets. `Options::hidden` hides fields here too (`users.mail`): they are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Legacy {
    /// Which way the open facts are.
    pub quirks: Quirks,
    /// Routes that the key's role may not read (403), such as `/api/v3/users`.
    pub forbidden: Vec<String>,
    /// Routes of modules that the tenant does not have (404).
    pub absent: Vec<String>,
    /// Former employees are not for this key.
    pub hides_former_employees: bool,
    /// The key is revoked after so many requests.
    pub revoked_after: Option<u64>,
    /// What became of people and absences, and how that is told.
    pub changes: Changes,
    /// Records come and go while lists are read, as this seed says; each list comes to rest after a few pages.
    pub shifting: Option<u64>,
}
