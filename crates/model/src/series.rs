//! Series: what is measured, of what, in which unit.

use crate::{
    digits::sort_short,
    topic::{Topic, Topics},
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

/// The number of a series within one run of the server: an index into a frame's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeriesId(pub u32);

impl SeriesId {
    /// The place of this series in a frame's values.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Labels in the order of their names: (`cpu`, `0`), (`state`, `user`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Labels(Vec<(Cow<'static, str>, String)>);

impl Labels {
    /// Labels from pairs, put in order.
    pub fn new<const N: usize>(pairs: [(&'static str, &str); N]) -> Self {
        pairs.into_iter().map(|(name, value)| (Cow::Borrowed(name), value.to_owned())).collect()
    }

    /// The value of the label `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(label, _)| *label == name).map(|(_, value)| value)
    }

    /// Name and value of each label, in the order of the names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Cow<'static, str>, String)> for Labels {
    fn from_iter<I: IntoIterator<Item = (Cow<'static, str>, String)>>(pairs: I) -> Self {
        let mut labels: Vec<_> = pairs.into_iter().collect();
        sort_short(&mut labels, Ord::cmp);
        Self(labels)
    }
}

impl Serialize for Labels {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = std::collections::BTreeMap::<String, String>::deserialize(deserializer)?;
        Ok(Self(map.into_iter().map(|(name, value)| (Cow::Owned(name), value)).collect()))
    }
}

/// Name and labels, which tell one series from another. Shown and parsed as `system.cpu.utilization{cpu="0",state="user"}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// The name, by OpenTelemetry's semantic conventions where they have one.
    pub name: Cow<'static, str>,
    /// What tells it from others of the same name.
    #[serde(default)]
    pub labels: Labels,
}

impl SeriesKey {
    /// A key of a name and labels.
    pub fn new<const N: usize>(name: &'static str, labels: [(&'static str, &str); N]) -> Self {
        Self { name: Cow::Borrowed(name), labels: Labels::new(labels) }
    }
}

impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let mut separator = "{";
        for (name, value) in self.labels.iter() {
            write!(f, "{separator}{name}=\"")?;
            for c in value.chars() {
                match c {
                    '"' | '\\' => write!(f, "\\{c}")?,
                    '\n' => f.write_str("\\n")?,
                    _ => write!(f, "{c}")?,
                }
            }
            f.write_str("\"")?;
            separator = ",";
        }
        if self.labels.is_empty() { Ok(()) } else { f.write_str("}") }
    }
}

/// Why a text is not the key of a series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a series: expected name or name{{label=\"value\",…}}, {reason}")]
pub struct ParseSeriesKeyError {
    text: String,
    reason: &'static str,
}

impl std::str::FromStr for SeriesKey {
    type Err = ParseSeriesKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |reason| ParseSeriesKeyError { text: text.chars().take(120).collect(), reason };
        let (name, labels) = text.split_once('{').map_or((text, None), |(n, l)| (n, Some(l)));
        let is_name = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !is_name(name) {
            return Err(fail("a name has letters, digits, '.', '_' and '-' only"));
        }
        let mut pairs = Vec::new();
        if let Some(labels) = labels {
            let mut rest = labels;
            loop {
                if let Some(end) = rest.strip_prefix('}') {
                    if !end.is_empty() {
                        return Err(fail("nothing may follow the closing brace"));
                    }
                    break;
                }
                let (label, quoted) =
                    rest.split_once("=\"").ok_or_else(|| fail("a label is missing its =\"value\""))?;
                if !is_name(label) {
                    return Err(fail("a label has letters, digits, '.', '_' and '-' only"));
                }
                let (value, after) = unquote(quoted).ok_or_else(|| fail("a value's closing quote is missing"))?;
                pairs.push((Cow::Owned(label.to_owned()), value));
                rest = after.strip_prefix(',').unwrap_or(after);
            }
        }
        Ok(Self { name: Cow::Owned(name.to_owned()), labels: pairs.into_iter().collect() })
    }
}

/// The value up to the closing quote, and what follows it.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            _ => value.push(c),
        }
    }
    None
}

/// The unit of a series' values. Rates of counters are in this unit per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share of a whole, 0 to 1.
    Ratio,
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
    /// Degrees Celsius.
    Celsius,
    /// A number of things: processes, packets, operations.
    Count,
}

/// How a series behaves, and so what its value in a frame means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A value as read.
    Gauge,
    /// A running total that only grows; its value in a frame is the rate per second.
    Counter,
    /// Many values a second, such as durations: a frame has a [`Sketch`](crate::Sketch) of them and no value.
    Distribution,
}

/// A series as it is announced to those who receive its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Announced")]
pub struct Series {
    /// Its number in this run of the server.
    pub id: SeriesId,
    /// Name and labels.
    #[serde(flatten)]
    pub key: SeriesKey,
    /// The unit of its values; of a counter's values, per second.
    pub unit: Unit,
    /// How it behaves.
    pub kind: Kind,
    /// The topics it is sent with, besides [`Topic::All`].
    #[serde(skip)]
    pub topics: Topics,
}

/// A series as it is read: flat, which keeps what can read it small.
#[derive(Deserialize)]
struct Announced {
    id: SeriesId,
    name: Cow<'static, str>,
    labels: Labels,
    unit: Unit,
    kind: Kind,
}

impl From<Announced> for Series {
    fn from(Announced { id, name, labels, unit, kind }: Announced) -> Self {
        Self { id, key: SeriesKey { name, labels }, unit, kind, topics: Topics::NONE }
    }
}

impl Series {
    /// Whether the series is sent to subscribers of `topic`.
    pub const fn is_in(&self, topic: Topic) -> bool {
        matches!(topic, Topic::All) || self.topics.contains(topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_shown_with_their_labels_in_order() {
        let key = SeriesKey::new("system.cpu.utilization", [("state", "user"), ("cpu", "0")]);
        assert_eq!(key.to_string(), r#"system.cpu.utilization{cpu="0",state="user"}"#);
        assert_eq!(SeriesKey::new("system.uptime", []).to_string(), "system.uptime");
    }

    #[test]
    fn texts_that_are_no_key_say_why() {
        for (text, reason) in [
            ("", "a name has"),
            ("a b", "a name has"),
            ("a{", "missing its"),
            ("a{b}", "missing its"),
            ("a{b=\"c}", "closing quote"),
            ("a{b=\"c\"}d", "nothing may follow"),
            ("a{ü=\"c\"}", "a label has"),
        ] {
            let error = text.parse::<SeriesKey>().expect_err(text).to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn a_key_that_is_shown_is_read_back(value in any::<String>(), other in any::<String>()) {
            let key = SeriesKey::new("a.b_c-d", [("x", value.as_str()), ("y", other.as_str())]);
            prop_assert_eq!(key.to_string().parse::<SeriesKey>(), Ok(key));
        }
    }
}
