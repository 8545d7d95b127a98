//! Processes: how many there are, and which use most.

use super::{SYSTEM, gauge};
use crate::{CollectError, Collector, Readings};
use miorai_model::{
    SeriesId, Unit, names,
    process::{Process, ProcessTable},
};
use procfs::{FromRead as _, process::Stat};
use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    time::Duration,
};
use sysinfo::Users;

/// Reads `/proc/<pid>/stat` of every process: one file tells processor time, memory, threads and age.
#[derive(Debug)]
pub struct Processes {
    /// How many are shown by processor time, and how many by memory.
    shown: usize,
    known: HashMap<u32, Known>,
    users: UserNames,
    /// Grows with each run: what was not seen in this one is gone.
    run: u64,
    at: Duration,
    content: Vec<u8>,
    #[expect(clippy::option_option, reason = "not asked for yet, or asked for and refused")]
    count: Option<Option<SeriesId>>,
}

/// What is remembered of a process from one run to the next.
#[derive(Debug)]
struct Known {
    /// When it was started, in ticks: tells it from a later one with the same number.
    started: u64,
    /// Ticks of processor time so far.
    ticks: u64,
    run: u64,
}

/// A process as it was read, before its name and user are looked up.
struct Found {
    stat: Stat,
    uid: u32,
    /// Share of one core.
    cpu: f64,
}

impl Processes {
    /// Shows the top `shown` by processor time and as many by memory.
    pub fn new(shown: usize) -> Self {
        Self {
            shown,
            known: HashMap::new(),
            users: UserNames::default(),
            run: 0,
            at: Duration::ZERO,
            content: Vec::new(),
            count: None,
        }
    }

    /// Reads one process; nothing when it has ended meanwhile.
    fn read(&mut self, pid: u32, passed: Duration) -> Option<Found> {
        let mut file = File::open(format!("/proc/{pid}/stat")).ok()?;
        self.content.clear();
        file.read_to_end(&mut self.content).ok()?;
        let stat = Stat::from_read(self.content.as_slice()).ok()?;
        let uid = file.metadata().ok()?.uid();
        let ticks = stat.utime + stat.stime;
        let now = Known { started: stat.starttime, ticks, run: self.run };
        let before = self.known.insert(pid, now).filter(|before| before.started == stat.starttime);
        let seconds = passed.as_secs_f64() * procfs::ticks_per_second() as f64;
        let cpu = match before {
            Some(before) if seconds > 0.0 => ticks.saturating_sub(before.ticks) as f64 / seconds,
            _ => 0.0,
        };
        Some(Found { stat, uid, cpu })
    }
}

impl Collector for Processes {
    fn name(&self) -> &'static str {
        "processes"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let passed = readings.monotonic().saturating_sub(std::mem::replace(&mut self.at, readings.monotonic()));
        self.run += 1;
        self.users.begin_run();
        let pids = pids().map_err(|error| CollectError::read("/proc", error))?;
        let found: Vec<Found> = pids.into_iter().filter_map(|pid| self.read(pid, passed)).collect();
        let run = self.run;
        self.known.retain(|_, known| known.run == run);
        let total = found.len() as u32;
        let running = found.iter().filter(|found| found.stat.state == 'R').count() as u32;
        let up = fs::read_to_string("/proc/uptime").ok().and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
        let top = top(found, self.shown).into_iter().map(|found| self.users.process(found, up.unwrap_or(0.0)));
        readings.set_processes(ProcessTable { total, running, top: top.collect() });
        let id = *self.count.get_or_insert_with(|| gauge(readings, SYSTEM, Unit::Count, names::PROCESS_COUNT, []));
        readings.push(id, f64::from(total));
        Ok(())
    }
}

