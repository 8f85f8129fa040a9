//! `{id, type, url}`: how the API refers from one record to another.

use std::borrow::Cow;

use super::json::{Json, Kind, NotJson};

/// The id of a reference, and whatever it holds beyond the documented three properties.
#[derive(Debug, Default)]
pub(super) struct Reference<'a> {
    /// `None` when there is no `id`, or it is no text.
    pub(super) id: Option<Cow<'a, str>>,
    /// Name and JSON text.
    pub(super) unknown: Vec<(String, &'a str)>,
}

impl<'a> Reference<'a> {
    /// Reads the object here.
    pub(super) fn read(json: &mut Json<'a>) -> Result<Self, NotJson> {
        let mut found = Self::default();
        let mut object = json.object()?;
        while object.next(json)? {
            // In the order that the API writes them in, and compared rather than read.
            if json.skip_name("id")? {
                found.id = id(json)?;
            } else if json.skip_name("type")? || json.skip_name("url")? {
                json.skip()?;
            } else {
                let name = json.name()?;
                match name.as_ref() {
                    "id" => found.id = id(json)?,
                    "type" | "url" | "links" | "embedded" => json.skip()?,
                    _ => found.unknown.push((name.into_owned(), json.raw()?)),
                }
            }
        }
        Ok(found)
    }
}

fn id<'a>(json: &mut Json<'a>) -> Result<Option<Cow<'a, str>>, NotJson> {
    if json.kind() == Kind::Text {
        return json.string().map(Some);
    }
    json.skip().map(|()| None)
}
