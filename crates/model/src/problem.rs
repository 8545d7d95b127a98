//! Errors as the outside sees them: RFC 9457, `application/problem+json`.

use serde::{Deserialize, Serialize};

/// What went wrong with a request, without any internal cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// What kind of problem it is: a reference that stays the same, `about:blank` when the status says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong this time, and what to do.
    pub detail: String,
    /// Finds the request in the log.
    pub request_id: String,
    /// The fields that are wrong, when it is about fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Its name, as in the request.
    pub field: String,
    /// What is wrong with it, and what would be right.
    pub detail: String,
}