/// The numbers of all processes.
fn pids() -> io::Result<Vec<u32>> {
    Ok(fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// The first `shown` by processor time and the first `shown` by memory, each once, most processor time first.
fn top(mut found: Vec<Found>, shown: usize) -> Vec<Found> {
    found.sort_by_key(|process| std::cmp::Reverse(process.stat.rss));
    let mut rest = found.split_off(shown.min(found.len()));
    rest.sort_by(|a, b| b.cpu.total_cmp(&a.cpu));
    // A process that is first by both is not shown twice: the next one takes its place.
    rest.truncate(shown);
    found.extend(rest);
    found.sort_by(|a, b| b.cpu.total_cmp(&a.cpu).then(b.stat.rss.cmp(&a.stat.rss)));
    found
}

/// The names of users. Asked for again when an unknown number appears, but not more often than once in so many runs:
/// where users are kept on another machine, asking may take its time.
#[derive(Debug)]
struct UserNames {
    names: HashMap<u32, String>,
    /// Runs until it may ask again.
    wait: u32,
    /// Who is asked.
    list: fn() -> Vec<(u32, String)>,
}

/// Runs between two looks at the list of users.
const USER_RUNS: u32 = 60;

impl Default for UserNames {
    fn default() -> Self {
        Self { names: HashMap::new(), wait: 0, list: users }
    }
}

impl UserNames {
    fn begin_run(&mut self) {
        self.wait = self.wait.saturating_sub(1);
    }

    fn of(&mut self, uid: u32) -> String {
        if !self.names.contains_key(&uid) && self.wait == 0 {
            self.wait = USER_RUNS;
            self.names.extend((self.list)());
        }
        self.names.get(&uid).cloned().unwrap_or_else(|| uid.to_string())
    }

    fn process(&mut self, Found { stat, uid, cpu }: Found, up: f64) -> Process {
        let started = stat.starttime as f64 / procfs::ticks_per_second() as f64;
        Process {
            pid: stat.pid as u32,
            name: stat.comm.chars().take(64).collect(),
            user: self.of(uid),
            cpu_percent: (cpu * 1_000.0).round() / 10.0,
            memory_bytes: stat.rss * procfs::page_size(),
            threads: stat.num_threads as u32,
            uptime_seconds: (up - started).max(0.0) as u64,
        }
    }
}

/// The machine's users; none when they cannot be told.
fn users() -> Vec<(u32, String)> {
    let Ok(users) = Users::new_with_refreshed_list() else { return Vec::new() };
    users.iter().map(|user| (**user.id(), user.name().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalog;
    use miorai_model::Timestamp;
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    fn read(collector: &mut Processes, at: Duration) -> ProcessTable {
        let mut readings = Readings::new(Arc::new(Catalog::new(10)), Timestamp::default(), at);
        collector.collect(&mut readings).unwrap();
        readings.take_processes().unwrap()
    }

    #[test]
    fn this_process_is_found_with_its_memory_and_its_time() {
        let mut collector = Processes::new(10_000);
        read(&mut collector, Duration::from_secs(1));
        // The machine may be busy with other things: a fifth of a second of its own, however long that takes.
        let used = || procfs::process::Process::myself().unwrap().stat().unwrap().utime;
        let (begin, before) = (std::time::Instant::now(), used());
        while used() < before + procfs::ticks_per_second() / 5 {
            std::hint::spin_loop();
        }
        let passed = begin.elapsed();
        let table = read(&mut collector, Duration::from_secs(1) + passed);
        let me = table.top.iter().find(|process| process.pid == std::process::id()).expect("all are shown");
        assert!(me.memory_bytes > 1_000_000 && me.threads >= 1, "{me:?}");
        assert!(me.cpu_percent > 18.0 / passed.as_secs_f64(), "{me:?} in {passed:?}");
        assert_eq!(table.top.len(), table.total as usize);
    }

    #[test]
    fn only_the_top_is_shown_and_nobody_twice() {
        let table = read(&mut Processes::new(2), Duration::from_secs(1));
        let mut pids: Vec<u32> = table.top.iter().map(|process| process.pid).collect();
        pids.sort_unstable();
        pids.dedup();
        assert_eq!(pids.len(), table.top.len());
        assert!(table.top.len() <= 4 && table.total as usize >= table.top.len());
    }
    #[test]
    fn users_are_listed_once_in_sixty_runs_however_many_processes_have_an_unknown_one() {
        static ASKED: AtomicU32 = AtomicU32::new(0);
        let list = || {
            ASKED.fetch_add(1, Ordering::Relaxed);
            Vec::new()
        };
        let users = UserNames { names: HashMap::new(), wait: 0, list };
        let mut collector = Processes { users, ..Processes::new(20) };
        for (second, expected) in (1..=121).map(|second| (second, 1 + (second - 1) / 60)) {
            let shown = read(&mut collector, Duration::from_secs(second)).top;
            assert!(!shown.is_empty() && shown.iter().all(|process| process.user.parse::<u32>().is_ok()));
            assert_eq!(u64::from(ASKED.load(Ordering::Relaxed)), expected, "in run {second}");
        }
    }
}
