//! Whether all is well, judged from each frame.

use crate::{hold::Hold, roster::Condition};
use miorai_model::{
    Check, Clock, Frame, Health, Kind, Series, SeriesId, Status, Timestamp, Unit, names,
    quantity::{duration, quantity},
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// From where on something is not well any more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Share of processor time in use.
    pub cpu_ratio: f64,
    /// Share of memory in use.
    pub memory_ratio: f64,
    /// Bytes read from and written to all disks per second.
    pub disk_bytes_per_second: f64,
    /// Seconds that a packet to another machine and back takes.
    pub round_trip_seconds: f64,
    /// Share of the fullest filesystem in use from which on it needs attention.
    pub filesystem_ratio: f64,
    /// Share of the fullest filesystem in use from which on it counts as full.
    pub filesystem_full_ratio: f64,
    /// How long a value must be above its threshold, or below it again, before it counts.
    pub hold: Duration,
    /// By how much a tick may be late.
    pub lateness: Duration,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            cpu_ratio: 0.80,
            memory_ratio: 0.70,
            disk_bytes_per_second: 50e6,
            round_trip_seconds: 0.05,
            filesystem_ratio: 0.90,
            filesystem_full_ratio: 0.98,
            hold: Duration::from_secs(30),
            lateness: Duration::from_millis(500),
        }
    }
}

/// Ticks that were late or left out count for this long.
const IRREGULAR_KEPT: Duration = Duration::from_mins(1);
/// This many of them are more than a hiccup.
const IRREGULAR_LIMIT: usize = 3;

/// A check of the program, taken once a frame. The answer must be at hand: nothing may block here.
pub(crate) type ProgramCheck = Box<dyn FnMut() -> Check + Send>;

/// What is judged.
pub(crate) struct Observed<'a> {
    pub frame: &'a Frame,
    pub series: &'a Arc<Vec<Series>>,
    /// Each collector's name and how it is doing.
    pub collectors: Vec<(&'a str, &'a Condition)>,
    /// By how much the tick was late.
    pub lateness: Duration,
    /// How many ticks were left out since the start.
    pub missed_so_far: u64,
    pub monotonic: Duration,
}

/// Judges frames, one after the other.
pub(crate) struct Evaluator {
    thresholds: Thresholds,
    program: Vec<ProgramCheck>,
    cpu: Hold,
    memory: Hold,
    disk: Hold,
    round_trip: Hold,
    filesystem: Hold,
    filesystem_full: Hold,
    /// When ticks were late or left out.
    irregular: VecDeque<Duration>,
    /// How many ticks had been left out at the last frame.
    missed: u64,
    places: Places,
}

/// Where the values that are judged stand in a frame; looked up again when there are other series.
#[derive(Debug, Default)]
struct Places {
    known: Arc<Vec<Series>>,
    cpu: Option<SeriesId>,
    memory: Option<SeriesId>,
    disk: Vec<SeriesId>,
    round_trip: Option<SeriesId>,
    /// With the mount points, where they are told apart.
    filesystems: Vec<(SeriesId, String)>,
}

impl Evaluator {
    pub(crate) fn new(thresholds: Thresholds, program: Vec<ProgramCheck>) -> Self {
        let hold = Hold::new(thresholds.hold, thresholds.hold);
        // A full disk does not wait.
        let at_once = Hold::new(Duration::ZERO, thresholds.hold);
        Self {
            thresholds,
            program,
            cpu: hold,
            memory: hold,
            disk: hold,
            round_trip: hold,
            filesystem: at_once,
            filesystem_full: at_once,
            irregular: VecDeque::new(),
            missed: 0,
            places: Places::default(),
        }
    }

    /// The health before anything was measured.
    pub(crate) fn initial(at: Timestamp, program: &mut [ProgramCheck]) -> Health {
        let waiting = || (Status::Healthy, "The first values come within a second.".to_owned());
        let [system, collectors, sampler] =
            ["system", "collectors", "sampler"].map(|name| check(name, None, waiting()));
        Health::of(in_order(system, collectors, sampler, program), at, None)
    }

