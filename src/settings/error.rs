//! What can be wrong with a configuration.

use super::Origin;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which file.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML. The parser's own message quotes the line, which may hold a secret.
    #[error("{path}: not valid TOML near line {line}")]
    Syntax {
        /// Which file.
        path: String,
        /// Line, from 1.
        line: usize,
    },
    /// A key that does not exist.
    #[error("{path}: unknown key {key:?}{hint}")]
    UnknownKey {
        /// Which file.
        path: String,
        /// The key.
        key: String,
        /// A key that looks like it.
        hint: String,
    },
    /// A setting that must be given was not.
    #[error("{key} is not set: {how}")]
    Missing {
        /// Which.
        key: &'static str,
        /// How to set it.
        how: String,
    },
    /// A value that does not fit.
    #[error("{key} (from {origin}): {problem}")]
    Invalid {
        /// Which.
        key: &'static str,
        /// Who said so.
        origin: Origin,
        /// What is wrong with it.
        problem: String,
    },
}
