//! Topics: what a client of the live stream can subscribe to.

use serde::{Deserialize, Serialize};

/// What a client of the live stream can subscribe to: series and events are grouped by what a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Topic {
    /// The few series that tell whether all is well.
    Overview = 0,
    /// Everything about the machine.
    System = 1,
    /// What the server itself costs.
    Server = 2,
    /// Every series.
    All = 3,
    /// The table of processes.
    Processes = 4,
    /// Changes of health.
    Health = 5,
    /// Lines of the journal.
    Log = 6,
    /// Caches and the servers they are on.
    Cache = 7,
    /// Routes: how often they are asked, how long they take, how often they fail.
    Api = 8,
    /// Databases, statements and pools.
    Database = 9,
    /// What other programs have sent of their own.
    Custom = 10,
    /// The series that the client has named one by one.
    Chosen = 11,
}

impl Topic {
    /// Every topic. The place of each is its number on the wire: new ones come last.
    pub const EVERY: [Self; 12] = [
        Self::Overview,
        Self::System,
        Self::Server,
        Self::All,
        Self::Processes,
        Self::Health,
        Self::Log,
        Self::Cache,
        Self::Api,
        Self::Database,
        Self::Custom,
        Self::Chosen,
    ];

    /// The topics that consist of series, and so are sent as frames, the same to everybody.
    pub const OF_SERIES: [Self; 8] =
        [Self::Overview, Self::System, Self::Server, Self::All, Self::Cache, Self::Api, Self::Database, Self::Custom];

    /// The name in the address and in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::System => "system",
            Self::Server => "server",
            Self::All => "all",
            Self::Processes => "processes",
            Self::Health => "health",
            Self::Log => "log",
            Self::Cache => "cache",
            Self::Api => "api",
            Self::Database => "database",
            Self::Custom => "custom",
            Self::Chosen => "chosen",
        }
    }

    /// The topic of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|topic| topic.name() == name)
    }
}

/// A set of topics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Topics(u16);

impl Topics {
    /// No topic.
    pub const NONE: Self = Self(0);

    /// The set of these topics.
    pub const fn of<const N: usize>(topics: [Topic; N]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < N {
            bits |= 1 << topics[i] as u16;
            i += 1;
        }
        Self(bits)
    }

    /// Whether `topic` is in the set. [`Topic::All`] is in every set of a series by definition
    /// of [`Series::is_in`](crate::Series::is_in), not here.
    pub const fn contains(self, topic: Topic) -> bool {
        self.0 & (1 << topic as u16) != 0
    }

    /// This set with `topic`.
    #[must_use]
    pub const fn with(self, topic: Topic) -> Self {
        Self(self.0 | 1 << topic as u16)
    }

    /// Whether the set has no topic.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The topics of the set, in their order.
    pub fn iter(self) -> impl Iterator<Item = Topic> {
        Topic::EVERY.into_iter().filter(move |topic| self.contains(*topic))
    }

    /// Reads names separated by commas; the error is the first name that is no topic.
    pub fn parse(names: &str) -> Result<Self, &str> {
        names
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .try_fold(Self::NONE, |set, name| Topic::from_name(name).map(|topic| set.with(topic)).ok_or(name))
    }
}

impl FromIterator<Topic> for Topics {
    fn from_iter<I: IntoIterator<Item = Topic>>(topics: I) -> Self {
        topics.into_iter().fold(Self::NONE, Self::with)
    }
}

impl Serialize for Topics {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Topics {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Topic>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_read_from_names() {
        assert_eq!(Topics::parse("overview, system,"), Ok(Topics::of([Topic::System, Topic::Overview])));
        assert_eq!(Topics::parse("overview,cash"), Err("cash"));
        assert_eq!(Topics::parse(""), Ok(Topics::NONE));
    }

    #[test]
    fn a_topic_has_its_place_as_its_number() {
        for (place, topic) in Topic::EVERY.into_iter().enumerate() {
            assert_eq!(topic as usize, place);
            assert_eq!(Topic::from_name(topic.name()), Some(topic));
            assert!(Topics::of([topic]).iter().eq([topic]));
        }
    }
}
