//! What a request is about: what a refusal of it means depends on that.

/// What a request is for: what a refusal means depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A page of a collection.
    Page,
    /// One record, or its contents.
    Record,
    /// A change at the tenant.
    Change,
}

/// What a request is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    /// Collection.
    pub(super) resource: &'a str,
    /// OAuth scope that it needs.
    pub(super) scope: &'a str,
    pub(super) purpose: Purpose,
}
