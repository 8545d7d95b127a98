//! The desk where pages and REST ask what other programs have sent.

use app::received_desk::ReceivedDesk;
use async_trait::async_trait;
use miorai_model::{
    Kind, Series, SeriesKey, Topic,
    history::HistoryQuery,
    received::{RECENT_SECONDS, ReceivedQuery, ReceivedReport, ReceivedSeries, labels_in_words},
    sketch::QUANTILE_LABEL,
};
use miorai_monitoring::{Monitor, distribution::quantile_key, number::six_figures, received::Received};
use std::{borrow::Cow, collections::HashMap, time::Duration};

/// Means of the last minutes that are told of each series.
const RECENT: usize = 20;

/// The quantile that tells of a distribution in one number.
const TELLING: &str = "0.95";

/// Answers what is asked of received metrics. A clone is the same desk.
#[derive(Clone)]
pub struct Desk {
    received: Received,
    monitor: Monitor,
}

impl Desk {
    /// A desk for what was received, whose values are in the monitor's frames.
    pub fn new(received: Received, monitor: Monitor) -> Self {
        Self { received, monitor }
    }

    /// The series of the query, by name and labels, and how many were left out.
    fn found(&self, query: &ReceivedQuery) -> (Vec<Series>, usize) {
        let filter = query.filter.trim().to_lowercase();
        let has_it = |text: &str| text.to_lowercase().contains(&filter);
        let all = self.monitor.catalog().series();
        let custom: Vec<&Series> = all.iter().filter(|series| series.is_in(Topic::Custom)).collect();
        let kinds: HashMap<&SeriesKey, Kind> = custom.iter().map(|series| (&series.key, series.kind)).collect();
        let is_of_distribution = |key: &SeriesKey| kinds.get(&without_quantile(key)) == Some(&Kind::Distribution);
        let is_found = |series: &&Series| {
            let key = &series.key;
            let is_wanted = filter.is_empty() || has_it(&key.name) || has_it(&labels_in_words(&key.labels));
            is_wanted && !(key.labels.get(QUANTILE_LABEL).is_some() && is_of_distribution(key))
        };
        let mut found: Vec<Series> = custom.iter().copied().filter(is_found).cloned().collect();
        found.sort_by(|a, b| a.key.cmp(&b.key));
        let left_out = found.len().saturating_sub(query.limit);
        found.truncate(query.limit);
        (found, left_out)
    }

    /// Means of the last minutes of each series; nothing where there is no past to be had.
    async fn recent(&self, keys: Vec<SeriesKey>) -> Vec<Vec<Option<f64>>> {
        let count = keys.len();
        let Some(tick) = self.monitor.latest().filter(|_| count > 0) else { return vec![Vec::new(); count] };
        let to = tick.frame.at;
        let from = to.minus(Duration::from_secs(RECENT_SECONDS.into()));
        let query = HistoryQuery { series: keys, from, to, points: RECENT, extremes: false };
        let mut values = self.monitor.history().query(&query).await.map(|answer| answer.values).unwrap_or_default();
        values.iter_mut().flatten().flatten().for_each(|value| *value = six_figures(*value));
        values.resize(count, Vec::new());
        values
    }
}

#[async_trait]
impl ReceivedDesk for Desk {
    async fn report(&self, query: ReceivedQuery) -> ReceivedReport {
        let (found, series_left_out) = self.found(&query);
        let telling = |series: &Series| match series.kind {
            Kind::Distribution => quantile_key(&series.key, TELLING),
            Kind::Gauge | Kind::Counter => series.key.clone(),
        };
        let keys: Vec<SeriesKey> = found.iter().map(telling).collect();
        let tick = self.monitor.latest();
        let value = |key: &SeriesKey| tick.as_ref()?.frame.value(self.monitor.catalog().find(key)?);
        let values: Vec<Option<f64>> = keys.iter().map(value).collect();
        let recent = self.recent(keys).await;
        let mut report = self.received.report();
        report.series_left_out = series_left_out;
        report.series = found
            .into_iter()
            .zip(values.into_iter().zip(recent))
            .map(|(series, (value, recent))| ReceivedSeries {
                // What comes once a minute has no value in most seconds.
                value: value.map(six_figures).or_else(|| last_of(&series, &recent)),
                name: series.key.name,
                labels: series.key.labels,
                unit: series.unit,
                kind: series.kind,
                recent,
            })
            .collect();
        report
    }
}

/// The last value of a distribution, whose values come now and then. Other series have one as long as it holds.
fn last_of(series: &Series, recent: &[Option<f64>]) -> Option<f64> {
    (series.kind == Kind::Distribution).then(|| recent.iter().rev().flatten().next().copied())?
}

/// The key of what a quantile is of.
fn without_quantile(key: &SeriesKey) -> SeriesKey {
    let labels = key.labels.iter().filter(|(name, _)| *name != QUANTILE_LABEL);
    let labels = labels.map(|(name, value)| (Cow::Owned(name.to_owned()), value.to_owned())).collect();
    SeriesKey { name: key.name.clone(), labels }
}
