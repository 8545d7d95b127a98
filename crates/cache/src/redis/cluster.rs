//! A cluster: keys are spread over several masters by their hash slot.

use crate::redis::{
    answer::{self, Failure},
    server::RedisServer,
};
use futures_util::future::join_all;
use redis::{
    Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, Pipeline, ProtocolVersion, RedisError, TlsCertificates, Value,
    aio::ConnectionLike,
    cluster::{ClusterClient, ClusterClientBuilder},
    cluster_async::ClusterConnection,
    cluster_routing::{RoutingInfo, SingleNodeRoutingInfo},
};
use std::{
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How often a command is sent on when its slot has moved or its node has gone.
const REDIRECTIONS: u32 = 3;

/// The way to a cluster: one connection to each node, shared by all commands of a space.
pub(crate) struct Cluster {
    server: Arc<RedisServer>,
    nodes: Vec<ConnectionInfo>,
    connection: Mutex<Option<ClusterConnection>>,
    opening: tokio::sync::Mutex<()>,
    /// Known since the last scan began.
    masters: Mutex<Arc<[Master]>>,
}

/// A node that holds keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Master {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Cluster {
    pub(crate) fn new(server: Arc<RedisServer>, nodes: Vec<ConnectionInfo>) -> Self {
        Self {
            server,
            nodes,
            connection: Mutex::new(None),
            opening: tokio::sync::Mutex::new(()),
            masters: Mutex::new(Arc::from([])),
        }
    }

    pub(crate) async fn command(&self, command: &Cmd) -> Result<Value, Failure> {
        let mut connection = self.open().await.map_err(Failure::Connecting)?;
        let outcome = connection.req_packed_command(command).await.and_then(Value::extract_error);
        self.judge(outcome.as_ref().err());
        outcome.map_err(Failure::Asking)
    }

    /// All commands at once, each to the master of its key: a list of answers.
    pub(crate) async fn commands(&self, commands: &Pipeline) -> Result<Value, Failure> {
        let connection = self.open().await.map_err(Failure::Connecting)?;
        let answers = join_all(commands.cmd_iter().map(|command| {
            let mut connection = connection.clone();
            async move { connection.req_packed_command(command).await }
        }))
        .await;
        answers
            .into_iter()
            .map(|answer| match answer {
                // An error of the server belongs to its command; a broken connection to all of them.
                Err(error) if answer::is_answer(&error) => match error.try_into() {
                    Ok(error) => Ok(Value::ServerError(error)),
                    Err(error) => Err(error),
                },
                other => other,
            })
            .collect::<Result<_, _>>()
            .map(Value::Array)
            .inspect_err(|error| self.judge(Some(error)))
            .map_err(Failure::Asking)
    }

    /// A command to a certain master.
    pub(crate) async fn command_to(&self, master: &Master, command: Cmd) -> Result<Value, Failure> {
        let mut connection = self.open().await.map_err(Failure::Connecting)?;
        let node = SingleNodeRoutingInfo::ByAddress { host: master.host.clone(), port: master.port };
        let outcome = connection.route_command(command, RoutingInfo::SingleNode(node)).await;
        let outcome = outcome.and_then(Value::extract_error);
        self.judge(outcome.as_ref().err());
        outcome.map_err(Failure::Asking)
    }

    /// Asks any node which masters have which slots.
    pub(crate) fn slots_command() -> Cmd {
        let mut command = redis::cmd("CLUSTER");
        command.arg("SLOTS");
        command
    }

    /// The masters that hold keys now, in the order of their addresses.
    pub(crate) async fn find_masters(&self) -> Result<Arc<[Master]>, Failure> {
        let answer = self.command(&Self::slots_command()).await?;
        self.note_masters(answer).map_err(Failure::Asking)
    }

    /// Reads and remembers the answer to [`slots_command`](Self::slots_command).
    pub(crate) fn note_masters(&self, answer: Value) -> Result<Arc<[Master]>, RedisError> {
        let mut masters = self.masters_in(answer)?;
        masters.sort_unstable();
        masters.dedup();
        let masters: Arc<[Master]> = masters.into();
        *lock(&self.masters) = masters.clone();
        Ok(masters)
    }

    /// The masters as they were when the last scan began.
    pub(crate) fn masters(&self) -> Arc<[Master]> {
        lock(&self.masters).clone()
    }

    /// The address of a master for a connection of one's own.
    pub(crate) fn address(&self, master: &Master) -> ConnectionAddr {
        let Master { host, port } = master.clone();
        match self.nodes.first().map(ConnectionInfo::addr) {
            Some(ConnectionAddr::TcpTls { .. }) => {
                ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
            }
            _ => ConnectionAddr::Tcp(host, port),
        }
    }

    fn masters_in(&self, answer: Value) -> Result<Vec<Master>, RedisError> {
        let mut masters = Vec::new();
        for range in answer::list(answer)? {
            masters.extend(self.master_of(range)?);
        }
        Ok(masters)
    }

    /// One line of `CLUSTER SLOTS`: first slot, last slot, master (host, port, …), replicas.
    fn master_of(&self, range: Value) -> Result<Option<Master>, RedisError> {
        let Some(master) = answer::list(range)?.into_iter().nth(2) else { return Ok(None) };
        let mut master = answer::list(master)?.into_iter();
        let (Some(host), Some(port)) = (master.next(), master.next()) else { return Ok(None) };
        let host = answer::optional_bytes(host)?.map(|host| String::from_utf8_lossy(&host).into_owned());
        // A node that does not know its own address leaves it out: it is the one that was asked.
        let host = host.filter(|host| !host.is_empty()).or_else(|| match self.nodes.first()?.addr() {
            ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => Some(host.clone()),
            _ => None,
        });
        let port = u16::try_from(answer::integer(port)?).ok();
        Ok(host.zip(port).map(|(host, port)| Master { host, port }))
    }

    async fn open(&self) -> Result<ClusterConnection, RedisError> {
        if let Some(connection) = lock(&self.connection).clone() {
            return Ok(connection);
        }
        let _turn = self.opening.lock().await;
        if let Some(connection) = lock(&self.connection).clone() {
            return Ok(connection);
        }
        let client = self.client()?;
        let limit = self.server.options.connect_timeout + self.server.options.response_timeout;
        let connection = tokio::time::timeout(limit, client.get_async_connection())
            .await
            .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))?;
        *lock(&self.connection) = Some(connection.clone());
        Ok(connection)
    }

    fn client(&self) -> Result<ClusterClient, RedisError> {
        let options = &self.server.options;
        let mut builder = ClusterClientBuilder::new(self.nodes.iter().cloned())
            .retries(REDIRECTIONS)
            .min_retry_wait(10)
            .max_retry_wait(100)
            .connection_timeout(options.connect_timeout)
            .response_timeout(options.response_timeout)
            .overall_response_timeout(Some(options.response_timeout + Duration::from_millis(500)))
            .use_protocol(ProtocolVersion::RESP3);
        if let Some(user) = options.login.username() {
            builder = builder.username(user);
        }
        if let Some(password) = options.login.password() {
            builder = builder.password(password);
        }
        if let Some(certificates) = &options.certificates {
            builder =
                builder.certs(TlsCertificates { client_tls: None, root_cert: Some(certificates.as_ref().to_vec()) });
        }
        builder.build()
    }

    /// The connection finds its way by itself when nodes change; only when it knows none of them it begins anew.
    fn judge(&self, error: Option<&RedisError>) {
        if error.is_some_and(|error| error.kind() == ErrorKind::ClusterConnectionNotFound) {
            *lock(&self.connection) = None;
        }
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("open", &lock(&self.connection).is_some()).finish_non_exhaustive()
    }
}

/// Nothing is done under these locks that could leave anything half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
