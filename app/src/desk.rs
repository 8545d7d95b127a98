//! What the desks have in common: who asks, and why it could not be done.

/// Who asks for something that changes things: a line for the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor(pub String);

/// Why a desk could not do as it was asked. The text is a sentence for people, and says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// There is no such space, key or job; no such database, statement or backend.
    #[error("{0}")]
    Unknown(String),
    /// The request makes no sense: the field that is wrong, and what would be right.
    #[error("{detail}")]
    Wrong {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// It made sense, but things have changed: a token is used up, more keys match than were previewed.
    #[error("{0}")]
    Conflict(String),
    /// What is behind does not answer, or lacks the right to.
    #[error("{0}")]
    Unavailable(String),
}
