//! What is not there is computed: once, however many ask.
//!
//! ```text
//! find ─┬─ fresh ───────────────────────────────────────────────► the value
//!       ├─ stale ── somebody computes already? ─ yes ───────────► the stale value
//!       └─ missing            │ no
//!             └──────► flight (this process) ─► lock (all processes) ─► compute ─► keep ─► the value
//! ```
//!
//! Whatever ails the cache, the caller gets the computed value: an error of the backend is counted and passed over, and
//! then nothing more is asked of the backend for this call.

use crate::{
    across::{Across, Lock, Patience},
    lookup::Found,
    recorder::Count,
    rules::Rules,
    single_flight::{self, Landed, Lead, Role, Waiting},
    space::Space,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

/// The longest that a caller waits for the computation of another.
const PATIENCE: Duration = Duration::from_secs(20);

/// What can be kept and found again.
pub trait Cacheable: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Cacheable for T {}

/// A question that may have to be computed.
pub(crate) struct Question<'call> {
    pub key: &'call [u8],
    pub rules: &'call Rules,
    /// Whether "there is no such thing" is an answer.
    pub takes_nothing: bool,
}

/// What was found when the backend was asked first.
pub(crate) enum First<T> {
    /// An answer.
    Answer(Option<T>),
    /// Something to go by until it is computed anew.
    Stale(Option<T>),
    Missing(Circumstances<T>),
}

/// What a computation has to go by.
pub(crate) struct Circumstances<T> {
    /// How many flights had landed before the cache was looked at; none when the backend cannot be asked.
    landed: Option<u64>,
    fallback: Fallback<T>,
}

/// What is given out when a computation fails.
pub(crate) enum Fallback<T> {
    Stale(Option<T>),
    /// The error itself.
    None,
}

/// How waiting for another ended.
enum Waited<T> {
    Found(Option<T>),
    Again,
    Alone,
}

/// "There is no such thing", for those who wait.
struct Nothing;

impl Question<'_> {
    fn accepts<T>(&self, value: Option<&T>) -> bool {
        value.is_some() || self.takes_nothing
    }
}

