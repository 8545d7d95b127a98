//! Disks: bytes, operations and how busy they were.

use super::{OVERVIEW, SYSTEM, counter, proc_file::ProcFile};
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
    /// Of every name met: its series, or nothing when it is not a disk.
    known: HashMap<String, Option<Ids>>,
    total: Option<[Option<SeriesId>; 4]>,
}

#[derive(Clone, Copy, Debug)]
struct Ids {
    /// Bytes read, bytes written, reads, writes.
    transfer: [Option<SeriesId>; 4],
    busy: Option<SeriesId>,
}

impl Default for Disk {
    fn default() -> Self {
        Self { file: ProcFile::new("/proc/diskstats"), known: HashMap::new(), total: None }
    }
}

impl Collector for Disk {
    fn name(&self) -> &'static str {
        "disk"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let DiskStats(stats) = self.file.parse()?;
        let mut sums = [0_u64; 4];
        for stat in stats {
            let ids = if let Some(known) = self.known.get(&stat.name) {
                *known
            } else {
                let ids = is_disk(&stat).then(|| register(readings, &stat.name));
                self.known.insert(stat.name.clone(), ids);
                ids
            };
            let Some(ids) = ids else { continue };
            let moved = [stat.sectors_read * SECTOR, stat.sectors_written * SECTOR, stat.reads, stat.writes];
            for ((id, value), sum) in ids.transfer.into_iter().zip(moved).zip(&mut sums) {
                readings.push(id, value as f64);
                *sum += value;
            }
            readings.push(ids.busy, stat.time_in_progress as f64 / 1_000.0);
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
        for (id, sum) in total.iter().zip(sums) {
            readings.push(*id, sum as f64);
        }
        Ok(())
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
