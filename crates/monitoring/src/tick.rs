//! A frame together with everything that is made of it, each made at most once.

use crate::number::write_number;
use bytes::Bytes;
use miorai_model::{
    Frame, Series, SeriesId, Topic,
    live::{FrameMessage, ServerMessage},
};
use std::{
    io::Write as _,
    sync::{Arc, OnceLock},
};

/// The form in which frames are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// JSON, as text messages.
    #[default]
    Json,
    /// The binary form of [`FrameMessage::encode`]: a third of the size. Values are single precision, and series
    /// whose number is above 65 535 are left out.
    Binary,
}

impl Encoding {
    /// Both.
    pub const EVERY: [Self; 2] = [Self::Json, Self::Binary];

    /// The word for it in labels.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Binary => "binary",
        }
    }
}

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
const TOPICS: usize = Topic::OF_SERIES.len();

/// A frame, the series known when it was made, and what is made of both: each encoding is made when it is first asked
/// for and then shared, however many clients there are.
#[derive(Debug)]
pub struct Tick {
    /// The values.
    pub frame: Frame,
    /// The series known when the frame was made, in the order of their numbers.
    pub series: Arc<Vec<Series>>,
    json: [OnceLock<Bytes>; TOPICS],
    binary: [OnceLock<Bytes>; TOPICS],
    processes: OnceLock<Bytes>,
    slots: [OnceLock<Bytes>; SLOTS],
}

impl Tick {
    /// A tick of which nothing is encoded yet.
    pub fn new(frame: Frame, series: Arc<Vec<Series>>) -> Self {
        let [json, binary] = Default::default();
        Self { frame, series, json, binary, processes: OnceLock::new(), slots: Default::default() }
    }

    /// The frame's message for a topic of series; none for topics that have no frames.
    pub fn message(&self, topic: Topic, encoding: Encoding) -> Option<Bytes> {
        let encoded = self.cell(topic, encoding)?.get_or_init(|| match encoding {
            Encoding::Json => self.encode_json(topic),
            Encoding::Binary => self.encode_binary(topic),
        });
        Some(encoded.clone())
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
    /// # let (values, totals, processes) = Default::default();
    /// # let frame = Frame { seq: 1, at: Timestamp::default(), values, totals, processes };
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
        self.cell(topic, encoding)?.get().map(Bytes::len)
    }

    fn cell(&self, topic: Topic, encoding: Encoding) -> Option<&OnceLock<Bytes>> {
        let place = Topic::OF_SERIES.iter().position(|of_series| *of_series == topic)?;
        match encoding {
            Encoding::Json => self.json.get(place),
            Encoding::Binary => self.binary.get(place),
        }
    }

    /// The values of a topic's series, those without a value left out.
    fn values(&self, topic: Topic) -> impl Iterator<Item = (SeriesId, f64)> {
        let in_topic = self.series.iter().filter(move |series| series.is_in(topic));
        in_topic.filter_map(|series| Some((series.id, self.frame.value(series.id)?)))
    }

    /// What `serde_json` would write for [`FrameMessage`], with shorter numbers.
    fn encode_json(&self, topic: Topic) -> Bytes {
        const WRITTEN: &str = "writing into memory does not fail";
        // `[123,0.123456],` is fifteen; most are shorter.
        let mut out = Vec::with_capacity(96 + self.series.len() * 12);
        let (name, seq, at) = (topic.name(), self.frame.seq, self.frame.at.as_millis());
        write!(out, r#"{{"type":"frame","topic":"{name}","seq":{seq},"at":{at},"values":["#).expect(WRITTEN);
        let mut separator = "";
        for (id, value) in self.values(topic) {
            write!(out, "{separator}[{},", id.0).expect(WRITTEN);
            write_number(&mut out, value);
            out.push(b']');
            separator = ",";
        }
        out.extend(b"]}");
        exactly(out)
    }

    fn encode_binary(&self, topic: Topic) -> Bytes {
        let values = self.values(topic).collect();
        exactly(FrameMessage { topic, seq: self.frame.seq, at: self.frame.at, values }.encode())
    }
}

/// Without the room that is left at the end: it would be kept as long as the tick.
fn exactly(mut bytes: Vec<u8>) -> Bytes {
    bytes.shrink_to_fit();
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::{Kind, SeriesKey, Timestamp, Topics, Unit};

    fn tick() -> Tick {
        let series = |id: u32, topics| Series {
            id: SeriesId(id),
            key: SeriesKey::new("a", [("n", id.to_string().as_str())]),
            unit: Unit::Count,
            kind: Kind::Gauge,
            topics,
        };
        let overview = Topics::of([Topic::Overview, Topic::System]);
        let all = vec![series(0, overview), series(1, Topics::NONE), series(2, overview), series(3, overview)];
        let (totals, processes) = Default::default();
        // The last series came after this frame.
        let values = [0.1 + 0.2, 5.0, f64::NAN].into();
        Tick::new(Frame { seq: 7, at: Timestamp::from_millis(9_000), values, totals, processes }, all.into())
    }

    #[test]
    fn a_frame_is_encoded_as_the_protocol_says_with_the_topics_series_that_have_a_value() {
        let tick = tick();
        for (topic, expected) in [
            (Topic::Overview, vec![(SeriesId(0), 0.3)]),
            (Topic::All, vec![(SeriesId(0), 0.3), (SeriesId(1), 5.0)]),
            (Topic::Server, vec![]),
        ] {
            let text = String::from_utf8(tick.json(topic).unwrap().to_vec()).unwrap();
            let message = ServerMessage::from_json(&text).unwrap();
            let frame = FrameMessage { topic, seq: 7, at: Timestamp::from_millis(9_000), values: expected };
            let binary = FrameMessage::decode(&tick.binary(topic).unwrap()).unwrap();
            assert_eq!(binary.values.len(), frame.values.len());
            assert!(binary.values.iter().zip(&frame.values).all(|(b, j)| b.0 == j.0 && (b.1 - j.1).abs() < 1e-6));
            assert_eq!(message, ServerMessage::Frame(frame));
        }
        assert_eq!(tick.json(Topic::Health), None);
    }

    #[test]
    fn each_form_is_made_once() {
        let tick = tick();
        assert_eq!(tick.encoded_bytes(Topic::All, Encoding::Json), None);
        for encoding in Encoding::EVERY {
            let first = tick.message(Topic::All, encoding).unwrap();
            assert_eq!(first.as_ptr(), tick.message(Topic::All, encoding).unwrap().as_ptr());
            assert_eq!(tick.encoded_bytes(Topic::All, encoding), Some(first.len()));
        }
        assert_eq!(tick.processes_json().as_ptr(), tick.processes_json().as_ptr());
    }
}
