//! The board: takes in what is counted, and answers what is asked.

use super::{
    Drained, Told,
    figures::{Series, Together},
    senders::{From, ReportError, Senders},
    slow::SlowRequests,
    subjects::{Room, SubjectKey, Subjects},
    window::Window,
};
use crate::Readings;
use miorai_model::{
    Clock, Timestamp,
    performance::{Overflow, RouteInterval, ServiceReport, SlowRequest},
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The bounds of a board.
#[derive(Clone, Copy, Debug)]
pub struct BoardOptions {
    /// Routes of all programs that are told apart, by method.
    pub routes: usize,
    /// Routes that are series of their own: the busiest.
    pub routes_as_series: usize,
    /// Programs that may report.
    pub senders: usize,
    /// How far a report can reach back.
    pub reach: Duration,
    /// The time that is told apart in a report.
    pub interval: Duration,
    /// Bytes of what is kept for reports, beyond which they reach less far back.
    pub window_bytes: usize,
}

impl Default for BoardOptions {
    fn default() -> Self {
        Self {
            routes: 4_000,
            routes_as_series: 50,
            senders: 64,
            reach: Duration::from_hours(1),
            interval: Duration::from_secs(10),
            window_bytes: 4 << 20,
        }
    }
}

/// A newcomer takes the series of another route when it was asked so many times as often in the last interval.
const BUSIER: u64 = 10;

/// The speed of this program's API and of those that report. A clone is the same board.
#[derive(Clone)]
pub struct Board {
    pub(super) clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

/// What is behind the board.
pub(super) struct State {
    pub(super) options: BoardOptions,
    pub(super) subjects: Subjects,
    pub(super) senders: Senders,
    pub(super) window: Window,
    pub(super) slow: SlowRequests,
    pub(super) together: Together,
    /// Series that are to be released.
    pub(super) given_up: Vec<Series>,
    /// Since when it is counted.
    pub(super) since: Timestamp,
    /// Requests of own routes beyond the layer's limit.
    own_overflow: u64,
    /// Requests of routes beyond the board's limit.
    board_overflow: u64,
}

impl Board {
    /// An empty board.
    pub fn new(options: BoardOptions, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            subjects: Subjects::new(options.routes),
            senders: Senders::new(options.senders),
            window: Window::new(clock.monotonic(), options.interval, options.reach, options.window_bytes),
            slow: SlowRequests::default(),
            together: Together::default(),
            given_up: Vec::new(),
            since: clock.now(),
            own_overflow: 0,
            board_overflow: 0,
            options,
        };
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Takes in what this program has counted.
    pub fn take_own(&self, drained: Drained) {
        let (now, mut state) = (self.clock.monotonic(), self.state());
        state.own_overflow = drained.overflow;
        let own = From { number: 0, service: "".into() };
        state.take(&own, &drained.routes, now);
        drained.slow_requests.into_iter().for_each(|slow| state.slow.add(slow));
        state.roll(now, self.clock.now());
    }

    /// Takes in what another program reports. What was told before is not counted again.
    ///
    /// # Errors
    /// When there is no room for another program, or a field is out of bounds.
    pub fn take(&self, mut report: ServiceReport) -> Result<(), ReportError> {
        let (now, mut state) = (self.clock.monotonic(), self.state());
        let Some(from) = state.senders.note(&mut report, now)? else { return Ok(()) };
        state.take(&from, &report.routes, now);
        let at_most = self.clock.now();
        let at_least = at_most.minus(state.options.reach);
        for slow in report.slow_requests {
            // The other's clock may be wrong.
            let at = slow.at.clamp(at_least, at_most);
            state.slow.add(SlowRequest { service: Some(from.service.to_string()), at, ..slow });
        }
        Ok(())
    }

    /// Takes in what other programs have told of routes whose series are in frames already: they get none of the board.
    pub fn take_told(&self, told: &[Told]) {
        if told.is_empty() {
            return;
        }
        let (now, mut state) = (self.clock.monotonic(), self.state());
        for Told { service, route } in told {
            let from = From { number: Senders::NOBODY, service: Arc::clone(service) };
            let number = state.number(&from, route);
            if let Some(subject) = state.subjects.get_mut(number) {
                subject.is_shown = true;
            }
            state.count(number, route, now);
        }
    }

    /// Adds the series of the busiest routes and of all together to a frame.
    pub fn push(&self, readings: &mut Readings) {
        self.state().push(readings);
    }

    /// A slow request by its id, as long as it is remembered.
    pub fn slow(&self, request_id: &str) -> Option<SlowRequest> {
        self.state().slow.find(request_id).cloned()
    }

    /// Lets everything start anew; from when on it counts.
    pub fn reset(&self) -> Timestamp {
        let (now, mut state) = (self.clock.now(), self.state());
        state.window.clear(self.clock.monotonic());
        state.slow.clear();
        state.together.classes = [0; 5];
        state.subjects.iter_mut().for_each(|subject| subject.classes = [0; 5]);
        state.since = now;
        now
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Board").field("options", &self.state().options).finish_non_exhaustive()
    }
}

impl State {
    fn take(&mut self, from: &From, routes: &[RouteInterval], now: Duration) {
        let with_series = self.subjects.iter().filter(|subject| subject.series.is_some()).count();
        let mut room_for_series = self.options.routes_as_series.saturating_sub(with_series);
        for told in routes {
            let number = self.number(from, told);
            let Some(subject) = self.subjects.get_mut(number) else { continue };
            if room_for_series > 0 && subject.wants_series() {
                room_for_series -= 1;
                subject.series = Some(Box::default());
            }
            subject.set_in_flight(from.number, told.in_flight);
            self.count(number, told, now);
        }
    }

    /// The number of the route that is told of.
    fn number(&mut self, from: &From, told: &RouteInterval) -> usize {
        let service = (from.number > 0).then(|| Arc::clone(&from.service));
        let key = SubjectKey { service, method: told.method.as_str().into(), route: told.route.as_str().into() };
        let (number, room) = self.subjects.number(key);
        if room == Room::Shared {
            self.board_overflow += told.counts.requests();
        }
        number
    }

    /// Adds what was counted of the route with this number.
    fn count(&mut self, number: usize, told: &RouteInterval, now: Duration) {
        let Some(subject) = self.subjects.get_mut(number) else { return };
        subject.count(told, now);
        self.together.series.second.merge(&told.counts);
        for (total, more) in self.together.classes.iter_mut().zip(told.counts.classes) {
            *total = total.saturating_add(more);
        }
        if !told.counts.is_empty() {
            self.window.add(number, &told.counts);
        }
    }

    /// What is to be done when an interval is over.
    fn roll(&mut self, now: Duration, at: Timestamp) {
        if !self.window.roll(now) {
            return;
        }
        self.slow.age(at, self.options.reach);
        for gone in self.senders.fade(now) {
            self.subjects.iter_mut().for_each(|subject| subject.set_in_flight(gone, 0));
        }
        self.hand_on_series();
        let forgotten = self.subjects.forget(now.saturating_sub(self.options.reach + self.options.interval));
        self.given_up.extend(forgotten);
        self.subjects.iter_mut().for_each(|subject| subject.asked = 0);
    }

    /// Gives the series of the least busy route to the busiest that has none, when that is much busier.
    fn hand_on_series(&mut self) {
        let newcomer = self.subjects.iter_mut().filter(|subject| subject.wants_series()).max_by_key(|s| s.asked);
        let Some(asked) = newcomer.map(|subject| subject.asked) else { return };
        let idle = self.subjects.iter_mut().filter(|subject| subject.series.is_some()).min_by_key(|s| s.asked);
        let Some(idle) = idle.filter(|subject| asked > subject.asked * BUSIER) else { return };
        self.given_up.extend(idle.series.take().map(|series| *series));
        let newcomer = self.subjects.iter_mut().find(|subject| subject.wants_series() && subject.asked == asked);
        if let Some(newcomer) = newcomer {
            newcomer.series = Some(Box::default());
        }
    }

    /// Requests being answered now.
    pub(super) fn in_flight(&self) -> u64 {
        self.subjects.iter().map(super::subjects::Subject::in_flight).sum()
    }

    /// What found no room.
    pub(super) fn overflow(&self) -> Overflow {
        Overflow {
            routes_limit: self.options.routes as u64,
            requests: self.own_overflow + self.board_overflow + self.senders.overflow(),
            statement_calls: 0,
            refused_reports: self.senders.refused(),
        }
    }
}