    /// The health at this frame.
    pub(crate) fn evaluate(&mut self, observed: &Observed<'_>, clock: &dyn Clock, before: &Health) -> Health {
        let timed = |name, judge: &mut dyn FnMut() -> (Status, String)| {
            let begin = clock.monotonic();
            let judged = judge();
            check(name, Some(clock.monotonic().saturating_sub(begin)), judged)
        };
        let system = timed("system", &mut || self.system(observed));
        let collectors = timed("collectors", &mut || collectors(&observed.collectors));
        let sampler = timed("sampler", &mut || self.sampler(observed));
        let checks = in_order(system, collectors, sampler, &mut self.program);
        Health::of(checks, observed.frame.at, Some(before))
    }

    fn system(&mut self, observed: &Observed<'_>) -> (Status, String) {
        let Observed { frame, series, monotonic, .. } = *observed;
        self.places.find(series);
        let limits = self.thresholds;
        let value = |id: Option<SeriesId>| id.and_then(|id| frame.value(id));
        let cpu = value(self.places.cpu);
        let memory = value(self.places.memory);
        let disk = self.places.disk.iter().filter_map(|id| frame.value(*id)).reduce(|sum, value| sum + value);
        let round_trip = value(self.places.round_trip);
        let filesystems = self.places.filesystems.iter();
        let fullest = filesystems
            .filter_map(|(id, mountpoint)| Some((frame.value(*id)?, mountpoint.as_str())))
            // The series without labels repeats the fullest one: of the two, the one with a name is told.
            .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
        let used = fullest.map(|(ratio, _)| ratio);

        let over = |value: Option<f64>, limit: f64| value.is_some_and(|value| value >= limit);
        let mut findings = Vec::new();
        for (hold, value, limit, what, unit) in [
            (&mut self.cpu, cpu, limits.cpu_ratio, "processors", Unit::Ratio),
            (&mut self.memory, memory, limits.memory_ratio, "memory", Unit::Ratio),
            (&mut self.disk, disk, limits.disk_bytes_per_second, "disk transfer", Unit::Bytes),
            (&mut self.round_trip, round_trip, limits.round_trip_seconds, "network latency", Unit::Seconds),
        ] {
            if hold.update(over(value, limit), monotonic) {
                let kind = if unit == Unit::Bytes { Kind::Counter } else { Kind::Gauge };
                let now = value.map_or_else(|| "unknown".to_owned(), |value| quantity(value, unit, kind).to_string());
                let limit_shown = quantity(limit, unit, kind);
                findings.push(if over(value, limit) {
                    format!("{what} at {now} (threshold {limit_shown})")
                } else {
                    format!("{what} above {limit_shown} until just now, at {now} again")
                });
            }
        }
        let full = self.filesystem_full.update(over(used, limits.filesystem_full_ratio), monotonic);
        if self.filesystem.update(over(used, limits.filesystem_ratio), monotonic) || full {
            let (ratio, mountpoint) = fullest.unwrap_or((f64::NAN, ""));
            let name = if mountpoint.is_empty() { "the fullest filesystem" } else { mountpoint };
            findings.push(format!("{name} is {} full: free some space", quantity(ratio, Unit::Ratio, Kind::Gauge)));
        }
        match (findings.is_empty(), full) {
            (true, _) => (
                Status::Healthy,
                "Processors, memory, disks, network and filesystems are below their thresholds.".to_owned(),
            ),
            (false, false) => (Status::Degraded, sentence(&findings)),
            (false, true) => (Status::Unhealthy, sentence(&findings)),
        }
    }

