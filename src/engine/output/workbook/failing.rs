//! How the library fails.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rust_xlsxwriter::XlsxError;

use crate::engine::output::encoder::words;

/// The library ends itself where its temporary file cannot be written; that is an error like any other here.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let folder = std::env::temp_dir();
        Err(format!("the temporary file in {} could not be written; is there room?", folder.display()))
    })
}

impl From<Error> for String {
    fn from(error: Error) -> Self {
        words(error.0)
    }
}

/// What the library says.
pub(super) struct Error(XlsxError);

impl From<XlsxError> for Error {
    fn from(error: XlsxError) -> Self {
        Self(error)
    }
}
