//! Messages of the live stream.
//!
//! Text messages are JSON with a `type`. A client that asked for the subprotocol [`BINARY_PROTOCOL`] gets frames as
//! binary messages instead, everything else as text as before. A binary message is
//!
//! | bytes | what |
//! |---|---|
//! | 1 | `1`: a frame |
//! | 1 | the number of the topic: its place in [`Topic::EVERY`] |
//! | 8 | `seq`, little endian |
//! | 8 | `at` in milliseconds since the epoch, signed, little endian |
//! | 2 | how many values follow, little endian |
//! | 6 each | id of the series within this connection (2 bytes), value as an IEEE 754 single (4 bytes), little endian |

use crate::{
    event::Event,
    health::Health,
    process::{Process, ProcessTable},
    series::{Series, SeriesId},
    time::Timestamp,
    topic::{Topic, Topics},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The version of this protocol, as told in `hello`.
pub const PROTOCOL: u32 = 1;

/// The websocket subprotocol in which frames are binary messages.
pub const BINARY_PROTOCOL: &str = "miorai.binary.v1";

/// A client may name at most this many series one by one, for the topic [`Topic::Chosen`].
pub const MOST_CHOSEN: usize = 32;

/// A message from the server.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerMessage {
    /// Comes first, and again after each change of the subscription.
    Hello(Hello),
    /// Series that are new since `hello`, before their first value.
    Series {
        /// The new ones.
        series: Vec<Series>,
    },
    /// The values of one topic and second.
    Frame(FrameMessage),
    /// Frames that this client was too slow for, or that are no longer in memory.
    Missed {
        /// The first one missed.
        from: u64,
        /// The last one missed.
        to: u64,
    },
    /// The processes that use most, once a second.
    Processes {
        /// The frame it belongs to.
        seq: u64,
        /// The time of that frame.
        at: Timestamp,
        /// The processes.
        #[serde(flatten)]
        table: Arc<ProcessTable>,
    },
    /// The health has changed.
    Health(Arc<Health>),
    /// A new line in the journal.
    Log(Arc<Event>),
}

impl ServerMessage {
    /// Reads a text message. The type is read first and then the message as that type: in the browser this is a
    /// fraction of the code of reading into something that can become any of them.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Tag<'a> {
            #[serde(rename = "type")]
            kind: &'a str,
        }
        #[derive(Deserialize)]
        struct NewSeries {
            series: Vec<Series>,
        }
        #[derive(Deserialize)]
        struct Gap {
            from: u64,
            to: u64,
        }
        #[derive(Deserialize)]
        struct Table {
            seq: u64,
            at: Timestamp,
            total: u32,
            running: u32,
            top: Vec<Process>,
        }
        Ok(match serde_json::from_str::<Tag<'_>>(text)?.kind {
            "hello" => Self::Hello(serde_json::from_str(text)?),
            "series" => Self::Series { series: serde_json::from_str::<NewSeries>(text)?.series },
            "frame" => Self::Frame(serde_json::from_str(text)?),
            "missed" => {
                let Gap { from, to } = serde_json::from_str(text)?;
                Self::Missed { from, to }
            }
            "processes" => {
                let Table { seq, at, total, running, top } = serde_json::from_str(text)?;
                Self::Processes { seq, at, table: Arc::new(ProcessTable { total, running, top }) }
            }
            "health" => Self::Health(serde_json::from_str(text)?),
            "log" => Self::Log(serde_json::from_str(text)?),
            other => return Err(serde::de::Error::custom(format!("messages of type {other} are not known"))),
        })
    }
}

/// What the stream is and what it will send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// The time from one frame to the next.
    pub interval_ms: u32,
    /// The topics subscribed to.
    pub topics: Topics,
    /// Every series of these topics known so far.
    pub series: Vec<Series>,
    /// The newest frame. Frames that follow have greater numbers, save those asked for by `since`.
    pub seq: u64,
    /// When this run of the server started: another value means that numbers of series and frames began anew.
    pub started_at: Timestamp,
}

