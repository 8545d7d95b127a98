//! The way of a command to the server and back: room, breaker, connection, one retry, the crate's own errors.

use crate::{
    error::CacheError,
    redis::{
        answer::{Failure, explain, is_answer},
        cluster::{Cluster, Master},
        connections::{COMMANDS_EACH, Connections},
        options::Topology,
        server::RedisServer,
    },
};
use futures_util::future::BoxFuture;
use redis::{Cmd, ErrorKind, Pipeline, RedisError, ServerErrorKind, Value};
use std::sync::Arc;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

/// Whether a command may be sent again when no answer came: it may have been carried out all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Twice is as good as once.
    Once,
    /// Twice would be wrong, as with counting.
    Never,
}

/// One space's way to its Redis.
///
/// At most 50 connections are open at once, each with at most [`COMMANDS_EACH`] commands under way. Who finds all of
/// them taken waits, at most for the time that the options say, and then gets [`CacheError::Busy`].
#[derive(Debug)]
pub(crate) struct Link {
    server: Arc<RedisServer>,
    way: Way,
    room: Semaphore,
}

/// What is asked.
#[derive(Clone, Copy)]
enum Question<'a> {
    Command(&'a Cmd),
    /// The answer is a list of answers.
    Commands(&'a Pipeline),
    OfMaster(&'a Cluster, &'a Master, &'a Cmd),
}

#[derive(Debug)]
enum Way {
    Single(Connections),
    Cluster(Cluster),
}

impl Link {
    pub(crate) fn new(server: Arc<RedisServer>, database: i64) -> Self {
        let way = match &server.options.topology {
            Topology::Single(_) | Topology::Sentinel { .. } => Way::Single(Connections::new(server.clone(), database)),
            Topology::Cluster(nodes) => Way::Cluster(Cluster::new(server.clone(), nodes.clone())),
        };
        let room = Semaphore::new(server.options.connections * COMMANDS_EACH);
        Self { server, way, room }
    }

    pub(crate) fn server(&self) -> &Arc<RedisServer> {
        &self.server
    }

    /// The cluster, when it is one.
    pub(crate) fn cluster(&self) -> Option<&Cluster> {
        match &self.way {
            Way::Single(_) => None,
            Way::Cluster(cluster) => Some(cluster),
        }
    }

    /// The answer to a command. `key` is what an error is about.
    pub(crate) async fn run(&self, command: &Cmd, key: &[u8], repeat: Repeat) -> Result<Value, CacheError> {
        self.ask(Question::Command(command), key, repeat).await
    }

    /// The answers to several commands, in one round trip (on a cluster: all at once, each to its master). An answer
    /// may be an error of the server.
    pub(crate) async fn run_all(
        &self,
        commands: &Pipeline,
        key: &[u8],
        repeat: Repeat,
    ) -> Result<Vec<Value>, CacheError> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        match self.ask(Question::Commands(commands), key, repeat).await? {
            Value::Array(answers) => Ok(answers),
            _ => Ok(Vec::new()),
        }
    }

    /// The answer of a certain master of a cluster.
    pub(crate) async fn run_on(&self, cluster: &Cluster, master: &Master, command: &Cmd) -> Result<Value, CacheError> {
        self.ask(Question::OfMaster(cluster, master, command), &[], Repeat::Once).await
    }

    /// Puts an error that the server gave inside of an answer into the crate's terms.
    pub(crate) fn explain(&self, error: &RedisError, key: &[u8]) -> CacheError {
        explain(error, &self.server.label, key, self.server.options.response_timeout)
    }

    async fn room(&self) -> Result<SemaphorePermit<'_>, CacheError> {
        if let Ok(room) = self.room.try_acquire() {
            return Ok(room);
        }
        match tokio::time::timeout(self.server.options.wait, self.room.acquire()).await {
            Ok(Ok(room)) => Ok(room),
            Ok(Err(_)) | Err(_) => Err(self.server.busy()),
        }
    }

    async fn ask(&self, question: Question<'_>, key: &[u8], repeat: Repeat) -> Result<Value, CacheError> {
        let _room = self.room().await?;
        let breaker = self.server.breaker(key);
        let mut first = true;
        loop {
            let leave = breaker.ask()?;
            let begun = Instant::now();
            let failure = match self.put(question).await {
                Ok(answer) => {
                    breaker.answered();
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let waited = begun.elapsed();
            let (explained, worth_repeating) = match &failure {
                Failure::Asking(error) if is_answer(error) => {
                    breaker.answered();
                    (self.explain(error, key), self.lost_its_master(error))
                }
                Failure::Connecting(error) | Failure::Asking(error) => {
                    let explained = explain(error, &self.server.label, key, waited);
                    breaker.failed(leave, &explained);
                    // A server that does not let us in will not do so a moment later; a command that was not even
                    // sent may be repeated, whatever it is.
                    let refused = matches!(explained, CacheError::Refused { .. });
                    let sent = matches!(failure, Failure::Asking(_));
                    (explained, !refused && (repeat == Repeat::Once || !sent))
                }
            };
            if !(first && worth_repeating) {
                return Err(explained);
            }
            first = false;
        }
    }

    async fn put(&self, question: Question<'_>) -> Result<Value, Failure> {
        // Boxed, with its type forgotten: what a cluster takes would otherwise be part of every command.
        let on_cluster: BoxFuture<'_, _> = match (question, &self.way) {
            (Question::Command(command), Way::Single(connections)) => return connections.command(command).await,
            (Question::Commands(commands), Way::Single(connections)) => return connections.commands(commands).await,
            (Question::Command(command), Way::Cluster(cluster)) => Box::pin(cluster.command(command)),
            (Question::Commands(commands), Way::Cluster(cluster)) => Box::pin(cluster.commands(commands)),
            (Question::OfMaster(cluster, master, command), _) => Box::pin(cluster.command_to(master, command.clone())),
        };
        on_cluster.await
    }

    /// Behind Sentinels, a server that only reads has become a replica: the next try asks who the master is now.
    /// Nothing was carried out, so whatever was asked may be asked again.
    fn lost_its_master(&self, error: &RedisError) -> bool {
        let demoted = matches!(self.server.options.topology, Topology::Sentinel { .. })
            && error.kind() == ErrorKind::Server(ServerErrorKind::ReadOnly);
        if demoted && let Way::Single(connections) = &self.way {
            connections.forget();
        }
        demoted
    }
}