    fn sampler(&mut self, observed: &Observed<'_>) -> (Status, String) {
        let now = observed.monotonic;
        let missed = observed.missed_so_far - self.missed;
        self.missed = observed.missed_so_far;
        if missed > 0 || observed.lateness > self.thresholds.lateness {
            // More than the limit changes nothing.
            let more = missed.clamp(1, IRREGULAR_LIMIT as u64);
            self.irregular.extend(std::iter::repeat_n(now, more as usize));
        }
        while self.irregular.len() > 4 * IRREGULAR_LIMIT
            || self.irregular.front().is_some_and(|at| now.saturating_sub(*at) > IRREGULAR_KEPT)
        {
            self.irregular.pop_front();
        }
        if self.irregular.len() < IRREGULAR_LIMIT {
            return (Status::Healthy, "Every second has its frame.".to_owned());
        }
        let kept = duration(IRREGULAR_KEPT.as_secs());
        (
            Status::Degraded,
            format!("Frames were late or left out within the last {kept}: the machine was overloaded or slept."),
        )
    }
}

impl Places {
    fn find(&mut self, series: &Arc<Vec<Series>>) {
        if Arc::ptr_eq(&self.known, series) {
            return;
        }
        *self = Self { known: Arc::clone(series), ..Self::default() };
        for one in series.iter() {
            let labels = &one.key.labels;
            match one.key.name.as_ref() {
                names::CPU_BUSY if labels.is_empty() => self.cpu = Some(one.id),
                names::MEMORY_UTILIZATION if labels.is_empty() => self.memory = Some(one.id),
                names::DISK_IO if labels.get("device").is_none() => self.disk.push(one.id),
                names::NETWORK_ROUND_TRIP => self.round_trip = Some(one.id),
                names::FILESYSTEM_UTILIZATION => {
                    self.filesystems.push((one.id, labels.get("mountpoint").unwrap_or_default().to_owned()));
                }
                _ => {}
            }
        }
    }
}

/// Collectors that do not read.
fn collectors(conditions: &[(&str, &Condition)]) -> (Status, String) {
    /// A single failed run is counted and in the journal; it says nothing about the next.
    const FAILED_RUNS: u32 = 3;
    let finding = |(name, condition): &(&str, &Condition)| match condition {
        Condition::Failing { runs, cause } if *runs >= FAILED_RUNS => Some(format!("{name} fails: {cause}")),
        Condition::Hanging => Some(format!("{name} hangs")),
        Condition::GivenUp { cause } => Some(format!("{name} is off: {cause}")),
        Condition::Working | Condition::Failing { .. } | Condition::Unsupported => None,
    };
    let findings: Vec<String> = conditions.iter().filter_map(finding).collect();
    let asked = conditions.iter().filter(|(_, condition)| **condition != Condition::Unsupported).count();
    match findings.len() {
        0 => (Status::Healthy, format!("All {asked} collectors work.")),
        broken if broken == asked => (Status::Unhealthy, format!("No collector works: {}.", findings.join("; "))),
        broken => (Status::Degraded, format!("{broken} of {asked} collectors do not work: {}.", findings.join("; "))),
    }
}

/// The checks in the order in which they are shown: those of the program take the place of what is not there, and
/// the others of its come last.
fn in_order(system: Check, collectors: Check, sampler: Check, program: &mut [ProgramCheck]) -> Vec<Check> {
    let mut program: Vec<Check> = program.iter_mut().map(|check| check()).collect();
    let mut of_program = |name, message: &str| {
        let place = program.iter().position(|check| check.name == name);
        let not_configured = || check(name, None, (Status::NotConfigured, message.to_owned()));
        place.map_or_else(not_configured, |place| program.remove(place))
    };
    let database = of_program("database", "No database is used: history and journal are kept in memory.");
    let cache = of_program("cache", "No cache is used.");
    let mut checks = vec![system, database, cache, collectors, sampler];
    checks.append(&mut program);
    checks
}

fn check(name: &str, took: Option<Duration>, (status, message): (Status, String)) -> Check {
    let response_time_ms = took.map(|took| took.as_secs_f64() * 1_000.0);
    Check { name: name.to_owned(), status, response_time_ms, message }
}

/// Findings as one sentence, which begins with a capital.
fn sentence(findings: &[String]) -> String {
    let joined = findings.join("; ");
    let mut chars = joined.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).chain(['.']).collect()).unwrap_or_default()
}
