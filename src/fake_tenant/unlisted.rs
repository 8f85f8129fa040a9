//! Records that only their own address leads to: there is no list of them.

use super::collections::portraits;
use super::files;

/// What such a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    File,
    Portrait,
}

impl Sort {
    /// What the address of such a record begins with, after `/lucca-api/`.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::File => files::PATH,
            Self::Portrait => portraits::PATH,
        }
    }
}

/// A path that leads to one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route<'a> {
    pub(super) sort: Sort,
    pub(super) id: &'a str,
}

impl<'a> Route<'a> {
    pub(super) fn find(path: &'a str) -> Option<Self> {
        let (list, id) = path.split_once('/')?;
        let sort = [Sort::File, Sort::Portrait].into_iter().find(|sort| sort.path() == list)?;
        (!id.is_empty() && !id.contains('/')).then_some(Self { sort, id })
    }
}
