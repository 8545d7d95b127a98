//! One entry, and what is said of it before it is written or computed.

use crate::{
    across::{Across, Patience},
    compute::{Cacheable, Fallback, First, Question},
    error::CacheError,
    rules::Rules,
    single_flight::Role,
    space::Space,
};
use serde::Serialize;
use std::time::Duration;

/// An entry of a space. What is not said of it is as the space says.
///
/// ```
/// # use miorai_cache::CacheManager;
/// # use std::time::Duration;
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let space = CacheManager::builder().build()?.space("default")?;
/// let standings = space
///     .entry("tournament:7:standings")
///     .ttl(Duration::from_secs(60))
///     .tags(["tournament:7"])
///     .get_or_compute(|| async { Ok::<_, std::io::Error>(vec!["Anna", "Bela"].join(", ")) })
///     .await
///     .unwrap();
/// assert_eq!(standings, "Anna, Bela");
/// assert_eq!(space.invalidate_tag("tournament:7").await?, 1);
/// # Ok::<(), miorai_cache::CacheError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use = "an entry does nothing before it is set or asked for"]
pub struct Entry<'space> {
    space: &'space Space,
    key: Vec<u8>,
    rules: Rules,
}

impl<'space> Entry<'space> {
    pub(crate) fn new(space: &'space Space, key: Vec<u8>, rules: Rules) -> Self {
        Self { space, key, rules }
    }

    /// How long it lives.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.rules.ttl = Some(ttl);
        self
    }

    /// It lives until it is deleted or has to make room.
    pub fn forever(mut self) -> Self {
        self.rules.ttl = None;
        self
    }

    /// The share of its lifetime that chance may take off it: 0 to 0.5.
    pub fn jitter_ratio(mut self, ratio: f64) -> Self {
        self.rules.jitter_ratio = ratio;
        self
    }

    /// How long it is given out after its lifetime while one caller computes it anew.
    pub fn stale_while_revalidate(mut self, time: Duration) -> Self {
        self.rules.stale_while_revalidate = time;
        self
    }

    /// How long it is given out after its lifetime when computing it anew fails.
    pub fn stale_if_error(mut self, time: Duration) -> Self {
        self.rules.stale_if_error = time;
        self
    }

    /// How long "there is no such thing" is remembered.
    pub fn negative_ttl(mut self, ttl: Duration) -> Self {
        self.rules.negative_ttl = Some(ttl);
        self
    }

    /// Tags, by which it can be invalidated together with others.
    pub fn tags<T: AsRef<[u8]>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.rules.tags.extend(tags.into_iter().map(|tag| tag.as_ref().into()));
        self
    }

    /// Keeps a value.
    pub async fn set<T>(self, value: &T) -> Result<(), CacheError>
    where
        T: Serialize + Clone + Send + Sync + 'static,
    {
        self.space.0.flights.forget(&self.key);
        self.space.keep(&self.key, &self.rules, value).await
    }

    /// The value; what is not there is computed and kept. See [`Space::get_or_compute`].
    pub async fn get_or_compute<T, E, F, Fut>(self, compute: F) -> Result<T, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        self.space.value(&self.key, &self.rules, compute).await
    }

    /// The value, or that there is none; what is not known is computed and kept. See
    /// [`Space::get_or_compute_optional`].
    pub async fn get_or_compute_optional<T, E, F, Fut>(self, compute: F) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        let question = Question { key: &self.key, rules: &self.rules, takes_nothing: true };
        self.space.answer(&question, compute).await
    }

    /// A stale value is given to every caller, also the first: it is computed anew behind, in a task of its own. The
    /// computation must own what it needs.
    pub fn refresh_behind(self) -> RefreshedEntry<'space> {
        RefreshedEntry(self)
    }
}

/// An entry that is computed anew behind its callers. Made by [`Entry::refresh_behind`].
#[derive(Clone, Debug)]
#[must_use = "an entry does nothing before it is asked for"]
pub struct RefreshedEntry<'space>(Entry<'space>);

impl RefreshedEntry<'_> {
    /// The value; what is not there is computed and kept, what is stale is computed anew behind.
    pub async fn get_or_compute<T, E, F, Fut>(self, compute: F) -> Result<T, E>
    where
        T: Cacheable,
        E: Send + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        let optional = || {
            let computation = compute();
            async move { computation.await.map(Some) }
        };
        self.answer(optional, false).await.map(certain)
    }

    /// The value, or that there is none; what is not known is computed and kept, what is stale is computed anew behind.
    pub async fn get_or_compute_optional<T, E, F, Fut>(self, compute: F) -> Result<Option<T>, E>
    where
        T: Cacheable,
        E: Send + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>> + Send + 'static,
    {
        self.answer(compute, true).await
    }

    async fn answer<T, E, F, Fut>(self, compute: F, takes_nothing: bool) -> Result<Option<T>, E>
    where
        T: Cacheable,
        E: Send + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>> + Send + 'static,
    {
        let Self(Entry { space, key, rules }) = self;
        if space.keeps_nothing() {
            return compute().await;
        }
        let question = Question { key: &key, rules: &rules, takes_nothing };
        match space.first(&question).await {
            First::Answer(value) => Ok(value),
            First::Missing(circumstances) => space.answer_missing(&question, circumstances, compute).await,
            First::Stale(value) => {
                if let Role::Lead(lead) = space.0.flights.join(&key, &rules.tags) {
                    let (space, computation) = (space.clone(), compute());
                    tokio::spawn(async move {
                        let question = Question { key: &key, rules: &rules, takes_nothing };
                        match space.across::<T>(&question, Patience::None).await {
                            Across::Busy => {}
                            Across::Found(value) => drop(space.found_elsewhere(lead, value)),
                            Across::Go(lock) => {
                                let outcome =
                                    space.lead(&question, (lead, Some(lock)), Fallback::None, computation).await;
                                // Its callers have the stale value; the next one tries again.
                                if outcome.is_err() {
                                    tracing::debug!(space = space.name(), "a value could not be computed anew");
                                }
                            }
                        }
                    });
                }
                Ok(space.stale(value))
            }
        }
    }
}

impl Space {
    /// The value at a key; what is not there is computed and kept.
    ///
    /// There is one computation a key however many callers, in this process and across those that share a Redis. The
    /// error is the computation's own: whatever ails the cache, the caller gets the computed value. When a computation
    /// fails, each of those who waited for it computes for itself.
    pub async fn get_or_compute<T, E, F, Fut>(&self, key: impl AsRef<[u8]>, compute: F) -> Result<T, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        self.value(key.as_ref(), &self.0.rules, compute).await
    }

    /// The value at a key, or that there is none; what is not known is computed and kept. "There is no such thing" is
    /// kept for the space's [`negative_ttl`](crate::SpaceOptions::negative_ttl), or not at all without one.
    pub async fn get_or_compute_optional<T, E, F, Fut>(&self, key: impl AsRef<[u8]>, compute: F) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        let question = Question { key: key.as_ref(), rules: &self.0.rules, takes_nothing: true };
        self.answer(&question, compute).await
    }

    async fn value<T, E, F, Fut>(&self, key: &[u8], rules: &Rules, compute: F) -> Result<T, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let question = Question { key, rules, takes_nothing: false };
        self.answer(&question, || async { compute().await.map(Some) }).await.map(certain)
    }
}

fn certain<T>(value: Option<T>) -> T {
    value.expect("who does not take nothing for an answer gets a value")
}
