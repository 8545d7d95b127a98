//! What a server answers, as the crate's own types and errors.

use crate::{
    error::CacheError,
    raw_key,
    stored::{RawKey, Remaining},
};
use bytes::Bytes;
use redis::{ErrorKind, RedisError, ServerErrorKind, Value};
use std::time::Duration;

/// What went wrong on the way.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No connection: the server is not there, or does not let us in.
    Connecting(RedisError),
    /// On an open connection: an error that the server answers with, or no answer.
    Asking(RedisError),
}

/// Whether the server has answered: an error that it gave is an answer, a broken connection is none.
pub(crate) fn is_answer(error: &RedisError) -> bool {
    match error.kind() {
        ErrorKind::Server(kind) => !matches!(kind, ServerErrorKind::ClusterDown | ServerErrorKind::MasterDown),
        ErrorKind::Extension | ErrorKind::UnexpectedReturnType | ErrorKind::Client => true,
        _ => false,
    }
}

/// Puts an error into the crate's terms. `key` is shown with errors that are about a key.
pub(crate) fn explain(error: &RedisError, server: &str, key: &[u8], waited: Duration) -> CacheError {
    let server = server.to_owned();
    if error.is_timeout() {
        return CacheError::Timeout { server, waited };
    }
    let cause = words(error);
    match error.kind() {
        ErrorKind::Server(ServerErrorKind::ClusterDown | ServerErrorKind::MasterDown)
        | ErrorKind::Io
        | ErrorKind::Parse
        | ErrorKind::ClusterConnectionNotFound
        | ErrorKind::MasterNameNotFoundBySentinel
        | ErrorKind::EmptySentinelList => CacheError::Unreachable { server, cause },
        _ if cause.starts_with("WRONGTYPE") || cause.contains("not an integer") || cause.contains("overflow") => {
            CacheError::WrongType { key: raw_key::shown(key), cause }
        }
        _ => CacheError::Refused { server, cause },
    }
}

/// The server's own words where they are from the server.
fn words(error: &RedisError) -> String {
    match (error.code(), error.detail()) {
        (Some(code), Some(detail)) => format!("{code} {detail}"),
        (Some(code), None) => code.to_owned(),
        // The library's own summary says less than the detail, which is what the server said at the login.
        (None, Some(detail)) if error.kind() == ErrorKind::AuthenticationFailed => detail.to_owned(),
        _ => error.to_string(),
    }
}

/// An answer that is not of the form that the protocol promises.
fn unexpected(value: &Value) -> RedisError {
    let form = match value {
        Value::Nil => "nothing",
        Value::Int(_) => "an integer",
        Value::BulkString(_) | Value::SimpleString(_) | Value::Okay => "a text",
        Value::Array(_) | Value::Set(_) | Value::Map(_) => "a list",
        _ => "something else",
    };
    RedisError::from((ErrorKind::UnexpectedReturnType, "the answer has another form than expected", form.to_owned()))
}

/// A value, or none.
pub(crate) fn optional_bytes(value: Value) -> Result<Option<Bytes>, RedisError> {
    match value {
        Value::Nil => Ok(None),
        Value::BulkString(bytes) => Ok(Some(bytes.into())),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Ok(Some(text.into())),
        Value::Okay => Ok(Some(Bytes::from_static(b"OK"))),
        // Scores of sorted sets in RESP3.
        Value::Double(number) => Ok(Some(number.to_string().into())),
        Value::Int(number) => Ok(Some(number.to_string().into())),
        other => Err(unexpected(&other.extract_error()?)),
    }
}

/// A whole number.
pub(crate) fn integer(value: Value) -> Result<i64, RedisError> {
    match value {
        Value::Int(number) => Ok(number),
        Value::Boolean(yes) => Ok(yes.into()),
        Value::BulkString(text) => std::str::from_utf8(&text)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| unexpected(&Value::BulkString(text))),
        other => Err(unexpected(&other.extract_error()?)),
    }
}

/// Several values.
pub(crate) fn list(value: Value) -> Result<Vec<Value>, RedisError> {
    match value {
        Value::Array(values) | Value::Set(values) => Ok(values),
        Value::Map(pairs) => Ok(pairs.into_iter().flat_map(|(key, value)| [key, value]).collect()),
        Value::Nil => Ok(Vec::new()),
        other => Err(unexpected(&other.extract_error()?)),
    }
}

/// Several keys.
pub(crate) fn keys(value: Value) -> Result<Vec<RawKey>, RedisError> {
    list(value)?
        .into_iter()
        .map(|value| match value {
            Value::BulkString(key) => Ok(key),
            other => Err(unexpected(&other)),
        })
        .collect()
}

/// The answer of `PTTL`.
pub(crate) fn remaining(value: Value) -> Result<Remaining, RedisError> {
    Ok(match integer(value)? {
        -2 => Remaining::Missing,
        -1 => Remaining::Forever,
        milliseconds => Remaining::For(Duration::from_millis(milliseconds.unsigned_abs())),
    })
}
