//! One client of the live stream: what it is sent, and when.
//!
//! A session is a state machine without any I/O. Who drives it subscribes to the hub first and opens the session then;
//! frames that come both ways are sent once. A client that comes back has a cursor in the last frames, which the driver
//! moves on part by part as the client takes them.
//!
//! ```
//! # use miorai_model::{host::Host, Topic, Topics};
//! # use miorai_monitoring::{Monitor, Outgoing, Session, SessionOptions, SystemClock};
//! # use std::sync::Arc;
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let (monitor, mut sampler) = Monitor::builder(Host::default(), Arc::new(SystemClock::default())).build();
//! let mut events = monitor.subscribe();
//! let options = SessionOptions { topics: Topics::of([Topic::All]), ..SessionOptions::default() };
//! let (mut session, mut outgoing) = Session::open(&monitor, options);
//! sampler.tick().await;
//! session.on_event(&events.recv().await.unwrap(), &mut outgoing);
//! let [Outgoing::Text(hello), Outgoing::Text(frame)] = &outgoing[..] else { unreachable!() };
//! assert!(hello.starts_with(br#"{"type":"hello","protocol":1"#));
//! assert!(frame.starts_with(br#"{"type":"frame","topic":"all","seq":1"#));
//! # });
//! ```

use crate::{
    live::{LiveEvent, Present},
    messages::{Encoding, Messages},
    monitor::Monitor,
    tick::Tick,
};
use bytes::Bytes;
use miorai_model::{
    Series, SeriesId, SeriesKey, Topic, Topics,
    live::{ClientMessage, Hello, MOST_CHOSEN, PROTOCOL, ServerMessage},
};
use std::sync::Arc;

/// What a client asks for when it connects.
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// What it wants; the overview when this is empty.
    pub topics: Topics,
    /// The number of the last frame it has.
    pub since: Option<u64>,
    /// How it wants frames. Everything else is always JSON.
    pub encoding: Encoding,
    /// The series of the topic [`Topic::Chosen`], at most [`MOST_CHOSEN`]; those beyond are left out.
    pub chosen: Vec<SeriesKey>,
}

/// A message to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// A text message: always UTF-8.
    Text(Bytes),
    /// A binary message.
    Binary(Bytes),
}

impl Outgoing {
    /// The message's content.
    pub const fn bytes(&self) -> &Bytes {
        match self {
            Self::Text(bytes) | Self::Binary(bytes) => bytes,
        }
    }
}

/// One client of the live stream. It counts itself, what it sends and what its client missed.
pub struct Session {
    monitor: Monitor,
    topics: Topics,
    encoding: Encoding,
    /// The series it has named.
    chosen: Vec<SeriesKey>,
    /// The numbers of those that are known.
    chosen_ids: Vec<SeriesId>,
    /// How many registrations of series the client has been told of, as far as they are in its topics.
    announced: u64,
    /// The number of the last frame that was sent, or passed over.
    sent: u64,
    _present: Present,
}

impl Session {
    /// A session, and what its client is sent first: `hello`, and the first part of the frames it missed that are still
    /// in memory and the newest one. A `since` that is greater than the newest number comes from another run
    /// of the server: nothing was missed of this one.
    pub fn open(monitor: &Monitor, options: SessionOptions) -> (Self, Vec<Outgoing>) {
        let topics = if options.topics.is_empty() { Topics::of([Topic::Overview]) } else { options.topics };
        let present = monitor.live_counters().enter();
        let mut session = Self {
            monitor: monitor.clone(),
            topics,
            encoding: options.encoding,
            chosen: options.chosen.into_iter().take(MOST_CHOSEN).collect(),
            chosen_ids: Vec::new(),
            announced: 0,
            sent: 0,
            _present: present,
        };
        let mut out = Vec::new();
        let newest = session.newest();
        session.hello(newest, &mut out);
        // Without a wish for the past it begins with the newest.
        session.sent = options.since.filter(|since| *since <= newest).unwrap_or(newest.saturating_sub(1));
        session.catch_up(&mut out);
        (session, out)
    }

    /// What the client is sent because of `event`, added to `out`.
    pub fn on_event(&mut self, event: &LiveEvent, out: &mut Vec<Outgoing>) {
        match event {
            LiveEvent::Tick(tick) => self.tick(tick, out),
            LiveEvent::Health(health) if self.topics.contains(Topic::Health) => {
                self.send(&ServerMessage::Health(Arc::clone(health)), out);
            }
            LiveEvent::Log(event) if self.topics.contains(Topic::Log) => {
                self.send(&ServerMessage::Log(Arc::clone(event)), out);
            }
            LiveEvent::Health(_) | LiveEvent::Log(_) => {}
        }
    }

    /// Whether there are frames that the client has not been sent: then it is time for [`Self::catch_up`].
    pub fn is_behind(&self) -> bool {
        self.newest() > self.sent
    }

    /// The next part of the frames that the client has not been sent, added to `out`; what is no longer there, it is told.
    pub fn catch_up(&mut self, out: &mut Vec<Outgoing>) {
        self.part(self.newest(), out);
        if !self.is_behind()
            && self.topics.contains(Topic::Processes)
            && let Some(tick) = self.monitor.latest()
        {
            self.push(Outgoing::Text(tick.processes_json()), out);
        }
    }

