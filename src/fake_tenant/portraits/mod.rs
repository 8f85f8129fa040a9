//! Portraits: what the API says of each, and by the same address its image. There is no list of them.
//!
//! Where the documentation leaves something open: an image has an `ETag`, by which it is not sent again; the record has none;
//! an `Accept` of anything but `image/*` gets the record.

mod drawing;

use bytes::Bytes;
use http::header::{ACCEPT, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, Request};
use sha2::{Digest as _, Sha256};

use super::FakeTenant;
use super::collections::{View, portraits};
use super::http::Call;
use super::problem::Problem;
use super::query;
use super::reply::Reply;

pub(super) use portraits::PATH;

impl FakeTenant {
    /// Answers a request for a portrait or its image.
    pub(super) fn portrait(&self, call: &Call<'_>, request: &Request<Bytes>, id: &str) -> Result<Reply, Problem> {
        let include = query::parse_single(call.query)?;
        let is_gone = self.options.gone_portraits.iter().any(|gone| gone == id);
        let employee = portraits::shown_by(&self.people, id).filter(|_| !is_gone).ok_or_else(Problem::not_found)?;
        let headers = request.headers();
        if !text(headers, ACCEPT).split(',').any(|kind| kind.split(';').next().map(str::trim) == Some("image/*")) {
            let view = View { people: &self.people, base: &call.base, links: include.links };
            let mut out = Vec::new();
            portraits::write(&view, employee, &mut out).ok_or_else(Problem::unwritten)?;
            if include.embedded {
                out.pop();
                out.extend_from_slice(b",\"embedded\":{}}");
            }
            return Ok(Reply::json(out));
        }
        let image = self.portrait_image(employee);
        let etag = format!("\"{}\"", hex::encode(Sha256::digest(&image).get(..8).unwrap_or_default()));
        let is_known = text(headers, IF_NONE_MATCH).split(',').map(str::trim).any(|tag| tag == "*" || tag == etag);
        Ok(if is_known { Reply::not_modified(etag) } else { Reply::image(etag, image) })
    }

    /// The image of an employee, another one for each revision of the options.
    fn portrait_image(&self, employee: usize) -> Vec<u8> {
        let (seed, revision) = (self.people.seed, self.options.portrait_revision);
        match portraits::form(employee).1 {
            "png" => drawing::png(seed, revision, employee as u64),
            _ => drawing::jpeg(seed, revision, employee as u64),
        }
    }

    /// Every portrait's record, in the order of ids.
    pub(super) fn portrait_texts(&self, base: &str) -> Vec<Vec<u8>> {
        let view = View { people: &self.people, base, links: false };
        let there = (0..self.people.employee_count()).filter(|e| self.people.identity(*e).portrait.is_some());
        let texts = there.filter_map(|employee| {
            let mut out = Vec::new();
            portraits::write(&view, employee, &mut out).map(|()| out)
        });
        texts.collect()
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
