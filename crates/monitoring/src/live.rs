//! The hub of the live stream: what happens is put in once and comes out at every client.

use crate::tick::Tick;
use miorai_model::{Event, Health};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::broadcast;

/// How many events wait for a slow client. One that is further behind loses the oldest and is told so.
pub const CAPACITY: usize = 32;

/// What clients of the live stream hear of.
#[derive(Clone, Debug)]
pub enum LiveEvent {
    /// A new frame.
    Tick(Arc<Tick>),
    /// The health of a check has changed.
    Health(Arc<Health>),
    /// A new line in the journal.
    Log(Arc<Event>),
}

/// Hands events to everybody who listens.
#[derive(Debug)]
pub struct LiveHub {
    sender: broadcast::Sender<LiveEvent>,
    counters: Arc<LiveCounters>,
}

impl Default for LiveHub {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(CAPACITY), counters: Arc::default() }
    }
}

impl LiveHub {
    /// Everything from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<LiveEvent> {
        self.sender.subscribe()
    }

    /// Hands on. It waits for nobody; when nobody listens, it is gone.
    pub fn publish(&self, event: LiveEvent) {
        // The only error is that nobody listens.
        let _ = self.sender.send(event);
    }

    /// What the stream has done so far.
    pub const fn counters(&self) -> &Arc<LiveCounters> {
        &self.counters
    }
}

/// What the live stream has done so far. Sessions count here by themselves.
#[derive(Debug, Default)]
pub struct LiveCounters {
    clients: AtomicU64,
    bytes: AtomicU64,
    missed: AtomicU64,
}

impl LiveCounters {
    /// Clients there are now.
    pub fn clients(&self) -> u64 {
        self.clients.load(Ordering::Relaxed)
    }

    /// Bytes of messages handed to clients.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Frames that clients were told they missed.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    pub(crate) fn count_bytes(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn count_missed(&self, frames: u64) {
        self.missed.fetch_add(frames, Ordering::Relaxed);
    }

    /// Counts a client until what is returned is dropped.
    pub(crate) fn enter(self: &Arc<Self>) -> Present {
        self.clients.fetch_add(1, Ordering::Relaxed);
        Present(Arc::clone(self))
    }
}

/// A client that is there.
#[derive(Debug)]
pub(crate) struct Present(Arc<LiveCounters>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.clients.fetch_sub(1, Ordering::Relaxed);
    }
}
