//! In which way a statement has failed, from what the driver and the database say.

use miorai_model::database::StatementError;
use sqlx::{Error, error::DatabaseError};
use std::time::Duration;

/// What is known of a call that has failed.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    /// How long it took.
    pub(super) took: Duration,
    /// How long it may take.
    pub(super) timeout: Option<Duration>,
}

impl Failed {
    /// Whether it took as long as it may: databases say that a statement was ended, but not always by whom.
    fn is_at_timeout(self) -> bool {
        self.timeout.is_some_and(|timeout| self.took >= timeout.mul_f64(0.95))
    }
}

/// The way in which a call failed; `of_database` knows the codes of the database.
pub(super) fn classify(
    error: &Error,
    failed: Failed,
    of_database: fn(&dyn DatabaseError, Failed) -> StatementError,
) -> StatementError {
    match error {
        Error::Database(error) => of_database(&**error, failed),
        Error::PoolTimedOut | Error::PoolClosed => StatementError::Pool,
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed | Error::BeginFailed => {
            StatementError::Connection
        }
        Error::Encode(_) | Error::TypeNotFound { .. } | Error::InvalidArgument(_) => StatementError::Statement,
        _ => StatementError::Other,
    }
}

/// By SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
pub(super) fn of_postgres(error: &dyn DatabaseError, failed: Failed) -> StatementError {
    let code = error.code().unwrap_or_default();
    match code.as_ref() {
        // Both a timeout and a request to cancel; the text is in the server's language.
        "57014" if failed.is_at_timeout() || error.message().contains("statement timeout") => StatementError::Timeout,
        "57014" => StatementError::Cancelled,
        "40001" | "40P01" | "55P03" | "25P04" => StatementError::Lock,
        "42501" => StatementError::Right,
        "53300" => StatementError::Connection,
        code => match code.get(..2).unwrap_or_default() {
            "08" | "57" | "28" => StatementError::Connection,
            "23" => StatementError::Constraint,
            "42" | "22" | "0A" | "3D" | "3F" => StatementError::Statement,
            _ => StatementError::Other,
        },
    }
}

/// By result code (<https://www.sqlite.org/rescode.html>); the low byte is the primary one.
pub(super) fn of_sqlite(error: &dyn DatabaseError, failed: Failed) -> StatementError {
    let code: Option<i32> = error.code().and_then(|code| code.parse().ok());
    match code.map(|code| code & 0xff) {
        // SQLITE_INTERRUPT: the pool's own limit, or somebody else.
        Some(9) if failed.is_at_timeout() => StatementError::Timeout,
        Some(4 | 9) => StatementError::Cancelled,
        Some(5 | 6) => StatementError::Lock,
        Some(19) => StatementError::Constraint,
        Some(3 | 8 | 23) => StatementError::Right,
        Some(10 | 14 | 26) => StatementError::Connection,
        Some(1 | 20 | 25) => StatementError::Statement,
        _ => StatementError::Other,
    }
}
