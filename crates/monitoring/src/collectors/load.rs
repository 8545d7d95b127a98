//! Load averages, threads, and how long the machine has been running.

use super::{OVERVIEW, SYSTEM, gauge, proc_file::ProcFile};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Unit, names};
use procfs::{LoadAverage, Uptime};

/// Reads `/proc/loadavg` and `/proc/uptime`.
#[derive(Debug)]
pub struct Load {
    loadavg: ProcFile,
    uptime: ProcFile,
    series: Option<[Option<SeriesId>; 5]>,
}

impl Default for Load {
    fn default() -> Self {
        Self { loadavg: ProcFile::new("/proc/loadavg"), uptime: ProcFile::new("/proc/uptime"), series: None }
    }
}

impl Collector for Load {
    fn name(&self) -> &'static str {
        "load"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let load: LoadAverage = self.loadavg.parse()?;
        let up: Uptime = self.uptime.parse()?;
        let [one, five, fifteen, threads, uptime] = *self.series.get_or_insert_with(|| {
            [
                gauge(readings, OVERVIEW, Unit::Count, names::LOAD_1M, []),
                gauge(readings, OVERVIEW, Unit::Count, names::LOAD_5M, []),
                gauge(readings, OVERVIEW, Unit::Count, names::LOAD_15M, []),
                gauge(readings, SYSTEM, Unit::Count, names::THREAD_COUNT, []),
                gauge(readings, SYSTEM, Unit::Seconds, names::UPTIME, []),
            ]
        });
        for (id, average) in [(one, load.one), (five, load.five), (fifteen, load.fifteen)] {
            // The kernel tells two decimals: without rounding, single precision would add more.
            readings.push(id, (f64::from(average) * 100.0).round() / 100.0);
        }
        readings.push(threads, f64::from(load.max));
        readings.push(uptime, up.uptime);
        Ok(())
    }
}
