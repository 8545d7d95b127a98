//! How a Redis is reached: one server, one found by Sentinel, or a cluster.

use crate::error::CacheError;
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo};
use std::{fmt, path::Path, sync::Arc, time::Duration};

/// The most connections that a space may hold open.
pub const MOST_CONNECTIONS: usize = 50;

/// The longest that a caller may wait for a connection.
pub const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Where the data is.
#[derive(Clone)]
pub(crate) enum Topology {
    /// One server.
    Single(ConnectionInfo),
    /// The server that Sentinels call the master of this name.
    Sentinel {
        /// The Sentinels themselves.
        sentinels: Vec<ConnectionInfo>,
        /// The name of the master.
        master: String,
    },
    /// A cluster, entered through any of these nodes.
    Cluster(Vec<ConnectionInfo>),
}

/// How a Redis (from version 6) or Valkey is reached, and within which limits. Neither `Debug` nor `Display` shows a
/// password.
///
/// ```
/// use miorai_cache::RedisOptions;
/// let options = RedisOptions::from_url("redis://worker:secret@cache.example:6380/0")?;
/// assert_eq!(options.to_string(), "redis://cache.example:6380");
/// # Ok::<(), miorai_cache::CacheError>(())
/// ```
#[derive(Clone)]
pub struct RedisOptions {
    pub(crate) topology: Topology,
    /// User, password and database at the servers that hold the data.
    pub(crate) login: RedisConnectionInfo,
    pub(crate) connections: usize,
    pub(crate) wait: Duration,
    pub(crate) response_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) first_pause: Duration,
    pub(crate) longest_pause: Duration,
    /// Certificates that servers are checked against; none for those of the system.
    pub(crate) certificates: Option<Arc<[u8]>>,
}

impl RedisOptions {
    /// One server: `redis://user:password@host:6379/0`, `rediss://…` with TLS, `redis+unix:///path`.
    pub fn from_url(url: &str) -> Result<Self, CacheError> {
        let server = parse(url)?;
        let login = server.redis_settings().clone();
        Ok(Self::new(Topology::Single(server), login))
    }

    /// The server that the Sentinels at these addresses call the master `name`. User and password in the addresses are
    /// for the Sentinels; those for the servers are given by [`login`](Self::login).
    pub fn sentinel<U: AsRef<str>>(urls: &[U], name: &str) -> Result<Self, CacheError> {
        let sentinels = parse_all(urls)?;
        Ok(Self::new(Topology::Sentinel { sentinels, master: name.to_owned() }, RedisConnectionInfo::default()))
    }

    /// A cluster, found through any of these nodes. User and password are those of the first address.
    pub fn cluster<U: AsRef<str>>(urls: &[U]) -> Result<Self, CacheError> {
        let nodes = parse_all(urls)?;
        let login = nodes.first().map(|node| node.redis_settings().clone()).unwrap_or_default().set_db(0);
        Ok(Self::new(Topology::Cluster(nodes), login))
    }

    fn new(topology: Topology, login: RedisConnectionInfo) -> Self {
        Self {
            topology,
            login,
            connections: MOST_CONNECTIONS,
            wait: LONGEST_WAIT,
            response_timeout: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(1),
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(5),
            certificates: None,
        }
    }

    /// The ACL user (none for `default`) and password at the servers that hold the data.
    pub fn login(mut self, user: Option<&str>, password: &str) -> Self {
        self.login = match user {
            Some(user) => self.login.set_username(user).set_password(password),
            None => self.login.set_password(password),
        };
        self
    }

    /// At most this many connections a space: 1 to [`MOST_CONNECTIONS`], which is also what there is without this.
    pub fn connections(mut self, most: usize) -> Self {
        self.connections = most.clamp(1, MOST_CONNECTIONS);
        self
    }

    /// A caller waits at most this long until a connection has room: up to [`LONGEST_WAIT`], also the default.
    pub fn wait(mut self, longest: Duration) -> Self {
        self.wait = longest.min(LONGEST_WAIT);
        self
    }

    /// An answer that takes longer counts as none: 1 s unless said otherwise.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = timeout;
        self
    }

    /// Connecting, with TLS and login, that takes longer has failed: 1 s unless said otherwise.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// A server that fails is left alone for `first`, then twice as long each time, up to `longest`: 100 ms and 5 s
    /// unless said otherwise.
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.first_pause = first;
        self.longest_pause = longest.max(first);
        self
    }

    /// Servers are checked against the certificates in this PEM file rather than against the system's. The file is
    /// read here, once.
    pub fn ca_file(mut self, path: impl AsRef<Path>) -> Result<Self, CacheError> {
        let path = path.as_ref();
        let pem = std::fs::read(path).map_err(|error| CacheError::BadAddress {
            address: self.to_string(),
            reason: format!("its certificates {} cannot be read: {error}", path.display()),
        })?;
        self.certificates = Some(pem.into());
        Ok(self)
    }

    /// Whether the data is spread over a cluster, where there is only database 0.
    pub(crate) fn is_cluster(&self) -> bool {
        matches!(self.topology, Topology::Cluster(_))
    }
}

