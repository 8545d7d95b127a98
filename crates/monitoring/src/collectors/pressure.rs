//! Pressure stall information: the share of time in which tasks waited for a resource.

use super::{OVERVIEW, SYSTEM, counter, proc_file::ProcFile};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Topics, Unit, names};
use procfs::{CpuPressure, IoPressure, MemoryPressure, PressureRecord};

/// Reads `/proc/pressure/*`. Its running totals of microseconds give the share over each second; the kernel's own
/// averages reach back ten seconds and more.
#[derive(Debug)]
pub struct Pressure {
    cpu: ProcFile,
    memory: ProcFile,
    io: ProcFile,
    series: Option<[Option<SeriesId>; 5]>,
}

impl Default for Pressure {
    fn default() -> Self {
        let file = ProcFile::new;
        Self {
            cpu: file("/proc/pressure/cpu"),
            memory: file("/proc/pressure/memory"),
            io: file("/proc/pressure/io"),
            series: None,
        }
    }
}

impl Collector for Pressure {
    fn name(&self) -> &'static str {
        "pressure"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let cpu: CpuPressure = self.cpu.parse()?;
        let memory: MemoryPressure = self.memory.parse()?;
        let io: IoPressure = self.io.parse()?;
        let series = self.series.get_or_insert_with(|| {
            let id = |topics: Topics, resource, kind| {
                counter(readings, topics, Unit::Seconds, names::PRESSURE, [("resource", resource), ("kind", kind)])
            };
            [
                id(OVERVIEW, "cpu", "some"),
                id(OVERVIEW, "memory", "some"),
                id(SYSTEM, "memory", "full"),
                id(OVERVIEW, "io", "some"),
                id(SYSTEM, "io", "full"),
            ]
        });
        for (id, record) in series.iter().zip([&cpu.some, &memory.some, &memory.full, &io.some, &io.full]) {
            readings.push(*id, seconds(record));
        }
        Ok(())
    }
}

fn seconds(record: &PressureRecord) -> f64 {
    record.total as f64 / 1e6
}