/// The values of one topic and second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameMessage {
    /// The topic.
    pub topic: Topic,
    /// The number of the frame.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// The values; series without a value in this second are left out.
    pub values: Vec<(SeriesId, f64)>,
}

/// A message from a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientMessage {
    /// Wants these topics from now on instead of those before. Answered by `hello` and the newest frame.
    Subscribe {
        /// The topics.
        topics: Topics,
    },
}

/// Why a binary message could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It ends too early or is too long for the count it names.
    #[error("the message has {actual} bytes, {expected} are needed for what it announces")]
    Length {
        /// Bytes needed.
        expected: usize,
        /// Bytes there.
        actual: usize,
    },
    /// It is not a frame.
    #[error("messages of kind {0} are not known")]
    Kind(u8),
    /// Its topic is not known.
    #[error("topic {0} is not known")]
    Topic(u8),
}

const KIND_FRAME: u8 = 1;
const HEADER: usize = 20;
const VALUE: usize = 6;

impl FrameMessage {
    /// The binary form. At most 65 535 values, of series whose number is below 65 536; others are left out.
    pub fn encode(&self) -> Vec<u8> {
        let fits = |(id, _): &&(SeriesId, f64)| u16::try_from(id.0).is_ok();
        let count = self.values.iter().filter(fits).count().min(usize::from(u16::MAX));
        let mut bytes = Vec::with_capacity(HEADER + count * VALUE);
        bytes.extend([KIND_FRAME, self.topic as u8]);
        bytes.extend(self.seq.to_le_bytes());
        bytes.extend(self.at.as_millis().to_le_bytes());
        bytes.extend((count as u16).to_le_bytes());
        for (id, value) in self.values.iter().filter(fits).take(count) {
            bytes.extend((id.0 as u16).to_le_bytes());
            bytes.extend((*value as f32).to_le_bytes());
        }
        bytes
    }

