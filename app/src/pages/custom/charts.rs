//! The charts of the chosen series: one for all of a unit, and one for each distribution.

use crate::{components::chart::ChartDef, store::SeriesStore};
use miorai_model::{
    Kind, Series, SeriesKey, Unit,
    received::{self, labels_in_words},
};

/// The charts, as far as the series are known.
pub(super) fn of(chosen: &[SeriesKey], store: &SeriesStore) -> Vec<ChartDef> {
    let known: Vec<&Series> =
        chosen.iter().filter_map(|key| store.series().find(|series| series.key == *key)).collect();
    let (distributions, lines): (Vec<&Series>, Vec<&Series>) =
        known.into_iter().partition(|series| series.kind == Kind::Distribution);
    let mut groups: Vec<((Unit, Kind), Vec<&SeriesKey>)> = Vec::new();
    for Series { key, unit, kind, .. } in lines {
        match groups.iter_mut().find(|(of, _)| *of == (*unit, *kind)) {
            Some((_, keys)) => keys.push(key),
            None => groups.push(((*unit, *kind), vec![key])),
        }
    }
    let groups = groups.into_iter().map(|((unit, kind), keys)| group(unit, kind, &keys));
    groups.chain(distributions.into_iter().enumerate().map(distribution)).collect()
}

fn group(unit: Unit, kind: Kind, keys: &[&SeriesKey]) -> ChartDef {
    let is_one = keys.windows(2).all(|pair| pair[0].name == pair[1].name);
    let title = keys.first().filter(|_| is_one).map_or("Several metrics", |key| &*key.name);
    let note = if kind == Kind::Counter { "per second" } else { "as sent" };
    let chart = ChartDef::new(&format!("chosen-{unit:?}-{kind:?}").to_lowercase(), title, note, unit);
    let chart = if kind == Kind::Counter { chart.rates() } else { chart };
    keys.iter().fold(chart, |chart, key| {
        let labels = labels_in_words(&key.labels);
        let label = if is_one { labels } else { format!("{} {labels}", key.name) };
        chart.line((*key).clone(), &label)
    })
}

fn distribution((place, series): (usize, &Series)) -> ChartDef {
    let key = &series.key;
    let title = format!("{} {}", key.name, labels_in_words(&key.labels));
    let chart =
        ChartDef::new(&format!("chosen-distribution-{place}"), &title, "so many of 100 are no more", series.unit);
    // The first is the distribution itself, which has no value of its own.
    let words = ["p50", "p95", "p99"];
    received::lines(key).into_iter().skip(1).zip(words).fold(chart, |chart, (key, words)| chart.line(key, words))
}

#[cfg(test)]
mod unit {
    use super::*;
    use miorai_model::{SeriesId, Topics};

    #[test]
    fn series_of_one_unit_share_a_chart_and_a_distribution_has_its_own() {
        let mut store = SeriesStore::default();
        let series = |id, name, unit, kind| Series {
            id: SeriesId(id),
            key: SeriesKey::new(name, [("service.name", "shop")]),
            unit,
            kind,
            topics: Topics::NONE,
        };
        let all = [
            series(0, "queue", Unit::Count, Kind::Gauge),
            series(1, "workers", Unit::Count, Kind::Gauge),
            series(2, "orders", Unit::Count, Kind::Counter),
            series(3, "job", Unit::Seconds, Kind::Distribution),
        ];
        store.announce(&all);
        let keys: Vec<SeriesKey> = all.iter().map(|series| series.key.clone()).collect();
        let charts = of(&keys, &store);
        let told: Vec<(&str, usize)> =
            charts.iter().map(|chart| (chart.spec.title.as_str(), chart.keys.len())).collect();
        assert_eq!(told, [("Several metrics", 2), ("orders", 1), ("job service.name=shop", 3)]);
        assert!(charts[2].keys.iter().all(|key| key.labels.get("quantile").is_some()));
        assert_eq!(of(&[SeriesKey::new("gone", [])], &store), []);
    }
}
