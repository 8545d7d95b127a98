//! Whose a point is and where it is shown: the part of the way that points of every kind take.

use super::{
    Outcome, Shared,
    attributes::Attributes,
    book::{Blueprint, Book, Met},
    buckets::Bucket,
    cumulative::Total,
    http,
    labels::{self, Pairs},
    limits::{ATTRIBUTES, NAME},
    metric::{Metric, Shape},
    output::{Held, Running},
    refusal::Refusal,
    sender::About,
    stream::{Head, Last, News, Times},
    unit::Measure,
    unreadable::Unreadable,
};
use crate::distribution::QUANTILE_LABEL;
use miorai_model::{SeriesKey, Sketch, Timestamp, Topic, Topics, names};
use opentelemetry_proto::tonic::{common::v1::KeyValue, metrics::v1::DataPointFlags};
use std::{borrow::Cow, sync::MutexGuard, time::Duration};

/// The book is given to others after so many points, so that a large request delays no frame.
const AT_ONCE: u32 = 256;

/// What a sender is called that does not say its name: so the specification has it.
const UNKNOWN_SERVICE: &str = "unknown_service";

/// What tells the processes of a service from each other: the first of these that is told.
const INSTANCE: [&str; 2] = ["service.instance.id", "host.name"];

const CUSTOM: Topics = Topics::of([Topic::Custom]);

/// Takes in the points of one request.
pub(super) struct Intake<'a> {
    shared: &'a Shared,
    /// When it came in.
    now: Timestamp,
    pub(super) monotonic: Duration,
    book: Option<MutexGuard<'a, Book>>,
    /// For how many points the book has been held.
    held: u32,
    /// The sender of what follows.
    sender: u64,
    /// What it tells of itself.
    about: About,
    /// What became of its points so far.
    of_sender: Outcome,
    /// The labels of its series.
    labels: Pairs,
    /// Buckets that are being worked on: their room is used again for each point.
    pub(super) buckets: Vec<Bucket>,
    /// The library that has measured what follows.
    scope: u64,
    outcome: Outcome,
}

