//! Memory and swap.

use super::{
    OVERVIEW, SYSTEM, counter, gauge,
    proc_file::{ProcFile, if_there},
};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Unit, names};
use procfs::Meminfo;

/// Reads `/proc/meminfo` and the two counters of swap in `/proc/vmstat`.
#[derive(Debug)]
pub struct Memory {
    meminfo: ProcFile,
    vmstat: ProcFile,
    series: Option<Ids>,
}

#[derive(Debug)]
struct Ids {
    /// In the order of [`STATES`].
    usage: [Option<SeriesId>; STATES.len()],
    utilization: Option<SeriesId>,
    limit: Option<SeriesId>,
    swap_used: Option<SeriesId>,
    swap_free: Option<SeriesId>,
    swap_utilization: Option<SeriesId>,
    swap_in: Option<SeriesId>,
    swap_out: Option<SeriesId>,
}

const STATES: [&str; 5] = ["used", "free", "cached", "buffers", "available"];

impl Default for Memory {
    fn default() -> Self {
        Self { meminfo: ProcFile::new("/proc/meminfo"), vmstat: ProcFile::new("/proc/vmstat"), series: None }
    }
}

impl Collector for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let info: Meminfo = self.meminfo.parse()?;
        let ids = self.series.get_or_insert_with(|| register(readings, info.swap_total > 0));
        let cached = info.cached + info.s_reclaimable.unwrap_or(0);
        // Kernels before 3.14 do not estimate what is available.
        let available = info.mem_available.unwrap_or(info.mem_free + info.buffers + cached).min(info.mem_total);
        let used = info.mem_total - available;
        for (id, bytes) in ids.usage.iter().zip([used, info.mem_free, cached, info.buffers, available]) {
            readings.push(*id, bytes as f64);
        }
        readings.push(ids.limit, info.mem_total as f64);
        readings.push(ids.utilization, used as f64 / info.mem_total as f64);
        if info.swap_total == 0 {
            return Ok(());
        }
        let swapped = info.swap_total.saturating_sub(info.swap_free);
        readings.push(ids.swap_used, swapped as f64);
        readings.push(ids.swap_free, info.swap_free as f64);
        readings.push(ids.swap_utilization, swapped as f64 / info.swap_total as f64);
        let (pages_in, pages_out) = if_there(self.vmstat.read(|content| Ok(swap_pages(content))))?.unwrap_or_default();
        for (id, pages) in [(ids.swap_in, pages_in), (ids.swap_out, pages_out)] {
            if let Some(pages) = pages {
                readings.push(id, pages as f64);
            }
        }
        Ok(())
    }
}

/// Registers the series; those of swap only where there is some, so that nobody looks for their values in vain.
fn register(readings: &Readings, has_swap: bool) -> Ids {
    let bytes = |name, state| gauge(readings, SYSTEM, Unit::Bytes, name, [("state", state)]);
    let swap = |id: &dyn Fn() -> Option<SeriesId>| if has_swap { id() } else { None };
    let pages = |direction| counter(readings, SYSTEM, Unit::Count, names::SWAP_OPERATIONS, [("direction", direction)]);
    Ids {
        usage: STATES.map(|state| bytes(names::MEMORY_USAGE, state)),
        utilization: gauge(readings, OVERVIEW, Unit::Ratio, names::MEMORY_UTILIZATION, []),
        limit: gauge(readings, OVERVIEW, Unit::Bytes, names::MEMORY_LIMIT, []),
        swap_used: swap(&|| bytes(names::SWAP_USAGE, "used")),
        swap_free: swap(&|| bytes(names::SWAP_USAGE, "free")),
        swap_utilization: swap(&|| gauge(readings, OVERVIEW, Unit::Ratio, names::SWAP_UTILIZATION, [])),
        swap_in: swap(&|| pages("in")),
        swap_out: swap(&|| pages("out")),
    }
}

/// Pages read from and written to swap since the machine was started. Two of some two hundred lines are wanted, so a
/// table of all of them is not made.
fn swap_pages(vmstat: &[u8]) -> (Option<u64>, Option<u64>) {
    let value = |name: &[u8]| {
        let line = vmstat.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))?;
        std::str::from_utf8(line).ok()?.trim().parse().ok()
    };
    (value(b"pswpin "), value(b"pswpout "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_is_found_among_everything_else() {
        let vmstat = b"nr_free_pages 5\npswpin 12\npswpout 0\npswpinx 9\n";
        assert_eq!(swap_pages(vmstat), (Some(12), Some(0)));
        assert_eq!(swap_pages(b"pgpgin 5\n"), (None, None));
    }
}