/// The address without user, password and database: what error messages and pages show.
impl fmt::Display for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.topology {
            Topology::Single(server) => write!(f, "{}", shown(server.addr())),
            Topology::Sentinel { sentinels, master } => {
                write!(f, "master {master} of ")?;
                list(f, sentinels)
            }
            Topology::Cluster(nodes) => {
                f.write_str("cluster of ")?;
                list(f, nodes)
            }
        }
    }
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisOptions")
            .field("address", &self.to_string())
            .field("user", &self.login.username())
            .field("connections", &self.connections)
            .field("wait", &self.wait)
            .field("response_timeout", &self.response_timeout)
            .field("connect_timeout", &self.connect_timeout)
            .finish_non_exhaustive()
    }
}

fn list(f: &mut fmt::Formatter<'_>, servers: &[ConnectionInfo]) -> fmt::Result {
    for (index, server) in servers.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        f.write_str(&shown(server.addr()))?;
    }
    Ok(())
}

/// An address with its scheme.
pub(crate) fn shown(address: &ConnectionAddr) -> String {
    match address {
        ConnectionAddr::TcpTls { host, port, .. } => format!("rediss://{}:{port}", bracketed(host)),
        ConnectionAddr::Tcp(host, port) => format!("redis://{}:{port}", bracketed(host)),
        other => format!("redis+unix://{other}"),
    }
}

/// An IPv6 address stands in brackets before a port.
fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

fn parse_all<U: AsRef<str>>(urls: &[U]) -> Result<Vec<ConnectionInfo>, CacheError> {
    if urls.is_empty() {
        return Err(CacheError::BadAddress {
            address: "an empty list".to_owned(),
            reason: "at least one address is needed".to_owned(),
        });
    }
    urls.iter().map(|url| parse(url.as_ref())).collect()
}

fn parse(url: &str) -> Result<ConnectionInfo, CacheError> {
    let bad = |reason: String| CacheError::BadAddress { address: without_secrets(url), reason };
    let server = url.into_connection_info().map_err(|error| bad(error.to_string()))?;
    if matches!(server.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
        return Err(bad("certificates are always checked; name the certificate authority by `ca_file`".to_owned()));
    }
    Ok(server)
}

/// A text that did not parse may still hold a password: what stands before the last `@` of the host part, and what
/// stands in the query, is left out.
fn without_secrets(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let options = [
            RedisOptions::from_url("redis://worker:secret@localhost:1234/3").unwrap(),
            RedisOptions::from_url("rediss://:secret@localhost").unwrap(),
            RedisOptions::cluster(&["redis://:secret@a:1", "redis://:secret@b:2"]).unwrap(),
            RedisOptions::sentinel(&["redis://:secret@a:1"], "main").unwrap().login(None, "secret"),
        ];
        for options in options {
            assert!(!format!("{options} {options:?}").contains("secret"), "{options:?}");
        }
        for bad in ["redis://u:secret@:x", "http://u:secret@host", "u:secret@host", "rediss://u:secret@h/#insecure"] {
            let error = RedisOptions::from_url(bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{error}");
        }
    }

    #[test]
    fn addresses_are_shown_with_their_scheme() {
        let shown = |url| RedisOptions::from_url(url).unwrap().to_string();
        assert_eq!(shown("redis://localhost"), "redis://localhost:6379");
        assert_eq!(shown("rediss://[::1]:7000/2"), "rediss://[::1]:7000");
        assert_eq!(shown("redis+unix:///run/redis.sock"), "redis+unix:///run/redis.sock");
        let sentinel = RedisOptions::sentinel(&["redis://a:1", "redis://b:2"], "main").unwrap();
        assert_eq!(sentinel.to_string(), "master main of redis://a:1, redis://b:2");
    }

    #[test]
    fn limits_stay_within_what_is_promised() {
        let options = RedisOptions::from_url("redis://localhost").unwrap();
        let options = options.connections(1_000).wait(Duration::from_mins(1));
        assert_eq!((options.connections, options.wait), (50, Duration::from_secs(20)));
        assert_eq!(options.connections(0).connections, 1);
    }

    #[test]
    fn a_list_without_an_address_is_refused() {
        assert!(RedisOptions::cluster::<&str>(&[]).is_err());
    }
}
