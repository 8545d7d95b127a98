//! Who sees every lookup: for tracing and for the chain of a request, without the cache knowing either.

use crate::{error::CacheError, lookup::Found, space::Space};
use miorai_model::performance::Outcome;
use std::{
    borrow::Cow,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

/// A part of a key longer than this is taken for a value.
const LONGEST_WORD: usize = 32;

/// A lookup that has just ended. What it costs to tell more of it is paid by who asks.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    space: &'a Space,
    key: &'a [u8],
    outcome: Outcome,
    took: Duration,
}

impl Lookup<'_> {
    /// The name of the space.
    pub fn space(&self) -> &str {
        self.space.name()
    }

    /// What keys of this kind have in common: the template that an attribute has declared, else the key with `{}` for
    /// parts that have digits or are long. The key itself may hold what is nobody's business.
    pub fn template(&self) -> Cow<'_, str> {
        let key = String::from_utf8_lossy(self.key);
        let declared = self.space.0.schemas.iter().find(|schema| fits(schema, &key));
        declared.map_or_else(|| Cow::Owned(generalised(&key)), |schema| Cow::Borrowed(schema.as_str()))
    }

    /// What was found.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// How long it took.
    pub fn took(&self) -> Duration {
        self.took
    }
}

/// What is called after every lookup.
#[derive(Clone)]
pub(crate) struct Observer(Arc<dyn Fn(&Lookup<'_>) + Send + Sync>);

impl Observer {
    pub(crate) fn new(see: impl Fn(&Lookup<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(see))
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

impl Space {
    /// When a lookup begins that somebody wants to see.
    pub(crate) fn observed(&self) -> Option<Instant> {
        self.0.observer.as_ref().map(|_| Instant::now())
    }

    /// Tells of a lookup that has ended.
    pub(crate) fn observe<T>(&self, key: &[u8], found: &Result<Found<T>, CacheError>, begun: Option<Instant>) {
        let outcome = match found {
            Ok(Found::Fresh(_)) => Outcome::Hit,
            Ok(Found::Stale(..)) => Outcome::Stale,
            Ok(Found::Missing) => Outcome::Miss,
            Err(_) => Outcome::Failed,
        };
        self.observe_outcome(key, outcome, begun);
    }

    /// Tells how a lookup has ended.
    pub(crate) fn observe_outcome(&self, key: &[u8], outcome: Outcome, begun: Option<Instant>) {
        if let (Some(Observer(see)), Some(begun)) = (&self.0.observer, begun) {
            see(&Lookup { space: self, key, outcome, took: begun.elapsed() });
        }
    }
}

/// Whether a key was made of a template such as `player:{id}:statistics`.
fn fits(schema: &str, key: &str) -> bool {
    let (mut wanted, mut parts) = (schema.split(':'), key.split(':'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == part || wanted.contains('{') => {}
            _ => return false,
        }
    }
}

fn generalised(key: &str) -> String {
    let is_value = |part: &str| part.len() > LONGEST_WORD || part.bytes().any(|byte| byte.is_ascii_digit());
    let parts = key.split(':').map(|part| if is_value(part) { "{}" } else { part });
    parts.collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_kind_have_one_template() {
        for (key, expected) in [
            ("tournament:7:standings", "tournament:{}:standings"),
            ("session:f3a9c1", "session:{}"),
            ("ranking", "ranking"),
            (&*format!("page:{}", "x".repeat(40)), "page:{}"),
        ] {
            assert_eq!(generalised(key), expected, "{key}");
        }
    }

    #[test]
    fn a_key_fits_the_template_that_it_was_made_of() {
        for (schema, key, expected) in [
            ("player:{id}:statistics", "player:7:statistics", true),
            ("player:{id}:statistics", "player:7", false),
            ("player:{id}", "player:7:statistics", false),
            ("ranking", "ranking", true),
        ] {
            assert_eq!(fits(schema, key), expected, "{schema} {key}");
        }
    }
}
