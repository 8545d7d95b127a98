//! The connections of one space to one server: few are opened, many commands are under way on each.

use crate::redis::{
    answer::Failure,
    connect::{Open, connect},
    server::RedisServer,
};
use futures_util::future::BoxFuture;
use redis::{Cmd, Pipeline, RedisError, Value};
use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Commands under way on one connection. The next connection is opened when those open have as many: so one is enough
/// for hundreds of thousands of commands a second, and a crowd of slow ones gets more.
pub(crate) const COMMANDS_EACH: usize = 64;

/// Up to 50 connections, opened when they are needed. Never asked for more than connections × [`COMMANDS_EACH`]
/// commands at once: `link` sees to that.
pub(crate) struct Connections {
    server: Arc<RedisServer>,
    database: i64,
    slots: Box<[Slot]>,
}

#[derive(Default)]
struct Slot {
    under_way: AtomicUsize,
    held: Mutex<Held>,
    /// One caller opens, others wait for what comes of it.
    opening: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Held {
    open: Option<Arc<Open>>,
    /// How often opening has failed, and why at last.
    failures: u64,
    failure: Option<RedisError>,
}

/// A place on a connection, given back when dropped.
struct Place<'a>(&'a Slot);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Connections {
    pub(crate) fn new(server: Arc<RedisServer>, database: i64) -> Self {
        let slots = (0..server.options.connections).map(|_| Slot::default()).collect();
        Self { server, database, slots }
    }

    pub(crate) async fn command(&self, command: &Cmd) -> Result<Value, Failure> {
        let place = self.place();
        let open = self.open(place.0).await.map_err(Failure::Connecting)?;
        let outcome = open.connection.clone().send_packed_command(command).await.and_then(Value::extract_error);
        place.0.judge(&open, outcome.as_ref().err());
        outcome.map_err(Failure::Asking)
    }

    /// Several commands in one round trip: a list of answers, of which each may be an error of the server.
    pub(crate) async fn commands(&self, commands: &Pipeline) -> Result<Value, Failure> {
        let place = self.place();
        let open = self.open(place.0).await.map_err(Failure::Connecting)?;
        let outcome = open.connection.clone().send_packed_commands(commands, 0, commands.len()).await;
        place.0.judge(&open, outcome.as_ref().err());
        outcome.map(Value::Array).map_err(Failure::Asking)
    }

    /// Lets go of all connections: the next command opens one to whichever server is the master then.
    pub(crate) fn forget(&self) {
        for slot in &self.slots {
            slot.held().open = None;
        }
    }

    /// The first connection with room, so that a single caller always uses the same one.
    fn place(&self) -> Place<'_> {
        for slot in &self.slots {
            let before = slot.under_way.fetch_add(1, Ordering::Relaxed);
            if before < COMMANDS_EACH {
                return Place(slot);
            }
            slot.under_way.fetch_sub(1, Ordering::Relaxed);
        }
        // Only when several callers have raced for the last room: one more on the first does no harm.
        let slot = &self.slots[0];
        slot.under_way.fetch_add(1, Ordering::Relaxed);
        Place(slot)
    }

    async fn open(&self, slot: &Slot) -> Result<Arc<Open>, RedisError> {
        let failures = {
            let held = slot.held();
            if let Some(open) = held.usable() {
                return Ok(open);
            }
            held.failures
        };
        // Boxed, with its type forgotten: what connecting takes would otherwise be part of every command.
        let opening: BoxFuture<'_, _> = Box::pin(self.open_anew(slot, failures));
        opening.await
    }

    async fn open_anew(&self, slot: &Slot, failures: u64) -> Result<Arc<Open>, RedisError> {
        let _turn = slot.opening.lock().await;
        {
            let held = slot.held();
            if let Some(open) = held.usable() {
                return Ok(open);
            }
            if held.failures != failures
                && let Some(failure) = &held.failure
            {
                return Err(failure.clone());
            }
        }
        let outcome = connect(&self.server, self.database).await;
        let mut held = slot.held();
        match outcome {
            Ok(open) => {
                let open = Arc::new(open);
                held.open = Some(open.clone());
                Ok(open)
            }
            Err(failure) => {
                held.failures += 1;
                held.failure = Some(failure.clone());
                Err(failure)
            }
        }
    }
}

impl Slot {
    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing is done under the lock that could leave it half done.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection on which an answer was late or broken off is not used again: a late answer may still come, and
    /// the next caller should not stand behind it.
    fn judge(&self, open: &Arc<Open>, error: Option<&RedisError>) {
        if error.is_some_and(|error| error.is_io_error() || error.is_unrecoverable_error()) {
            let mut held = self.held();
            if held.open.as_ref().is_some_and(|current| Arc::ptr_eq(current, open)) {
                held.open = None;
            }
        }
    }
}

impl Held {
    fn usable(&self) -> Option<Arc<Open>> {
        self.open.as_ref().filter(|open| !open.has_ended()).cloned()
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.slots.iter().filter(|slot| slot.held().usable().is_some()).count();
        f.debug_struct("Connections").field("database", &self.database).field("open", &open).finish_non_exhaustive()
    }
}
