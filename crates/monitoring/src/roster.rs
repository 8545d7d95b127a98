//! The collectors and how each of them is doing.

use crate::{
    catalog::Catalog,
    collector::{CollectError, Collector, Readings},
    frame_builder::FrameBuilder,
    worker::{self, Answer, Inbox, Job, Outcome},
};
use miorai_model::{Series, Severity, Timestamp};
use std::{
    sync::{Arc, mpsc::SyncSender},
    time::Duration,
};

/// After this many panics in a row a collector is given up.
const PANICS: u32 = 5;

/// How a collector is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// It reads.
    Working,
    /// Its last runs failed.
    Failing {
        /// How many in a row.
        runs: u32,
        /// Why the last one did.
        cause: String,
    },
    /// It did not come back in time. It is asked again when it has, but not waited for until it is fast enough.
    Hanging,
    /// This machine does not have what it reads.
    Unsupported,
    /// It is not asked any more.
    GivenUp {
        /// Why.
        cause: String,
    },
}

/// A collector.
#[derive(Debug)]
pub(crate) struct Member {
    pub name: String,
    pub condition: Condition,
    /// Runs that failed.
    pub errors: u64,
    /// Ticks that went without it.
    pub skipped: u64,
    /// How long its last run took.
    pub took: Option<Duration>,
    /// To its thread; none when it is not asked any more.
    jobs: Option<SyncSender<Job>>,
    /// None while its thread has them.
    readings: Option<Readings>,
    panics: u32,
}

/// A line for the journal.
pub(crate) type Note = (Severity, String);

/// All collectors.
pub(crate) struct Roster {
    pub members: Vec<Member>,
    inbox: Arc<Inbox>,
    deadline: Duration,
    /// Not started yet.
    waiting: Vec<Box<dyn Collector>>,
}

impl Roster {
    pub(crate) fn new(collectors: Vec<Box<dyn Collector>>, catalog: &Arc<Catalog>, deadline: Duration) -> Self {
        let member = |collector: &dyn Collector| Member {
            name: collector.name().to_owned(),
            condition: Condition::Working,
            errors: 0,
            skipped: 0,
            took: None,
            jobs: None,
            readings: Some(Readings::new(Arc::clone(catalog), Timestamp::default(), Duration::ZERO)),
            panics: 0,
        };
        let members = collectors.iter().map(|collector| member(&**collector)).collect();
        Self { members, inbox: Arc::default(), deadline, waiting: collectors }
    }

    /// Starts the threads, at the first call.
    pub(crate) fn start(&mut self, notes: &mut Vec<Note>) {
        for (place, collector) in std::mem::take(&mut self.waiting).into_iter().enumerate() {
            let member = &mut self.members[place];
            match worker::start(place, collector, Arc::clone(&self.inbox)) {
                Ok(jobs) => member.jobs = Some(jobs),
                Err(error) => member.give_up(format!("its thread could not be started: {error}"), notes),
            }
        }
    }

    /// Has every idle collector read for the frame `seq`, and waits for those that are usually in time.
    pub(crate) async fn collect(&mut self, seq: u64, at: Timestamp, monotonic: Duration, notes: &mut Vec<Note>) {
        // Who comes too late is idle again, but what it has read is older than the frame.
        for mut answer in self.inbox.take() {
            answer.readings.restart(at, monotonic);
            self.settle(answer, notes);
        }
        let idle = |(_, member): &(usize, &Member)| member.jobs.is_some() && member.readings.is_some();
        let asked: Vec<usize> = self.members.iter().enumerate().filter(idle).map(|(place, _)| place).collect();
        let fast = |place: &usize| self.members[*place].condition != Condition::Hanging;
        self.inbox.begin(seq, asked.iter().copied().filter(fast).collect());
        for place in asked {
            self.members[place].ask(seq, at, monotonic, notes);
        }
        self.inbox.wait(self.deadline).await;
    }

    /// Puts what has come in into the frame, and notes who has not answered.
    pub(crate) fn hand_in(&mut self, seq: u64, builder: &mut FrameBuilder, series: &[Series], notes: &mut Vec<Note>) {
        for mut answer in self.inbox.take() {
            // A late answer to an earlier frame may come in while this one is made: its values are too old.
            if answer.seq == seq && !matches!(answer.outcome, Outcome::Panicked(_)) {
                builder.add(series, &mut answer.readings);
            }
            self.settle(answer, notes);
        }
        let deadline = self.deadline.as_millis();
        for member in self.members.iter_mut().filter(|member| member.jobs.is_some() && member.readings.is_none()) {
            member.skipped += 1;
            if member.condition != Condition::Hanging {
                member.condition = Condition::Hanging;
                let name = &member.name;
                let text = format!(
                    "The collector {name} has not come back within {deadline} ms: it is left out until it does."
                );
                notes.push((Severity::Warning, text));
            }
        }
    }

    /// Takes readings back and notes how the run went.
    fn settle(&mut self, answer: Answer, notes: &mut Vec<Note>) {
        let in_time = answer.took <= self.deadline;
        let member = &mut self.members[answer.collector];
        member.readings = Some(answer.readings);
        member.took = Some(answer.took);
        if member.condition == Condition::Hanging {
            if !in_time {
                return;
            }
            member.condition = Condition::Working;
            notes.push((Severity::Info, format!("The collector {} is in time again.", member.name)));
        }
        match answer.outcome {
            Outcome::Done => member.succeeded(notes),
            Outcome::Failed(CollectError::Unsupported { what }) => {
                member.jobs = None;
                member.condition = Condition::Unsupported;
                let name = &member.name;
                notes.push((
                    Severity::Info,
                    format!("The collector {name} is off: {what} is not to be had on this machine."),
                ));
            }
            Outcome::Failed(error) => {
                member.panics = 0;
                member.failed(error.to_string(), notes);
            }
            Outcome::Panicked(said) => {
                member.panics += 1;
                member.failed(format!("it panicked: {said}"), notes);
                if member.panics >= PANICS {
                    member.give_up(format!("it panicked {PANICS} times in a row, the last time: {said}"), notes);
                }
            }
        }
    }
}

impl Member {
    fn ask(&mut self, seq: u64, at: Timestamp, monotonic: Duration, notes: &mut Vec<Note>) {
        let (Some(jobs), Some(mut readings)) = (&self.jobs, self.readings.take()) else { return };
        readings.restart(at, monotonic);
        if jobs.try_send(Job { seq, readings }).is_err() {
            self.give_up("its thread has ended".to_owned(), notes);
        }
    }

    fn succeeded(&mut self, notes: &mut Vec<Note>) {
        self.panics = 0;
        if let Condition::Failing { runs, .. } = &self.condition {
            let text = format!("The collector {} works again after {runs} failed runs.", self.name);
            notes.push((Severity::Info, text));
            self.condition = Condition::Working;
        }
    }

    fn failed(&mut self, cause: String, notes: &mut Vec<Note>) {
        self.errors += 1;
        let runs = match &self.condition {
            Condition::Failing { runs, .. } => runs.saturating_add(1),
            _ => 1,
        };
        if runs == 1 {
            notes.push((
                Severity::Warning,
                format!("The collector {} failed: {cause}. It is asked again each tick.", self.name),
            ));
        }
        self.condition = Condition::Failing { runs, cause };
    }

    fn give_up(&mut self, cause: String, notes: &mut Vec<Note>) {
        self.jobs = None;
        let text = format!("The collector {} is off until the server is started again: {cause}.", self.name);
        notes.push((Severity::Error, text));
        self.condition = Condition::GivenUp { cause };
    }
}
