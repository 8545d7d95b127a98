//! Disks: bytes, operations and how busy they were.

use super::{
    OVERVIEW, SYSTEM, counter,
    proc_file::ProcFile,
    whole::{Whole, increases},
};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Unit, names};
use procfs::{DiskStat, DiskStats};
use std::{collections::HashMap, path::Path};

/// The kernel counts in sectors of this size, whatever the disk has.
const SECTOR: u64 = 512;

/// Reads `/proc/diskstats`: whole disks, not their partitions, and nothing that only passes on to other disks.
#[derive(Debug)]
pub struct Disk {
    file: ProcFile,
    known: HashMap<String, Entry>,
    /// Grows with each run: what was not seen in this one is gone.
    run: u64,
    whole: Whole<4>,
    total: Option<[Option<SeriesId>; 4]>,
}

/// A name that was met.
#[derive(Debug)]
struct Entry {
    /// Nothing when it is not a disk.
    disk: Option<Ids>,
    moved: Option<[u64; 4]>,
    run: u64,
}

#[derive(Clone, Copy, Debug)]
struct Ids {
    /// Bytes read, bytes written, reads, writes.
    transfer: [Option<SeriesId>; 4],
    busy: Option<SeriesId>,
}

impl Ids {
    fn all(self) -> impl Iterator<Item = SeriesId> {
        self.transfer.into_iter().chain([self.busy]).flatten()
    }
}

impl Default for Disk {
    fn default() -> Self {
        let file = ProcFile::new("/proc/diskstats");
        Self { file, known: HashMap::new(), run: 0, whole: Whole::default(), total: None }
    }
}

impl Collector for Disk {
    fn name(&self) -> &'static str {
        "disk"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let DiskStats(stats) = self.file.parse()?;
        self.disks(stats, is_disk, readings);
        Ok(())
    }
}

impl Disk {
    /// Each disk by itself, and all of them: what those move that were there before.
    fn disks(&mut self, stats: Vec<DiskStat>, is_disk: impl Fn(&DiskStat) -> bool, readings: &mut Readings) {
        self.run += 1;
        for stat in stats {
            let entry = self.known.entry(stat.name.clone()).or_insert_with_key(|name| Entry {
                disk: is_disk(&stat).then(|| register(readings, name)),
                moved: None,
                run: 0,
            });
            entry.run = self.run;
            let Some(ids) = entry.disk else { continue };
            let moved = [stat.sectors_read * SECTOR, stat.sectors_written * SECTOR, stat.reads, stat.writes];
            self.whole.add(increases(entry.moved.replace(moved), moved));
            for (id, value) in ids.transfer.into_iter().zip(moved) {
                readings.push(id, value as f64);
            }
            readings.push(ids.busy, stat.time_in_progress as f64 / 1_000.0);
        }
        let run = self.run;
        for (_, entry) in self.known.extract_if(|_, entry| entry.run != run) {
            entry.disk.into_iter().flat_map(Ids::all).for_each(|id| readings.catalog().release(id));
        }
        let total = self.total.get_or_insert_with(|| {
            let direction = |unit, name, direction| counter(readings, OVERVIEW, unit, name, [("direction", direction)]);
            [
                direction(Unit::Bytes, names::DISK_IO, "read"),
                direction(Unit::Bytes, names::DISK_IO, "write"),
                direction(Unit::Count, names::DISK_OPERATIONS, "read"),
                direction(Unit::Count, names::DISK_OPERATIONS, "write"),
            ]
        });
        for (id, total) in total.iter().zip(self.whole.totals()) {
            readings.push(*id, total as f64);
        }
    }
}

/// Whether an entry is a disk of its own that is in use: partitions have no folder of their own below `/sys/block`, and
/// what maps to other disks (`dm-`, `md`) would be counted twice. A loop device or a memory disk is no disk.
fn is_disk(stat: &DiskStat) -> bool {
    const PASSED_ON: [&str; 5] = ["loop", "ram", "dm-", "md", "zram"];
    let passed_on = PASSED_ON.iter().any(|prefix| stat.name.starts_with(prefix));
    // The kernel writes an exclamation mark for the slash in names such as `cciss/c0d0`.
    !passed_on && Path::new("/sys/block").join(stat.name.replace('/', "!")).exists()
}

fn register(readings: &Readings, device: &str) -> Ids {
    let direction =
        |unit, name, direction| counter(readings, SYSTEM, unit, name, [("device", device), ("direction", direction)]);
    Ids {
        transfer: [
            direction(Unit::Bytes, names::DISK_IO, "read"),
            direction(Unit::Bytes, names::DISK_IO, "write"),
            direction(Unit::Count, names::DISK_OPERATIONS, "read"),
            direction(Unit::Count, names::DISK_OPERATIONS, "write"),
        ],
        busy: counter(readings, SYSTEM, Unit::Seconds, names::DISK_BUSY, [("device", device)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalog;
    use miorai_model::{SeriesKey, Timestamp};
    use procfs::FromBufRead as _;
    use std::{sync::Arc, time::Duration};

    #[test]
    fn a_disk_that_goes_or_comes_is_no_transfer_of_the_others() {
        let catalog = Arc::new(Catalog::new(100));
        let mut disk = Disk::default();
        let mut total = |sectors: &[(&str, u64)]| {
            let lines = sectors.iter().map(|(name, read)| format!("8 0 {name} 1 0 {read} 0 0 0 0 0 0 0 0\n"));
            let DiskStats(stats) = DiskStats::from_buf_read(lines.collect::<String>().as_bytes()).unwrap();
            let mut readings = Readings::new(Arc::clone(&catalog), Timestamp::default(), Duration::ZERO);
            disk.disks(stats, |_| true, &mut readings);
            let id = catalog.find(&SeriesKey::new(names::DISK_IO, [("direction", "read")])).unwrap();
            readings.value(id).map(|bytes| bytes / SECTOR as f64)
        };
        assert_eq!(total(&[("sda", 1_000), ("sdb", 500)]), Some(0.0));
        assert_eq!(total(&[("sda", 1_010), ("sdb", 501)]), Some(11.0));
        assert_eq!(total(&[("sda", 1_010)]), Some(11.0), "one was taken out");
        assert_eq!(total(&[("sda", 1_010), ("sdb", 9_000)]), Some(11.0), "and another put in");
        assert_eq!(total(&[("sda", 1_012), ("sdb", 9_001)]), Some(14.0));
        assert_eq!(disk.known.len(), 2);
    }
}
