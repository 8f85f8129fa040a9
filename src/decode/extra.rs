//! The `_extra` object of one record: properties without a column, nested as they were, their JSON text unchanged.

/// Grows one JSON object as text while a record is walked.
#[derive(Debug, Default)]
pub(super) struct Extra<'p> {
    text: String,
    path: Vec<&'p str>,
    opened: usize,
    comma_due: bool,
}

impl<'p> Extra<'p> {
    /// The walk goes into the object under `property`.
    pub(super) fn enter(&mut self, property: &'p str) {
        self.path.push(property);
    }

    /// The walk leaves the object it entered last.
    pub(super) fn leave(&mut self) {
        if self.opened == self.path.len() {
            self.text.push('}');
            self.opened -= 1;
            self.comma_due = true;
        }
        self.path.pop();
    }

    /// Keeps a property of the object the walk is in, and tells its dotted path.
    pub(super) fn keep(&mut self, property: &str, raw: &str) -> String {
        while let Some(parent) = self.path.get(self.opened) {
            self.name(parent);
            self.text.push('{');
            self.comma_due = false;
            self.opened += 1;
        }
        self.name(property);
        self.text.push_str(raw);
        self.comma_due = true;
        self.path.iter().copied().chain([property]).collect::<Vec<_>>().join(".")
    }

    fn name(&mut self, property: &str) {
        if self.text.is_empty() {
            self.text.push('{');
        } else if self.comma_due {
            self.text.push(',');
        }
        self.text.push_str(&serde_json::Value::from(property).to_string());
        self.text.push(':');
    }

    /// The finished object, none when nothing was kept; ready for the next record.
    pub(super) fn take(&mut self) -> Option<String> {
        self.path.clear();
        self.opened = 0;
        self.comma_due = false;
        if self.text.is_empty() {
            return None;
        }
        self.text.push('}');
        Some(std::mem::take(&mut self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_is_kept_and_empty_objects_are_not_opened() {
        let mut extra = Extra::default();
        assert_eq!(extra.take(), None);
        extra.enter("address");
        extra.leave();
        assert_eq!(extra.keep("a\"b", "1"), "a\"b");
        extra.enter("address");
        assert_eq!(extra.keep("floor", "{}"), "address.floor");
        assert_eq!(extra.keep("door", "[\":{\"]"), "address.door");
        extra.leave();
        extra.keep("z", "null");
        assert_eq!(extra.take().unwrap(), r#"{"a\"b":1,"address":{"floor":{},"door":[":{"]},"z":null}"#);
        extra.keep("next record", "2");
        assert_eq!(extra.take().unwrap(), r#"{"next record":2}"#);
    }
}