impl<'a> Intake<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        Self {
            now: shared.clock.now(),
            monotonic: shared.clock.monotonic(),
            shared,
            book: None,
            held: 0,
            sender: 0,
            about: About::default(),
            of_sender: Outcome::default(),
            labels: Pairs::new(),
            buckets: Vec::new(),
            scope: 0,
            outcome: Outcome::default(),
        }
    }

    /// What follows is of the sender with these attributes.
    pub(super) fn resource(&mut self, attributes: &[KeyValue]) {
        self.settle();
        self.sender = self.shared.identities.of_attributes(attributes);
        let service = labels::find(attributes, names::SERVICE_NAME).unwrap_or_else(|| UNKNOWN_SERVICE.to_owned());
        let instance = INSTANCE.iter().find_map(|name| Some((*name, labels::find(attributes, name)?)));
        self.about = About::new(&service, instance.as_ref().map(|(_, instance)| instance.as_str()), attributes);
        let pairs = [(names::SERVICE_NAME, service)].into_iter().chain(instance);
        self.labels = pairs.map(|(name, value)| (Cow::Borrowed(name), value)).collect();
    }

    /// What follows was measured by the library of this name.
    pub(super) fn scope(&mut self, name: &str) {
        self.scope = self.shared.identities.of(name);
    }

    /// Attributes that are decoded.
    pub(super) fn decoded<'p>(&self, attributes: &'p [KeyValue]) -> Attributes<'p> {
        Attributes::decoded(&self.shared.identities, attributes)
    }

    /// Attributes as they lie.
    pub(super) fn raw<'p>(&self, messages: &'p [&'p [u8]]) -> Result<Attributes<'p>, Unreadable> {
        Attributes::raw(&self.shared.identities, messages)
    }

    /// A metric of that library, with the number that the protocol has for its temporality.
    pub(super) fn metric<'m>(&self, name: &'m str, unit: &'m str, shape: Shape, temporality: i32) -> Metric<'m> {
        Metric::new(&self.shared.identities, self.scope, (name, unit), (shape, temporality))
    }

    /// Counts a point that is not taken.
    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.of_sender.refused.add(refusal, 1);
    }

    /// Counts a point as it went.
    pub(super) fn count(&mut self, taken: Result<(), Refusal>) {
        match taken {
            Ok(()) => self.of_sender.taken += 1,
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// The end of the request.
    pub(super) fn finish(mut self) -> Outcome {
        self.settle();
        self.outcome
    }

    /// Writes down what became of the points of the sender so far.
    fn settle(&mut self) {
        let outcome = std::mem::take(&mut self.of_sender);
        if outcome == Outcome::default() {
            return;
        }
        self.outcome.taken += outcome.taken;
        self.outcome.refused.merge(&outcome.refused);
        let (sender, now, monotonic) = (self.sender, self.now, self.monotonic);
        let about = std::mem::take(&mut self.about);
        self.book().settle(sender, about, &outcome, (now, monotonic));
    }

    /// The series that a point is of, and what is new about the point; nothing when it brings nothing. `quantile` is the
    /// one of a summary's that is told.
    pub(super) fn meet(
        &mut self,
        metric: &Metric<'_>,
        head: Head<'_>,
        quantile: Option<f64>,
    ) -> Result<Option<(Met<'_>, News)>, Refusal> {
        if metric.name.is_empty() || metric.name.len() > NAME {
            return Err(Refusal::Name);
        }
        metric.is_delta?;
        let times = self.judge(head.times)?;
        if head.flags & DataPointFlags::NoRecordedValueMask as u32 != 0 {
            return Ok(None);
        }
        if head.attributes.len() > ATTRIBUTES {
            return Err(Refusal::Attributes);
        }
        let attributes = head.attributes.identity;
        let stream = self.shared.identities.of((metric.identity, attributes, quantile.map(f64::to_bits)));
        let (sender, now, monotonic) = (self.sender, self.now, self.monotonic);
        let met = if self.book().find(sender, stream).is_some() {
            self.book().find(sender, stream)
        } else {
            let blueprint = self.blueprint(metric, &head.attributes.decode(), quantile);
            Some(self.book().add((sender, stream), (now, monotonic), blueprint)?)
        };
        let Some(met) = met else { return Ok(None) };
        let news = met.stream.next(times, met.known, monotonic)?;
        Ok(news.map(|news| (met, news)))
    }

    /// The times of a point, if it is of now. A point without a time was taken when it came in.
    fn judge(&self, times: Times) -> Result<Times, Refusal> {
        let now = self.now.as_millis();
        if times.taken == 0 {
            return Ok(Times { taken: u64::try_from(now).unwrap_or(0) * 1_000_000, ..times });
        }
        let taken = (times.taken / 1_000_000) as i64;
        let limits = &self.shared.limits;
        if taken > now + limits.ahead.as_millis() as i64 {
            return Err(Refusal::Future);
        }
        if taken < now - limits.oldest.as_millis() as i64 {
            return Err(Refusal::Past);
        }
        Ok(times)
    }

    fn blueprint(&self, metric: &Metric<'_>, attributes: &[KeyValue], quantile: Option<f64>) -> Blueprint {
        let Measure { unit, factor } = Measure::of(metric.name, metric.unit);
        let is_delta = metric.is_delta.unwrap_or(false);
        let (held, last) = match metric.shape {
            Shape::Sum { is_monotonic: true } => (Held::Counter(Running::default()), Last::Total(Total::default())),
            Shape::Sum { is_monotonic: false } if is_delta => (Held::NO_VALUE, Last::Sum(0.0)),
            Shape::Gauge | Shape::Sum { .. } | Shape::Summary => (Held::NO_VALUE, Last::Value),
            Shape::Histogram => (Held::Distribution(Sketch::new()), Last::Explicit(Box::default())),
            Shape::Exponential => (Held::Distribution(Sketch::new()), Last::Exponential(Box::default())),
        };
        if matches!(held, Held::Distribution(_)) {
            let service = self.labels.first().map_or(UNKNOWN_SERVICE, |(_, service)| service);
            if let Some(route) = http::route(metric.name, service, attributes) {
                let counted = Some((route.requests, route.answered));
                return Blueprint { key: route.durations, unit, topics: http::API, held, factor, last, counted };
            }
        }
        let mut pairs = self.labels.clone();
        pairs.extend(quantile.map(|quantile| (Cow::Borrowed(QUANTILE_LABEL), quantile.to_string())));
        labels::add_attributes(&mut pairs, attributes, Some(QUANTILE_LABEL));
        let key =
            SeriesKey { name: Cow::Owned(labels::spelled(metric.name, NAME)), labels: pairs.into_iter().collect() };
        let topics = if metric.name == names::HTTP_ACTIVE { CUSTOM.with(Topic::Api) } else { CUSTOM };
        Blueprint { key, unit, topics, held, factor, last, counted: None }
    }

    /// The book, which others get in between.
    fn book(&mut self) -> &mut Book {
        self.held += 1;
        if self.held >= AT_ONCE {
            self.held = 0;
            self.book = None;
        }
        self.book.get_or_insert_with(|| self.shared.book())
    }
}
