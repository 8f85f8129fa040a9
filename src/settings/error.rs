//! What can be wrong with a configuration.

use super::Origin;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
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
    /// A variable of this program that is set to nothing, or to what is no text.
    #[error("the environment variable {name} {problem}: give it a value, or unset it")]
    Variable {
        /// Which.
        name: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A file that was found, not named, and that others could have written.
    #[error(
        "{path} lies in the working folder, sets {keys} and {problem}, so that others could choose where secrets and data \
         go: {remedy}, or name the file by --config if it is right"
    )]
    Untrusted {
        /// Which file.
        path: String,
        /// What it sets that says where secrets or data go.
        keys: String,
        /// Why it cannot be trusted.
        problem: &'static str,
        /// What helps.
        remedy: String,
    },
    /// A file that was found, not named, and says what is run.
    #[error(
        "{path} lies in the working folder and sets {key}, so that whoever made it chooses what is run: name the file by \
         --config if it is right, or say it by the flag or the environment"
    )]
    Runs {
        /// Which file.
        path: String,
        /// What it sets.
        key: &'static str,
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
    /// What only an OAuth application can do was asked for with a legacy API key.
    #[error(
        "{what} needs an OAuth application, as API v5 takes no legacy API key: what the key can read is in the lake after \
         `lucca-lake sync`"
    )]
    NeedsApplication {
        /// What was asked for.
        what: &'static str,
    },
    /// A setting that must be given was not.
    #[error("{key} is not set: {how}")]
    Missing {
        /// Which.
        key: &'static str,
        /// How to set it.
        how: String,
    },
    /// Both kinds of credentials.
    #[error(
        "{key} gives a legacy API key, {application} an OAuth application, and a run reads with one of them: drop {key} to \
         read the v5 API, or {application} to read the legacy routes"
    )]
    TwoCredentials {
        /// What gives the key.
        key: String,
        /// What gives the application.
        application: String,
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
