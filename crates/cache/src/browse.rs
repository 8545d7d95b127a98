//! Which keys there are, page by page.

use crate::{
    embedded,
    error::CacheError,
    glob::Glob,
    raw_key::{escaped, unescaped},
    remote::Remote,
    space::{Backend, Space},
    stored::{KeyFacts, RawKey, ScanCursor},
};
use std::{collections::HashSet, fmt, str::FromStr};

/// The most keys of a page.
const MAX_LIMIT: usize = 1_000;
/// A server looks at this many keys in one step.
const SCAN_STEP: usize = 1_000;
/// After so many steps a page ends, however few keys it has: a pattern that matches little must not hold up anybody.
const MAX_STEPS: usize = 50;

/// Where browsing goes on. As text it can be handed to a browser and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowseCursor(Position);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Position {
    After(Box<[u8]>),
    Scan(ScanCursor),
}

/// A page of keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowsePage {
    /// The keys: about as many as were asked for, fewer when few match.
    pub keys: Vec<BrowsedKey>,
    /// Where to go on; none at the end.
    pub next: Option<BrowseCursor>,
}

/// A key, and what is known of it without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowsedKey {
    /// The key, without the space's prefix.
    pub key: Vec<u8>,
    /// What is known of it.
    pub facts: KeyFacts,
}

impl Space {
    /// A page of the keys that match a glob in Redis' syntax (see [`Glob`]), about `limit` of them, at most 1 000. A key
    /// that is there all the time is given once at least; on a Redis perhaps more than once, and in no order.
    pub async fn browse(&self, glob: &str, from: Option<BrowseCursor>, limit: usize) -> Result<BrowsePage, CacheError> {
        let (glob, limit) = (Glob::new(glob)?, limit.clamp(1, MAX_LIMIT));
        match (&self.0.backend, from.map(|cursor| cursor.0)) {
            (Backend::Embedded(embedded), from) => {
                let from = match &from {
                    Some(Position::After(key)) => Some(&**key),
                    _ => None,
                };
                Ok(browse_embedded(embedded, &glob, from, limit))
            }
            (Backend::Redis(remote), from) => {
                let from = match from {
                    Some(Position::Scan(cursor)) => cursor,
                    _ => ScanCursor::default(),
                };
                self.counted(self.browse_remote(remote, &glob, from, limit)).await
            }
        }
    }

    async fn browse_remote(
        &self,
        remote: &Remote,
        glob: &Glob,
        from: ScanCursor,
        limit: usize,
    ) -> Result<BrowsePage, CacheError> {
        let naming = remote.naming(&self.0.clock).await;
        let complete = naming.glob(glob.source());
        // A pattern that matches much must not fill a page beyond what was asked for.
        let step = if glob.is_everything() { limit } else { SCAN_STEP.min(limit * 10) };
        let (mut found, mut next) = (HashSet::<RawKey>::new(), Some(from));
        for _ in 0..MAX_STEPS {
            let Some(cursor) = next.filter(|_| found.len() < limit) else { break };
            let page = remote.store.scan(&complete, cursor, step).await?;
            found.extend(page.keys.into_iter().filter(|raw| naming.key_of(raw).is_some()));
            next = page.next;
        }
        let raw: Vec<RawKey> = found.into_iter().collect();
        let facts = remote.store.facts(&raw).await?;
        let keys = raw.iter().zip(facts).filter_map(|(raw, facts)| {
            // What has gone in the meantime is left out.
            Some(BrowsedKey { key: naming.key_of(raw)?.to_vec(), facts: facts? })
        });
        Ok(BrowsePage { keys: keys.collect(), next: next.map(|cursor| BrowseCursor(Position::Scan(cursor))) })
    }
}

fn browse_embedded(embedded: &embedded::Embedded, glob: &Glob, from: Option<&[u8]>, limit: usize) -> BrowsePage {
    let mut keys = embedded.keys(glob, from, limit + 1);
    let has_more = keys.len() > limit;
    keys.truncate(limit);
    let next = keys.last().filter(|_| has_more).map(|last| BrowseCursor(Position::After((**last).into())));
    let keys = keys.into_iter().filter_map(|key| {
        let facts = embedded.facts(&key)?;
        Some(BrowsedKey { key: key.to_vec(), facts })
    });
    BrowsePage { keys: keys.collect(), next }
}

impl fmt::Display for BrowseCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Position::After(key) => write!(f, "after.{}", escaped(key)),
            Position::Scan(ScanCursor { node, cursor }) => write!(f, "scan.{node}.{cursor}"),
        }
    }
}

/// The text is not that of a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this does not say where browsing goes on: begin anew")]
pub struct BadCursor;

impl FromStr for BrowseCursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let position = match text.split_once('.').ok_or(BadCursor)? {
            ("after", key) => Position::After(unescaped(key).ok_or(BadCursor)?.into()),
            ("scan", rest) => {
                let (node, cursor) = rest.split_once('.').ok_or(BadCursor)?;
                let (node, cursor) = (node.parse().map_err(|_| BadCursor)?, cursor.parse().map_err(|_| BadCursor)?);
                Position::Scan(ScanCursor { node, cursor })
            }
            _ => return Err(BadCursor),
        };
        Ok(Self(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_handed_on_as_text() {
        for position in
            [Position::After(b"key:\xff.\\"[..].into()), Position::Scan(ScanCursor { node: 2, cursor: u64::MAX })]
        {
            let cursor = BrowseCursor(position);
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for broken in ["", "scan.", "scan.1", "scan.x.y", "after", "after.\\q", "other.1"] {
            assert_eq!(broken.parse::<BrowseCursor>(), Err(BadCursor), "{broken}");
        }
    }
}
