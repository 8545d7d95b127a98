//! The thread of a collector, and where its answers come in.

use crate::collector::{CollectError, Collector, Readings};
use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{self, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::{sync::Notify, time::timeout};

/// Enough for reading files and sums; most of it is never touched.
const STACK: usize = 256 * 1024;

/// What a collector is asked to do: to fill these readings.
#[derive(Debug)]
pub(crate) struct Job {
    /// The frame it is for.
    pub seq: u64,
    /// Empty, with the time set.
    pub readings: Readings,
}

/// How a run has ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Done,
    Failed(CollectError),
    /// With what the panic said.
    Panicked(String),
}

/// What a collector has read.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The place of the collector among all.
    pub collector: usize,
    /// The frame it was for.
    pub seq: u64,
    pub readings: Readings,
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// Where answers come in. The sampler is woken once a tick, by the last collector that it waits for.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    state: Mutex<Arrived>,
    complete: Notify,
}

#[derive(Debug, Default)]
struct Arrived {
    /// The frame that is being made.
    seq: u64,
    /// The collectors that it still waits for.
    awaited: Vec<usize>,
    answers: Vec<Answer>,
}

impl Inbox {
    /// From now on answers for the frame `seq` are waited for.
    pub(crate) fn begin(&self, seq: u64, awaited: Vec<usize>) {
        let mut state = self.lock();
        (state.seq, state.awaited) = (seq, awaited);
    }

    /// Waits until all have answered, but no longer than `deadline`.
    pub(crate) async fn wait(&self, deadline: Duration) {
        let all = async {
            while !self.lock().awaited.is_empty() {
                self.complete.notified().await;
            }
        };
        // Who has not answered by then is found by what it did not send.
        let _ = timeout(deadline, all).await;
    }

    /// What has come in.
    pub(crate) fn take(&self) -> Vec<Answer> {
        std::mem::take(&mut self.lock().answers)
    }

    fn deliver(&self, answer: Answer) {
        let mut state = self.lock();
        if answer.seq == state.seq {
            let before = state.awaited.len();
            state.awaited.retain(|collector| *collector != answer.collector);
            if state.awaited.is_empty() && before > 0 {
                self.complete.notify_one();
            }
        }
        state.answers.push(answer);
    }

    fn lock(&self) -> MutexGuard<'_, Arrived> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread of a collector. It ends when the sender is dropped, or, if it hangs, with the program.
///
/// Threads are otherwise started by the program alone. Collectors are the exception: they may block for as long as a
/// disk or a kernel lets them, which neither a task nor a pool that others wait for can stand.
pub(crate) fn start(place: usize, mut collector: Box<dyn Collector>, inbox: Arc<Inbox>) -> io::Result<SyncSender<Job>> {
    // A collector has at most one job: sending never waits.
    let (sender, jobs) = mpsc::sync_channel::<Job>(1);
    let name = format!("miorai-{}", collector.name());
    thread::Builder::new().name(name).stack_size(STACK).spawn(move || {
        for Job { seq, mut readings } in jobs {
            let begin = Instant::now();
            // After a panic its readings are not used, and it is given up when it goes on panicking.
            let result = catch_unwind(AssertUnwindSafe(|| collector.collect(&mut readings)));
            let outcome = match result {
                Ok(Ok(())) => Outcome::Done,
                Ok(Err(error)) => Outcome::Failed(error),
                Err(panic) => Outcome::Panicked(said(&*panic)),
            };
            inbox.deliver(Answer { collector: place, seq, readings, outcome, took: begin.elapsed() });
        }
    })?;
    Ok(sender)
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a message").to_owned()
}
