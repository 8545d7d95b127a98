//! Which entries bear a tag.

use super::bounded::Key;
use foldhash::fast::RandomState;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

type Keys = HashMap<Key, u64, RandomState>;

/// Of each tag the keys that bear it, with the writing that said so.
#[derive(Debug, Default)]
pub(crate) struct Tags(Mutex<HashMap<Box<[u8]>, Keys, RandomState>>);

impl Tags {
    pub(crate) fn add(&self, tags: &[Box<[u8]>], key: &Key, id: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for tag in tags {
            all.entry(tag.clone()).or_default().insert(key.clone(), id);
        }
    }

    /// Forgets an entry that is gone; a later writing of its key stays.
    pub(crate) fn remove(&self, tags: &[Box<[u8]>], key: &[u8], id: u64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for tag in tags {
            let Some(keys) = all.get_mut(tag) else { continue };
            if keys.get(key) == Some(&id) {
                keys.remove(key);
            }
            if keys.is_empty() {
                all.remove(tag);
            }
        }
    }

    /// The keys that bear a tag, with their writings.
    pub(crate) fn take(&self, tag: &[u8]) -> Keys {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(tag).unwrap_or_default()
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_was_written_again_keeps_its_tag_when_the_old_one_goes() {
        let tags = Tags::default();
        let tag: [Box<[u8]>; 1] = [b"t"[..].into()];
        tags.add(&tag, &b"key"[..].into(), 1);
        tags.add(&tag, &b"key"[..].into(), 2);
        tags.remove(&tag, b"key", 1);
        assert_eq!(tags.take(b"t").into_iter().collect::<Vec<_>>(), [(b"key"[..].into(), 2)]);
    }

    #[test]
    fn tags_that_nothing_bears_take_no_room() {
        let tags = Tags::default();
        let tag: [Box<[u8]>; 1] = [b"t"[..].into()];
        tags.add(&tag, &b"key"[..].into(), 1);
        tags.remove(&tag, b"key", 1);
        assert_eq!(tags.len(), 0);
    }
}
