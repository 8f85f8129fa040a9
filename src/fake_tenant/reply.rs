//! What a request is answered with when nothing is wrong with it.

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// Where what was made is.
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// 200 with this JSON.
    pub(super) fn json(body: Vec<u8>) -> Self {
        Self { status: 200, location: None, body }
    }

    /// 201 with the JSON of what was made, which is there now.
    pub(super) fn created(location: String, body: Vec<u8>) -> Self {
        Self { status: 201, location: Some(location), body }
    }

    /// 204.
    pub(super) fn no_content() -> Self {
        Self { status: 204, location: None, body: Vec::new() }
    }
}
