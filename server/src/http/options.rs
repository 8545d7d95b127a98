//! What is set once about HTTP: addresses and bounds.

use crate::http::otlp;
use http::Uri;
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

/// Addresses and bounds of the server's HTTP side.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The address that connections are accepted on.
    pub bound: SocketAddr,
    /// The address under which people reach the server, when a proxy stands before it.
    pub public_url: Option<Uri>,
    /// At most this many connections at once; those above are told to come back later.
    pub max_connections: usize,
    /// At most this many clients of the live stream at once.
    pub max_live_clients: usize,
    /// The largest body of a request, in bytes.
    pub max_body_bytes: usize,
    /// The largest body of metrics that other programs send, packed or unpacked, in bytes.
    pub max_received_bytes: usize,
    /// Whether programs on other machines may send.
    pub receive_from_others: bool,
    /// The longest that the head of an answer may take.
    pub request_timeout: Duration,
    /// The longest that a client may take to send the head of its next request. Also how long an idle connection is
    /// kept.
    pub header_timeout: Duration,
    /// The longest that a client may take nothing of an answer that is being sent.
    pub write_timeout: Duration,
    /// How long running requests are waited for when the server stops.
    pub stop_grace: Duration,
    /// The time between two pings of the live stream.
    pub ping_interval: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            bound: SocketAddr::from((Ipv4Addr::LOCALHOST, 7070)),
            public_url: None,
            max_connections: 4_096,
            max_live_clients: 2_500,
            max_body_bytes: 64 * 1_024,
            max_received_bytes: 8 * 1_024 * 1_024,
            receive_from_others: false,
            request_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            stop_grace: Duration::from_millis(1_500),
            ping_interval: Duration::from_secs(20),
        }
    }
}

impl HttpOptions {
    /// The largest body of a request for this path, in bytes.
    pub fn body_limit(&self, path: &str) -> usize {
        if otlp::is_path(path) { self.max_received_bytes } else { self.max_body_bytes }
    }
}
