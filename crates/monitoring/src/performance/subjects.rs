//! The routes of all programs, bounded, each with its number.

use super::figures::Series;
use miorai_model::performance::{OTHER, OTHER_METHOD, RouteInterval};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// What tells a subject from others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct SubjectKey {
    /// Nothing for this program.
    pub service: Option<Arc<str>>,
    pub method: Box<str>,
    pub route: Box<str>,
}

/// A route with one method of one program.
#[derive(Debug)]
pub(super) struct Subject {
    pub key: Arc<SubjectKey>,
    /// Requests being answered, by the sender that tells of them.
    in_flight: Vec<(u64, u64)>,
    /// Running totals by class, since the last reset.
    pub classes: [u64; 5],
    /// Requests in the interval under way.
    pub asked: u64,
    /// When it was last told of.
    pub seen: Duration,
    /// Whether frames have its series from elsewhere.
    pub is_shown: bool,
    /// Its series, when it has some.
    pub series: Option<Box<Series>>,
}

impl Subject {
    fn new(key: Arc<SubjectKey>) -> Self {
        let (in_flight, classes) = Default::default();
        Self { key, in_flight, classes, asked: 0, seen: Duration::ZERO, is_shown: false, series: None }
    }

    /// Whether it has no series, and should when there is room.
    pub(super) fn wants_series(&self) -> bool {
        self.series.is_none() && !self.is_shown
    }

    /// Requests being answered now.
    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight.iter().map(|(_, requests)| requests).sum()
    }

    /// What a sender tells of requests being answered.
    pub(super) fn set_in_flight(&mut self, sender: u64, requests: u64) {
        self.in_flight.retain(|(other, _)| *other != sender);
        if requests > 0 {
            self.in_flight.push((sender, requests));
        }
    }

    /// Takes in what was counted. The frame's part is kept for those that have series only.
    pub(super) fn count(&mut self, told: &RouteInterval, now: Duration) {
        for (total, more) in self.classes.iter_mut().zip(told.counts.classes) {
            *total = total.saturating_add(more);
        }
        if let Some(series) = &mut self.series {
            series.second.merge(&told.counts);
        }
        self.asked = self.asked.saturating_add(told.counts.requests());
        self.seen = now;
    }
}

/// Every subject, at the place of its number.
#[derive(Debug)]
pub(super) struct Subjects {
    limit: usize,
    numbers: HashMap<Arc<SubjectKey>, usize>,
    places: Vec<Option<Subject>>,
    free: Vec<usize>,
}

impl Subjects {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, numbers: HashMap::new(), places: Vec::new(), free: Vec::new() }
    }

    /// The number of a subject, added when it is new. When there is no room it is the program's [`OTHER`], for which
    /// there always is: a program has one.
    pub(super) fn number(&mut self, key: SubjectKey) -> (usize, Room) {
        if let Some(number) = self.numbers.get(&key) {
            return (*number, Room::Own);
        }
        if self.numbers.len() < self.limit {
            return (self.add(key), Room::Own);
        }
        let other = SubjectKey { method: OTHER_METHOD.into(), route: OTHER.into(), ..key };
        let number = self.numbers.get(&other).copied();
        (number.unwrap_or_else(|| self.add(other)), Room::Shared)
    }

    fn add(&mut self, key: SubjectKey) -> usize {
        let number = self.free.pop().unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        });
        let key = Arc::new(key);
        self.numbers.insert(Arc::clone(&key), number);
        self.places[number] = Some(Subject::new(key));
        number
    }

    pub(super) fn get(&self, number: usize) -> Option<&Subject> {
        self.places.get(number)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut Subject> {
        self.places.get_mut(number)?.as_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Subject> {
        self.places.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Subject> {
        self.places.iter_mut().flatten()
    }

    /// Forgets subjects of which nothing was told since `since`: no interval of the window has anything of them, so that
    /// their numbers are free. Gives back the series that they had.
    pub(super) fn forget(&mut self, since: Duration) -> Vec<Series> {
        let mut series = Vec::new();
        for number in 0..self.places.len() {
            let gone = self.places[number].take_if(|subject| subject.seen < since && subject.in_flight() == 0);
            if let Some(subject) = gone {
                self.numbers.remove(&subject.key);
                self.free.push(number);
                series.extend(subject.series.map(|series| *series));
            }
        }
        series
    }
}

/// Whether a subject has a place of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Own,
    /// It is counted with others that found none.
    Shared,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(service: Option<&str>, route: &str) -> SubjectKey {
        SubjectKey { service: service.map(Into::into), method: "GET".into(), route: route.into() }
    }

    #[test]
    fn subjects_beyond_the_limit_are_counted_together_by_program() {
        let mut subjects = Subjects::new(2);
        let a = subjects.number(key(None, "/a"));
        assert_eq!(subjects.number(key(Some("shop"), "/a")), (1, Room::Own), "the same route of another program");
        assert_eq!(subjects.number(key(None, "/a")), a);
        let (other, room) = subjects.number(key(None, "/b"));
        assert_eq!((room, subjects.number(key(None, "/c"))), (Room::Shared, (other, Room::Shared)));
        assert_eq!(&*subjects.get(other).unwrap().key.route, OTHER);
        assert_ne!(subjects.number(key(Some("shop"), "/b")).0, other);
    }

    #[test]
    fn a_subject_that_is_gone_gives_its_number_up() {
        let mut subjects = Subjects::new(1);
        let (number, _) = subjects.number(key(None, "/a"));
        subjects.get_mut(number).unwrap().seen = Duration::from_secs(5);
        subjects.forget(Duration::from_secs(5));
        assert_eq!(subjects.iter().count(), 1);
        subjects.forget(Duration::from_secs(6));
        assert_eq!(subjects.number(key(None, "/b")), (number, Room::Own));
    }
}
