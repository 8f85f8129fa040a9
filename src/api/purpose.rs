//! What a request is about: what a refusal of it means depends on that.

use crate::catalog::Resource;

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
    /// OAuth scope that it needs, or permission of a key.
    pub(super) scope: &'a str,
    /// Path of the older APIs that it is on.
    pub(super) route: Option<&'a str>,
    pub(super) purpose: Purpose,
}

impl<'a> About<'a> {
    /// A page of a collection.
    pub(super) fn page(resource: &'a Resource) -> Self {
        let route = resource.route.as_ref().map(|route| route.path.as_str());
        Self { resource: &resource.name, scope: &resource.scope, route, purpose: Purpose::Page }
    }

    /// How it is called in errors: a route is named by its path too, as roles and manuals do.
    pub(super) fn name(self) -> String {
        match self.route {
            None => self.resource.to_owned(),
            Some(path) => format!("{} ({path})", self.resource),
        }
    }
}
