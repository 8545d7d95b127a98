//! What is known of the servers besides numbers, and the way to ask something of them.

use super::requests::{Request, RequestError};
use crate::{
    collectors::facts::{Facts, Report},
    query::{Plan, PlanMode},
};
use miorai_model::{
    Clock, Status,
    database::{BackendSignal, PostgresReport},
};
use std::{
    fmt,
    sync::{Arc, mpsc},
    time::Duration,
};
use tokio::{sync::oneshot, time::timeout};

/// How long a request waits for its answer: a tick, and then some.
const PATIENCE: Duration = Duration::from_secs(5);

impl Report for PostgresReport {
    fn fall_silent(&mut self, message: String) {
        (self.status, self.message) = (Status::Unhealthy, message);
    }
}

/// A server, with the way to its collector.
pub(super) struct Watched {
    pub name: String,
    pub facts: Facts<PostgresReport>,
    pub requests: mpsc::SyncSender<Request>,
}

/// The PostgreSQL servers that are watched. A clone shares them.
#[derive(Clone, Default)]
pub struct DatabaseServers {
    servers: Arc<[Watched]>,
    clock: Option<Arc<dyn Clock>>,
}

impl DatabaseServers {
    pub(super) fn new(servers: Vec<Watched>, clock: Arc<dyn Clock>) -> Self {
        Self { servers: servers.into(), clock: Some(clock) }
    }

    /// What is known of each, in the order of the configuration.
    pub fn reports(&self) -> Vec<PostgresReport> {
        let now = self.clock.as_ref().map(|clock| clock.monotonic()).unwrap_or_default();
        self.servers.iter().map(|server| server.facts.report(now)).collect()
    }

    /// Whether no server is watched.
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty()
    }

    /// Whether there is a server of this name.
    pub fn has(&self, name: &str) -> bool {
        self.servers.iter().any(|server| server.name == name)
    }

    /// How a statement that `pg_stat_statements` has counted would be carried out, with its text; `id` is its `queryid`.
    pub async fn plan(&self, name: &str, id: i64, mode: PlanMode) -> Result<(String, Plan), RequestError> {
        let (answer, answered) = oneshot::channel();
        self.ask(name, Request::Plan { id, mode, answer }, answered).await
    }

    /// Cancels what a backend does, or ends it; whether there was one.
    pub async fn signal(&self, name: &str, pid: i32, signal: BackendSignal) -> Result<bool, RequestError> {
        let (answer, answered) = oneshot::channel();
        self.ask(name, Request::Signal { pid, signal, answer }, answered).await
    }

    async fn ask<T>(
        &self,
        name: &str,
        request: Request,
        answered: oneshot::Receiver<Result<T, RequestError>>,
    ) -> Result<T, RequestError> {
        let server = self.servers.iter().find(|server| server.name == name);
        let server = server.ok_or_else(|| RequestError::Unknown(name.to_owned()))?;
        server.requests.try_send(request).map_err(|_| RequestError::Unavailable)?;
        match timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => answer,
            _ => Err(RequestError::Unavailable),
        }
    }
}

impl fmt::Debug for DatabaseServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.servers.iter().map(|server| &server.name)).finish()
    }
}
