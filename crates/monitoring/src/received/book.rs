//! Who sends, and what: all that is remembered of senders and their series.

use super::{
    Outcome,
    identity::ByIdentity,
    limits::Limits,
    output::{Held, Outputs, Running},
    refusal::{Refusal, Refused},
    requests::{Answered, Requests},
    sender::{About, Sender},
    stream::{Last, Stream},
};
use crate::{catalog::Catalog, collector::Readings};
use miorai_model::{SeriesKey, Timestamp, Topics, Unit};
use std::{collections::hash_map::Entry, sync::Arc, time::Duration};

/// How often the book is looked through for what nothing has come for.
const LOOKED_THROUGH: Duration = Duration::from_secs(10);

/// All that is remembered.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) limits: Limits,
    pub(super) senders: ByIdentity<Sender>,
    outputs: Outputs,
    /// Requests that were answered and are not counted yet.
    pub(super) requests: Requests,
    /// Series of all senders.
    series: usize,
    /// Points taken so far.
    pub(super) points: u64,
    /// Points refused so far.
    pub(super) refused: Refused,
    /// When the last frame was made.
    framed: Duration,
    /// When it was looked through last.
    looked: Duration,
}

/// A series that is met for the first time.
#[derive(Debug)]
pub(super) struct Blueprint {
    pub(super) key: SeriesKey,
    pub(super) unit: Unit,
    pub(super) topics: Topics,
    pub(super) held: Held,
    pub(super) factor: f64,
    pub(super) last: Last,
    /// The series that shows its number of values besides, and the requests that those are.
    pub(super) counted: Option<(SeriesKey, Answered)>,
}

/// A series with what it is shown by.
pub(super) struct Met<'a> {
    pub(super) stream: &'a mut Stream,
    pub(super) outputs: &'a mut Outputs,
    pub(super) requests: &'a mut Requests,
    /// Since when all series of its sender are known, in nanoseconds since the epoch.
    pub(super) known: u64,
}

impl Book {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            senders: ByIdentity::default(),
            outputs: Outputs::default(),
            requests: Requests::default(),
            series: 0,
            points: 0,
            refused: Refused::default(),
            framed: Duration::ZERO,
            looked: Duration::ZERO,
        }
    }

    /// How many senders there are.
    pub(super) fn senders(&self) -> usize {
        self.senders.len()
    }

    /// How many series of senders there are.
    pub(super) const fn series(&self) -> usize {
        self.series
    }

    /// Writes down what became of points of a sender, at a time of day and on the clock that never jumps. A sender is
    /// known also when none of its points was taken, as long as there is room.
    pub(super) fn settle(&mut self, sender: u64, about: About, outcome: &Outcome, (now, heard): (Timestamp, Duration)) {
        self.points += outcome.taken;
        self.refused.merge(&outcome.refused);
        let is_full = self.senders.len() >= self.limits.senders;
        match self.senders.entry(sender) {
            Entry::Occupied(known) => known.into_mut().settle(about, outcome, heard),
            Entry::Vacant(_) if is_full => {}
            Entry::Vacant(free) => free.insert(Sender::new(now, heard)).settle(about, outcome, heard),
        }
    }

    /// The series `stream` of `sender`, if it is known.
    pub(super) fn find(&mut self, sender: u64, stream: u64) -> Option<Met<'_>> {
        let sender = self.senders.get_mut(&sender)?;
        let known = nanoseconds(sender.known);
        let stream = sender.streams.get_mut(&stream)?;
        Some(Met { stream, outputs: &mut self.outputs, requests: &mut self.requests, known })
    }

    /// Adds a series, which is not known yet.
    pub(super) fn add(
        &mut self,
        (sender, stream): (u64, u64),
        (now, heard): (Timestamp, Duration),
        blueprint: Blueprint,
    ) -> Result<Met<'_>, Refusal> {
        let is_full = self.senders.len() >= self.limits.senders;
        let sender = match self.senders.entry(sender) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(_) if is_full => return Err(Refusal::Senders),
            Entry::Vacant(free) => free.insert(Sender::new(now, heard)),
        };
        if sender.streams.is_empty() {
            sender.known = now;
        }
        let refusal = if sender.streams.len() >= self.limits.series_of_sender {
            Some(Refusal::SeriesOfSender)
        } else {
            (self.series >= self.limits.series).then_some(Refusal::Series)
        };
        if let Some(refusal) = refusal {
            // When there is room again, what this series shows will not have come just then.
            sender.known = now;
            return Err(refusal);
        }
        let Blueprint { key, unit, topics, held, factor, last, counted } = blueprint;
        let output = self.outputs.open(key, unit, topics, held)?;
        let running = || Held::Counter(Running::default());
        let mut new = Stream::new(output, factor, last);
        if let Some((key, answered)) = counted {
            new.counted = self.outputs.open(key, Unit::Count, topics, running()).ok();
            new.answered = Some(Arc::new(answered));
        }
        self.series += 1;
        let known = nanoseconds(sender.known);
        let stream = sender.streams.entry(stream).insert_entry(new).into_mut();
        Ok(Met { stream, outputs: &mut self.outputs, requests: &mut self.requests, known })
    }

    /// Puts everything into a frame, and forgets what nothing has come for.
    pub(super) fn push(&mut self, readings: &mut Readings) {
        let now = readings.monotonic();
        self.outputs.push(readings, now.saturating_sub(self.framed));
        self.framed = now;
        if now.saturating_sub(self.looked) >= LOOKED_THROUGH {
            self.looked = now;
            self.forget(readings.catalog(), readings.at(), now);
        }
    }

    fn forget(&mut self, catalog: &Catalog, at: Timestamp, now: Duration) {
        let Self { limits, senders, outputs, series, .. } = self;
        senders.retain(|_, sender| {
            let silent = |stream: &Stream| now.saturating_sub(stream.heard) > limits.forget_after;
            let before = sender.streams.len();
            for (_, stream) in sender.streams.extract_if(|_, stream| silent(stream)) {
                outputs.close(stream.output, catalog);
                stream.counted.into_iter().for_each(|output| outputs.close(output, catalog));
            }
            if sender.streams.len() < before {
                *series -= before - sender.streams.len();
                sender.known = at;
            }
            !sender.streams.is_empty() || now.saturating_sub(sender.heard) <= limits.forget_after
        });
    }
}

fn nanoseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(0).saturating_mul(1_000_000)
}
