//! What a database must be able to do. Each dialect does it with its own, static SQL.

use crate::{journal::JournalFilter, tier::Tier};
use async_trait::async_trait;
use miorai_model::{Event, Kind, SeriesKey, Severity, Timestamp, Unit};
use std::ops::Range;

/// The version of the schema that this program writes.
pub(crate) const SCHEMA: i64 = 1;

/// Why a store cannot be used, or not now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The address is none of a database that can be used.
    #[error("'{0}' is no address of a database: sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE are")]
    Address(String),
    /// A newer program has written it.
    #[error(
        "{place} has schema {found}, this program knows up to {SCHEMA}: use the newer program, or another database"
    )]
    Newer {
        /// Which store.
        place: String,
        /// Its schema.
        found: i64,
    },
    /// It belongs to another program.
    #[error("{0} is the database of another program: choose another file")]
    Foreign(String),
    /// Another server writes to it.
    #[error("{0} is in use by another miorai: stop that one, or choose another database")]
    InUse(String),
    /// It may not be written to.
    #[error("{place} cannot be written to: {cause}")]
    ReadOnly {
        /// Which store.
        place: String,
        /// What the database says.
        cause: String,
    },
    /// There is no room left.
    #[error("there is no room left for {place}: {cause}")]
    Full {
        /// Which store.
        place: String,
        /// What the database says.
        cause: String,
    },
    /// Somebody else holds it at the moment.
    #[error("{place} is locked by another program: {cause}")]
    Busy {
        /// Which store.
        place: String,
        /// What the database says.
        cause: String,
    },
    /// It is gone, damaged, or does not answer.
    #[error("{place} fails: {cause}")]
    Failed {
        /// Which store.
        place: String,
        /// What the database says.
        cause: String,
    },
}

impl StoreError {
    /// Whether it stays as it is until somebody does something about the settings: then a server should not start.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Address(_) | Self::Newer { .. } | Self::Foreign(_) | Self::InUse(_))
    }

    /// Whether the connection is still good.
    pub(crate) const fn keeps_connection(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::Busy { .. })
    }
}

/// A series of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeriesRow {
    pub id: i64,
    pub key: SeriesKey,
    pub unit: Unit,
    pub kind: Kind,
    /// The time of a frame that had it, at most a day before the last one.
    pub seen: i64,
}

/// A chunk as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChunkRow {
    /// See [`super::place`].
    pub place: i64,
    pub points: i64,
    pub data: Vec<u8>,
}

/// A block of frames whose chunks are not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TailRow {
    /// The slot of tier 0 that its frames are in.
    pub slot: i64,
    pub data: Vec<u8>,
}

/// Numbers that the store keeps of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// The time of the newest frame.
    Newest,
    /// Up to where the tier of this number has been rolled up.
    Rolled(usize),
}

impl Mark {
    /// Its number in the database.
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Newest => 0,
            Self::Rolled(tier) => tier as i64,
        }
    }
}

/// What is written together, or not at all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    /// Series that are new, or were seen again.
    pub series: Vec<SeriesRow>,
    pub tails: Vec<TailRow>,
    /// Chunks, in the place of those that may be there.
    pub chunks: Vec<ChunkRow>,
    /// Slots whose blocks go.
    pub sealed: Vec<i64>,
    pub marks: Vec<(Mark, i64)>,
}

type Result<T> = std::result::Result<T, StoreError>;

/// A database.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    /// What it is and where, for people. Without secrets.
    fn name(&self) -> &str;

    /// Whether it is on another machine, which may come later than this one.
    fn is_remote(&self) -> bool;

    /// Connects, makes sure that nobody else writes, and brings the schema up to date; whether there was something to do.
    async fn prepare(&self) -> Result<bool>;

    /// Ends the connection to write by, and lets others use the store.
    async fn release(&self);

    /// Every series.
    async fn series(&self) -> Result<Vec<SeriesRow>>;
    /// Every mark that is set.
    async fn marks(&self) -> Result<Vec<(i64, i64)>>;
    /// The first and the last place there is in these.
    async fn bounds(&self, places: Range<i64>) -> Result<Option<(i64, i64)>>;
    /// The slots that have blocks, in order.
    async fn tail_slots(&self) -> Result<Vec<i64>>;
    /// The blocks of a slot, in the order in which they were written.
    async fn tails(&self, slot: i64) -> Result<Vec<Vec<u8>>>;
    /// The chunks of one series in these slots of a tier, in order, read beside the writing.
    async fn chunks_of(&self, tier: Tier, slots: Range<i64>, series: i64) -> Result<Vec<ChunkRow>>;
    /// The chunks at these places, in order.
    async fn chunks_at(&self, places: Range<i64>) -> Result<Vec<ChunkRow>>;
    /// Writes all of it, or nothing.
    async fn write(&self, batch: &Batch) -> Result<()>;
    /// Deletes chunks at these places, the first ones, at most so many; how many.
    async fn delete(&self, places: Range<i64>, most: i64) -> Result<u64>;
    /// Forgets series that were last seen before `seen`.
    async fn forget_series(&self, seen: i64) -> Result<u64>;
    /// Bytes that the data takes.
    async fn used_bytes(&self) -> Result<u64>;
    /// Gives a little of what is no longer used back to the system.
    async fn tidy(&self) -> Result<()>;

    /// The number of the last event there ever was.
    async fn last_event(&self) -> Result<Option<u64>>;
    /// Writes events; those that are there already stay as they are.
    async fn add_events(&self, events: &[Event]) -> Result<()>;
    /// The newest events that pass the filter, newest first, read beside the writing.
    async fn events(&self, filter: &JournalFilter) -> Result<Vec<Event>>;
    /// Deletes some of the events before the time `before` and of those beyond the newest `keep`; how many.
    async fn trim_events(&self, before: i64, keep: usize) -> Result<u64>;
}

impl SeriesRow {
    /// A row as a database has it; nothing when it makes no sense.
    pub(crate) fn read(id: i64, key: &str, unit: &str, kind: &str, seen: i64) -> Option<Self> {
        let word = |text: &str| serde_json::Value::String(text.to_owned());
        Some(Self {
            id,
            key: key.parse().ok()?,
            unit: serde_json::from_value(word(unit)).ok()?,
            kind: serde_json::from_value(word(kind)).ok()?,
            seen,
        })
    }

    /// The word for its unit.
    pub(crate) fn unit_name(&self) -> String {
        word(&self.unit)
    }

    /// The word for its kind.
    pub(crate) fn kind_name(&self) -> String {
        word(&self.kind)
    }
}

/// The word that a variant without content is in JSON.
fn word(variant: &impl serde::Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// An event as a database has it.
pub(crate) struct EventRow(pub Event);

impl EventRow {
    /// The columns in their order.
    pub(crate) fn read(
        id: i64,
        at: i64,
        severity: i64,
        source: String,
        message: String,
        detail: Option<String>,
    ) -> Self {
        let severity = SEVERITIES.get(severity.max(0) as usize).copied().unwrap_or(Severity::Error);
        Self(Event { id: id.unsigned_abs(), at: Timestamp::from_millis(at), severity, source, message, detail })
    }
}

/// Least first: the place is the number in the database.
const SEVERITIES: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Error];

/// The number of a severity in the database: the greater, the more it matters.
pub(crate) fn severity_number(severity: Severity) -> i64 {
    SEVERITIES.iter().position(|known| *known == severity).unwrap_or(0) as i64
}
