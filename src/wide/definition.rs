//! A definition of attributes.

/// A definition of attributes, as far as its values and what is said of them need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Definition {
    /// Identifier.
    pub(crate) id: String,
    /// Label.
    pub(crate) name: String,
    /// JSON Schema of the values, as text.
    pub(crate) schema: String,
    /// How several values of one person are sorted, where there may be several.
    pub(crate) multiple: Option<Sorting>,
    /// Translations of the label: JSON from property to language tag to text.
    pub(crate) t9n: Option<String>,
    /// JSON of what the properties of its values are called, where these are objects.
    pub(crate) property_descriptions: Option<String>,
    /// The list of labels that the values are from.
    pub(crate) taxonomy_id: Option<String>,
    /// What has the values.
    pub(crate) target_type: Option<String>,
    /// Whether it is archived.
    pub(crate) archived: bool,
}

/// The order of several values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sorting {
    /// Largest first.
    pub(crate) descending: bool,
    /// Property to sort by; the value itself where there is none.
    pub(crate) property: Option<String>,
}
