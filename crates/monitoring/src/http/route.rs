//! The counts of one route with one method.

use miorai_model::performance::{Counts, RouteInterval};
use std::{
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How an answer came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With this status.
    Status(u16),
    /// The handler panicked.
    Panicked,
    /// The client gave up before there was an answer.
    Cancelled,
}

/// A route with one method.
#[derive(Debug)]
pub(super) struct Route {
    pub method: &'static str,
    pub path: Box<str>,
    in_flight: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Since it was last told.
    counts: Counts,
    /// The requests in flight that were last told.
    told_in_flight: u64,
}

impl Route {
    pub(super) fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.into(), in_flight: AtomicU64::new(0), state: Mutex::default() }
    }

    /// A request comes in.
    pub(super) fn begin(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// A request is over. What had no answer has no duration.
    pub(super) fn end(&self, end: End, took: Duration, request_bytes: u64, response_bytes: u64) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let counts = &mut self.state().counts;
        let class = match end {
            End::Status(status) => Some(usize::from(status / 100).clamp(1, 5) - 1),
            End::Panicked => Some(4),
            End::Cancelled => None,
        };
        match class {
            Some(class) => {
                counts.classes[class] += 1;
                counts.durations.add(took.as_secs_f64());
            }
            None => counts.cancelled += 1,
        }
        counts.request_bytes = counts.request_bytes.saturating_add(request_bytes);
        counts.response_bytes = counts.response_bytes.saturating_add(response_bytes);
    }

    /// More of an answer was sent.
    pub(super) fn sent(&self, bytes: u64) {
        let counts = &mut self.state().counts;
        counts.response_bytes = counts.response_bytes.saturating_add(bytes);
    }

    /// What was counted since this was last asked; nothing when there is nothing new.
    pub(super) fn drain(&self) -> Option<RouteInterval> {
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        let mut state = self.state();
        let told = mem::replace(&mut state.told_in_flight, in_flight);
        if state.counts.is_empty() && in_flight == told {
            return None;
        }
        let counts = mem::take(&mut state.counts);
        drop(state);
        Some(RouteInterval { method: self.method.to_owned(), route: self.path.to_string(), in_flight, counts })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_how_they_end_and_told_once() {
        let route = Route::new("GET", "/players/{id}");
        for end in
            [End::Status(200), End::Status(204), End::Status(404), End::Status(999), End::Panicked, End::Cancelled]
        {
            route.begin();
            route.end(end, Duration::from_millis(3), 5, 7);
        }
        route.begin();
        let told = route.drain().unwrap();
        assert_eq!((told.counts.classes, told.counts.cancelled, told.in_flight), ([0, 2, 0, 1, 2], 1, 1));
        assert_eq!((told.counts.request_bytes, told.counts.response_bytes), (30, 42));
        assert_eq!(told.counts.durations.count(), 5, "what was given up has no duration");
        assert_eq!(route.drain(), None, "nothing has changed");
        route.end(End::Status(200), Duration::from_millis(3), 0, 0);
        assert_eq!(route.drain().map(|told| (told.in_flight, told.counts.requests())), Some((0, 1)));
    }

    #[test]
    fn that_nothing_is_in_flight_any_more_is_told_too() {
        let route = Route::new("GET", "/");
        route.begin();
        assert_eq!(route.drain().map(|told| told.in_flight), Some(1));
        route.end(End::Cancelled, Duration::ZERO, 0, 0);
        assert_eq!(route.drain().map(|told| told.in_flight), Some(0));
        assert_eq!(route.drain(), None);
    }
}
