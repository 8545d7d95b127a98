//! Keys made of texts and values, so that no value can reach the entry of another.
//!
//! ```
//! use miorai_cache::key::KeyText;
//!
//! let key = |name: &str| KeyText::new().text("player:").value(&name).text(":rating").finish();
//! assert_eq!(key("anna"), "player:anna:rating");
//! // What would end the value, or match more than itself, is written as `%` and two digits.
//! assert_eq!(key("a:*"), "player:a%3A%2A:rating");
//! ```

use std::{
    borrow::Cow,
    fmt::{self, Display, Write as _},
    rc::Rc,
    sync::Arc,
};

/// A key, tag or pattern that is being made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyText(String);

impl KeyText {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds text as it is.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.0.push_str(text);
        self
    }

    /// Adds a value, escaped.
    #[must_use]
    pub fn value(mut self, value: &(impl KeyPart + ?Sized)) -> Self {
        value.write(&mut KeyValue { text: &mut self.0 });
        self
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }
}

/// Where a value writes itself into a key: all that it writes is escaped.
#[derive(Debug)]
pub struct KeyValue<'text> {
    text: &'text mut String,
}

impl KeyValue<'_> {
    /// Writes what `Display` shows of something.
    pub fn display(&mut self, value: &(impl Display + ?Sized)) {
        // Writing into a text does not fail, and a `Display` that says so has nothing more to show.
        let _ = write!(self, "{value}");
    }

    /// Writes the mark of what is not there; no value can write it otherwise.
    fn absent(&mut self) {
        self.text.push_str("%-");
    }
}

impl fmt::Write for KeyValue<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(is_escaped) {
            self.text.push_str(&rest[..at]);
            // Signs that are escaped are of one byte.
            write!(self.text, "%{:02X}", rest.as_bytes()[at])?;
            rest = &rest[at + 1..];
        }
        self.text.push_str(rest);
        Ok(())
    }
}

/// What would separate, match or group (`:`, signs of globs, hash tags of a cluster), the escape itself, and what cannot
/// be seen.
fn is_escaped(sign: char) -> bool {
    matches!(sign, ':' | '*' | '?' | '[' | ']' | '\\' | '{' | '}' | '%' | ' ') || sign.is_ascii_control()
}

/// A value that can stand in a key. Types of one's own become one in three lines:
///
/// ```
/// use miorai_cache::key::{KeyPart, KeyText, KeyValue};
///
/// struct PlayerId(u64);
///
/// impl KeyPart for PlayerId {
///     fn write(&self, key: &mut KeyValue<'_>) {
///         key.display(&self.0);
///     }
/// }
///
/// assert_eq!(KeyText::new().text("player:").value(&PlayerId(7)).finish(), "player:7");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in the key of a cache",
    label = "this value is in a key",
    note = "implement `miorai_cache::key::KeyPart` for it, or use a field of it: `{{name.field}}`"
)]
pub trait KeyPart {
    /// Writes the value: other values must write other texts.
    fn write(&self, key: &mut KeyValue<'_>);
}

macro_rules! by_display {
    ($($kind:ty),*) => {
        $(impl KeyPart for $kind {
            fn write(&self, key: &mut KeyValue<'_>) {
                key.display(self);
            }
        })*
    };
}

by_display!(bool, char, f32, f64, i8, i16, i32, i64, i128, isize, str, String, u8, u16, u32, u64, u128, usize);
by_display!(std::net::IpAddr, std::net::Ipv4Addr, std::net::Ipv6Addr);

macro_rules! as_inside {
    ($($kind:ty),*) => {
        $(impl<T: KeyPart + ?Sized> KeyPart for $kind {
            fn write(&self, key: &mut KeyValue<'_>) {
                (**self).write(key);
            }
        })*
    };
}

as_inside!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: KeyPart + ToOwned + ?Sized> KeyPart for Cow<'_, T> {
    fn write(&self, key: &mut KeyValue<'_>) {
        (**self).write(key);
    }
}

impl<T: KeyPart> KeyPart for Option<T> {
    fn write(&self, key: &mut KeyValue<'_>) {
        match self {
            Some(value) => value.write(key),
            None => key.absent(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(parts: &[&str]) -> String {
        parts.iter().fold(KeyText::new(), |key, part| key.text(":").value(part)).finish()
    }

    #[test]
    fn values_of_every_kind_are_written() {
        let name = String::from("Łukasz");
        let all = KeyText::new()
            .value(&1_u8)
            .text("|")
            .value(&-5_i64)
            .text("|")
            .value(&&name)
            .text("|")
            .value(&Some("x"))
            .text("|")
            .value(&Option::<u32>::None)
            .text("|")
            .value(&Cow::Borrowed("cow"));
        assert_eq!(all.finish(), "1|-5|Łukasz|x|%-|cow");
    }

    #[test]
    fn nothing_is_not_the_same_as_an_empty_value() {
        let texts = [Some(""), None, Some("%-"), Some("-")].map(|value| KeyText::new().value(&value).finish());
        assert_eq!(texts, ["", "%-", "%25-", "-"]);
    }

    proptest! {
        #[test]
        fn keys_are_the_same_only_for_the_same_values(left: [String; 3], right: [String; 3]) {
            let (one, other) = (key(&left.each_ref().map(String::as_str)), key(&right.each_ref().map(String::as_str)));
            prop_assert_eq!(one == other, left == right);
        }

        #[test]
        fn a_value_adds_no_separator_and_no_sign_of_a_glob(value: String) {
            let written = key(&[&value]);
            prop_assert!(!written[1..].contains([':', '*', '?', '[', ']', '\\', '{', '}']), "{written}");
        }
    }
}
