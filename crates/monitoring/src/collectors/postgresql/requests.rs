//! What operators ask of a server: a plan, to cancel a statement, to end a backend.

use super::{
    link::{Link, Refusal},
    statements,
};
use crate::query::{Plan, PlanError, PlanMode, plan_on_postgres};
use miorai_model::database::BackendSignal;
use sqlx::{Error, PgConnection};
use tokio::{sync::oneshot, time::timeout};

/// Why a server did not do as it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// There is no server of this name.
    #[error("There is no server '{0}'.")]
    Unknown(String),
    /// The server does not answer, or not in time.
    #[error("The server does not answer just now.")]
    Unavailable,
    /// The user lacks a right.
    #[error("{message}; a superuser can grant it: {statement}")]
    Right {
        /// What the server says.
        message: String,
        /// The statement that grants it.
        statement: String,
    },
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Something else.
    #[error("The server refuses it: {0}")]
    Refused(String),
}

/// A request on its way to the server, with the way back.
pub(super) enum Request {
    Plan { id: i64, mode: PlanMode, answer: oneshot::Sender<Result<(String, Plan), RequestError>> },
    Signal { pid: i32, signal: BackendSignal, answer: oneshot::Sender<Result<bool, RequestError>> },
}

impl Request {
    /// Does what is asked, unless nobody waits for it any more: whoever asked was told that it could not be done, and by
    /// now the number of a backend may be that of another one.
    pub(super) async fn answer(self, link: &mut Link) {
        match self {
            Self::Plan { answer, .. } if answer.is_closed() => {}
            Self::Signal { answer, .. } if answer.is_closed() => {}
            Self::Plan { id, mode, answer } => drop(answer.send(plan(link, id, mode).await)),
            Self::Signal { pid, signal, answer } => drop(answer.send(send(link, pid, signal).await)),
        }
    }

    /// Says that the server does not answer.
    pub(super) fn refuse(self) {
        match self {
            Self::Plan { answer, .. } => drop(answer.send(Err(RequestError::Unavailable))),
            Self::Signal { answer, .. } => drop(answer.send(Err(RequestError::Unavailable))),
        }
    }
}

async fn send(link: &mut Link, pid: i32, signal: BackendSignal) -> Result<bool, RequestError> {
    let question = match signal {
        BackendSignal::Cancel => {
            "SELECT pg_cancel_backend($1) FROM pg_stat_activity WHERE pid = $1 AND pid <> pg_backend_pid()"
        }
        BackendSignal::Terminate => {
            "SELECT pg_terminate_backend($1) FROM pg_stat_activity WHERE pid = $1 AND pid <> pg_backend_pid()"
        }
    };
    let sent = link
        .ask(async |connection: &mut PgConnection| -> Result<(Option<bool>, String), Error> {
            let user = sqlx::query_scalar("SELECT current_user::text").fetch_one(&mut *connection).await?;
            // Only backends that are there, and not our own: a signal to any other process is none of our business.
            Ok((sqlx::query_scalar(question).bind(pid).fetch_optional(connection).await?, user))
        })
        .await
        .map_err(|_| RequestError::Unavailable)?;
    match sent {
        Ok((sent, _)) => Ok(sent.unwrap_or(false)),
        // No grant helps against a superuser's backend.
        Err(Refusal::Right(message)) if message.to_lowercase().contains("superuser") => {
            Err(RequestError::Refused(message))
        }
        Err(Refusal::Right(message)) => Err(RequestError::Right { message, statement: grant(link).await }),
        Err(Refusal::TooSlow) => Err(RequestError::Unavailable),
        Err(Refusal::Unknown(message)) => Err(RequestError::Refused(message)),
    }
}

async fn grant(link: &mut Link) -> String {
    let user = link.ask(async |connection| sqlx::query_scalar("SELECT current_user::text").fetch_one(connection).await);
    let user: String = match user.await {
        Ok(Ok(user)) => user,
        _ => "this user".to_owned(),
    };
    super::rights::grant("pg_signal_backend", &user)
}

async fn plan(link: &mut Link, id: i64, mode: PlanMode) -> Result<(String, Plan), RequestError> {
    let extension = link.ask(async |connection| statements::extension(connection, false).await).await;
    let Ok(Ok(extension)) = extension else { return Err(RequestError::Unavailable) };
    let schema = extension.schema.ok_or_else(|| PlanError::Unknown(id.to_string()))?;
    let text = link.ask(async |connection| statements::text(connection, &schema, id).await).await;
    let Ok(Ok(text)) = text else { return Err(RequestError::Unavailable) };
    let text = text.ok_or_else(|| PlanError::Unknown(id.to_string()))?;
    let patience = link.patience();
    let connection = link.connection().map_err(|_| RequestError::Unavailable)?;
    if let Ok(plan) = timeout(patience, plan_on_postgres(connection, &text, mode)).await {
        return Ok((text, plan?));
    }
    // In the middle of a conversation: it cannot be taken up again.
    link.close();
    Err(RequestError::Unavailable)
}