impl Space {
    /// The value at a key; what is not there is computed and kept.
    pub(crate) async fn answer<T, E, F, Fut>(&self, question: &Question<'_>, compute: F) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        if self.keeps_nothing() {
            return compute().await;
        }
        match self.first(question).await {
            First::Answer(value) => Ok(value),
            First::Stale(value) => self.answer_stale(question, value, compute).await,
            First::Missing(circumstances) => self.answer_missing(question, circumstances, compute).await,
        }
    }

    /// Whether the space is switched off.
    pub(crate) fn keeps_nothing(&self) -> bool {
        self.0.options.max_value_bytes == 0
    }

    /// The first look.
    pub(crate) async fn first<T: Cacheable>(&self, question: &Question<'_>) -> First<T> {
        let landed = Some(self.0.flights.landed());
        let (landed, fallback) = match self.find::<T>(question.key).await {
            Ok(Found::Fresh(value)) if question.accepts(value.as_ref()) => {
                self.count_hit(value.is_none());
                return First::Answer(value);
            }
            Ok(Found::Stale(value, age)) if question.accepts(value.as_ref()) => {
                if age < question.rules.stale_while_revalidate {
                    return First::Stale(value);
                }
                let is_usable = age < question.rules.stale_if_error;
                (landed, if is_usable { Fallback::Stale(value) } else { Fallback::None })
            }
            Ok(_) => (landed, Fallback::None),
            Err(_) => (None, Fallback::None),
        };
        self.count(Count::Misses, 1);
        First::Missing(Circumstances { landed, fallback })
    }

    /// The first caller computes anew, in its own call; all others get the stale value.
    async fn answer_stale<T, E, F, Fut>(
        &self,
        question: &Question<'_>,
        value: Option<T>,
        compute: F,
    ) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        let Role::Lead(lead) = self.0.flights.join(question.key, &question.rules.tags) else {
            return Ok(self.stale(value));
        };
        match self.across(question, Patience::None).await {
            Across::Busy => Ok(self.stale(value)),
            Across::Found(fresh) => Ok(self.found_elsewhere(lead, fresh)),
            Across::Go(lock) => {
                self.count(Count::Misses, 1);
                self.lead(question, (lead, Some(lock)), Fallback::Stale(value), compute()).await
            }
        }
    }

    pub(crate) async fn answer_missing<T, E, F, Fut>(
        &self,
        question: &Question<'_>,
        Circumstances { landed, fallback }: Circumstances<T>,
        compute: F,
    ) -> Result<Option<T>, E>
    where
        T: Cacheable,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<T>, E>>,
    {
        loop {
            match self.0.flights.join(question.key, &question.rules.tags) {
                Role::Wait(waiting) => match self.wait(question, waiting).await {
                    Waited::Found(value) => return Ok(value),
                    Waited::Again => {}
                    Waited::Alone => {
                        let outcome = self.timed(compute()).await;
                        return self.or_stale(outcome, fallback);
                    }
                },
                Role::Lead(lead) => {
                    let Some(landed) = landed else {
                        return self.lead(question, (lead, None), fallback, compute()).await;
                    };
                    // Somebody may have finished between the look at the cache and now.
                    if self.0.flights.landed() != landed
                        && let Some(value) = self.find_again(question).await
                    {
                        return Ok(self.found_elsewhere(lead, value));
                    }
                    return match self.across(question, Patience::Lease).await {
                        Across::Found(value) => Ok(self.found_elsewhere(lead, value)),
                        Across::Busy => self.lead(question, (lead, Some(Lock::none())), fallback, compute()).await,
                        Across::Go(lock) => self.lead(question, (lead, Some(lock)), fallback, compute()).await,
                    };
                }
            }
        }
    }

    /// Computes for all who wait, and keeps what was computed unless it was invalidated in the meantime. Without a lock
    /// the backend cannot be asked, and nothing is kept.
    pub(crate) async fn lead<T, E>(
        &self,
        question: &Question<'_>,
        (lead, lock): (Lead, Option<Lock>),
        fallback: Fallback<T>,
        computation: impl Future<Output = Result<Option<T>, E>>,
    ) -> Result<Option<T>, E>
    where
        T: Cacheable,
    {
        let value = match self.timed(computation).await {
            Ok(value) => value,
            Err(error) => {
                lead.failed();
                return self.or_stale(Err(error), fallback);
            }
        };
        let shared = value.clone().map(Arc::new);
        if lock.is_some() {
            self.keep_computed(question, &lead, shared.as_ref()).await;
        }
        lead.found(for_all(shared));
        if let Some(lock) = lock {
            lock.release().await;
        }
        Ok(value)
    }

    async fn keep_computed<T: Cacheable>(&self, question: &Question<'_>, lead: &Lead, value: Option<&Arc<T>>) {
        let is_kept = value.is_some() || question.rules.negative_ttl.is_some();
        if !is_kept || !lead.is_current() {
            return;
        }
        match self.keep_shared(question.key, question.rules, value).await {
            Err(error) => tracing::debug!(%error, space = self.name(), "what was computed is not kept"),
            Ok(()) if lead.is_current() => {}
            // It was invalidated while it was written. If this fails too, the entry ends with its lifetime.
            Ok(()) => drop(self.delete(question.key).await),
        }
    }

    async fn wait<T: Cacheable>(&self, question: &Question<'_>, waiting: Waiting) -> Waited<T> {
        self.count(Count::Waits, 1);
        match tokio::time::timeout(PATIENCE, waiting.landed()).await {
            Ok(Landed::Abandoned) => Waited::Again,
            Ok(Landed::Failed) | Err(_) => Waited::Alone,
            Ok(Landed::Found(found)) => match found.downcast_ref::<T>() {
                Some(value) => Waited::Found(Some(value.clone())),
                None if question.takes_nothing && found.is::<Nothing>() => Waited::Found(None),
                // Two computations of different types share a key.
                None => Waited::Alone,
            },
        }
    }

    /// A fresh value that has come in the meantime; not counted, because the question has been.
    pub(crate) async fn find_again<T: Cacheable>(&self, question: &Question<'_>) -> Option<Option<T>> {
        match self.find(question.key).await {
            Ok(Found::Fresh(value)) if question.accepts(value.as_ref()) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn found_elsewhere<T: Cacheable>(&self, lead: Lead, value: Option<T>) -> Option<T> {
        self.count(Count::Waits, 1);
        lead.found(for_all(value.clone().map(Arc::new)));
        value
    }

    pub(crate) fn stale<T>(&self, value: Option<T>) -> Option<T> {
        self.count_hit(value.is_none());
        self.count(Count::StaleHits, 1);
        value
    }

    /// The outcome, or the stale value when there is one and the computation failed.
    fn or_stale<T, E>(&self, outcome: Result<Option<T>, E>, fallback: Fallback<T>) -> Result<Option<T>, E> {
        match (outcome, fallback) {
            (Err(_), Fallback::Stale(value)) => {
                self.count(Count::StaleHits, 1);
                Ok(value)
            }
            (outcome, _) => outcome,
        }
    }

    async fn timed<T>(&self, computation: impl Future<Output = T>) -> T {
        let begun = self.0.clock.monotonic();
        let outcome = computation.await;
        self.0.recorder.computed(self.0.clock.monotonic().saturating_sub(begun));
        outcome
    }
}

fn for_all<T: Cacheable>(value: Option<Arc<T>>) -> single_flight::Found {
    match value {
        Some(value) => value,
        None => Arc::new(Nothing),
    }
}
