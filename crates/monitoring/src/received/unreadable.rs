//! Why a request cannot be read at all.

/// Why a request cannot be read. What stood before the damage may have been taken in.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no protobuf message of this kind.
    #[error("the body is no export request in protobuf: {0}")]
    Protobuf(#[from] prost::DecodeError),
    /// A part says that it is longer than the whole.
    #[error("the body is no export request in protobuf: a part is longer than the whole")]
    Length,
    /// A name is not UTF-8.
    #[error("a name in the body is not UTF-8")]
    Text,
    /// What is told of the sender is larger than anything that makes sense.
    #[error("a resource has more than 128 KiB")]
    Resource,
    /// It is no JSON of this kind.
    #[error("the body is no export request in JSON: {0}")]
    Json(#[from] serde_json::Error),
}
