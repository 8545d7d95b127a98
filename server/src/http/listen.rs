//! Accepts connections and serves them, within bounds, until it is told to stop.

use crate::http::{HttpOptions, place::Place};
use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

/// What is sent to connections above the limit.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
    content-type: application/problem+json\r\ncontent-length: 125\r\n\r\n\
    {\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,\"detail\":\"too many connections; see server.max_connections\"}";

/// The pause after a failure to accept: the machine is out of something that others may give back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection that is turned away may take to ask for something.
const REFUSAL_PAUSE: Duration = Duration::from_millis(250);

/// The buffer of a connection, which hyper wants to be at least this.
const BUFFER: usize = 8 * 1_024;

/// Counts open connections.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<AtomicUsize>);

impl Connections {
    /// How many there are.
    pub fn open(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    fn enter(&self) -> Entered {
        self.0.fetch_add(1, Ordering::Relaxed);
        Entered(self.clone())
    }
}

/// A connection that is open.
pub(super) struct Entered(Connections);

impl Drop for Entered {
    fn drop(&mut self) {
        (self.0).0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves what comes in at `listener` until `stop` is cancelled. Connections are tasks of `tasks`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: HttpOptions,
    connections: Connections,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(options.max_connections));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted; if this goes on, raise the limit of open files");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&places).try_acquire_owned() else {
            tasks.spawn(refuse(stream));
            continue;
        };
        // Small messages leave at once. A connection on which this fails is broken and will say so.
        let _ = stream.set_nodelay(true);
        let place = Place::new(stream, permit, connections.enter());
        tasks.spawn(connection(place, peer, router.clone(), options.clone(), stop.clone()));
    }
}

async fn refuse(mut stream: TcpStream) {
    // A client takes for an answer what comes after its request, and loses it when something of that is left unread.
    let mut request = [0; 2_048];
    let _ = tokio::time::timeout(REFUSAL_PAUSE, stream.read(&mut request)).await;
    let _ = tokio::time::timeout(Duration::from_secs(1), stream.write_all(FULL)).await;
}

async fn connection(place: Place, peer: SocketAddr, router: Router, options: HttpOptions, stop: CancellationToken) {
    let mut stream = TimeoutStream::new(place.stream());
    stream.set_write_timeout(Some(options.write_timeout));
    let held = place.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let router = router.clone();
        request.extensions_mut().insert(ConnectInfo(peer));
        // Whoever makes a websocket of the connection keeps its place.
        request.extensions_mut().insert(held.clone());
        async move {
            Ok::<_, Infallible>(router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(options.header_timeout)
        .max_buf_size(BUFFER.max(options.max_body_bytes.min(4 * BUFFER)))
        .serve_connection(TokioIo::new(Box::pin(stream)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        if error.is_timeout() {
            place.too_slow();
        }
        // A client that breaks off or sends garbage is its own affair.
        tracing::debug!(%error, %peer, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use super::FULL;

    #[test]
    fn the_refusal_announces_its_length_rightly() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
    }
}
