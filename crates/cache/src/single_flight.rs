//! One computation a key in the process, however many ask.
//!
//! The first who asks leads: it computes, and all others wait for what it finds. A leader that goes away, because its
//! future is dropped or panics, hands over to one of those who wait. When the computation fails, each of them computes
//! for itself: the error belongs to the leader's caller.
//!
//! What is deleted or invalidated while it is being computed must not come back: whoever changes entries calls
//! [`Flights::forget`] first, and a leader that was forgotten keeps nothing.

use foldhash::fast::RandomState;
use std::{
    any::Any,
    collections::HashMap,
    hash::BuildHasher as _,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::watch;

/// Keys are spread over this many locks.
const SHARDS: usize = 16;

/// What a leader found, for all who wait.
pub(crate) type Found = Arc<dyn Any + Send + Sync>;

/// How a flight ended for those who wait.
#[derive(Clone)]
pub(crate) enum Landed {
    /// With a value.
    Found(Found),
    /// The computation failed.
    Failed,
    /// The leader went away.
    Abandoned,
}

type Shard = HashMap<Box<[u8]>, Arc<Flight>, RandomState>;

/// All computations under way in a space.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    landed: AtomicU64,
}

#[derive(Debug)]
struct Flight {
    outcome: watch::Receiver<Option<Landed>>,
    tags: Box<[Box<[u8]>]>,
}

impl std::fmt::Debug for Landed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Found(_) => "Found",
            Self::Failed => "Failed",
            Self::Abandoned => "Abandoned",
        })
    }
}

/// What a caller has to do.
pub(crate) enum Role {
    /// Compute.
    Lead(Lead),
    /// Wait.
    Wait(Waiting),
}

impl Flights {
    /// Takes part in the computation of a key.
    pub(crate) fn join(self: &Arc<Self>, key: &[u8], tags: &[Box<[u8]>]) -> Role {
        let mut flights = self.shard(key);
        if let Some(flight) = flights.get(key) {
            return Role::Wait(Waiting(flight.outcome.clone()));
        }
        let (sender, outcome) = watch::channel(None);
        let flight = Arc::new(Flight { outcome, tags: tags.into() });
        flights.insert(key.into(), flight.clone());
        Role::Lead(Lead { flights: self.clone(), key: key.into(), flight, sender, landed: Landed::Abandoned })
    }

    /// How many flights have landed: who becomes a leader after this has changed looks once more whether the value is
    /// there.
    pub(crate) fn landed(&self) -> u64 {
        self.landed.load(Ordering::Acquire)
    }

    /// Whatever is being computed for this key is out of date.
    pub(crate) fn forget(&self, key: &[u8]) {
        self.shard(key).remove(key);
    }

    /// Whatever is being computed for keys or tags of this kind is out of date.
    pub(crate) fn forget_where(&self, is_out_of_date: impl Fn(&[u8], &[Box<[u8]>]) -> bool) {
        for shard in &self.shards {
            let mut flights = shard.lock().unwrap_or_else(PoisonError::into_inner);
            flights.retain(|key, flight| !is_out_of_date(key, &flight.tags));
        }
    }

    fn shard(&self, key: &[u8]) -> MutexGuard<'_, Shard> {
        let shard = self.hasher.hash_one(key) as usize % SHARDS;
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right and duty to compute. Dropped without an end, it hands over.
pub(crate) struct Lead {
    flights: Arc<Flights>,
    key: Box<[u8]>,
    flight: Arc<Flight>,
    sender: watch::Sender<Option<Landed>>,
    landed: Landed,
}

impl Lead {
    /// Whether what is computed is still wanted: nothing has been invalidated in the meantime.
    pub(crate) fn is_current(&self) -> bool {
        self.flights.shard(&self.key).get(&self.key).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight))
    }

    /// Gives what was found to all who wait.
    pub(crate) fn found(mut self, found: Found) {
        self.landed = Landed::Found(found);
    }

    /// The computation failed.
    pub(crate) fn failed(mut self) {
        self.landed = Landed::Failed;
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        let mut flights = self.flights.shard(&self.key);
        if flights.get(&self.key).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            flights.remove(&self.key);
        }
        self.flights.landed.fetch_add(1, Ordering::Release);
        drop(flights);
        self.sender.send_replace(Some(self.landed.clone()));
    }
}

/// Waits for a leader.
pub(crate) struct Waiting(watch::Receiver<Option<Landed>>);

impl Waiting {
    pub(crate) async fn landed(mut self) -> Landed {
        match self.0.wait_for(Option::is_some).await {
            Ok(landed) => landed.clone().unwrap_or(Landed::Abandoned),
            Err(_) => Landed::Abandoned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead(flights: &Arc<Flights>, key: &[u8]) -> Lead {
        match flights.join(key, &[]) {
            Role::Lead(lead) => lead,
            Role::Wait(_) => panic!("somebody leads already"),
        }
    }

    fn wait(flights: &Arc<Flights>, key: &[u8]) -> Waiting {
        match flights.join(key, &[]) {
            Role::Lead(_) => panic!("nobody leads"),
            Role::Wait(waiting) => waiting,
        }
    }

    #[tokio::test]
    async fn those_who_wait_get_what_the_leader_found() {
        let flights = Arc::new(Flights::default());
        let leader = lead(&flights, b"key");
        let (one, other) = (wait(&flights, b"key"), wait(&flights, b"key"));
        leader.found(Arc::new(7_i32));
        for waiting in [one, other] {
            let Landed::Found(found) = waiting.landed().await else { panic!("nothing found") };
            assert_eq!(found.downcast_ref::<i32>(), Some(&7));
        }
        assert_eq!(flights.landed(), 1);
    }

    #[tokio::test]
    async fn a_leader_that_goes_away_hands_over() {
        let flights = Arc::new(Flights::default());
        let leader = lead(&flights, b"key");
        let waiting = wait(&flights, b"key");
        drop(leader);
        assert!(matches!(waiting.landed().await, Landed::Abandoned));
        lead(&flights, b"key").failed();
    }

    #[tokio::test]
    async fn a_forgotten_leader_does_not_end_the_flight_of_its_successor() {
        let flights = Arc::new(Flights::default());
        let old = lead(&flights, b"key");
        flights.forget(b"key");
        let new = lead(&flights, b"key");
        assert!(!old.is_current() && new.is_current());
        let waiting = wait(&flights, b"key");
        old.found(Arc::new(1_i32));
        assert!(new.is_current());
        new.found(Arc::new(2_i32));
        let Landed::Found(found) = waiting.landed().await else { panic!("nothing found") };
        assert_eq!(found.downcast_ref::<i32>(), Some(&2));
    }

    #[test]
    fn flights_are_forgotten_by_key_and_by_tag() {
        let flights = Arc::new(Flights::default());
        let tags: [Box<[u8]>; 1] = [b"tag"[..].into()];
        let Role::Lead(tagged) = flights.join(b"one", &tags) else { panic!("nobody leads") };
        let other = lead(&flights, b"other");
        flights.forget_where(|_, tags| tags.iter().any(|tag| **tag == *b"tag"));
        assert!(!tagged.is_current() && other.is_current());
    }
}
