//! Processors: how their time was spent, in all and on each core; and what the scheduler did.

use super::{OVERVIEW, SYSTEM, counter, gauge, proc_file::ProcFile};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Unit, names};
use procfs::{CpuTime, FromBufReadSI as _, KernelStats};

/// Reads `/proc/stat`.
#[derive(Debug)]
pub struct Cpu {
    file: ProcFile,
    total: Unitary,
    cores: Vec<Unitary>,
    scheduler: Option<Scheduler>,
}

#[derive(Debug)]
struct Scheduler {
    switches: Option<SeriesId>,
    created: Option<SeriesId>,
    running: Option<SeriesId>,
    blocked: Option<SeriesId>,
}

/// The states that time is divided into. `idle` is what is left.
const STATES: [&str; 7] = ["user", "nice", "system", "iowait", "interrupt", "steal", "idle"];

/// One processor, or all of them together.
#[derive(Debug, Default)]
struct Unitary {
    /// The ticks spent in each state up to the last reading.
    last: Option<[u64; STATES.len()]>,
    series: Option<([Option<SeriesId>; STATES.len()], Option<SeriesId>)>,
}

impl Default for Cpu {
    fn default() -> Self {
        Self { file: ProcFile::new("/proc/stat"), total: Unitary::default(), cores: Vec::new(), scheduler: None }
    }
}

impl Collector for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let stat = self.file.read(|content| KernelStats::from_buf_read(content, procfs::current_system_info()))?;
        self.total.add(readings, &stat.total, None);
        self.cores.resize_with(stat.cpu_time.len(), Unitary::default);
        for (number, (core, time)) in self.cores.iter_mut().zip(&stat.cpu_time).enumerate() {
            core.add(readings, time, Some(number));
        }
        let scheduler = self.scheduler.get_or_insert_with(|| Scheduler {
            switches: counter(readings, SYSTEM, Unit::Count, names::CONTEXT_SWITCHES, []),
            created: counter(readings, SYSTEM, Unit::Count, names::PROCESSES_CREATED, []),
            running: gauge(readings, SYSTEM, Unit::Count, names::PROCESS_COUNT, [("state", "running")]),
            blocked: gauge(readings, SYSTEM, Unit::Count, names::PROCESS_COUNT, [("state", "blocked")]),
        });
        readings.push(scheduler.switches, stat.ctxt as f64);
        readings.push(scheduler.created, stat.processes as f64);
        for (id, count) in [(scheduler.running, stat.procs_running), (scheduler.blocked, stat.procs_blocked)] {
            if let Some(count) = count {
                readings.push(id, f64::from(count));
            }
        }
        Ok(())
    }
}

impl Unitary {
    fn add(&mut self, readings: &mut Readings, time: &CpuTime, core: Option<usize>) {
        let (states, busy) = *self.series.get_or_insert_with(|| register(readings, core));
        let now = ticks(time);
        let Some(shares) = self.last.replace(now).and_then(|before| shares(&before, &now)) else { return };
        for (id, share) in states.into_iter().zip(shares) {
            readings.push(id, share);
        }
        let [_, _, _, iowait, _, _, idle] = shares;
        readings.push(busy, (1.0 - idle - iowait).max(0.0));
    }
}

fn register(readings: &Readings, core: Option<usize>) -> ([Option<SeriesId>; STATES.len()], Option<SeriesId>) {
    match core {
        None => (
            STATES.map(|state| gauge(readings, OVERVIEW, Unit::Ratio, names::CPU_UTILIZATION, [("state", state)])),
            gauge(readings, OVERVIEW, Unit::Ratio, names::CPU_BUSY, []),
        ),
        Some(number) => {
            let cpu = number.to_string();
            let state = |state| [("cpu", cpu.as_str()), ("state", state)];
            (
                STATES.map(|name| gauge(readings, SYSTEM, Unit::Ratio, names::CPU_UTILIZATION, state(name))),
                gauge(readings, SYSTEM, Unit::Ratio, names::CPU_BUSY, [("cpu", &cpu)]),
            )
        }
    }
}

/// The ticks in each state. Guests are in `user` and `nice` already.
fn ticks(time: &CpuTime) -> [u64; STATES.len()] {
    let interrupts = time.irq.unwrap_or(0) + time.softirq.unwrap_or(0);
    let waiting = time.iowait.unwrap_or(0);
    [time.user, time.nice, time.system, waiting, interrupts, time.steal.unwrap_or(0), time.idle]
}

/// The share of each state in the time between two readings; nothing when no tick has passed. A state whose ticks went
/// back (the kernel corrects `iowait` and `idle` at times) has none of it.
fn shares(before: &[u64; STATES.len()], now: &[u64; STATES.len()]) -> Option<[f64; STATES.len()]> {
    let spent: [u64; STATES.len()] = std::array::from_fn(|state| now[state].saturating_sub(before[state]));
    let total: u64 = spent.iter().sum();
    (total > 0).then(|| spent.map(|ticks| ticks as f64 / total as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_add_up_to_one(before in prop::array::uniform7(0_u64..1_000_000), now in prop::array::uniform7(0_u64..1_000_000)) {
            if let Some(shares) = shares(&before, &now) {
                prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
            }
        }
    }

    #[test]
    fn no_time_has_no_shares() {
        assert_eq!(shares(&[1; 7], &[1; 7]), None);
        assert_eq!(shares(&[0; 7], &[1, 0, 0, 0, 0, 0, 3]), Some([0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.75]));
    }
}
