//! What the pages show, as signals: one value that every component takes from context.

use crate::{
    address::Address,
    snapshot::{About, Snapshot},
    store::SeriesStore,
    theme::Theme,
    view::{Earlier, View},
};
use leptos::prelude::*;
use miorai_model::{
    Event, Health, SeriesKey, Timestamp,
    host::Host,
    live::{FrameMessage, Hello},
    process::ProcessTable,
};
use std::sync::Arc;

/// How many lines of the journal a page keeps.
const EVENTS: usize = 50;

/// How the live stream is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Frames come in, or the stream has not been tried yet.
    Live,
    /// The stream is down since then (milliseconds since the epoch); the next try comes at that time.
    Lost {
        /// When the last frame came in.
        since: i64,
        /// When it is tried again.
        retry_at: i64,
    },
}

/// The newest frame that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
}

/// The handle to everything that changes while a page is open. A copy costs nothing.
#[derive(Clone, Copy)]
pub struct Dashboard {
    /// The values. Read it through the methods below, which follow `shown`.
    pub store: StoredValue<SeriesStore>,
    /// Changes with each frame, unless paused: what shows numbers follows it.
    pub shown: RwSignal<Shown>,
    /// How everything is.
    pub health: RwSignal<Arc<Health>>,
    /// The processes that use most.
    pub processes: RwSignal<Arc<ProcessTable>>,
    /// The newest lines of the journal, newest first.
    pub events: RwSignal<Vec<Event>>,
    /// How the live stream is doing. It is told anew when frames were missed: their seconds are asked for again.
    pub connection: RwSignal<Connection>,
    /// Whether what is shown stands still.
    pub paused: RwSignal<bool>,
    /// The moment that the pointer is on, in milliseconds since the epoch: one crosshair for all charts.
    pub hover: RwSignal<Option<i64>>,
    /// The colours chosen.
    pub theme: RwSignal<Theme>,
    /// Minutes by which the viewer's clock is ahead of UTC.
    pub utc_offset: RwSignal<i32>,
    /// The machine.
    pub host: StoredValue<Host>,
    /// The server.
    pub about: StoredValue<About>,
}

impl Dashboard {
    /// The dashboard as the snapshot tells it.
    pub fn new(snapshot: Snapshot, theme: Theme, utc_offset: i32) -> Self {
        let mut store = SeriesStore::default();
        store.hello(&snapshot.hello);
        for frame in &snapshot.frames {
            store.push(frame);
        }
        let at = snapshot.frames.first().map_or_else(Timestamp::default, |frame| frame.at);
        Self {
            store: StoredValue::new(store),
            shown: RwSignal::new(Shown { seq: snapshot.hello.seq, at }),
            health: RwSignal::new(snapshot.health),
            processes: RwSignal::new(snapshot.processes),
            events: RwSignal::new(snapshot.events),
            connection: RwSignal::new(Connection::Live),
            paused: RwSignal::new(false),
            hover: RwSignal::new(None),
            theme: RwSignal::new(theme),
            utc_offset: RwSignal::new(utc_offset),
            host: StoredValue::new(snapshot.host),
            about: StoredValue::new(snapshot.about),
        }
    }

    /// The dashboard of the page.
    ///
    /// # Panics
    /// Outside of a page: [`App`](crate::App) provides it to everything inside.
    pub fn here() -> Self {
        expect_context()
    }

    /// The newest value of a series; follows each frame.
    pub fn latest(self, key: &SeriesKey) -> Option<f64> {
        self.shown.track();
        self.store.with_value(|store| store.latest(key))
    }

    /// The sum of the newest values of several series; nothing when none has one.
    pub fn latest_sum(self, keys: &[SeriesKey]) -> Option<f64> {
        self.shown.track();
        self.store.with_value(|store| keys.iter().filter_map(|key| store.latest(key)).reduce(|a, b| a + b))
    }

    /// About how much a rate has added up to over the time that is known: the number of things that were counted.
    pub fn counted(self, key: &SeriesKey) -> Option<f64> {
        self.shown.track();
        self.store.with_value(|store| store.counted(key))
    }

    /// The values that a label has among the series of a name just now. Follows each frame, and tells those who
    /// follow it only when the list has changed.
    pub fn label_values(self, name: &'static str, label: &'static str) -> Memo<Vec<String>> {
        Memo::new(move |_| {
            self.shown.track();
            self.store.with_value(|store| store.label_values(name, label))
        })
    }

    /// Takes in what a `hello` says.
    pub fn take_hello(self, hello: &Hello) {
        self.store.update_value(|store| store.hello(hello));
    }

    /// Takes in one frame, and shows it unless paused.
    pub fn take_frame(self, frame: &FrameMessage) {
        self.store.update_value(|store| store.push(frame));
        if !self.paused.get_untracked() {
            self.shown.set(Shown { seq: frame.seq, at: frame.at });
        }
    }

    /// Takes in a new line of the journal.
    pub fn take_event(self, event: Event) {
        self.events.update(|events| {
            events.insert(0, event);
            events.truncate(EVENTS);
        });
    }

    /// The part of time that an address asks for, and what to compare it with.
    pub fn asked_at(self, Address { query, .. }: Address) -> Memo<(View, Option<Earlier>)> {
        Memo::new(move |_| query.with(|query| (View::from_query(query), Earlier::from_query(query))))
    }
}
