//! What can go wrong between a caller and a cache.

use std::time::Duration;

/// Why a cache could not do what it was asked. Callers of `get_or_compute` never see one: they get the computed value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// The address of a Redis cannot be used.
    #[error("the address {address} cannot be used: {reason}")]
    BadAddress {
        /// The address, without secrets.
        address: String,
        /// Why, and what to do.
        reason: String,
    },
    /// There is no space of this name.
    #[error("there is no cache space '{name}'; known are {known}")]
    UnknownSpace {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The key cannot be used.
    #[error("the key {key} cannot be used: {reason}")]
    BadKey {
        /// The key, shortened and escaped.
        key: String,
        /// Why.
        reason: &'static str,
    },
    /// The pattern is not a glob.
    #[error("'{pattern}' is not a pattern: {reason}")]
    BadPattern {
        /// The pattern, shortened.
        pattern: String,
        /// Why.
        reason: &'static str,
    },
    /// The value is larger than the space takes.
    #[error("the value of {key} has {bytes} bytes; {limit} bytes are the limit of its space")]
    TooLarge {
        /// The key, shortened and escaped.
        key: String,
        /// The size of the value as it would be stored.
        bytes: usize,
        /// The limit of the space.
        limit: usize,
    },
    /// The value cannot be written in the form of the space.
    #[error("the value of {key} cannot be encoded: {cause}")]
    Encode {
        /// The key, shortened and escaped.
        key: String,
        /// What the encoder says.
        cause: String,
    },
    /// Something of another kind is at the key: a list, or a text where a number is wanted.
    #[error("{key} holds something of another type: {cause}")]
    WrongType {
        /// The key, shortened and escaped.
        key: String,
        /// What the server says.
        cause: String,
    },
    /// No connection became free in time.
    #[error("no connection to {server} became free within {} s: at most {connections} are open at once", waited.as_secs())]
    Busy {
        /// The server, without secrets.
        server: String,
        /// How long the caller waited.
        waited: Duration,
        /// How many connections there are at most.
        connections: usize,
    },
    /// The server did not answer in time, also not at the second try.
    #[error("{server} did not answer within {} ms", waited.as_millis())]
    Timeout {
        /// The server, without secrets.
        server: String,
        /// How long was waited for the answer.
        waited: Duration,
    },
    /// The server cannot be reached, or is not asked for a while because it could not.
    #[error("{server} cannot be reached: {cause}")]
    Unreachable {
        /// The server, without secrets.
        server: String,
        /// What the system or the breaker says.
        cause: String,
    },
    /// The server has refused: no memory left, a read-only replica, a wrong password, a missing right.
    #[error("{server} refuses: {cause}")]
    Refused {
        /// The server, without secrets.
        server: String,
        /// What the server says.
        cause: String,
    },
}
