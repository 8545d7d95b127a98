//! A value as people can look at it: safely, and no more of it than they asked for.

use crate::{
    envelope,
    error::CacheError,
    options::Codec,
    raw_key,
    redis::inspect::Elements,
    remote::Remote,
    space::{Backend, Space},
    stored::KeyFacts,
};
use bytes::Bytes;
use std::fmt::Write as _;

/// So much of a value is read to show it: what is compressed or laid out anew needs the whole.
const READ_BYTES: usize = 1 << 20;
/// The most elements shown of a list, hash, set, sorted set or stream.
const MAX_ELEMENTS: usize = 100;

/// How a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PeekForm {
    /// JSON, laid out for people.
    Json,
    /// Text as it is.
    Text,
    /// Bytes that are no text, as hexadecimal numbers.
    Binary,
    /// "There is no such thing."
    Nothing,
    /// Elements, one a line.
    Elements,
}

/// A value, or its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peek {
    /// What is known of the key.
    pub facts: KeyFacts,
    /// How the value is shown.
    pub form: PeekForm,
    /// What is shown of it.
    pub text: String,
    /// How many bytes the value has as it is stored; of a list, hash and the like, how many elements.
    pub total_bytes: u64,
    /// Whether there is more than is shown.
    pub is_shortened: bool,
}

impl Space {
    /// Looks at a value: at most `max_bytes` of text. None when there is no entry. Neither a hit nor a miss.
    pub async fn peek(&self, key: impl AsRef<[u8]>, max_bytes: usize) -> Result<Option<Peek>, CacheError> {
        let key = key.as_ref();
        raw_key::check(key)?;
        match &self.0.backend {
            Backend::Embedded(embedded) => {
                let Some((held, _)) = embedded.get(key) else { return Ok(None) };
                let Some(facts) = embedded.facts(key) else { return Ok(None) };
                let codec = self.0.options.codec;
                let bytes = held.value.as_ref().map(|value| value.encode(codec)).transpose();
                let bytes = bytes.map_err(|cause| CacheError::Encode { key: raw_key::shown(key), cause })?;
                let total_bytes = bytes.as_ref().map_or(0, Vec::len) as u64;
                let (form, text) = bytes.map_or((PeekForm::Nothing, String::new()), |bytes| show(codec, &bytes));
                Ok(Some(shortened(facts, form, text, total_bytes, max_bytes)))
            }
            Backend::Redis(remote) => self.counted(self.peek_remote(remote, key, max_bytes)).await,
        }
    }

    async fn peek_remote(&self, remote: &Remote, key: &[u8], max_bytes: usize) -> Result<Option<Peek>, CacheError> {
        let raw = remote.naming(&self.0.clock).await.entry(key);
        let facts = remote.store.facts(std::slice::from_ref(&raw)).await?;
        let Some(facts) = facts.into_iter().next().flatten() else { return Ok(None) };
        if facts.kind != "string" {
            let elements = remote.store.elements(&raw, &facts.kind, MAX_ELEMENTS).await?;
            return Ok(Some(elements.map_or_else(
                || shortened(facts.clone(), PeekForm::Nothing, String::new(), 0, max_bytes),
                |elements| show_elements(facts.clone(), &elements, max_bytes),
            )));
        }
        let Some((bytes, total)) = remote.store.beginning(&raw, READ_BYTES.max(max_bytes)).await? else {
            return Ok(None);
        };
        let is_whole = bytes.len() as u64 == total;
        let (form, text) = show_stored(bytes);
        let mut peek = shortened(facts, form, text, total, max_bytes);
        peek.is_shortened |= !is_whole;
        Ok(Some(peek))
    }
}

/// What a server has, in its envelope or without one.
fn show_stored(bytes: Bytes) -> (PeekForm, String) {
    match envelope::open(bytes.clone()) {
        Ok(envelope) => match envelope.payload {
            Some(payload) => show(envelope.codec, &payload),
            None => (PeekForm::Nothing, String::new()),
        },
        Err(_) => show(Codec::Json, &bytes),
    }
}

fn show(codec: Codec, bytes: &[u8]) -> (PeekForm, String) {
    let json = match codec {
        Codec::Json => serde_json::from_slice::<serde_json::Value>(bytes).ok(),
        Codec::MessagePack => rmp_serde::from_slice(bytes).ok(),
    };
    if let Some(text) = json.and_then(|json| serde_json::to_string_pretty(&json).ok()) {
        return (PeekForm::Json, text);
    }
    match text(bytes) {
        Some(text) => (PeekForm::Text, text.to_owned()),
        None => (PeekForm::Binary, hexadecimal(bytes)),
    }
}

/// Printable text; a sign that the end of what was read has cut is left out.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_printable = |sign: char| !sign.is_control() || matches!(sign, '\n' | '\r' | '\t');
    text.chars().all(is_printable).then_some(text)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().enumerate().fold(String::with_capacity(bytes.len() * 3), |mut text, (at, byte)| {
        // Writing into a text does not fail.
        let _ = write!(text, "{}{byte:02x}", if at == 0 { "" } else { " " });
        text
    })
}

fn show_elements(facts: KeyFacts, elements: &Elements, max_bytes: usize) -> Peek {
    let shown = |part: &Bytes| text(part).map_or_else(|| hexadecimal(part), str::to_owned);
    let line = |parts: &Vec<Bytes>| parts.iter().map(shown).collect::<Vec<_>>().join("  ");
    let text = elements.first.iter().map(line).collect::<Vec<_>>().join("\n");
    let mut peek = shortened(facts, PeekForm::Elements, text, elements.total, max_bytes);
    peek.is_shortened |= (elements.first.len() as u64) < elements.total;
    peek
}

fn shortened(facts: KeyFacts, form: PeekForm, mut text: String, total_bytes: u64, max_bytes: usize) -> Peek {
    let is_shortened = text.len() > max_bytes;
    text.truncate(text.floor_char_boundary(max_bytes));
    Peek { facts, form, text, total_bytes, is_shortened }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_by_what_they_are() {
        let packed = rmp_serde::to_vec(&vec![1, 2]).unwrap();
        for (codec, bytes, form, text) in [
            (Codec::Json, &b"{\"a\":1}"[..], PeekForm::Json, "{\n  \"a\": 1\n}"),
            (Codec::MessagePack, &packed, PeekForm::Json, "[\n  1,\n  2\n]"),
            (Codec::Json, b"plain text", PeekForm::Text, "plain text"),
            (Codec::Json, b"bell \x07", PeekForm::Binary, "62 65 6c 6c 20 07"),
            (Codec::Json, b"\x80\x04\x95", PeekForm::Binary, "80 04 95"),
            (Codec::Json, b"cut \xc5", PeekForm::Text, "cut "),
        ] {
            assert_eq!(show(codec, bytes), (form, text.to_owned()));
        }
    }
}
