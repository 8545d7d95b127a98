//! The handle by which everybody reaches the newest values, the past, the journal and the live stream.

use crate::{
    catalog::Catalog,
    collector::Collector,
    figures::MoreFigures,
    health::{Evaluator, ProgramCheck, Thresholds},
    live::{LiveCounters, LiveEvent, LiveHub},
    recent::Recent,
    sampler::{Sampler, SamplerParts},
    tick::Tick,
};
use miorai_model::{Check, Clock, Event, Health, Severity, Timestamp, host::Host};
use miorai_storage::{History, Journal, MemoryHistory, MemoryJournal};
use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::sync::{broadcast, watch};

/// What is known now, and the ways to the past and to the live stream. Cheap to clone: all clones are one.
#[derive(Clone)]
pub struct Monitor(Arc<Shared>);

struct Shared {
    host: Host,
    clock: Arc<dyn Clock>,
    started_at: Timestamp,
    /// The same on the clock that never jumps.
    started: Duration,
    interval: Duration,
    catalog: Arc<Catalog>,
    latest: RwLock<Option<Arc<Tick>>>,
    health: RwLock<Arc<Health>>,
    hub: LiveHub,
    /// The last frames, for clients that come back.
    recent: Recent,
    /// Where questions about the past are answered.
    history: Arc<dyn History>,
    journal: Arc<dyn Journal>,
    /// Whether there is a frame.
    begun: watch::Sender<bool>,
}

impl Monitor {
    /// Begins to put a monitor together.
    pub fn builder(host: Host, clock: Arc<dyn Clock>) -> MonitorBuilder {
        MonitorBuilder {
            host,
            clock,
            collectors: Vec::new(),
            more: Vec::new(),
            checks: Vec::new(),
            thresholds: Thresholds::default(),
            interval: Duration::from_secs(1),
            deadline: Duration::from_millis(500),
            series_limit: 10_000,
            frames: 900,
            history: None,
            journal: None,
        }
    }

    /// The newest frame, with what is made of it; nothing before the first.
    pub fn latest(&self) -> Option<Arc<Tick>> {
        self.0.latest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The series known.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.0.catalog
    }

    /// The health at the newest frame.
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.0.health.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The machine that is watched.
    pub fn host(&self) -> &Host {
        &self.0.host
    }

    /// When this run of the server started.
    pub fn started_at(&self) -> Timestamp {
        self.0.started_at
    }

    /// How long this run of the server has lasted, whatever was done to the machine's clock.
    pub fn uptime(&self) -> Duration {
        self.0.clock.monotonic().saturating_sub(self.0.started)
    }

    /// The clock by which everything here goes.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// The time from one frame to the next.
    pub fn interval(&self) -> Duration {
        self.0.interval
    }

    /// Everything that happens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<LiveEvent> {
        self.0.hub.subscribe()
    }

    /// Where questions about the past are answered.
    pub fn history(&self) -> &Arc<dyn History> {
        &self.0.history
    }

    /// The last frames, for clients that come back.
    pub fn recent(&self) -> &Recent {
        &self.0.recent
    }

    /// What has happened.
    pub fn journal(&self) -> &Arc<dyn Journal> {
        &self.0.journal
    }

    /// What the live stream has done so far.
    pub fn live_counters(&self) -> &Arc<LiveCounters> {
        self.0.hub.counters()
    }

    /// Writes an event into the journal, into the program's log, and to the clients that want it.
    pub fn record_event(&self, severity: Severity, source: &str, message: &str) -> Arc<Event> {
        self.record_event_with(severity, source, message, None)
    }

    /// The same with more about it: the text of a JSON value.
    pub fn record_event_with(
        &self,
        severity: Severity,
        source: &str,
        message: &str,
        detail: Option<&str>,
    ) -> Arc<Event> {
        let event = self.0.journal.append_detailed(self.0.clock.now(), severity, source, message, detail);
        let event = Arc::new(event);
        match severity {
            Severity::Info => tracing::info!(source, "{message}"),
            Severity::Warning => tracing::warn!(source, "{message}"),
            Severity::Error => tracing::error!(source, "{message}"),
        }
        self.0.hub.publish(LiveEvent::Log(Arc::clone(&event)));
        event
    }

    /// Waits until there is a frame, and gives the newest.
    pub async fn wait_for_first_frame(&self) -> Arc<Tick> {
        let mut begun = self.0.begun.subscribe();
        loop {
            if let Some(tick) = self.latest() {
                return tick;
            }
            // The sender lives as long as this handle.
            let _ = begun.changed().await;
        }
    }

    /// Makes a frame the newest: keeps it, and sends it to everybody.
    pub(crate) fn publish(&self, tick: Arc<Tick>) {
        let shared = &self.0;
        shared.history.record(&tick.frame, &tick.series);
        // Who sees that it is the newest finds it here.
        shared.recent.push(Arc::clone(tick.messages()));
        *shared.latest.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&tick));
        shared.begun.send_if_modified(|begun| !std::mem::replace(begun, true));
        shared.hub.publish(LiveEvent::Tick(tick));
    }

    /// Takes over the health; checks whose status is another one go into the journal and to the clients.
    pub(crate) fn set_health(&self, health: Health) {
        let health = Arc::new(health);
        let before = {
            let mut current = self.0.health.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, Arc::clone(&health))
        };
        let mut changed = false;
        for (now, then) in health.checks.iter().zip(&before.checks).filter(|(now, then)| now.status != then.status) {
            let severity = match now.status {
                miorai_model::Status::Unhealthy => Severity::Error,
                miorai_model::Status::Degraded => Severity::Warning,
                _ => Severity::Info,
            };
            let (name, from, to) = (&now.name, then.status.word(), now.status.word());
            let text =
                format!("The check {name} went from {} to {}: {}", from.to_lowercase(), to.to_lowercase(), now.message);
            self.record_event(severity, "health", &text);
            changed = true;
        }
        if changed {
            self.0.hub.publish(LiveEvent::Health(health));
        }
    }
}

