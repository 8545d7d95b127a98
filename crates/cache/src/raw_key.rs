//! Keys of entries: which can be used, how they are complete on a server, how they are shown.
//!
//! ```text
//! {prefix}:{version}:{key}          an entry, exactly as django-redis names it
//! {prefix}:{version}:_tag:{tag}     the keys of the entries of a tag
//! {prefix}:{version}:_lock:{key}    one computation across processes
//! {prefix}:version                  the version, once it has been renewed
//! {prefix}:cleared                  what was invalidated lately, for those who compute meanwhile
//! {prefix}:alive                    what is written to see whether anything is kept
//! ```

use crate::{error::CacheError, glob, stored::RawKey};
use std::fmt::Write as _;

/// The longest key, in bytes.
pub(crate) const MAX_KEY_BYTES: usize = 1 << 20;
/// The most characters of a key that messages show.
const SHOWN: usize = 100;
const TAG: &[u8] = b"_tag:";
const LOCK: &[u8] = b"_lock:";

/// Whether a key can be used: it has 1 byte to 1 MiB, any bytes.
pub(crate) fn check(key: &[u8]) -> Result<(), CacheError> {
    let reason = match key.len() {
        0 => "it is empty",
        1..=MAX_KEY_BYTES => return Ok(()),
        _ => "it is longer than 1 MiB (1048576 bytes)",
    };
    Err(CacheError::BadKey { key: shown(key), reason })
}

/// A key in quotes for messages: what is no printable text is escaped, what is long is shortened.
pub(crate) fn shown(key: &[u8]) -> String {
    let beginning = &key[..key.len().min(SHOWN)];
    let mut text = format!("'{}'", escaped(beginning));
    if beginning.len() < key.len() {
        // Writing into a text does not fail.
        let _ = write!(text, "… ({} bytes)", key.len());
    }
    text
}

/// A key as text that can be read back: a backslash is doubled, bytes that are no printable text are `\xff`. So are
/// signs that are not seen, or that turn the direction of what follows: no key looks like another one.
pub fn escaped(key: &[u8]) -> String {
    let mut text = String::with_capacity(key.len() + 2);
    for chunk in key.utf8_chunks() {
        for sign in chunk.valid().chars() {
            match sign {
                '\\' => text.push_str("\\\\"),
                sign if is_hidden(sign) => escape_bytes(&mut text, sign.encode_utf8(&mut [0; 4]).as_bytes()),
                sign => text.push(sign),
            }
        }
        escape_bytes(&mut text, chunk.invalid());
    }
    text
}

/// The key that [`escaped`] shows as `text`; none when a backslash is followed by something else.
pub fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut key = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            key.push(byte);
            continue;
        }
        match rest {
            [b'\\', after @ ..] => {
                key.push(b'\\');
                rest = after;
            }
            [b'x', high, low, after @ ..] => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                key.push((digit(*high)? * 16 + digit(*low)?) as u8);
                rest = after;
            }
            _ => return None,
        }
    }
    Some(key)
}

/// Control signs, spaces without width, marks of direction, separators of lines, and what is laid over or left out.
fn is_hidden(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}')
        || matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(sign, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn escape_bytes(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(text, "\\x{byte:02x}");
    }
}

/// What the keys of a space begin with at one version.
#[derive(Clone, Debug)]
pub(crate) struct Naming {
    /// `{prefix}:{version}:`
    begin: RawKey,
}

impl Naming {
    pub(crate) fn new(prefix: &str, version: u64) -> Self {
        Self { begin: format!("{prefix}:{version}:").into_bytes() }
    }

    /// The key at which the version of a space is kept.
    pub(crate) fn of_version(prefix: &str) -> RawKey {
        format!("{prefix}:version").into_bytes()
    }

    /// The key of the log of what was invalidated in a space.
    pub(crate) fn of_log(prefix: &str) -> RawKey {
        format!("{prefix}:cleared").into_bytes()
    }

