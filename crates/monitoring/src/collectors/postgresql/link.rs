//! The one connection to a server, and questions that cannot take for ever.

use sqlx::{
    ConnectOptions as _, Connection as _, Error, PgConnection,
    postgres::{PgConnectOptions, PgDatabaseError, PgSeverity},
};
use std::{io::ErrorKind, time::Duration};
use tokio::time::timeout;

/// How much longer than the server we wait: for the way there and back.
const GRACE: Duration = Duration::from_millis(100);
/// How long a question waits for a lock.
const LOCK_TIMEOUT: Duration = Duration::from_millis(50);

/// The connection to a server.
pub(super) struct Link {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    patience: Duration,
}

/// Why a server did not answer, and what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("It did not answer within {} ms: it is stopped, busy or far away.", .0.as_millis())]
    Silent(Duration),
    #[error("Nothing listens at its address: is it running there?")]
    Refused,
    #[error("It refuses the user or the password: look at the address in the configuration.")]
    Login,
    #[error("It has no database of this name: {0}.")]
    NoDatabase(String),
    #[error("It has no place for another connection: raise max_connections, or end connections that are idle.")]
    Full,
    #[error("It starts, stops or recovers, and answers nothing until it has.")]
    NotReady,
    #[error("It cannot be asked: {0}.")]
    Other(String),
}

/// Why one question was not answered while others may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The user lacks a right: what the server says.
    Right(String),
    /// It took longer than it may, or something was locked.
    TooSlow,
    /// The server does not know what was asked for.
    Unknown(String),
}

/// What came of a question: an answer, or that there is none.
pub(super) type Answer<T> = Result<T, Refusal>;

impl Link {
    pub(super) fn new(options: PgConnectOptions, statement_timeout: Duration) -> Self {
        let options = options.application_name("miorai").disable_statement_logging().options([
            ("statement_timeout", statement_timeout.as_millis().max(1)),
            ("lock_timeout", LOCK_TIMEOUT.as_millis()),
            // A question that we have given up must not hold anything back.
            ("idle_in_transaction_session_timeout", statement_timeout.as_millis().max(1)),
        ]);
        Self { options, connection: None, patience: statement_timeout + GRACE }
    }

    /// Connects, if there is no connection.
    pub(super) async fn open(&mut self) -> Result<(), LinkError> {
        if self.connection.is_none() {
            let opened = timeout(self.patience, PgConnection::connect_with(&self.options)).await;
            self.connection = Some(opened.map_err(|_| LinkError::Silent(self.patience))?.map_err(lost)?);
        }
        Ok(())
    }

    /// Lets go of the connection.
    pub(super) fn close(&mut self) {
        self.connection = None;
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// The connection, for what is asked by hand.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, LinkError> {
        self.connection.as_mut().ok_or(LinkError::NotReady)
    }

    /// Asks one question. An error means that the connection is of no use any more.
    pub(super) async fn ask<T>(
        &mut self,
        question: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Error>,
    ) -> Result<Answer<T>, LinkError> {
        let patience = self.patience;
        let connection = self.connection()?;
        match timeout(patience, question(connection)).await {
            Err(_) => Err(LinkError::Silent(patience)),
            Ok(Ok(answer)) => Ok(Ok(answer)),
            Ok(Err(error)) => match refusal(&error) {
                Some(refusal) => Ok(Err(refusal)),
                None => Err(lost(error)),
            },
        }
    }
}

/// The refusal of a question by a server that goes on answering others: an answer that is not understood belongs to its
/// question alone, and so does every error that has not ended the connection.
fn refusal(error: &Error) -> Option<Refusal> {
    let error = match error {
        Error::Database(error) => error.try_downcast_ref::<PgDatabaseError>()?,
        Error::ColumnDecode { .. } | Error::Decode(_) | Error::RowNotFound => {
            return Some(Refusal::Unknown(error.to_string()));
        }
        _ => return None,
    };
    if error.severity() != PgSeverity::Error {
        return None;
    }
    Some(match error.code() {
        "42501" => Refusal::Right(said(error.message(), error.detail())),
        "57014" | "55P03" => Refusal::TooSlow,
        _ => Refusal::Unknown(error.message().to_owned()),
    })
}

/// What the server says, with what it adds: from version 16 on, who may do it stands only there.
fn said(message: &str, detail: Option<&str>) -> String {
    match detail {
        Some(detail) => format!("{message} ({})", detail.trim_end_matches('.')),
        None => message.to_owned(),
    }
}

/// Why the connection is of no use.
fn lost(error: Error) -> LinkError {
    match &error {
        Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => LinkError::Refused,
        Error::Database(database) => {
            let message = || database.message().to_owned();
            match database.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::code).unwrap_or_default() {
                "28P01" | "28000" => LinkError::Login,
                "3D000" => LinkError::NoDatabase(message()),
                "53300" => LinkError::Full,
                "57P01" | "57P02" | "57P03" => LinkError::NotReady,
                _ => LinkError::Other(message()),
            }
        }
        _ => LinkError::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_adds_is_told_with_what_it_says() {
        let detail =
            "Only roles with the SUPERUSER attribute may terminate processes of roles with the SUPERUSER attribute.";
        let told = said("permission denied to terminate process", Some(detail));
        assert_eq!(told, format!("permission denied to terminate process ({})", detail.trim_end_matches('.')));
        assert_eq!(said("permission denied", None), "permission denied");
    }
}
