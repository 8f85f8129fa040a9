//! One record that came by itself, read like a page of one.

use arrow::array::AsArray as _;

use crate::{
    decode::{Decoded, Decoder},
    page::{Page, PageEnd, ReadPage, Unreadable},
};

/// Reads one record: the one with that id, where one was asked for.
#[derive(Debug)]
pub(super) struct RecordReader<'r> {
    pub(super) decoder: &'r Decoder,
    pub(super) id: Option<&'r str>,
}

/// Another record came than the one that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("record {asked} was asked for, and another one came")]
struct OtherRecord {
    asked: String,
}

impl ReadPage for RecordReader<'_> {
    type Rows = Decoded;

    fn read(&self, page: &Page) -> Result<(Decoded, PageEnd), Unreadable> {
        // What is no JSON object must not become one between the brackets.
        let body = serde_json::from_slice::<&serde_json::value::RawValue>(&page.body);
        let record = match body {
            Ok(record) if record.get().starts_with('{') => record.get(),
            // The decoder says best what is wrong with it.
            _ => {
                return self
                    .decoder
                    .read(page)
                    .and(Err(Unreadable::NotAPage("it is a page of several records".into())));
            }
        };
        let body = format!(r#"{{"items":[{record}],"links":{{"next":null}}}}"#).into();
        let (decoded, end) = self.decoder.read(&Page { body, ..page.clone() })?;
        let ids = decoded.batch.columns().first().and_then(|c| c.as_string_opt::<i32>());
        match self.id {
            Some(asked) if ids.is_none_or(|ids| ids.iter().any(|id| id != Some(asked))) => {
                Err(Unreadable::Breach(Box::new(OtherRecord { asked: asked.chars().take(80).collect() })))
            }
            _ => Ok((decoded, end)),
        }
    }

    fn ids(&self, rows: &Decoded) -> Vec<String> {
        self.decoder.ids(rows)
    }

    fn count(&self, page: &Page) -> Result<Option<u64>, Unreadable> {
        self.decoder.count(page)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::catalog::Catalog;

    fn read(body: &str) -> Result<Decoded, Unreadable> {
        let catalog = Catalog::embedded().unwrap();
        let decoder = Decoder::new(catalog.resource("portraits").unwrap(), "r");
        let page = Page { number: 1, body: body.to_owned().into(), received_at: DateTime::UNIX_EPOCH };
        RecordReader { decoder: &decoder, id: Some("7") }.read(&page).map(|(decoded, _)| decoded)
    }

    #[test]
    fn a_record_is_read_and_nothing_else_is_taken_for_one() {
        let decoded = read(r#" {"id": "7", "fileName": "a.png", "links": {}} "#).unwrap();
        assert_eq!(decoded.batch.num_rows(), 1);
        for other in
            ["<html>", "", "[]", "null", r#"{"id": "7"}], "links": {"next": null}, "x": [{"id": "7"}"#, r#"{"id": "7""#]
        {
            assert!(matches!(read(other), Err(Unreadable::NotAPage(_))), "{other}");
        }
        for wrong in [r#"{"id": "8"}"#, "{}", r#"{"id": 7}"#, r#"{"items": []}"#] {
            assert!(matches!(read(wrong), Err(Unreadable::Breach(_))), "{wrong}");
        }
    }
}
