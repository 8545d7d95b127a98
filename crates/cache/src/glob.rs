//! Globs in Redis' syntax, matched as Redis matches them, but never in exponential time.
//!
//! | sign | matches |
//! |---|---|
//! | `*` | any bytes, also none |
//! | `?` | any one byte |
//! | `[ab]` `[a-z]` `[^a]` | one byte of these, of this range, not of these; one that is not closed ends with the glob |
//! | `\x` | `x` itself |
//!
//! ```
//! use miorai_cache::Glob;
//! let glob = Glob::new("tournament:[0-9]*:standings")?;
//! assert!(glob.matches(b"tournament:7:standings"));
//! assert!(!glob.matches(b"tournament:x:standings"));
//! # Ok::<(), miorai_cache::CacheError>(())
//! ```

use crate::error::CacheError;

/// The longest glob, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// A glob, ready to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    source: Vec<u8>,
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// `*`; several in a row are one.
    Any,
    /// `?`
    One,
    Byte(u8),
    Class {
        is_negated: bool,
        ranges: Vec<(u8, u8)>,
    },
}

impl Glob {
    /// Reads a glob. It may have 1 byte to 64 KiB.
    pub fn new(glob: impl AsRef<[u8]>) -> Result<Self, CacheError> {
        let source = glob.as_ref();
        let reason = match source.len() {
            0 => "it is empty; `*` matches everything",
            1..=MAX_BYTES => return Ok(Self { source: source.to_vec(), tokens: tokens(source) }),
            _ => "it is longer than 64 KiB",
        };
        let pattern = crate::raw_key::escaped(&source[..source.len().min(100)]);
        Err(CacheError::BadPattern { pattern, reason })
    }

    /// The glob as it was given.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// Whether it matches every key, whatever way it is written: `*`, and `?*` too, since no key is empty.
    pub fn is_everything(&self) -> bool {
        let ones = self.tokens.iter().filter(|token| **token == Token::One).count();
        let stars = self.tokens.iter().filter(|token| **token == Token::Any).count();
        ones <= 1 && stars > 0 && ones + stars == self.tokens.len()
    }

    /// Whether it matches these bytes as a whole. Takes at most as many steps as the glob has signs, times the bytes.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        let (mut token, mut at) = (0, 0);
        // The last `*`, and where what it stands for ends. Only the last one needs to be tried again: whatever an
        // earlier one could take, the last can take too.
        let mut star: Option<(usize, usize)> = None;
        while at < bytes.len() {
            match self.tokens.get(token) {
                Some(Token::Any) => {
                    star = Some((token, at));
                    token += 1;
                }
                Some(one) if one.takes(bytes[at]) => {
                    token += 1;
                    at += 1;
                }
                _ => {
                    let Some((star_token, end)) = star else { return false };
                    star = Some((star_token, end + 1));
                    token = star_token + 1;
                    at = end + 1;
                }
            }
        }
        self.tokens[token..].iter().all(|rest| *rest == Token::Any)
    }
}

/// Text in which every sign stands for itself.
pub fn escape(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for &byte in text {
        if matches!(byte, b'*' | b'?' | b'[' | b'\\') {
            escaped.push(b'\\');
        }
        escaped.push(byte);
    }
    escaped
}

impl Token {
    fn takes(&self, byte: u8) -> bool {
        match self {
            Self::Any => false,
            Self::One => true,
            Self::Byte(own) => *own == byte,
            Self::Class { is_negated, ranges } => {
                ranges.iter().any(|&(low, high)| (low..=high).contains(&byte)) != *is_negated
            }
        }
    }
}

fn tokens(mut glob: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(glob.len());
    while let Some((&sign, rest)) = glob.split_first() {
        glob = rest;
        match sign {
            b'*' if tokens.last() == Some(&Token::Any) => {}
            b'*' => tokens.push(Token::Any),
            b'?' => tokens.push(Token::One),
            b'[' => {
                let (class, rest) = class(glob);
                tokens.push(class);
                glob = rest;
            }
            b'\\' if !glob.is_empty() => {
                tokens.push(Token::Byte(glob[0]));
                glob = &glob[1..];
            }
            byte => tokens.push(Token::Byte(byte)),
        }
    }
    tokens
}

