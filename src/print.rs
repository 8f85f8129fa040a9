//! What commands write: data to stdout, words for people to stderr.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::{error::Error, terminal_text};

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    #[default]
    #[value(alias = "table")]
    Text,
    /// For machines.
    Json,
}

/// Writes lines for people to stderr, without characters that act on a terminal; nobody listening there is no error.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(terminal_text::escape_lines(text).as_bytes());
}

/// Writes to stdout what `listed` is in JSON, or what `text` says of it to people, in which texts from elsewhere may be quoted.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn print_list<T: Serialize>(
    format: ListFormat,
    listed: &T,
    text: impl FnOnce(&T) -> String,
) -> Result<(), Error> {
    match format {
        ListFormat::Text => print_lines(&text(listed)),
        ListFormat::Json => {
            let json =
                serde_json::to_string_pretty(listed).map_err(|e| Error::Bug(format!("a list is no JSON: {e}")))?;
            print(&(json + "\n"))
        }
    }
}

/// Writes lines for people to stdout, in which texts from elsewhere may be quoted.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn print_lines(text: &str) -> Result<(), Error> {
    print(&terminal_text::escape_lines(text))
}

/// Writes to stdout; a reader that went away, as `head` does, is no error.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::Io { what: "standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}
