//! Attributes as labels, within bounds.

use super::limits::{LABEL_NAME, LABEL_VALUE};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use std::borrow::Cow;

/// Name and value of labels, in the order in which they are told.
pub(super) type Pairs = Vec<(Cow<'static, str>, String)>;

/// What a label is called that would otherwise be taken for one that the server gives: as Prometheus does it.
const EXPORTED: &str = "exported_";

/// Lists inside of lists are told down to this depth.
const DEPTH: usize = 3;

/// `text` as the name of a metric or a label: what the key of a series cannot have is `_`, and what is too long is cut.
pub(super) fn spelled(text: &str, limit: usize) -> String {
    let spell = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    text.chars().take(limit).map(spell).collect()
}

/// Puts the attributes of a point behind the labels that are there, which go before. `reserved` is the name of a label
/// that only the server gives.
pub(super) fn add_attributes(labels: &mut Pairs, attributes: &[KeyValue], reserved: Option<&str>) {
    for attribute in attributes.iter().filter(|attribute| !attribute.key.is_empty()) {
        let mut name = spelled(&attribute.key, LABEL_NAME);
        let is_taken = |labels: &Pairs, name: &str| labels.iter().any(|(label, _)| label == name);
        if reserved == Some(name.as_str()) || is_taken(labels, &name) {
            name.insert_str(0, EXPORTED);
        }
        if !is_taken(labels, &name) {
            labels.push((Cow::Owned(name), value(attribute.value.as_ref())));
        }
    }
}

/// The value of the attribute `name` as text.
pub(super) fn find(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    Some(value(found.value.as_ref())).filter(|text| !text.is_empty())
}

/// A value as text: what is too long is cut and ends in `…`, and nothing in it controls a terminal.
pub(super) fn value(value: Option<&AnyValue>) -> String {
    let mut text = String::new();
    write(&mut text, value, DEPTH);
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = chars.by_ref().take(LABEL_VALUE).collect();
    if chars.next().is_some() {
        short.pop();
        short.push('…');
    }
    short
}

fn write(text: &mut String, value: Option<&AnyValue>, depth: usize) {
    let Some(value) = value.and_then(|value| value.value.as_ref()) else { return };
    match value {
        Value::StringValue(string) => text.push_str(string),
        Value::BoolValue(bool) => text.push_str(if *bool { "true" } else { "false" }),
        Value::IntValue(int) => text.push_str(&int.to_string()),
        Value::DoubleValue(double) => text.push_str(&double.to_string()),
        Value::BytesValue(bytes) => text.extend([bytes.len().to_string().as_str(), " bytes"]),
        Value::ArrayValue(array) if depth > 0 => {
            write_list(text, &array.values, |text, value| write(text, Some(value), depth - 1));
        }
        Value::KvlistValue(list) if depth > 0 => write_list(text, &list.values, |text, pair| {
            text.extend([pair.key.as_str(), "="]);
            write(text, pair.value.as_ref(), depth - 1);
        }),
        Value::ArrayValue(_) | Value::KvlistValue(_) => text.push('…'),
        // An index into a table that only profiles have.
        Value::StringValueStrindex(_) => {}
    }
}

fn write_list<T>(text: &mut String, list: &[T], mut write: impl FnMut(&mut String, &T)) {
    for (place, one) in list.iter().enumerate() {
        if text.len() > LABEL_VALUE * 4 {
            return;
        }
        if place > 0 {
            text.push(',');
        }
        write(text, one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::common::v1::{ArrayValue, KeyValueList};

    fn any(value: Value) -> AnyValue {
        AnyValue { value: Some(value) }
    }

    fn text(text: &str) -> Value {
        Value::StringValue(text.to_owned())
    }

    fn attribute(key: &str, value: Value) -> KeyValue {
        KeyValue { key: key.to_owned(), value: Some(any(value)), key_strindex: 0 }
    }

    #[test]
    fn values_of_every_type_become_text() {
        let list = vec![any(Value::IntValue(1)), any(text("a"))];
        let pairs = vec![attribute("k", Value::BoolValue(true)), attribute("l", text("b"))];
        for (given, expected) in [
            (text("x y"), "x y"),
            (text("a\nb\u{1b}[0m"), "a b [0m"),
            (Value::BoolValue(false), "false"),
            (Value::IntValue(-3), "-3"),
            (Value::DoubleValue(0.5), "0.5"),
            (Value::BytesValue(vec![0; 9]), "9 bytes"),
            (Value::ArrayValue(ArrayValue { values: list }), "1,a"),
            (Value::KvlistValue(KeyValueList { values: pairs }), "k=true,l=b"),
        ] {
            assert_eq!(value(Some(&any(given))), expected);
        }
        assert_eq!(value(None), "");
    }

    #[test]
    fn what_is_long_or_deep_is_cut() {
        let long = value(Some(&any(text(&"ä".repeat(1_000)))));
        assert_eq!((long.chars().count(), long.chars().last()), (LABEL_VALUE, Some('…')));
        assert_eq!(value(Some(&any(text(&"a".repeat(LABEL_VALUE))))).chars().last(), Some('a'));
        let mut deep = text("bottom");
        for _ in 0..100 {
            deep = Value::ArrayValue(ArrayValue { values: vec![any(deep)] });
        }
        assert_eq!(value(Some(&any(deep))), "…");
    }

    #[test]
    fn attributes_stand_behind_labels_of_the_same_name_and_are_spelled_as_keys_can_be() {
        let mut labels: Pairs = vec![("service.name".into(), "shop".to_owned())];
        let attributes = [
            attribute("service.name", text("other")),
            attribute("", text("nothing")),
            attribute("größe/x", text("1")),
            attribute("quantile", text("0.5")),
            attribute("größe x", text("2")),
        ];
        add_attributes(&mut labels, &attributes, Some("quantile"));
        let told: Vec<_> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            told,
            [
                "service.name=shop",
                "exported_service.name=other",
                "gr__e_x=1",
                "exported_quantile=0.5",
                "exported_gr__e_x=2"
            ]
        );
    }
}
