//! A slow network: passes bytes on after a delay.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};

/// Stands between a client and a server; ended when it is dropped.
pub struct SlowNetwork {
    pub port: u16,
    delay: Arc<AtomicU64>,
    accepting: AbortHandle,
}

impl SlowNetwork {
    /// In front of the server at this port; not slow yet.
    pub async fn before(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let delay = Arc::new(AtomicU64::new(0));
        let slow = delay.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let slow = slow.clone();
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(("127.0.0.1", server)).await else { return };
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::join!(pass(from_client, to_server, &slow), pass(from_server, to_client, &slow));
                });
            }
        });
        Self { port, delay, accepting: accepting.abort_handle() }
    }

    /// From now on everything takes so much longer, each way.
    pub fn delay(&self, by: Duration) {
        self.delay.store(by.as_millis() as u64, Ordering::Relaxed);
    }
}

impl Drop for SlowNetwork {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, delay: &AtomicU64) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        tokio::time::sleep(Duration::from_millis(delay.load(Ordering::Relaxed))).await;
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
