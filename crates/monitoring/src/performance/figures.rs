//! The series of routes: those of the busiest, and of all together.

use super::board::State;
use crate::{Distribution, Readings};
use miorai_model::{Kind, SeriesId, SeriesKey, Topic, Topics, Unit, names, performance::Counts};
use std::{borrow::Cow, mem, sync::Arc};

const API: Topics = Topics::of([Topic::Api]);
/// All routes together: the overview shows them too.
const OVERVIEW: Topics = Topics::of([Topic::Overview, Topic::Api]);
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The series of a subject, registered when the next frame is made.
#[derive(Debug, Default)]
pub(super) struct Series {
    ids: Option<Ids>,
    /// What the next frame takes.
    pub second: Counts,
}

#[derive(Debug)]
struct Ids {
    duration: Distribution,
    active: Option<SeriesId>,
    /// Of each class that has occurred.
    classes: [Option<Place>; 5],
}

/// The number of a series, none when the catalogue was full.
#[derive(Clone, Copy, Debug)]
struct Place(Option<SeriesId>);

impl Series {
    /// Gives them up.
    pub(super) fn release(self, readings: &Readings) {
        let Some(Ids { duration, active, classes }) = self.ids else { return };
        let catalog = readings.catalog();
        duration.release(catalog);
        classes.into_iter().flatten().filter_map(|Place(id)| id).chain(active).for_each(|id| catalog.release(id));
    }

    /// Adds the figures of a second.
    fn push(
        &mut self,
        readings: &mut Readings,
        labels: &Labels<'_>,
        topics: Topics,
        (in_flight, classes): (u64, [u64; 5]),
    ) {
        let ids = self.ids.get_or_insert_with(|| Ids {
            duration: Distribution::register(
                readings.catalog(),
                labels.key(names::HTTP_DURATION, None),
                Unit::Seconds,
                topics,
            ),
            active: readings.catalog().register(labels.key(names::HTTP_ACTIVE, None), Unit::Count, Kind::Gauge, topics),
            classes: [None; 5],
        });
        readings.push_distribution(&ids.duration, Arc::new(mem::take(&mut self.second).durations));
        readings.push(ids.active, in_flight as f64);
        for ((place, total), name) in ids.classes.iter_mut().zip(classes).zip(CLASSES) {
            if total == 0 && place.is_none() {
                continue;
            }
            let key = || labels.key(names::HTTP_REQUESTS, Some(name));
            let register = || Place(readings.catalog().register(key(), Unit::Count, Kind::Counter, topics));
            let Place(id) = *place.get_or_insert_with(register);
            readings.push(id, total as f64);
        }
    }
}

/// What tells the series of a subject from others; nothing for all together.
struct Labels<'a> {
    service: Option<&'a str>,
    of: Option<(&'a str, &'a str)>,
}

impl Labels<'_> {
    fn key(&self, name: &'static str, class: Option<&str>) -> SeriesKey {
        let route = self.of.map(|(_, route)| ("http.route", route));
        let method = self.of.map(|(method, _)| ("http.request.method", method));
        let class = class.map(|class| ("http.response.status_class", class));
        let service = self.service.map(|service| ("service.name", service));
        let labels = [route, method, class, service].into_iter().flatten();
        let labels = labels.map(|(name, value)| (Cow::Borrowed(name), value.to_owned())).collect();
        SeriesKey { name: Cow::Borrowed(name), labels }
    }
}

/// All subjects together.
#[derive(Debug, Default)]
pub(super) struct Together {
    pub classes: [u64; 5],
    pub series: Series,
    overflow: Option<Place>,
}

impl State {
    /// Adds the figures of the busiest subjects and of all.
    pub(super) fn push(&mut self, readings: &mut Readings) {
        for series in mem::take(&mut self.given_up) {
            series.release(readings);
        }
        for subject in self.subjects.iter_mut() {
            let Some(mut series) = subject.series.take() else { continue };
            let labels =
                Labels { service: subject.key.service.as_deref(), of: Some((&subject.key.method, &subject.key.route)) };
            let in_flight = subject.in_flight();
            series.push(readings, &labels, API, (in_flight, subject.classes));
            subject.series = Some(series);
        }
        let in_flight = self.in_flight();
        let together = &mut self.together;
        let labels = Labels { service: None, of: None };
        together.series.push(readings, &labels, OVERVIEW, (in_flight, together.classes));
        let key = || SeriesKey::new(names::HTTP_ROUTES_OVERFLOW, []);
        let register = || Place(readings.catalog().register(key(), Unit::Count, Kind::Counter, API));
        let Place(overflow) = *together.overflow.get_or_insert_with(register);
        readings.push(overflow, self.overflow().requests as f64);
    }
}
