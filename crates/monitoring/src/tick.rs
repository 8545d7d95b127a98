//! A frame together with everything that is made of it, each made at most once.

use crate::{
    distribution::Running,
    messages::{Encoding, Messages},
};
use bytes::Bytes;
use miorai_model::{Frame, Series, SeriesId, Topic, live::ServerMessage};
use std::sync::{Arc, OnceLock};

/// An answer that is the same for everybody until the next tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The JSON of `system-stats`.
    SystemStats,
    /// Metrics as Prometheus' text.
    Prometheus,
    /// Metrics as `OpenMetrics`.
    OpenMetrics,
    /// The JSON of the snapshot that pages start from.
    Snapshot,
}

const SLOTS: usize = 4;

/// A frame, the series known when it was made, and what is made of both: each encoding is made when it is first asked
/// for and then shared, however many clients there are.
#[derive(Debug)]
pub struct Tick {
    /// The values.
    pub frame: Frame,
    /// The series known when the frame was made, in the order of their numbers.
    pub series: Arc<Vec<Series>>,
    running: Arc<[(SeriesId, Running)]>,
    messages: Arc<Messages>,
    processes: OnceLock<Bytes>,
    slots: [OnceLock<Bytes>; SLOTS],
}

impl Tick {
    /// A tick of which nothing is encoded yet.
    pub fn new(frame: Frame, series: Arc<Vec<Series>>) -> Self {
        let messages = Arc::new(Messages::new(&frame, Arc::clone(&series)));
        Self { frame, series, running: Arc::default(), messages, processes: OnceLock::new(), slots: Default::default() }
    }

    /// This tick with what distributions have had in all, by growing id.
    pub fn with_running(self, running: Arc<[(SeriesId, Running)]>) -> Self {
        Self { running, ..self }
    }

    /// What a distribution has had in all; nothing when it is none.
    pub fn running(&self, id: SeriesId) -> Option<Running> {
        let place = self.running.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(self.running[place].1)
    }

    /// The frame's messages, which outlive it for clients that come back.
    pub const fn messages(&self) -> &Arc<Messages> {
        &self.messages
    }

    /// The frame's message for a topic of series; none for topics that have no frames.
    pub fn message(&self, topic: Topic, encoding: Encoding) -> Option<Bytes> {
        self.messages.message(topic, encoding)
    }

    /// The frame as a JSON text message; none for topics that have no frames. Always UTF-8.
    pub fn json(&self, topic: Topic) -> Option<Bytes> {
        self.message(topic, Encoding::Json)
    }

    /// The frame as a binary message; none for topics that have no frames.
    pub fn binary(&self, topic: Topic) -> Option<Bytes> {
        self.message(topic, Encoding::Binary)
    }

    /// The table of processes as a JSON text message. Always UTF-8.
    pub fn processes_json(&self) -> Bytes {
        let encode = || {
            let table = Arc::clone(&self.frame.processes);
            let message = ServerMessage::Processes { seq: self.frame.seq, at: self.frame.at, table };
            serde_json::to_vec(&message).expect("the message has text keys only").into()
        };
        self.processes.get_or_init(encode).clone()
    }

    /// What `slot` holds, made by `make` when it is first asked for.
    ///
    /// ```
    /// # use miorai_model::{Frame, Timestamp};
    /// # use miorai_monitoring::tick::{Slot, Tick};
    /// # let (values, totals, sketches, processes) = Default::default();
    /// # let frame = Frame { seq: 1, at: Timestamp::default(), values, totals, sketches, processes };
    /// let tick = Tick::new(frame, Default::default());
    /// let first = tick.cached(Slot::SystemStats, |tick| format!("{{\"seq\":{}}}", tick.frame.seq).into());
    /// let second = tick.cached(Slot::SystemStats, |_| unreachable!("it is there already"));
    /// assert_eq!(first.as_ptr(), second.as_ptr());
    /// ```
    pub fn cached(&self, slot: Slot, make: impl FnOnce(&Self) -> Bytes) -> Bytes {
        self.slots[slot as usize].get_or_init(|| make(self)).clone()
    }

    /// The size of a topic's message, if it has been made.
    pub fn encoded_bytes(&self, topic: Topic, encoding: Encoding) -> Option<usize> {
        self.messages.encoded_bytes(topic, encoding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::Timestamp;

    #[test]
    fn each_form_is_made_once() {
        let (values, totals, sketches, processes) = Default::default();
        let tick = Tick::new(
            Frame { seq: 7, at: Timestamp::from_millis(9_000), values, totals, sketches, processes },
            Arc::default(),
        );
        assert_eq!(tick.encoded_bytes(Topic::All, Encoding::Json), None);
        for encoding in Encoding::EVERY {
            let first = tick.message(Topic::All, encoding).unwrap();
            assert_eq!(first.as_ptr(), tick.messages().message(Topic::All, encoding).unwrap().as_ptr());
            assert_eq!(tick.encoded_bytes(Topic::All, encoding), Some(first.len()));
        }
        assert_eq!(tick.processes_json().as_ptr(), tick.processes_json().as_ptr());
    }
}
