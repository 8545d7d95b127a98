//! Makes one frame a second, on the second.

use crate::{
    collector::Collector,
    figures::{MoreFigures, OwnFigures, Punctuality},
    frame_builder::FrameBuilder,
    health::{Evaluator, Observed, ProgramCheck, Thresholds},
    monitor::Monitor,
    roster::{Note, Roster},
    tick::Tick,
};
use miorai_model::{Clock, Severity, Timestamp, quantity};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// A difference between the time of day and the time that never jumps is a jump from here on.
const JUMP_MS: i64 = 2_000;

/// What a sampler is made of.
pub(crate) struct SamplerParts {
    pub collectors: Vec<Box<dyn Collector>>,
    pub more: Vec<MoreFigures>,
    pub checks: Vec<ProgramCheck>,
    pub thresholds: Thresholds,
    pub interval: Duration,
    pub deadline: Duration,
}

/// Makes one frame a second, on the second.
///
/// A tick asks every collector, waits until all have answered or the deadline is over, and makes a frame of what is
/// there. It is never later than that, whatever collectors do. When the machine slept or was overloaded, the seconds
/// gone by are left out and counted; the numbers of frames have no holes all the same.
pub struct Sampler {
    monitor: Monitor,
    clock: Arc<dyn Clock>,
    interval_ms: i64,
    roster: Roster,
    builder: FrameBuilder,
    figures: OwnFigures,
    evaluator: Evaluator,
    seq: u64,
    times: Punctuality,
    /// When the last tick woke up.
    last: Option<Woken>,
}

/// When a tick woke up.
#[derive(Clone, Copy)]
struct Woken {
    /// The time that its frame is for.
    at: Timestamp,
    now: Timestamp,
    monotonic: Duration,
}

impl Sampler {
    pub(crate) fn new(monitor: Monitor, parts: SamplerParts) -> Self {
        let catalog = monitor.catalog();
        let roster = Roster::new(parts.collectors, catalog, parts.deadline);
        Self {
            clock: Arc::clone(monitor.clock()),
            interval_ms: (parts.interval.as_millis() as i64).max(1),
            figures: OwnFigures::new(catalog, &roster.members, parts.more),
            roster,
            builder: FrameBuilder::default(),
            evaluator: Evaluator::new(parts.thresholds, parts.checks),
            seq: 0,
            times: Punctuality::default(),
            last: None,
            monitor,
        }
    }

    /// Makes frames until `stop` is cancelled: the first at once, so that there is something to show, the others on
    /// the second. The threads of the collectors are started here and end with it; one that hangs is left behind.
    pub async fn run(mut self, stop: CancellationToken) {
        // Rates over a few milliseconds mean nothing: shortly before a second the first frame waits for it.
        let rest = self.interval_ms - self.clock.now().as_millis().rem_euclid(self.interval_ms);
        let mut at_once = rest > self.interval_ms / 3;
        loop {
            if !std::mem::take(&mut at_once) {
                tokio::select! {
                    biased;
                    () = stop.cancelled() => return,
                    () = next_second(&*self.clock, self.interval_ms) => {}
                }
            }
            if stop.is_cancelled() {
                return;
            }
            self.tick().await;
        }
    }

    /// Makes one frame now. For those who keep time by themselves; [`Sampler::run`] does it on every second.
    pub async fn tick(&mut self) -> Arc<Tick> {
        let mut notes = Vec::new();
        let woken = self.wake(&mut notes);
        for (severity, text) in notes.drain(..) {
            self.monitor.record_event(severity, "clock", &text);
        }
        self.seq += 1;
        self.monitor.catalog().begin_frame(self.seq);
        self.roster.start(&mut notes);
        self.roster.collect(self.seq, woken.at, woken.monotonic, &mut notes).await;
        let tick = Arc::new(self.frame(woken, &mut notes));
        for (severity, text) in notes.drain(..) {
            self.monitor.record_event(severity, "collector", &text);
        }
        self.monitor.publish(Arc::clone(&tick));
        self.judge(&tick, woken);
        self.times.took = Some(self.clock.monotonic().saturating_sub(woken.monotonic));
        self.last = Some(woken);
        tick
    }

    /// Which second it is, how late, and what has happened to time since the last tick.
    fn wake(&mut self, notes: &mut Vec<Note>) -> Woken {
        let (now, monotonic) = (self.clock.now(), self.clock.monotonic());
        let at = Timestamp::from_millis(now.as_millis().div_euclid(self.interval_ms) * self.interval_ms);
        let woken = Woken { at, now, monotonic };
        let Some(last) = self.last else { return woken };
        // The first frame is made between two seconds; from then on, what is beyond the second is late.
        self.times.lateness = Duration::from_millis((now.as_millis() - at.as_millis()) as u64);
        let passed = monotonic.saturating_sub(last.monotonic).as_millis() as i64;
        let jump = (now.as_millis() - last.now.as_millis()) - passed;
        let steps = if jump.abs() > JUMP_MS {
            notes.push(jumped(jump));
            (passed + self.interval_ms / 2) / self.interval_ms
        } else {
            (at.as_millis() - last.at.as_millis()) / self.interval_ms
        };
        self.times.missed += (steps - 1).max(0) as u64;
        woken
    }

    /// The frame of what was read.
    fn frame(&mut self, woken: Woken, notes: &mut Vec<Note>) -> Tick {
        // Who answered has registered its series before, and so has the program; who did not has no value in this frame.
        self.figures.begin(woken.at, woken.monotonic);
        let series = self.monitor.catalog().series();
        self.builder.begin(&series, woken.monotonic);
        self.roster.hand_in(self.seq, &mut self.builder, &series, notes);
        let before = self.monitor.latest();
        self.figures.read(&self.monitor, &self.roster.members, self.times, before.as_deref());
        self.builder.add(&series, &mut self.figures.readings);
        Tick::new(self.builder.finish(self.seq, woken.at), series).with_running(self.builder.running())
    }

    fn judge(&mut self, tick: &Tick, woken: Woken) {
        let observed = Observed {
            frame: &tick.frame,
            series: &tick.series,
            collectors: self.roster.members.iter().map(|member| (member.name.as_str(), &member.condition)).collect(),
            lateness: self.times.lateness,
            missed_so_far: self.times.missed,
            monotonic: woken.monotonic,
        };
        let health = self.evaluator.evaluate(&observed, &*self.clock, &self.monitor.health());
        self.monitor.set_health(health);
    }
}

/// Waits for the next full second.
async fn next_second(clock: &dyn Clock, interval_ms: i64) {
    let begin = clock.now().as_millis();
    let next = (begin.div_euclid(interval_ms) + 1) * interval_ms;
    let mut now = begin;
    loop {
        sleep(Duration::from_millis((next - now).clamp(0, interval_ms) as u64)).await;
        now = clock.now().as_millis();
        // A little too early when the clock was slowed down; far too early when it was set back, and then
        // the tick is due all the same.
        if now >= next || next - now > interval_ms {
            return;
        }
    }
}

/// The journal's line about a clock that was set.
fn jumped(by_ms: i64) -> Note {
    let by = quantity::duration((by_ms.unsigned_abs() + 500) / 1_000);
    let text = if by_ms > 0 {
        format!("The clock went forward by {by}: it was set, or the machine slept. Frames go on with the new time.")
    } else {
        format!(
            "The clock was set back by {by}. Frames go on with the new time; what was measured at later times is no longer shown."
        )
    };
    (Severity::Warning, text)
}
