//! The messages of a frame for those who hear the live stream: one for each topic and form, each made at most once.

use crate::number::write_number;
use bytes::Bytes;
use miorai_model::{Frame, Series, SeriesId, Timestamp, Topic, live::FrameMessage};
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

const TOPICS: usize = Topic::OF_SERIES.len();

/// The messages of a frame. Each is made when it is first asked for and then shared, however many clients there are and
/// whenever they come: it is what is kept of the last frames for clients that come back.
#[derive(Debug)]
pub struct Messages {
    seq: u64,
    at: Timestamp,
    values: Arc<[f64]>,
    series: Arc<Vec<Series>>,
    json: [OnceLock<Bytes>; TOPICS],
    binary: [OnceLock<Bytes>; TOPICS],
}

impl Messages {
    /// Of this frame; `series` are those known when it was made. Nothing is encoded yet.
    pub fn new(frame: &Frame, series: Arc<Vec<Series>>) -> Self {
        let [json, binary] = Default::default();
        Self { seq: frame.seq, at: frame.at, values: Arc::clone(&frame.values), series, json, binary }
    }

    /// The number of the frame.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The message for a topic of series; none for topics that have no frames. JSON is always UTF-8.
    pub fn message(&self, topic: Topic, encoding: Encoding) -> Option<Bytes> {
        let encoded = self.cell(topic, encoding)?.get_or_init(|| match encoding {
            Encoding::Json => self.write_json(topic, self.values(topic)),
            Encoding::Binary => self.write_binary(topic, self.values(topic)),
        });
        Some(encoded.clone())
    }

    /// The message of the topic [`Topic::Chosen`] for a client that has named these series. JSON is always UTF-8.
    pub fn chosen(&self, ids: &[SeriesId], encoding: Encoding) -> Bytes {
        let values = ids.iter().filter_map(|id| Some((*id, self.value(*id)?)));
        match encoding {
            Encoding::Json => self.write_json(Topic::Chosen, values),
            Encoding::Binary => self.write_binary(Topic::Chosen, values),
        }
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

    fn value(&self, id: SeriesId) -> Option<f64> {
        self.values.get(id.index()).copied().filter(|value| !value.is_nan())
    }

    /// The values of a topic's series, those without a value left out.
    fn values(&self, topic: Topic) -> impl Iterator<Item = (SeriesId, f64)> {
        let in_topic = self.series.iter().filter(move |series| series.is_in(topic));
        in_topic.filter_map(|series| Some((series.id, self.value(series.id)?)))
    }

    /// What `serde_json` would write for [`FrameMessage`], with shorter numbers.
    fn write_json(&self, topic: Topic, values: impl Iterator<Item = (SeriesId, f64)>) -> Bytes {
        const WRITTEN: &str = "writing into memory does not fail";
        // `[123,0.123456],` is fifteen; most are shorter.
        let mut out = Vec::with_capacity(96 + self.series.len() * 12);
        let (name, seq, at) = (topic.name(), self.seq, self.at.as_millis());
        write!(out, r#"{{"type":"frame","topic":"{name}","seq":{seq},"at":{at},"values":["#).expect(WRITTEN);
        let mut separator = "";
        for (id, value) in values {
            write!(out, "{separator}[{},", id.0).expect(WRITTEN);
            write_number(&mut out, value);
            out.push(b']');
            separator = ",";
        }
        out.extend(b"]}");
        exactly(out)
    }

    fn write_binary(&self, topic: Topic, values: impl Iterator<Item = (SeriesId, f64)>) -> Bytes {
        exactly(FrameMessage { topic, seq: self.seq, at: self.at, values: values.collect() }.encode())
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
    use miorai_model::{Kind, SeriesKey, Topics, Unit, live::ServerMessage};

    fn messages() -> Messages {
        let series = |id: u32, topics| Series {
            id: SeriesId(id),
            key: SeriesKey::new("a", [("n", id.to_string().as_str())]),
            unit: Unit::Count,
            kind: Kind::Gauge,
            topics,
        };
        let overview = Topics::of([Topic::Overview, Topic::System]);
        let all = vec![series(0, overview), series(1, Topics::NONE), series(2, overview), series(3, overview)];
        let (totals, sketches, processes) = Default::default();
        // The last series came after this frame.
        let values = [0.1 + 0.2, 5.0, f64::NAN].into();
        let frame = Frame { seq: 7, at: Timestamp::from_millis(9_000), values, totals, sketches, processes };
        Messages::new(&frame, all.into())
    }

    #[test]
    fn a_frame_is_encoded_as_the_protocol_says_with_the_topics_series_that_have_a_value() {
        let messages = messages();
        for (topic, expected) in [
            (Topic::Overview, vec![(SeriesId(0), 0.3)]),
            (Topic::All, vec![(SeriesId(0), 0.3), (SeriesId(1), 5.0)]),
            (Topic::Server, vec![]),
        ] {
            let text = String::from_utf8(messages.message(topic, Encoding::Json).unwrap().to_vec()).unwrap();
            let message = ServerMessage::from_json(&text).unwrap();
            let frame = FrameMessage { topic, seq: 7, at: Timestamp::from_millis(9_000), values: expected };
            let binary = FrameMessage::decode(&messages.message(topic, Encoding::Binary).unwrap()).unwrap();
            assert_eq!(binary.values.len(), frame.values.len());
            assert!(binary.values.iter().zip(&frame.values).all(|(b, j)| b.0 == j.0 && (b.1 - j.1).abs() < 1e-6));
            assert_eq!(message, ServerMessage::Frame(frame));
        }
        assert_eq!(messages.message(Topic::Health, Encoding::Json), None);
    }
}
