//! Numbers and lifetimes in words, as pages tell them.

use miorai_model::{
    Kind, Unit,
    quantity::{duration, quantity},
};

/// A number in full, in groups of three digits: `4 312`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

/// A word with a capital letter; products as they write themselves.
pub fn capital(word: &str) -> String {
    if word == "postgresql" {
        return "PostgreSQL".to_owned();
    }
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `1 key`, `4 312 keys`.
pub fn keys(number: u64) -> String {
    format!("{} {}", grouped(number), if number == 1 { "key" } else { "keys" })
}

/// Bytes as people read them; a dash where they are not known.
pub fn bytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "–".to_owned(), |bytes| quantity(bytes as f64, Unit::Bytes, Kind::Gauge).to_string())
}

/// Seconds as people read them; a dash where they are not known.
pub fn seconds(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "–".to_owned(), |seconds| quantity(seconds, Unit::Seconds, Kind::Gauge).to_string())
}

/// A share as people read it; a dash where it is not known.
pub fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "–".to_owned(), |ratio| quantity(ratio, Unit::Ratio, Kind::Gauge).to_string())
}

/// Milliseconds as people read them; a dash where they are not known.
pub fn millis(millis: Option<f64>) -> String {
    seconds(millis.map(|millis| millis / 1e3))
}

/// So much a second, as people read it.
pub fn rate(per_second: f64) -> String {
    quantity(per_second, Unit::Count, Kind::Counter).to_string()
}

/// How long ago something was.
pub fn ago(seconds: f64) -> String {
    if seconds < 1.0 { "just now".to_owned() } else { format!("{} ago", duration(seconds as u64)) }
}

/// How long an entry lives; nothing is for ever.
pub fn lifetime(seconds: Option<f64>) -> String {
    match seconds {
        None => "for ever".to_owned(),
        Some(seconds) if seconds < 1.0 => "less than 1 s".to_owned(),
        Some(seconds) => duration(seconds as u64),
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn numbers_are_told_in_full() {
        for (number, expected) in
            [(0, "0 keys"), (1, "1 key"), (999, "999 keys"), (4_312, "4 312 keys"), (1_000_000, "1 000 000 keys")]
        {
            assert_eq!(keys(number).replace('\u{a0}', " "), expected);
        }
    }

    #[test]
    fn lifetimes_are_told_in_words() {
        assert_eq!(lifetime(None), "for ever");
        assert_eq!(lifetime(Some(0.2)), "less than 1 s");
        assert_eq!(ago(0.4), "just now");
    }
}
