//! What can be wrong with what is embedded.

use super::DerivedError;

/// What is wrong with a file of `schemas/` or `queries/`.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Not the format.
    #[error("{file}: {source}")]
    Syntax {
        /// Which file.
        file: String,
        /// What the parser said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file of `queries/` whose heading is wrong.
    #[error(transparent)]
    Query(#[from] DerivedError),
    /// The format, but against a rule.
    #[error("{file}: {broken}")]
    Rule {
        /// Which file.
        file: String,
        /// The rule, and how it was broken.
        broken: String,
    },
}
