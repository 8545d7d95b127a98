//! Hears from the server which keys have changed, for the near cache.
//!
//! The server itself tells it: `CLIENT TRACKING` in broadcasting mode on a connection of its own (on a cluster: one to
//! each master) names every key under the space's prefix that anybody writes, deletes or lets expire, without keeping
//! anything in mind for it. Where a user may not ask for that, programs tell each other on a channel what they write.

use crate::{
    error::CacheError,
    near::Changes,
    redis::{
        RedisStore,
        answer::{Failure, explain},
        cluster::Master,
        connect::{Open, listen},
        link::Repeat,
    },
};
use redis::{Cmd, Pipeline, PushInfo, PushKind, RedisError, Value, aio::ConnectionLike};
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A server that does not even answer this often is not trusted to tell of changes.
const ASKS_EVERY: Duration = Duration::from_millis(500);

/// How often the masters of a cluster are looked at.
const LOOKS_EVERY: Duration = Duration::from_secs(2);

impl RedisStore {
    /// Tells of changes to keys that begin with `prefix:`, until stopped. Whenever it cannot, it says so and tries
    /// again after growing pauses.
    pub(crate) async fn listen(&self, prefix: &str, changes: Arc<dyn Changes>, stop: CancellationToken) {
        let options = &self.link.server().options;
        let mut pause = options.first_pause;
        let mut told = false;
        loop {
            let begun = Instant::now();
            let ended = stop.run_until_cancelled(Box::pin(self.follow(prefix, &changes))).await;
            changes.end();
            let Some(error) = ended else { return };
            if begun.elapsed() > options.longest_pause {
                pause = options.first_pause;
                told = false;
            }
            if !told {
                tracing::warn!(prefix, %error, "the near cache is off: changes are not told");
                told = true;
            }
            let spread = pause.mul_f64(0.75 + fastrand::f64() / 2.0);
            if stop.run_until_cancelled(tokio::time::sleep(spread)).await.is_none() {
                return;
            }
            pause = (pause * 2).min(options.longest_pause);
        }
    }

    /// Tells other programs what has changed, where the server does not. When that fails, their near caches learn of it
    /// when the entry's lifetime ends, or when they connect again.
    pub(super) async fn publish(&self, prefix: &str, keys: impl Iterator<Item = &[u8]>) {
        let channel = channel(prefix);
        let mut commands = Pipeline::new();
        for key in keys {
            commands.cmd("PUBLISH").arg(&channel).arg(key);
        }
        if let Err(error) = self.link.run_all(&commands, &[], Repeat::Once).await {
            tracing::debug!(prefix, %error, "a change was not published");
        }
    }

    /// Listens until something is wrong.
    async fn follow(&self, prefix: &str, changes: &Arc<dyn Changes>) -> CacheError {
        match self.try_follow(prefix, changes).await {
            Ok(()) => CacheError::Unreachable {
                server: self.link.server().label.clone(),
                cause: "the connection for changes has ended".to_owned(),
            },
            Err(Failure::Asking(error) | Failure::Connecting(error)) => {
                let server = self.link.server();
                explain(&error, &server.label, prefix.as_bytes(), server.options.response_timeout)
            }
        }
    }

    async fn try_follow(&self, prefix: &str, changes: &Arc<dyn Changes>) -> Result<(), Failure> {
        let ended = Arc::new(Notify::new());
        let masters = self.masters().await?;
        let mut ears = Vec::new();
        for master in &masters {
            let address = master.as_ref().zip(self.link.cluster()).map(|(master, cluster)| cluster.address(master));
            let ear = listen(self.link.server(), address.as_ref(), hear(changes.clone(), ended.clone()));
            ears.push(ear.await.map_err(Failure::Connecting)?);
        }
        for ear in &ears {
            self.begin_tracking(ear, prefix).await.map_err(Failure::Asking)?;
        }
        changes.begin();
        let mut looked = Instant::now();
        loop {
            tokio::select! {
                () = ended.notified() => return Ok(()),
                () = tokio::time::sleep(ASKS_EVERY) => {}
            }
            for ear in &ears {
                ask(ear, &redis::cmd("PING")).await.map_err(Failure::Asking)?;
            }
            if self.link.cluster().is_some() && looked.elapsed() > LOOKS_EVERY {
                if self.masters().await? != masters {
                    return Ok(());
                }
                looked = Instant::now();
            }
        }
    }

    /// The masters of a cluster, or the one server.
    async fn masters(&self) -> Result<Vec<Option<Master>>, Failure> {
        match self.link.cluster() {
            Some(cluster) => Ok(cluster.find_masters().await?.iter().cloned().map(Some).collect()),
            None => Ok(vec![None]),
        }
    }

    async fn begin_tracking(&self, ear: &Open, prefix: &str) -> Result<(), RedisError> {
        let mut tracking = redis::cmd("CLIENT");
        tracking.arg("TRACKING").arg("ON").arg("BCAST").arg("PREFIX").arg(format!("{prefix}:"));
        let refused = match ask(ear, &tracking).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_io_error() => return Err(error),
            Err(error) => error,
        };
        let mut subscribe = redis::cmd("SUBSCRIBE");
        subscribe.arg(channel(prefix));
        ask(ear, &subscribe).await?;
        if !self.publishes.swap(true, Ordering::Relaxed) {
            tracing::info!(prefix, %refused, "the server does not tell of changes; programs tell each other");
        }
        Ok(())
    }
}

/// The channel on which programs tell each other what they write, where the server does not.
fn channel(prefix: &str) -> String {
    format!("miorai:invalidate:{prefix}")
}

async fn ask(ear: &Open, command: &Cmd) -> Result<Value, RedisError> {
    ear.connection.clone().req_packed_command(command).await?.extract_error()
}

/// What is done with each message; it runs where the connection is read, so a change is known without a detour.
fn hear(changes: Arc<dyn Changes>, ended: Arc<Notify>) -> impl Fn(PushInfo) -> Result<(), ()> + Send + Sync + 'static {
    move |push| {
        match (push.kind, push.data.as_slice()) {
            (PushKind::Invalidate, [Value::Array(keys)]) => {
                for key in keys {
                    if let Value::BulkString(key) = key {
                        changes.one(key);
                    }
                }
            }
            // A database was emptied.
            (PushKind::Invalidate, _) => changes.all(),
            (PushKind::Message, [_, Value::BulkString(key)]) => changes.one(key),
            (PushKind::Disconnection, _) => ended.notify_one(),
            _ => {}
        }
        Ok(())
    }
}
