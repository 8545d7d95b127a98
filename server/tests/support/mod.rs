//! A real server for tests: on a free port of loopback, with a data folder of its own.

#![allow(dead_code, reason = "each file of tests uses a part")]
#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use futures_util::StreamExt as _;
use miorai_model::live::ServerMessage;
use server::{
    config::{Layers, load},
    run::{self, Running},
};
use std::time::Duration;
use tempfile::TempDir;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};

/// The longest that anything may take that takes milliseconds when all is well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) struct TestServer {
    pub running: Running,
    _data: TempDir,
}

impl TestServer {
    /// A server with the defaults and these settings besides.
    pub(crate) async fn start(settings: &[(&'static str, toml::Value)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().to_string_lossy().into_owned();
        let mut flags: Vec<(&'static str, &'static str, toml::Value)> =
            vec![("server.addr", "--addr", "127.0.0.1:0".into()), ("server.data_dir", "--data-dir", folder.into())];
        flags.extend(settings.iter().map(|(name, value)| (*name, "--test", value.clone())));
        let loaded = load(&Layers { flags, ..Layers::default() }).unwrap();
        let running = run::start(&loaded).await.unwrap();
        running.monitor.wait_for_first_frame().await;
        Self { running, _data: data }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addr)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        reqwest::get(self.url(path)).await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> serde_json::Value {
        let answer = self.get(path).await;
        assert_eq!(answer.headers()["content-type"], "application/json", "{path}");
        answer.json().await.unwrap()
    }

    /// A client of the live stream with these headers besides.
    pub(crate) async fn try_live(
        &self,
        query: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, tungstenite::Error> {
        let address = format!("ws://{}/api/core/monitoring/live/{query}", self.running.addr);
        let mut request = address.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        tokio_tungstenite::connect_async(request).await.map(|(socket, _)| socket)
    }

    pub(crate) async fn live(&self, query: &str) -> Socket {
        self.try_live(query, &[]).await.unwrap()
    }
}

/// The next message that is not a ping.
pub(crate) async fn next(socket: &mut Socket) -> Option<Message> {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("a message comes in time") {
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(message)) => return Some(message),
            Some(Err(_)) | None => return None,
        }
    }
}

/// The next message, which must be one of the protocol in JSON.
pub(crate) async fn next_json(socket: &mut Socket) -> ServerMessage {
    match next(socket).await {
        Some(Message::Text(text)) => ServerMessage::from_json(&text).unwrap(),
        other => panic!("expected a text message, got {other:?}"),
    }
}

/// Code and reason with which the server closes.
pub(crate) async fn closed(socket: &mut Socket) -> (u16, String) {
    loop {
        match next(socket).await {
            Some(Message::Close(Some(frame))) => return (frame.code.into(), frame.reason.to_string()),
            Some(Message::Close(None)) | None => panic!("the connection ended without a reason"),
            Some(_) => {}
        }
    }
}
