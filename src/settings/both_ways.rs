//! Settings with both kinds of credentials, of which each reading takes one.

use super::{
    Origin, Settings,
    credentials::{OF_APPLICATION, OF_KEY},
};
use crate::catalog::Source;

impl Settings {
    /// The same for one of the two kinds of credentials.
    pub(crate) fn of_source(&self, source: Source) -> Self {
        let mut own = self.clone();
        let others: &[&str] = match source {
            Source::V5 => &OF_KEY,
            Source::Legacy => &OF_APPLICATION,
        };
        own.values.retain(|key, _| !others.contains(key));
        own.secrets.retain(|key, _| !others.contains(key));
        // One of them cannot tell what changed, and lakes of their own have nothing to lay changes upon.
        own.values.insert("incremental", ("false".to_owned(), Origin::Default));
        own
    }

    /// The same with another lake.
    pub(crate) fn with_lake(mut self, lake: &str) -> Self {
        self.values.insert("lake", (lake.to_owned(), Origin::Default));
        self
    }
}
