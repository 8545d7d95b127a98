//! Series of many values a second, such as durations of requests.
//!
//! A distribution is one series that has a [`Sketch`] in each frame, and one gauge for each of [`QUANTILES`], which has
//! the quantile of that second. The gauges bear the labels of the distribution and one more, [`QUANTILE_LABEL`]: who shows
//! a frame needs no sketches. Over longer times quantiles are taken from merged sketches, never from quantiles.

use crate::{catalog::Catalog, collector::Readings};
use miorai_model::{Kind, SeriesId, SeriesKey, Sketch, Topics, Unit};
use std::{borrow::Cow, sync::Arc};

pub use miorai_model::sketch::QUANTILE_LABEL;

/// The quantiles that each frame has, as in the label and as a share.
pub const QUANTILES: [(&str, f64); 3] = [("0.5", 0.5), ("0.95", 0.95), ("0.99", 0.99)];

/// The numbers of a distribution and of its quantiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distribution {
    id: Option<SeriesId>,
    quantiles: [Option<SeriesId>; QUANTILES.len()],
}

impl Distribution {
    /// Registers the distribution `key` with its quantiles. What the catalogue has no place for is counted when it is
    /// pushed.
    pub fn register(catalog: &Catalog, key: SeriesKey, unit: Unit, topics: Topics) -> Self {
        let quantiles =
            QUANTILES.map(|(name, _)| catalog.register(quantile_key(&key, name), unit, Kind::Gauge, topics));
        Self { id: catalog.register(key, unit, Kind::Distribution, topics), quantiles }
    }

    /// Gives up its series: see [`Catalog::release`].
    pub fn release(&self, catalog: &Catalog) {
        self.quantiles.into_iter().chain([self.id]).flatten().for_each(|id| catalog.release(id));
    }
}

/// What a distribution has had in all since its series began: what Prometheus calls a summary's count and sum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Running {
    /// How many values.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
}

impl Running {
    /// Adds the values of a second.
    pub(crate) fn add(&mut self, sketch: &Sketch) {
        self.count = self.count.saturating_add(sketch.count());
        self.sum += sketch.sum();
    }
}

/// The key of a quantile of the distribution `key`.
pub fn quantile_key(key: &SeriesKey, quantile: &str) -> SeriesKey {
    let labels = key.labels.iter().map(|(name, value)| (Cow::Owned(name.to_owned()), value.to_owned()));
    let labels = labels.chain([(Cow::Borrowed(QUANTILE_LABEL), quantile.to_owned())]).collect();
    SeriesKey { name: key.name.clone(), labels }
}

impl Readings {
    /// Adds the values that a distribution had since the last run, and their quantiles; nothing when there were none.
    pub fn push_distribution(&mut self, distribution: &Distribution, sketch: Arc<Sketch>) {
        for ((_, q), id) in QUANTILES.into_iter().zip(distribution.quantiles) {
            if let Some(value) = sketch.quantile(q) {
                self.push(id, value);
            }
        }
        self.push_sketch(distribution.id, sketch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame_builder::FrameBuilder;
    use miorai_model::Timestamp;
    use std::time::Duration;

    #[test]
    fn a_frame_has_the_sketch_and_the_quantiles_of_its_second() {
        let catalog = Arc::new(Catalog::new(10));
        let key = SeriesKey::new("http.server.request.duration", [("http.route", "/a")]);
        let topics = Topics::of([miorai_model::Topic::Api]);
        let distribution = Distribution::register(&catalog, key.clone(), Unit::Seconds, topics);
        let series = catalog.series();
        let of = |values: &[f64]| {
            let mut sketch = Sketch::new();
            for value in values {
                sketch.add(*value);
            }
            Arc::new(sketch)
        };
        let frame_of = |pushed: &[&[f64]]| {
            let mut readings = Readings::new(Arc::clone(&catalog), Timestamp::default(), Duration::ZERO);
            for values in pushed {
                readings.push_distribution(&distribution, of(values));
            }
            let mut builder = FrameBuilder::default();
            builder.begin(&series, Duration::ZERO);
            builder.add(&series, &mut readings);
            builder.finish(1, Timestamp::default())
        };
        let id = catalog.find(&key).unwrap();
        let p99 = catalog.find(&quantile_key(&key, "0.99")).unwrap();
        let frame = frame_of(&[&[0.1, 0.2]]);
        assert_eq!((frame.value(id), frame.sketch(id).map(|sketch| sketch.count())), (None, Some(2)));
        assert!((frame.value(p99).unwrap() - 0.1).abs() <= 0.001, "of two values the first");
        let nothing = frame_of(&[&[]]);
        assert_eq!((nothing.value(p99), nothing.sketch(id)), (None, None));
        let both = frame_of(&[&[0.125], &[0.25, 0.5]]);
        assert_eq!(both.sketch(id), Some(&of(&[0.125, 0.25, 0.5])), "what two have read is put together");
        distribution.release(&catalog);
        catalog.begin_frame(10);
        assert_eq!(catalog.count(), 0);
    }
}