/// What stands between brackets, and the glob after them.
fn class(mut glob: &[u8]) -> (Token, &[u8]) {
    let is_negated = glob.first() == Some(&b'^');
    if is_negated {
        glob = &glob[1..];
    }
    let mut ranges = Vec::new();
    loop {
        glob = match glob {
            [] => break,
            [b'\\', byte, rest @ ..] => {
                ranges.push((*byte, *byte));
                rest
            }
            [b']', rest @ ..] => {
                glob = rest;
                break;
            }
            [one, b'-', other, rest @ ..] => {
                ranges.push((*one.min(other), *one.max(other)));
                rest
            }
            [byte, rest @ ..] => {
                ranges.push((*byte, *byte));
                rest
            }
        };
    }
    if is_negated && ranges.is_empty() {
        return (Token::One, glob);
    }
    (Token::Class { is_negated, ranges }, glob)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, Instant};

    fn matches(glob: &str, text: &str) -> bool {
        Glob::new(glob).unwrap().matches(text.as_bytes())
    }

    #[test]
    fn globs_match_as_on_redis() {
        for (glob, text, expected) in [
            ("*", "", true),
            ("*", "anything", true),
            ("h?llo", "hello", true),
            ("h?llo", "hllo", false),
            ("h*llo", "heeello", true),
            ("h[ae]llo", "hallo", true),
            ("h[^e]llo", "hello", false),
            ("h[b-a]llo", "hallo", true),
            ("h\\*llo", "h*llo", true),
            ("h\\*llo", "hello", false),
            ("a[", "ab", false),
            ("a[^", "ab", true),
            ("a[bc", "ac", true),
            ("a[]b]", "ab]", false),
            ("a[\\]]", "a]", true),
            ("a\\", "a\\", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("[a-]", "b", false),
            ("*****a", "bbba", true),
        ] {
            assert_eq!(matches(glob, text), expected, "{glob} on {text}");
        }
    }

    #[test]
    fn empty_and_endless_globs_are_refused() {
        assert!(Glob::new("").unwrap_err().to_string().contains("empty"));
        assert!(Glob::new(vec![b'*'; MAX_BYTES + 1]).unwrap_err().to_string().contains("64 KiB"));
    }

    #[test]
    fn what_matches_every_key_is_known_however_it_is_written() {
        for (glob, expected) in [
            ("*", true),
            ("***", true),
            ("?*", true),
            ("*?", true),
            ("*?*", true),
            ("[^]*", true),
            ("?", false),
            ("??*", false),
            ("\\*", false),
            ("[*]", false),
            ("*a", false),
        ] {
            assert_eq!(Glob::new(glob).unwrap().is_everything(), expected, "{glob}");
        }
    }

    #[test]
    fn hostile_globs_take_no_time() {
        let begun = Instant::now();
        let text = "a".repeat(10_000);
        assert!(!matches(&format!("{}b", "a*".repeat(50)), &text));
        assert!(!matches(&format!("{}b", "*".repeat(60_000)), &text));
        assert!(!matches(&format!("{}b", "*a".repeat(100)), &text));
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }

    /// The same language, read off the table above as directly as can be.
    fn naive(tokens: &[Token], bytes: &[u8]) -> bool {
        match tokens {
            [] => bytes.is_empty(),
            [Token::Any, rest @ ..] => (0..=bytes.len()).any(|taken| naive(rest, &bytes[taken..])),
            [one, rest @ ..] => bytes.split_first().is_some_and(|(&byte, after)| one.takes(byte) && naive(rest, after)),
        }
    }

    proptest! {
        #[test]
        fn a_glob_matches_what_a_naive_reading_matches(glob in r"[ab*?\[\]^\\-]{1,10}", text in "[ab^-]{0,10}") {
            let glob = Glob::new(&glob).unwrap();
            prop_assert_eq!(glob.matches(text.as_bytes()), naive(&tokens(&glob.source), text.as_bytes()));
        }

        #[test]
        fn escaped_text_matches_itself_alone(text in prop::collection::vec(any::<u8>(), 1..20), other: Vec<u8>) {
            let glob = Glob::new(escape(&text)).unwrap();
            prop_assert!(glob.matches(&text));
            prop_assert_eq!(glob.matches(&other), text == other);
        }

        #[test]
        fn any_bytes_are_a_glob(glob in prop::collection::vec(any::<u8>(), 1..50), text: Vec<u8>) {
            Glob::new(glob).unwrap().matches(&text);
        }
    }
}
