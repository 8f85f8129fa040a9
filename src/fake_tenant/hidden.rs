//! Properties that the application may not see: the API answers null for them, its legacy routes leave them out.

use serde_json::Value;

use super::Options;

impl Options {
    /// The properties of a collection that are hidden.
    pub(super) fn hidden_in(&self, collection: &str) -> Vec<&str> {
        let of = |hidden: &'_ String| hidden.strip_prefix(collection).is_some_and(|rest| rest.starts_with('.'));
        let hidden = self.hidden.iter().filter(|hidden| of(hidden));
        hidden.filter_map(|hidden| Some(hidden.split_once('.')?.1)).collect()
    }

    /// The body of an answer without what is hidden in it.
    pub(super) fn hide(&self, collection: &str, body: Vec<u8>) -> Vec<u8> {
        let properties = self.hidden_in(collection);
        if properties.is_empty() {
            return body;
        }
        let Ok(mut page) = serde_json::from_slice::<Value>(&body) else { return body };
        if let Some(items) = page.get_mut("items").and_then(Value::as_array_mut) {
            items.iter_mut().for_each(|item| hide(item, &properties));
        } else {
            hide(&mut page, &properties);
        }
        serde_json::to_vec(&page).unwrap_or(body)
    }
}

fn hide(item: &mut Value, properties: &[&str]) {
    for property in properties {
        if let Some(value) = item.get_mut(*property) {
            *value = Value::Null;
        }
    }
}
