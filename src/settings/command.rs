//! Programs as values of settings.

/// A program and its arguments as one value: the program alone, or a JSON list of it and its arguments.
pub(crate) fn as_command(words: &[impl AsRef<str>]) -> String {
    serde_json::Value::from_iter(words.iter().map(AsRef::as_ref)).to_string()
}
