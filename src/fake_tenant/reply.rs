//! What a request is answered with when nothing is wrong with it.

const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json; charset=utf-8";

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Where what was made is.
    pub(super) location: Option<String>,
    /// The name of this very content.
    pub(super) etag: Option<String>,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// 200 with this JSON.
    pub(super) fn json(body: Vec<u8>) -> Self {
        Self { status: 200, location: None, etag: None, content_type: JSON, body }
    }

    /// 201 with the JSON of what was made, which is there now.
    pub(super) fn created(location: String, body: Vec<u8>) -> Self {
        Self { location: Some(location), status: 201, ..Self::json(body) }
    }

    /// 204.
    pub(super) fn no_content() -> Self {
        Self { status: 204, ..Self::json(Vec::new()) }
    }

    /// 200 with an image, as bytes that might be anything.
    pub(super) fn image(etag: String, body: Vec<u8>) -> Self {
        Self { etag: Some(etag), content_type: BYTES, ..Self::json(body) }
    }

    /// Whether it is [`Self::image`].
    pub(super) fn is_image(&self) -> bool {
        self.content_type == BYTES
    }

    /// 304.
    pub(super) fn not_modified(etag: String) -> Self {
        Self { status: 304, etag: Some(etag), ..Self::json(Vec::new()) }
    }
}
