//! The kinds of record: what they are called, where they are, and their ids.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::fake_tenant::people::ids::{Numbering, PORTRAITS};

/// A kind of record.
#[derive(Debug)]
pub(crate) struct Kind {
    /// `type` of a record.
    pub(crate) item: &'static str,
    /// Where its records are, after `/lucca-api/`.
    pub(crate) path: &'static str,
    pub(crate) ids: Ids,
}

/// What ids look like. Records are in id order.
#[derive(Debug)]
pub(crate) enum Ids {
    Numbers(Numbering),
    /// Names in the order of their bytes: the name at an index, the index of a name.
    Names {
        at: fn(usize) -> Option<&'static str>,
        find: fn(&str) -> Option<usize>,
    },
}

/// A kind whose ids are numbers, from `first` on, one left out after each `run`.
pub(crate) const fn kind(item: &'static str, path: &'static str, first: u64, run: u64) -> Kind {
    Kind { item, path, ids: Ids::Numbers(Numbering::new(first, run)) }
}

/// What records refer to, and this tenant does not serve.
pub(crate) static ARRANGEMENT: Kind = kind("working-time-arrangement", "working-time-arrangements", 23, 1);
pub(crate) static DOCUMENT: Kind = kind("document", "documents", 5_001, 100);
pub(crate) static FILE: Kind = kind("file", "files", 74_001, 100);
pub(crate) static PORTRAIT: Kind = Kind { item: "portrait", path: "portraits", ids: Ids::Numbers(PORTRAITS) };
/// The spelling one documented example has for a label.
pub(crate) static LABEL_REFERENCE: Kind = kind("taxonomy-label-reference", "taxonomy-label-references", 980, 6);

/// The id of a record; always a string in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Id {
    Number(u64),
    Text(&'static str),
}

impl Kind {
    /// The id of the record at an index.
    pub(crate) fn id(&self, index: usize) -> Id {
        match &self.ids {
            Ids::Numbers(numbers) => Id::Number(numbers.id(index as u64)),
            Ids::Names { at, .. } => Id::Text(at(index).unwrap_or_default()),
        }
    }

    /// As `id`, of a kind whose ids are numbers; 0 for another one.
    pub(crate) fn number(&self, index: impl TryInto<usize>) -> u64 {
        match (&self.ids, index.try_into()) {
            (Ids::Numbers(numbers), Ok(index)) => numbers.id(index as u64),
            _ => 0,
        }
    }

    /// The index that a record with this id has, whether or not there are that many records.
    pub(crate) fn index_of(&self, id: &str) -> Option<usize> {
        match &self.ids {
            Ids::Numbers(numbers) => numbers.index_of_text(id),
            Ids::Names { find, .. } => find(id),
        }
    }
}

impl From<u64> for Id {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
