//! Files: what they are called and what they are, by the link of a record that names one. Such a link holds a token of its
//! own. No content is served.

use serde::Serialize;

use super::{
    FakeTenant,
    collections::{FILE, Properties, View},
    http::Call,
    people::{
        ids::{PORTRAITS, canonical},
        stamps::{Stamp, Stamps},
    },
    problem::Problem,
    reply::Reply,
};

pub(super) const PATH: &str = "files";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File {
    file_name: String,
    content_type: &'static str,
    created_at: Stamp,
}

impl Properties for File {}

impl FakeTenant {
    /// The metadata of a file, for its token alone.
    pub(super) fn file(&self, call: &Call<'_>, id: &str) -> Result<Reply, Problem> {
        let mut parameters = url::form_urlencoded::parse(call.query.as_bytes());
        let Some((_, token)) = parameters.find(|(name, _)| name == "token") else {
            return Err(Problem::invalid("token", "The token query parameter is required."));
        };
        let view = View { people: &self.people, base: &call.base, links: false };
        let id = canonical(id).filter(|id| view.file_token(*id) == token).ok_or_else(Problem::not_found)?;
        let (file_name, content_type) = match PORTRAITS.index(id) {
            Some(index) => (format!("portrait-{index}.jpeg"), "image/jpeg"),
            None => (format!("contract \"{id}\" – signé.pdf"), "application/pdf"),
        };
        let index = usize::try_from(id).unwrap_or_default();
        let Stamps { created_at, .. } = view.old_stamps(14, index);
        let mut body = Vec::new();
        let written = view.write_as(view.refer(&FILE, id), &File { file_name, content_type, created_at }, &mut body);
        written.map(|()| Reply::json(body)).ok_or_else(Problem::unwritten)
    }
}
