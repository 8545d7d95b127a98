//! What an answer gives of a series: the means of its values, or a quantile of many values a second.
//!
//! A series of many values a second ([`Kind::Distribution`]) is kept as sketches. Its quantiles are asked for by one
//! more label, `quantile`, and taken from merged sketches: the quantile of a month is not a mean of the quantiles of its
//! seconds. In frames quantiles are gauges of their own, which no store keeps.

use miorai_model::{Kind, SeriesKey, Unit, history::HistorySeries, sketch::QUANTILE_LABEL};
use std::borrow::Cow;

/// What a store knows of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct About<I> {
    /// Its number in the store.
    pub id: I,
    pub unit: Unit,
    pub kind: Kind,
}

/// One column of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<I> {
    /// What the answer says of it.
    pub described: HistorySeries,
    /// The series that it is taken from.
    pub of: About<I>,
    /// The quantile wanted; the mean when there is none.
    pub quantile: Option<f64>,
}

impl<I> Wanted<I> {
    /// The column that `key` asks for; nothing when `find` does not know it.
    pub(crate) fn find(key: &SeriesKey, find: impl Fn(&SeriesKey) -> Option<About<I>>) -> Option<Self> {
        let distribution = base(key).and_then(|(base, quantile)| {
            let about = find(&base).filter(|about| about.kind == Kind::Distribution)?;
            Some((about, Some(quantile)))
        });
        let (of, quantile) = distribution.or_else(|| Some((find(key)?, None)))?;
        let described = HistorySeries { name: key.name.clone(), labels: key.labels.clone(), unit: of.unit };
        Some(Self { described, of, quantile })
    }
}

/// The key of the distribution that `key` would be a quantile of, and which quantile.
pub(crate) fn base(key: &SeriesKey) -> Option<(SeriesKey, f64)> {
    let quantile = key.labels.get(QUANTILE_LABEL)?.parse().ok().filter(|q| (0.0..=1.0).contains(q))?;
    let others = key.labels.iter().filter(|(name, _)| *name != QUANTILE_LABEL);
    let labels = others.map(|(name, value)| (Cow::Owned(name.to_owned()), value.to_owned())).collect();
    Some((SeriesKey { name: key.name.clone(), labels }, quantile))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_a_distribution_and_else_a_label_like_any_other() {
        let known = |kind| {
            move |key: &SeriesKey| {
                let with = key.labels.get(QUANTILE_LABEL).is_some();
                let unit = Unit::Seconds;
                (!with || kind == Kind::Gauge).then_some(About { id: u32::from(with), unit, kind })
            }
        };
        let key = |quantile| SeriesKey::new("d", [("http.route", "/a"), ("quantile", quantile)]);
        let of =
            |quantile, kind| Wanted::find(&key(quantile), known(kind)).map(|wanted| (wanted.of.id, wanted.quantile));
        assert_eq!(of("0.99", Kind::Distribution), Some((0, Some(0.99))));
        assert_eq!(of("0.99", Kind::Gauge), Some((1, None)));
        assert_eq!(of("99", Kind::Distribution), None);
        assert_eq!(base(&key("0.5")).map(|(key, _)| key.to_string()), Some("d{http.route=\"/a\"}".to_owned()));
    }
}
