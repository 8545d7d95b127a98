//! How spaces are set up.

use std::{borrow::Cow, time::Duration};

/// The form in which values are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codec {
    /// Readable in the key browser, and by programs in other languages.
    #[default]
    Json,
    /// Smaller and faster to read.
    MessagePack,
}

/// A named part of the cache: where its entries are, how long they live, how large they may be.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceOptions {
    /// Its name in code, on pages and in labels of series.
    pub name: Cow<'static, str>,
    /// What its keys on a Redis begin with: `{prefix}:{version}:{key}`, as django-redis has them.
    pub prefix: Cow<'static, str>,
    /// The database on a single Redis server; on a cluster there is only database 0.
    pub database: i64,
    /// How long an entry lives unless said otherwise; none for ever.
    pub ttl: Option<Duration>,
    /// Lifetimes are shortened at random by up to this share, so that entries that were made together do not end
    /// together; 0 to 0.5.
    pub jitter_ratio: f64,
    /// How long an entry is still given out after its lifetime while one caller computes it anew.
    pub stale_while_revalidate: Duration,
    /// How long an entry is still given out after its lifetime when computing it anew fails.
    pub stale_if_error: Duration,
    /// How long "there is no such thing" is remembered, for computations that give an `Option`; none does not remember it.
    pub negative_ttl: Option<Duration>,
    /// The largest value as it is stored; 0 keeps nothing, and whoever asks computes.
    pub max_value_bytes: usize,
    /// Bytes held in the process at most, by the embedded backend.
    pub max_bytes: u64,
    /// Values larger than this are compressed; none compresses nothing.
    pub compress_above: Option<usize>,
    /// The form of values.
    pub codec: Codec,
    /// Bytes of the near cache in front of a Redis; none for no near cache.
    pub near_bytes: Option<u64>,
    /// The objective that pages show the hit ratio against.
    pub hit_ratio_objective: f64,
}

impl SpaceOptions {
    /// A space of this name, prefix and lifetime; everything else as is usual.
    pub fn new(name: impl Into<Cow<'static, str>>, prefix: impl Into<Cow<'static, str>>, ttl: Duration) -> Self {
        Self {
            name: name.into(),
            prefix: prefix.into(),
            database: 0,
            ttl: Some(ttl),
            jitter_ratio: 0.1,
            stale_while_revalidate: Duration::ZERO,
            stale_if_error: Duration::ZERO,
            negative_ttl: None,
            max_value_bytes: 32 << 20,
            max_bytes: 64 << 20,
            compress_above: None,
            codec: Codec::Json,
            near_bytes: None,
            hit_ratio_objective: 0.8,
        }
    }

    /// The spaces that there are without any configuration: `default`, `session` and `ml_predictions`.
    pub fn defaults() -> [Self; 3] {
        let space = |name, prefix, database, seconds| Self {
            database,
            ..Self::new(name, prefix, Duration::from_secs(seconds))
        };
        [
            space("default", "miorai", 1, 300),
            space("session", "session", 2, 86_400),
            space("ml_predictions", "ml_pred", 3, 3_600),
        ]
    }
}