    /// The client was too slow, and events were thrown away: it is told which frames it does not get, and gets the
    /// newest. Events that wait still are older and will not be sent. Lines of the journal are lost to it; health is
    /// told anew.
    pub fn on_lagged(&mut self, out: &mut Vec<Outgoing>) {
        self.pass_over(self.newest().saturating_sub(1), out);
        self.health(out);
        if self.is_behind() {
            self.catch_up(out);
        }
    }

    /// Takes a text message of the client: it may change what it wants.
    ///
    /// # Errors
    /// Why the message is not understood, for the reason of closing the connection.
    pub fn on_client_text(&mut self, text: &str, out: &mut Vec<Outgoing>) -> Result<(), String> {
        let understood = serde_json::from_str(text).map_err(|error| {
            format!(r#"not understood: {error}; expected {{"type":"subscribe","topics":["overview"]}}"#)
        })?;
        let ClientMessage::Subscribe { topics } = understood;
        let newest = self.newest();
        // What waits still was meant for the topics before.
        self.part(newest.saturating_sub(1), out);
        self.pass_over(newest.saturating_sub(1), out);
        self.topics = topics;
        self.hello(newest, out);
        self.sent = newest.saturating_sub(1);
        self.catch_up(out);
        Ok(())
    }

    /// What the client wants.
    pub const fn topics(&self) -> Topics {
        self.topics
    }

    /// Sends a tick, unless it was sent before or others come before it: those are caught up with.
    fn tick(&mut self, tick: &Tick, out: &mut Vec<Outgoing>) {
        if tick.frame.seq != self.sent + 1 {
            return;
        }
        self.announce(out);
        self.frames(tick.messages(), out);
        if self.topics.contains(Topic::Processes) {
            self.push(Outgoing::Text(tick.processes_json()), out);
        }
    }

    /// Sends the next frames up to number `to`, as many as are handed out at once.
    fn part(&mut self, to: u64, out: &mut Vec<Outgoing>) {
        let part = self.monitor.recent().next(self.sent, to);
        let Some(first) = part.first() else { return };
        self.announce(out);
        self.pass_over(first.seq() - 1, out);
        for messages in &part {
            self.frames(messages, out);
        }
    }

    /// Tells which frames up to number `to` the client does not get.
    fn pass_over(&mut self, to: u64, out: &mut Vec<Outgoing>) {
        if to > self.sent {
            self.missed(self.sent + 1, to, out);
            self.sent = to;
        }
    }

    /// The number of the newest frame.
    fn newest(&self) -> u64 {
        self.monitor.latest().map_or(0, |tick| tick.frame.seq)
    }

    /// A message for each topic of series.
    fn frames(&mut self, messages: &Messages, out: &mut Vec<Outgoing>) {
        self.sent = messages.seq();
        for topic in self.topics.iter() {
            let chosen = || (topic == Topic::Chosen).then(|| messages.chosen(&self.chosen_ids, self.encoding));
            let Some(bytes) = messages.message(topic, self.encoding).or_else(chosen) else { continue };
            let message = match self.encoding {
                Encoding::Json => Outgoing::Text(bytes),
                Encoding::Binary => Outgoing::Binary(bytes),
            };
            self.push(message, out);
        }
    }

    fn hello(&mut self, seq: u64, out: &mut Vec<Outgoing>) {
        let series = self.registered_after(0);
        let hello = Hello {
            protocol: PROTOCOL,
            interval_ms: self.monitor.interval().as_millis() as u32,
            topics: self.topics,
            series,
            seq,
            started_at: self.monitor.started_at(),
        };
        self.send(&ServerMessage::Hello(hello), out);
        self.health(out);
    }

    /// Tells of series that are new, before their first value.
    fn announce(&mut self, out: &mut Vec<Outgoing>) {
        if self.monitor.catalog().registrations() == self.announced {
            return;
        }
        let series = self.registered_after(self.announced);
        if !series.is_empty() {
            self.send(&ServerMessage::Series { series }, out);
        }
    }

    /// The series of the client's topics registered after so many; from now on it has been told of them.
    fn registered_after(&mut self, registrations: u64) -> Vec<Series> {
        let (topics, catalog) = (self.topics, self.monitor.catalog());
        let names = |one: &Series| topics.contains(Topic::Chosen) && self.chosen.contains(&one.key);
        let wanted = |one: &Series| topics.iter().any(|topic| one.is_in(topic)) || names(one);
        let (series, registrations) = catalog.registered_after(registrations, wanted);
        // A number may have gone to another series.
        self.chosen_ids = self.chosen.iter().filter_map(|key| catalog.find(key)).collect();
        self.announced = registrations;
        series
    }

    fn health(&self, out: &mut Vec<Outgoing>) {
        if self.topics.contains(Topic::Health) {
            self.send(&ServerMessage::Health(self.monitor.health()), out);
        }
    }

    fn missed(&self, from: u64, to: u64, out: &mut Vec<Outgoing>) {
        self.monitor.live_counters().count_missed(to - from + 1);
        self.send(&ServerMessage::Missed { from, to }, out);
    }

    fn send(&self, message: &ServerMessage, out: &mut Vec<Outgoing>) {
        let text = serde_json::to_vec(message).expect("messages have text keys only");
        self.push(Outgoing::Text(text.into()), out);
    }

    fn push(&self, message: Outgoing, out: &mut Vec<Outgoing>) {
        self.monitor.live_counters().count_bytes(message.bytes().len() as u64);
        out.push(message);
    }
}
