//! The prefixes that take most memory, from a sample of keys.

use miorai_cache::{BrowsedKey, CacheError, Space, escaped_key};
use miorai_model::cache::{PrefixLine, PrefixReport};
use std::collections::HashMap;

/// Keys weighed.
const SAMPLED: usize = 5_000;
/// Prefixes shown.
const PREFIXES: usize = 20;

/// Weighs some thousand keys.
pub(super) async fn sample(space: &Space) -> Result<PrefixReport, CacheError> {
    let (mut sampled, mut cursor) = (Vec::new(), None);
    let complete = loop {
        let page = space.browse("*", cursor, 1_000).await?;
        sampled.extend(page.keys);
        cursor = page.next;
        if cursor.is_none() || sampled.len() >= SAMPLED {
            break cursor.is_none();
        }
    };
    Ok(biggest(&sampled, complete))
}

/// The prefixes that take most of what was sampled.
fn biggest(sampled: &[BrowsedKey], complete: bool) -> PrefixReport {
    let mut prefixes: HashMap<String, (u64, u64)> = HashMap::new();
    for key in sampled {
        let end = key.key.iter().position(|byte| *byte == b':').map_or(key.key.len(), |colon| colon + 1);
        let (keys, bytes) = prefixes.entry(escaped_key(&key.key[..end])).or_default();
        *keys += 1;
        *bytes += key.facts.bytes.unwrap_or(0);
    }
    let all: u64 = prefixes.values().map(|(_, bytes)| bytes).sum();
    let mut prefixes: Vec<PrefixLine> = prefixes
        .into_iter()
        .map(|(prefix, (keys, bytes))| PrefixLine {
            prefix,
            keys,
            bytes,
            share_ratio: bytes as f64 / all.max(1) as f64,
        })
        .collect();
    prefixes.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.prefix.cmp(&b.prefix)));
    prefixes.truncate(PREFIXES);
    PrefixReport { sampled: sampled.len() as u64, complete, prefixes }
}
