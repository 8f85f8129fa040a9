//! As what we ask: what a refusal means depends on it.

/// As what we ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// An application, with a scope for each collection.
    Application,
    /// A key, whose role has a permission for each route.
    Key {
        /// Whether it looks as keys do.
        has_form: bool,
    },
}

impl Caller {
    /// Whether it is a key.
    pub(super) fn is_key(self) -> bool {
        matches!(self, Self::Key { .. })
    }

    /// What a refusal is by a tenant that let us in before.
    pub(super) fn not_let_in(self) -> &'static str {
        match self {
            Self::Application => "401 unauthorized, also with a fresh token,",
            Self::Key { .. } => "the API key was refused",
        }
    }
}
