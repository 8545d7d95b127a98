//! Opens one connection: finds the server, TLS, login, RESP3 where the server has it.

use crate::redis::{options::Topology, server::RedisServer};
use redis::{
    AsyncConnectionConfig, ConnectionAddr, ErrorKind, ProtocolVersion, RedisConnectionInfo, RedisError, TlsMode,
    aio::{AsyncPushSender, MultiplexedConnection},
    sentinel::{Sentinel, SentinelNodeConnectionInfo},
};
use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
    task::AbortHandle,
};

/// Commands that wait to be written to one connection.
const QUEUE: usize = 128;

/// An open connection. Many commands are under way on it at once; it ends with its last holder.
pub(crate) struct Open {
    pub(crate) connection: MultiplexedConnection,
    ended: Arc<AtomicBool>,
    driver: AbortHandle,
}

impl Open {
    /// Whether the server, or the way to it, has ended the connection.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A connection to the server that now holds the data, within the limit of time for connecting.
pub(crate) async fn connect(server: &RedisServer, database: i64) -> Result<Open, RedisError> {
    within(server, async {
        let address = match &server.options.topology {
            Topology::Single(single) => single.addr().clone(),
            Topology::Sentinel { sentinels, master } => ask_sentinels(server, sentinels, master).await?,
            // Connections to the nodes of a cluster are asked for by address.
            Topology::Cluster(_) => return Err(RedisError::from((ErrorKind::Client, "a cluster has several servers"))),
        };
        connect_to(server, &address, database, None).await
    })
    .await
}

/// A connection on which the server tells what has changed.
pub(crate) async fn listen(
    server: &RedisServer,
    address: Option<&ConnectionAddr>,
    pushes: impl AsyncPushSender,
) -> Result<Open, RedisError> {
    within(server, async {
        let address = match (&server.options.topology, address) {
            (_, Some(address)) => address.clone(),
            (Topology::Single(single), None) => single.addr().clone(),
            (Topology::Sentinel { sentinels, master }, None) => ask_sentinels(server, sentinels, master).await?,
            (Topology::Cluster(_), None) => {
                return Err(RedisError::from((ErrorKind::Client, "a cluster has several servers")));
            }
        };
        connect_to(server, &address, 0, Some(Arc::new(pushes))).await
    })
    .await
}

async fn within<T>(
    server: &RedisServer,
    connecting: impl Future<Output = Result<T, RedisError>>,
) -> Result<T, RedisError> {
    tokio::time::timeout(server.options.connect_timeout, connecting)
        .await
        .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into()))
}

/// The address of the master, as the first Sentinel that knows it says, and as the server itself confirms.
async fn ask_sentinels(
    server: &RedisServer,
    sentinels: &[redis::ConnectionInfo],
    master: &str,
) -> Result<ConnectionAddr, RedisError> {
    let with_tls = sentinels.iter().any(|sentinel| matches!(sentinel.addr(), ConnectionAddr::TcpTls { .. }));
    let mut node = SentinelNodeConnectionInfo::default().set_redis_connection_info(server.options.login.clone());
    if with_tls {
        node = node.set_tls_mode(TlsMode::Secure);
    }
    let client = Sentinel::build(sentinels.to_vec())?.async_master_for(master, Some(&node)).await?;
    Ok(client.get_connection_info().addr().clone())
}

async fn connect_to(
    server: &RedisServer,
    address: &ConnectionAddr,
    database: i64,
    pushes: Option<Arc<dyn AsyncPushSender>>,
) -> Result<Open, RedisError> {
    let login = server.options.login.clone().set_lib_name("miorai", env!("CARGO_PKG_VERSION"));
    let login = login.set_db(database);
    if !server.speaks_resp2.load(Ordering::Relaxed) {
        let login = login.clone().set_protocol(ProtocolVersion::RESP3);
        match log_in(server, address, &login, pushes.clone()).await {
            Err(error) if error.kind() == ErrorKind::RESP3NotSupported => {
                server.speaks_resp2.store(true, Ordering::Relaxed);
            }
            outcome => return outcome,
        }
    }
    log_in(server, address, &login.set_protocol(ProtocolVersion::RESP2), pushes).await
}

async fn log_in(
    server: &RedisServer,
    address: &ConnectionAddr,
    login: &RedisConnectionInfo,
    pushes: Option<Arc<dyn AsyncPushSender>>,
) -> Result<Open, RedisError> {
    match address {
        ConnectionAddr::Tcp(host, port) => start(server, login, tcp(host, *port).await?, pushes).await,
        ConnectionAddr::TcpTls { host, port, .. } => {
            let name = rustls::pki_types::ServerName::try_from(host.clone())?;
            let stream = server.tls()?.connect(name, tcp(host, *port).await?).await?;
            start(server, login, stream, pushes).await
        }
        ConnectionAddr::Unix(path) => start(server, login, UnixStream::connect(path).await?, pushes).await,
        _ => Err(RedisError::from((ErrorKind::InvalidClientConfig, "no way to connect to such an address"))),
    }
}

async fn tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn start<S>(
    server: &RedisServer,
    login: &RedisConnectionInfo,
    stream: S,
    pushes: Option<Arc<dyn AsyncPushSender>>,
) -> Result<Open, RedisError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut config = AsyncConnectionConfig::new()
        .set_response_timeout(Some(server.options.response_timeout))
        .set_pipeline_buffer_size(QUEUE);
    if let Some(pushes) = pushes {
        config = config.set_push_sender(pushes);
    }
    let (connection, driver) = MultiplexedConnection::new_with_config(login, stream, config).await?;
    let ended = Arc::new(AtomicBool::new(false));
    let driver: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin({
        let ended = ended.clone();
        async move {
            driver.await;
            ended.store(true, Ordering::Relaxed);
        }
    });
    Ok(Open { connection, ended, driver: tokio::spawn(driver).abort_handle() })
}
