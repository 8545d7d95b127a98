//! A connection's place: what it holds of the server for as long as it is open, also when it has become a websocket.

use crate::http::listen::Entered;
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::timeout,
};

/// What is sent to connections that take too long for the head of a request.
const TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\
    content-type: application/problem+json\r\ncontent-length: 132\r\n\r\n\
    {\"type\":\"about:blank\",\"title\":\"Request Timeout\",\"status\":408,\"detail\":\"the request did not come in time; see server.header_timeout\"}";

/// A connection's place among all there may be. The last clone that is dropped gives it back.
#[derive(Clone)]
pub struct Place(Arc<Held>);

struct Held {
    stream: Arc<TcpStream>,
    _permit: OwnedSemaphorePermit,
    _entered: Entered,
}

impl Place {
    pub(super) fn new(stream: TcpStream, permit: OwnedSemaphorePermit, entered: Entered) -> Self {
        Self(Arc::new(Held { stream: Arc::new(stream), _permit: permit, _entered: entered }))
    }

    /// The connection, to be read and written.
    pub(super) fn stream(&self) -> Shared {
        Shared(Arc::clone(&self.0.stream))
    }

    /// Says that the request did not come in time. Nothing was sent before, so that there is room for it.
    pub(super) fn too_slow(&self) {
        // Who has gone already does not hear it.
        let _ = self.0.stream.try_write(TOO_SLOW);
    }

    /// Takes what still comes and throws it away, for at most so long: a connection that is closed while there is
    /// something unread is cut off, and its last words with it.
    pub async fn drain(&self, limit: Duration) {
        let stream = &self.0.stream;
        let all = async {
            let mut scrap = [0; 4_096];
            while stream.readable().await.is_ok() {
                match stream.try_read(&mut scrap) {
                    Ok(0) => return,
                    Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
                    _ => {}
                }
            }
        };
        let _ = timeout(limit, all).await;
    }
}

/// A connection of which others hold a handle too.
pub(super) struct Shared(Arc<TcpStream>);

impl AsyncRead for Shared {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(cx))?;
            match self.0.try_read(buf.initialize_unfilled()) {
                Ok(read) => {
                    buf.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Shared {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_write_ready(cx))?;
            match self.0.try_write_vectored(parts) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // It is shut when the last handle goes, which is at once.
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::TOO_SLOW;

    #[test]
    fn the_refusal_announces_its_length_rightly() {
        let text = std::str::from_utf8(TOO_SLOW).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
    }
}