    /// Reads the binary form.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let Some((header, body)) = bytes.split_first_chunk::<HEADER>() else {
            return Err(DecodeError::Length { expected: HEADER, actual: bytes.len() });
        };
        let [kind, topic, rest @ ..] = *header;
        if kind != KIND_FRAME {
            return Err(DecodeError::Kind(kind));
        }
        let [s0, s1, s2, s3, s4, s5, s6, s7, a0, a1, a2, a3, a4, a5, a6, a7, c0, c1] = rest;
        let topic = Topic::EVERY.get(usize::from(topic)).copied().ok_or(DecodeError::Topic(topic))?;
        let expected = usize::from(u16::from_le_bytes([c0, c1])) * VALUE;
        if body.len() != expected {
            return Err(DecodeError::Length { expected: HEADER + expected, actual: bytes.len() });
        }
        let values = body
            .chunks_exact(VALUE)
            .map(|value| {
                let id = u16::from_le_bytes([value[0], value[1]]);
                let number = f32::from_le_bytes([value[2], value[3], value[4], value[5]]);
                (SeriesId(u32::from(id)), f64::from(number))
            })
            .collect();
        Ok(Self {
            topic,
            seq: u64::from_le_bytes([s0, s1, s2, s3, s4, s5, s6, s7]),
            at: Timestamp::from_millis(i64::from_le_bytes([a0, a1, a2, a3, a4, a5, a6, a7])),
            values,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::{Kind, SeriesKey, Unit};
    use proptest::prelude::*;

    fn json(message: &ServerMessage) -> String {
        serde_json::to_string(message).unwrap()
    }

    #[test]
    fn messages_have_the_form_of_the_contract() {
        let frame = FrameMessage {
            topic: Topic::Overview,
            seq: 7,
            at: Timestamp::from_millis(1_000),
            values: vec![(SeriesId(3), 0.5)],
        };
        assert_eq!(
            json(&ServerMessage::Frame(frame)),
            r#"{"type":"frame","topic":"overview","seq":7,"at":1000,"values":[[3,0.5]]}"#
        );
        let series = Series {
            id: SeriesId(3),
            key: SeriesKey::new("system.cpu.utilization", [("state", "user")]),
            unit: Unit::Ratio,
            kind: Kind::Gauge,
            topics: Topics::NONE,
        };
        let hello = Hello {
            protocol: PROTOCOL,
            interval_ms: 1_000,
            topics: Topics::of([Topic::Overview]),
            series: vec![series],
            seq: 9,
            started_at: Timestamp::from_millis(5),
        };
        assert_eq!(
            json(&ServerMessage::Hello(hello)),
            concat!(
                r#"{"type":"hello","protocol":1,"interval_ms":1000,"topics":["overview"],"#,
                r#""series":[{"id":3,"name":"system.cpu.utilization","labels":{"state":"user"},"unit":"ratio","kind":"gauge"}],"#,
                r#""seq":9,"started_at":5}"#
            )
        );
        let table = ProcessTable { total: 3, running: 1, top: Vec::new() };
        for message in [
            ServerMessage::Missed { from: 1, to: 3 },
            ServerMessage::Series { series: Vec::new() },
            ServerMessage::Processes { seq: 1, at: Timestamp::from_millis(2), table: Arc::new(table) },
            ServerMessage::Health(Arc::new(Health::of(Vec::new(), Timestamp::from_millis(3), None))),
        ] {
            assert_eq!(ServerMessage::from_json(&json(&message)).unwrap(), message);
        }
        assert!(ServerMessage::from_json(r#"{"type":"goodbye"}"#).is_err());
        assert_eq!(json(&ServerMessage::Missed { from: 1, to: 3 }), r#"{"type":"missed","from":1,"to":3}"#);
    }

    #[test]
    fn clients_subscribe_by_a_message() {
        let read = |text| serde_json::from_str::<ClientMessage>(text).ok();
        let topics = Topics::of([Topic::System]);
        assert_eq!(read(r#"{"type":"subscribe","topics":["system"]}"#), Some(ClientMessage::Subscribe { topics }));
        assert_eq!(read(r#"{"type":"subscribe","topics":["cash"]}"#), None);
        assert_eq!(read(r#"{"type":"shutdown"}"#), None);
    }

    #[test]
    fn broken_binary_messages_are_refused() {
        let good =
            FrameMessage { topic: Topic::All, seq: 1, at: Timestamp::default(), values: vec![(SeriesId(0), 1.0)] }
                .encode();
        let changed =
            |at: usize, to: u8| good.iter().enumerate().map(|(i, b)| if i == at { to } else { *b }).collect::<Vec<_>>();
        assert!(matches!(FrameMessage::decode(&[]), Err(DecodeError::Length { .. })));
        assert!(matches!(FrameMessage::decode(&good[..good.len() - 1]), Err(DecodeError::Length { .. })));
        assert_eq!(FrameMessage::decode(&changed(0, 9)), Err(DecodeError::Kind(9)));
        assert_eq!(FrameMessage::decode(&changed(1, 200)), Err(DecodeError::Topic(200)));
    }

    proptest! {
        #[test]
        fn the_binary_form_is_read_back(
            seq in any::<u64>(),
            at in any::<i64>(),
            values in prop::collection::vec((0_u32..65_536, any::<f32>().prop_filter("finite", |v| v.is_finite())), 0..300),
        ) {
            let values = values.into_iter().map(|(id, value)| (SeriesId(id), f64::from(value))).collect();
            let message = FrameMessage { topic: Topic::System, seq, at: Timestamp::from_millis(at), values };
            prop_assert_eq!(FrameMessage::decode(&message.encode()), Ok(message));
        }

        #[test]
        fn reading_any_bytes_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = FrameMessage::decode(&bytes);
        }
    }
}
