//! One connection that stays open.

use anyhow::Context as _;
use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// A client of the service.
pub(super) struct Client {
    sender: SendRequest<Full<Bytes>>,
}

/// What a request is.
pub(super) struct Ask {
    pub path: String,
    /// What is posted; none asks.
    pub body: Option<String>,
}

/// What is of interest of an answer.
pub(super) struct Answer {
    /// The service could not do what it should.
    pub has_failed: bool,
    /// Whether nothing was computed for what was found; none when the service does not say.
    pub is_hit: Option<bool>,
}

impl Client {
    pub(super) async fn connect(addr: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends with the sender.
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    pub(super) async fn send(&mut self, ask: Ask) -> anyhow::Result<Answer> {
        let request = Request::builder().uri(ask.path).header(header::HOST, "tournament");
        let request = match ask.body {
            Some(body) => {
                request.method("POST").header(header::CONTENT_TYPE, "application/json").body(Full::from(body))
            }
            None => request.body(Full::default()),
        };
        self.sender.ready().await?;
        let mut answer = self.sender.send_request(request.context("requests are well-formed")?).await?;
        while let Some(frame) = answer.frame().await {
            frame?;
        }
        let status = answer.status();
        Ok(Answer {
            has_failed: !status.is_success() && status != StatusCode::NOT_FOUND,
            // That there is no such thing is not kept, and tells nothing of the cache.
            is_hit: answer.headers().get("x-cache").filter(|_| status.is_success()).map(|value| value == "hit"),
        })
    }
}
