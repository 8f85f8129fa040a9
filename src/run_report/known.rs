//! Lists of other versions, as far as this one knows what is in them.

use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// The items that this version knows; none where something else is written.
pub(super) fn known<'de, D: Deserializer<'de>, T: DeserializeOwned>(json: D) -> Result<Vec<T>, D::Error> {
    let Value::Array(items) = Value::deserialize(json)? else { return Ok(Vec::new()) };
    Ok(items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect())
}
