//! What the server itself costs the machine.

use super::{SERVER, counter, gauge, proc_file::ProcFile};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Unit, names};
use procfs::process::Stat;
use std::{fs, time::Duration};

/// Reads `/proc/self/stat` and counts `/proc/self/fd`.
#[derive(Debug)]
pub struct Server {
    file: ProcFile,
    series: Option<[Option<SeriesId>; 5]>,
    /// When it was first asked: about when the server was started.
    started: Option<Duration>,
}

impl Default for Server {
    fn default() -> Self {
        Self { file: ProcFile::new("/proc/self/stat"), series: None, started: None }
    }
}

impl Collector for Server {
    fn name(&self) -> &'static str {
        "server"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let stat: Stat = self.file.parse()?;
        let files = fs::read_dir("/proc/self/fd").map_err(|error| CollectError::read("/proc/self/fd", error))?;
        let [cpu, memory, threads, descriptors, uptime] = *self.series.get_or_insert_with(|| {
            [
                counter(readings, SERVER, Unit::Seconds, names::PROCESS_CPU, []),
                gauge(readings, SERVER, Unit::Bytes, names::PROCESS_MEMORY, []),
                gauge(readings, SERVER, Unit::Count, names::PROCESS_THREADS, []),
                gauge(readings, SERVER, Unit::Count, names::PROCESS_FDS, []),
                gauge(readings, SERVER, Unit::Seconds, names::PROCESS_UPTIME, []),
            ]
        });
        readings.push(cpu, (stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64);
        readings.push(memory, (stat.rss * procfs::page_size()) as f64);
        readings.push(threads, stat.num_threads as f64);
        // The folder itself is open while it is read.
        readings.push(descriptors, files.count().saturating_sub(1) as f64);
        let started = *self.started.get_or_insert(readings.monotonic());
        readings.push(uptime, readings.monotonic().saturating_sub(started).as_secs_f64());
        Ok(())
    }
}
