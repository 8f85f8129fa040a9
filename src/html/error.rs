//! What is wrong with a template. Never what was to be written by it.

/// Why a page was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HtmlError {
    /// A template.
    #[error("a template of pages is wrong: {0}")]
    Template(#[from] minijinja::Error),
    /// A chart.
    #[error("a chart cannot be drawn: {0}")]
    Chart(String),
    /// A file of texts.
    #[error("a file of texts is wrong: {0}")]
    Texts(String),
}
