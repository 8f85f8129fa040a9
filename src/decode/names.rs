//! Properties that the API calls by several names: which of them a column takes.

/// The property of one column, under the name that counts so far.
#[derive(Debug)]
pub(super) struct Name {
    /// Place of the name among those declared.
    pub(super) rank: usize,
    pub(super) property: String,
    /// The JSON text of the value.
    pub(super) raw: String,
}

impl Name {
    /// Whether this one counts rather than `other`: the first name that has a value, as a null says nothing.
    pub(super) fn precedes(&self, other: &Self) -> bool {
        (self.is_null(), self.rank) < (other.is_null(), other.rank)
    }

    /// Whether what this one says is lost when `other` counts.
    pub(super) fn differs_from(&self, other: &Self) -> bool {
        let json = |name: &Self| serde_json::from_str::<serde_json::Value>(&name.raw).ok();
        !self.is_null() && self.raw != other.raw && json(self).is_none_or(|value| Some(value) != json(other))
    }

    fn is_null(&self) -> bool {
        self.raw == "null"
    }
}
