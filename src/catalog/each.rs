//! Records that no list gives: read one by one, by ids that stand in the records of another resource; and what some of them
//! describe, such as an image.

use serde::Deserialize;

use super::{
    Label, LakeType, Origin, Privacy, Quality, Table, TableColumn, Zone,
    added::{EXTRACTED_AT, RUN_ID},
};

/// One request a record: `[each]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Each {
    /// Name of the resource whose records name these.
    pub(crate) from: String,
    /// Column of its table that holds the ids.
    pub(crate) column: String,
}

/// What each record describes, from the same address, and the table of it: `[content]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    /// Name of the table.
    pub(crate) table: String,
    /// What to ask for instead of the record: `image/*`.
    pub(crate) accept: String,
    /// Column of the record that says whose it is.
    pub(crate) owner: String,
    /// Column of the record that says when it came to be: content of another time is asked for anew.
    pub(crate) created: String,
    /// Column of the record that says what type the content has.
    pub(crate) content_type: String,
    /// More bytes are not kept.
    pub(crate) max_bytes: u64,
    pub(super) zone: Zone,
    pub(super) privacy: Privacy,
    pub(super) meaning: String,
    pub(super) label: Option<Label>,
}

/// The columns of a table of content, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentColumn {
    Id,
    Owner,
    Created,
    ContentType,
    Problem,
    Sha256,
    Etag,
    CheckedAt,
    Content,
    ExtractedAt,
    RunId,
}

impl ContentColumn {
    /// All, in the order of the file.
    pub(crate) const ALL: [Self; 11] = [
        Self::Id,
        Self::Owner,
        Self::Created,
        Self::ContentType,
        Self::Problem,
        Self::Sha256,
        Self::Etag,
        Self::CheckedAt,
        Self::Content,
        Self::ExtractedAt,
        Self::RunId,
    ];

    /// What people call it, in English and in French.
    fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Id => ("ID", "Identifiant"),
            Self::Owner => ("Owner ID", "Identifiant de la personne"),
            Self::Created => ("Created at", "Créé le"),
            Self::ContentType => ("Content type", "Type de contenu"),
            Self::Problem => ("Problem", "Problème"),
            Self::Sha256 => ("SHA-256", "Empreinte SHA-256"),
            Self::Etag => ("ETag", "Étiquette ETag"),
            Self::CheckedAt => ("Checked at", "Vérifié le"),
            Self::Content => ("Content", "Contenu"),
            Self::ExtractedAt => ("Extracted at", "Extrait le"),
            Self::RunId => ("Run ID", "Identifiant d'exécution"),
        }
    }
}

impl Content {
    /// The name of a column.
    pub(crate) fn column(&self, column: ContentColumn) -> &str {
        match column {
            ContentColumn::Id => "id",
            ContentColumn::Owner => &self.owner,
            ContentColumn::Created => &self.created,
            ContentColumn::ContentType => &self.content_type,
            ContentColumn::Problem => "problem",
            ContentColumn::Sha256 => "sha256",
            ContentColumn::Etag => "etag",
            ContentColumn::CheckedAt => "checked_at",
            ContentColumn::Content => "content",
            ContentColumn::ExtractedAt => EXTRACTED_AT,
            ContentColumn::RunId => RUN_ID,
        }
    }

    /// The table.
    pub(super) fn table(&self, resource: &str) -> Table {
        let source = format!("GET /lucca-api/{resource}/{{id}}, Accept: {}", self.accept);
        let column = |which: ContentColumn| {
            use ContentColumn as C;
            use LakeType::{Binary, String, Timestamp};
            let (lake_type, nullable, privacy, meaning) = match which {
                C::Id => (String, false, Privacy::None, "Identifier of the record whose content it is."),
                C::Owner => (String, true, Privacy::None, "Whose it is, as the record says."),
                C::Created => (Timestamp, true, Privacy::None, "When the record came to be, as it says."),
                C::ContentType => {
                    (String, true, Privacy::None, "Type of the content by its first bytes, or as its record says.")
                }
                C::Problem => {
                    let why = "Why there is no content: gone, too_large or not_an_image; null when there is.";
                    (String, true, Privacy::None, why)
                }
                C::Sha256 => (String, true, self.privacy, "SHA-256 of the content, lower-case hex."),
                C::Etag => (String, true, Privacy::None, "The API's name for this very content, where it gave one."),
                C::CheckedAt => (Timestamp, false, Privacy::None, "When the API last said that this is the content."),
                C::Content => {
                    (Binary, true, self.privacy, "The content, byte for byte; null when there is none worth keeping.")
                }
                C::ExtractedAt => (Timestamp, false, Privacy::None, "When the content was received."),
                C::RunId => (String, false, Privacy::None, "The run that received it."),
            };
            let source = if which == C::Content { source.clone() } else { std::string::String::new() };
            let (en, fr) = which.label();
            let column = TableColumn::new(self.column(which), lake_type, nullable, privacy, meaning).labelled(en, fr);
            TableColumn { source, ..column }
        };
        Table {
            name: self.table.clone(),
            zone: self.zone,
            origin: Origin::Api,
            meaning: self.meaning.clone(),
            labels: self.label.clone(),
            columns: ContentColumn::ALL.map(column).into(),
            quality: Quality { key: vec!["id".to_owned()], ..Quality::default() },
        }
    }
}

/// A collection that forgets: records that the lake has stay in its table when the API serves them no longer: `[grows]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grows {
    /// Column that says when a record came to be.
    pub(crate) at: String,
    /// Whether records come to it that webhooks delivered, besides those of the API's list.
    #[serde(default)]
    pub(crate) received: bool,
}
