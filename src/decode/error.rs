//! What can be wrong with a page. Values never appear: they may be personal.

use crate::page::Unreadable;

/// Why a page could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, cut short, or JSON of another kind.
    #[error("page {page} of {resource} is not a page of a collection: {why}")]
    NotAPage {
        /// Collection asked for.
        resource: String,
        /// Number of the page, from 1.
        page: u64,
        /// What was found instead.
        why: String,
    },
    /// A property with a value that its column cannot hold exactly.
    #[error(transparent)]
    WrongValue(Box<WrongValue>),
    /// Arrow refused the columns: a defect here.
    #[error("page {page} of {resource} could not be turned into columns")]
    Arrow {
        /// Collection.
        resource: String,
        /// Number of the page, from 1.
        page: u64,
        /// What Arrow said.
        #[source]
        source: arrow::error::ArrowError,
    },
}

/// A property with a value that its column cannot hold exactly.
#[derive(Debug, thiserror::Error)]
#[error(
    "{resource}, page {page}, record {record}: `{property}` holds {found}, but column {column} needs {expected}; \
     the API changed or this version misreads it: nothing was published"
)]
pub struct WrongValue {
    /// Name of the collection, such as `job-positions`.
    pub resource: String,
    /// Number of the page, from 1.
    pub page: u64,
    /// Id of the record, or its place in the page.
    pub record: String,
    /// Dotted path of the property.
    pub property: String,
    /// Column of the lake.
    pub column: String,
    /// What the column takes.
    pub expected: &'static str,
    /// The kind of value found, never the value.
    pub found: &'static str,
}

impl From<DecodeError> for Unreadable {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::NotAPage { .. } => Self::NotAPage(Box::new(error)),
            DecodeError::WrongValue(_) | DecodeError::Arrow { .. } => Self::Breach(Box::new(error)),
        }
    }
}

/// What went wrong inside a record, before its id and page are known.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) property: String,
    pub(super) column: String,
    pub(super) expected: &'static str,
    pub(super) found: &'static str,
}
