//! What an error was caused by.

use std::{error::Error, io};

/// An error and, one after another, what caused it.
pub(crate) fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// Whether an error, or what caused it, came from the operating system and is of such a kind.
pub(crate) fn is_of_kind(error: &(dyn Error + 'static), such: impl Fn(io::ErrorKind) -> bool) -> bool {
    causes(error).filter_map(|error| error.downcast_ref()).map(io::Error::kind).any(such)
}

/// Whether an error, or what caused it, is that a disk is full, or the user's share of it.
pub(crate) fn is_disk_full(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind as K;
    is_of_kind(error, |kind| matches!(kind, K::StorageFull | K::QuotaExceeded | K::FileTooLarge))
}
