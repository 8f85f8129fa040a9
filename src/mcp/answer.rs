//! What a tool gives: structured content, and the same as text for clients that show text only.

use serde_json::Value;

use crate::{engine::EngineError, error::Error, lake::LakeError};

/// What a tool gives.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// For people and models that read text.
    pub(super) text: String,
    /// For programs: always an object.
    pub(super) structured: Value,
}

impl Answer {
    /// An object, whose text is its JSON.
    pub(super) fn json(structured: Value) -> Self {
        Self { text: structured.to_string(), structured }
    }
}

/// Why a tool gives nothing, in words for whoever called it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct ToolError(pub(super) String);

impl ToolError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl From<Error> for ToolError {
    fn from(error: Error) -> Self {
        Self(error.for_people().trim_end().to_owned())
    }
}

impl From<EngineError> for ToolError {
    fn from(error: EngineError) -> Self {
        Error::from(error).into()
    }
}

impl From<LakeError> for ToolError {
    fn from(error: LakeError) -> Self {
        Error::from(error).into()
    }
}