/// Puts a monitor together.
#[must_use = "nothing runs before it is built"]
pub struct MonitorBuilder {
    host: Host,
    clock: Arc<dyn Clock>,
    collectors: Vec<Box<dyn Collector>>,
    more: Vec<MoreFigures>,
    checks: Vec<ProgramCheck>,
    thresholds: Thresholds,
    interval: Duration,
    deadline: Duration,
    series_limit: usize,
    frames: usize,
    history: Option<Arc<dyn History>>,
    journal: Option<Arc<dyn Journal>>,
}

impl MonitorBuilder {
    /// Adds a collector.
    pub fn collector(mut self, collector: impl Collector) -> Self {
        self.collectors.push(Box::new(collector));
        self
    }

    /// Adds several collectors.
    pub fn collectors(mut self, collectors: impl IntoIterator<Item = Box<dyn Collector>>) -> Self {
        self.collectors.extend(collectors);
        self
    }

    /// Adds figures of the program that are at hand: they are read where frames are made, without a thread.
    pub fn figures(mut self, read: impl FnMut(&mut crate::Readings) + Send + 'static) -> Self {
        self.more.push(Box::new(read));
        self
    }

    /// Adds a check of the program, or gives the one of `database` or `cache` its content. It is taken once a frame and
    /// must be at hand; its name stays the same.
    pub fn check(mut self, judge: impl FnMut() -> Check + Send + 'static) -> Self {
        self.checks.push(Box::new(judge));
        self
    }

    /// From where on something is not well any more.
    pub fn thresholds(mut self, thresholds: Thresholds) -> Self {
        self.thresholds = thresholds;
        self
    }

    /// The time from one frame to the next: a second, unless said otherwise. At least a millisecond.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(Duration::from_millis(1));
        self
    }

    /// How long a tick waits for collectors: half a second, unless said otherwise.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// At most this many series: 10 000, unless said otherwise.
    pub fn series_limit(mut self, limit: usize) -> Self {
        self.series_limit = limit;
        self
    }

    /// How many frames are kept in memory: 900, unless said otherwise.
    pub fn frames_in_memory(mut self, frames: usize) -> Self {
        self.frames = frames;
        self
    }

    /// Where questions about the past are answered instead of from the frames in memory.
    pub fn history(mut self, history: Arc<dyn History>) -> Self {
        self.history = Some(history);
        self
    }

    /// Where events are kept instead of in memory.
    pub fn journal(mut self, journal: Arc<dyn Journal>) -> Self {
        self.journal = Some(journal);
        self
    }

    /// The monitor, and the sampler that fills it. Nothing runs yet: see [`Sampler::run`].
    pub fn build(mut self) -> (Monitor, Sampler) {
        let started_at = self.clock.now();
        let monitor = Monitor(Arc::new(Shared {
            host: self.host,
            started_at,
            started: self.clock.monotonic(),
            interval: self.interval,
            catalog: Arc::new(Catalog::new(self.series_limit).remembering(self.frames)),
            latest: RwLock::default(),
            health: RwLock::new(Arc::new(Evaluator::initial(started_at, &mut self.checks))),
            hub: LiveHub::default(),
            history: self.history.unwrap_or_else(|| Arc::new(MemoryHistory::new(self.frames))),
            recent: Recent::default(),
            journal: self.journal.unwrap_or_else(|| Arc::new(MemoryJournal::default())),
            begun: watch::Sender::new(false),
            clock: self.clock,
        }));
        let parts = SamplerParts {
            collectors: self.collectors,
            more: self.more,
            checks: self.checks,
            thresholds: self.thresholds,
            interval: self.interval,
            deadline: self.deadline,
        };
        (monitor.clone(), Sampler::new(monitor, parts))
    }
}
