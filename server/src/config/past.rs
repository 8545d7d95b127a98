//! Settings of what is kept: the database, history and journal.

use super::settings::Wrong;
use miorai_storage::{StoreOptions, tier::LIFETIMES};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Where history and journal are kept: `postgres://user:password@host/database` or `sqlite:FILE`. Empty for a SQLite
    /// file in the data folder. `DATABASE_URL` says the same.
    pub url: String,
}

/// How long values are remembered, and how finely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct History {
    /// How far back each second is kept in memory.
    #[serde(with = "humantime_serde")]
    pub memory: Duration,
    /// How long each second is kept.
    #[serde(with = "humantime_serde")]
    pub seconds: Duration,
    /// How long points of 10 seconds are kept.
    #[serde(with = "humantime_serde")]
    pub ten_seconds: Duration,
    /// How long points of 5 minutes are kept.
    #[serde(with = "humantime_serde")]
    pub five_minutes: Duration,
    /// How long points of an hour are kept.
    #[serde(with = "humantime_serde")]
    pub hours: Duration,
    /// At most so many bytes; then every tier is kept for a shorter time.
    pub max_bytes: u64,
}

impl Default for History {
    fn default() -> Self {
        let [seconds, ten_seconds, five_minutes, hours] = LIFETIMES;
        let max_bytes = StoreOptions::default().max_bytes;
        Self { memory: Duration::from_mins(15), seconds, ten_seconds, five_minutes, hours, max_bytes }
    }
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Journal {
    /// At most this many events are kept.
    pub max_events: usize,
    /// How long an event is kept.
    #[serde(with = "humantime_serde")]
    pub keep: Duration,
}

impl Default for Journal {
    fn default() -> Self {
        let of = StoreOptions::default();
        Self { max_events: of.max_events, keep: of.event_lifetime }
    }
}

/// As the store takes them.
pub fn options(history: &History, journal: &Journal) -> StoreOptions {
    let memory = history.memory.as_secs() as usize;
    let of = StoreOptions::default();
    StoreOptions {
        frames_in_memory: memory,
        frames_waiting: of.frames_waiting.max(memory),
        lifetimes: [history.seconds, history.ten_seconds, history.five_minutes, history.hours],
        max_bytes: history.max_bytes,
        max_events: journal.max_events,
        event_lifetime: journal.keep,
        ..of
    }
}

/// The first mistake in these sections, ranges aside.
pub(super) fn check(storage: &Storage, history: &History) -> Result<(), Wrong> {
    let url = &storage.url;
    if !url.is_empty() && !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
        // It may have a password: it is not repeated.
        let right = "sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE";
        return Err(("storage.url", format!("the address is of no database that can be used: {right} are")));
    }
    let lifetimes = [
        ("history.ten_seconds", history.seconds, history.ten_seconds),
        ("history.five_minutes", history.ten_seconds, history.five_minutes),
        ("history.hours", history.five_minutes, history.hours),
    ];
    for (name, finer, coarser) in lifetimes {
        if coarser < finer {
            return Err((name, "coarser points must be kept at least as long as finer ones".to_owned()));
        }
    }
    Ok(())
}

/// The address of the database in the variable that many programs share, with the name of the variable.
pub(super) fn from_shared_variables(variables: &[(String, String)]) -> Option<(String, String)> {
    let (name, value) = variables.iter().find(|(name, value)| name == "DATABASE_URL" && !value.trim().is_empty())?;
    Some((value.trim().to_owned(), name.clone()))
}