    /// The key by which it is known whether a space keeps anything.
    pub(crate) fn of_mark(prefix: &str) -> RawKey {
        format!("{prefix}:alive").into_bytes()
    }

    pub(crate) fn entry(&self, key: &[u8]) -> RawKey {
        self.with(&[key])
    }

    pub(crate) fn tag(&self, tag: &[u8]) -> RawKey {
        self.with(&[TAG, tag])
    }

    pub(crate) fn lock(&self, key: &[u8]) -> RawKey {
        self.with(&[LOCK, key])
    }

    /// The glob of complete keys for a glob of keys.
    pub(crate) fn glob(&self, glob: &[u8]) -> Vec<u8> {
        [glob::escape(&self.begin).as_slice(), glob].concat()
    }

    /// The key of an entry of this space and version; none of what is not one, such as the keys of a tag.
    pub(crate) fn key_of<'raw>(&self, raw: &'raw [u8]) -> Option<&'raw [u8]> {
        let key = raw.strip_prefix(self.begin.as_slice())?;
        (!key.starts_with(TAG) && !key.starts_with(LOCK)).then_some(key)
    }

    fn with(&self, parts: &[&[u8]]) -> RawKey {
        let mut raw = Vec::with_capacity(self.begin.len() + parts.iter().map(|part| part.len()).sum::<usize>());
        raw.extend_from_slice(&self.begin);
        for part in parts {
            raw.extend_from_slice(part);
        }
        raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_may_have_any_bytes_but_not_none_and_not_too_many() {
        assert_eq!(check(b"\x00\xff *"), Ok(()));
        assert_eq!(check(&vec![b'k'; MAX_KEY_BYTES]), Ok(()));
        assert_eq!(check(b"").unwrap_err().to_string(), "the key '' cannot be used: it is empty");
        let long = check(&vec![b'k'; MAX_KEY_BYTES + 1]).unwrap_err().to_string();
        assert!(long.contains("(1048577 bytes)") && long.contains("1 MiB") && long.len() < 300, "{long}");
    }

    #[test]
    fn what_is_not_seen_is_escaped_so_that_no_key_looks_like_another() {
        assert_eq!(escaped("a\u{202e}b\u{200b}".as_bytes()), "a\\xe2\\x80\\xaeb\\xe2\\x80\\x8b");
        assert_eq!(escaped("Łódź ✓".as_bytes()), "Łódź ✓");
    }

    #[test]
    fn keys_are_named_as_django_redis_names_them() {
        let naming = Naming::new("miorai", 1);
        assert_eq!(naming.entry(b"tournament:7"), b"miorai:1:tournament:7");
        assert_eq!(naming.key_of(b"miorai:1:tournament:7"), Some(&b"tournament:7"[..]));
        assert_eq!(naming.key_of(b"miorai:2:tournament:7"), None);
        assert_eq!(naming.key_of(&naming.tag(b"x")), None);
        assert_eq!(naming.key_of(&naming.lock(b"x")), None);
    }

    #[test]
    fn the_glob_of_a_prefix_takes_the_prefix_as_it_is() {
        assert_eq!(Naming::new("a*[b]", 1).glob(b"x*"), b"a\\*\\[b]:1:x*");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_printable_and_can_be_read_back(key: Vec<u8>) {
            let text = escaped(&key);
            prop_assert!(!text.contains(is_hidden), "{text}");
            prop_assert_eq!(unescaped(&text), Some(key));
        }

        #[test]
        fn a_complete_key_gives_its_key_back(key: Vec<u8>, version: u64) {
            prop_assume!(!key.starts_with(TAG) && !key.starts_with(LOCK));
            let naming = Naming::new("prefix", version);
            let raw = naming.entry(&key);
            prop_assert_eq!(naming.key_of(&raw), Some(key.as_slice()));
        }
    }
}
