//! Filesystems: how full they are.

use super::{OVERVIEW, SYSTEM, gauge, proc_file::ProcFile};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Unit, names};
use procfs::process::{MountInfo, MountInfos};
use rustix::{
    fs::{StatVfs, statvfs},
    io::Errno,
};
use std::{collections::HashSet, path::PathBuf};

/// What is mounted changes seldom: the list is read again after so many ticks.
const LIST_TICKS: u32 = 10;

/// Reads `/proc/self/mountinfo` now and then, and asks each filesystem that holds files how full it is. One that hangs,
/// such as a network disk whose server is gone, keeps only this collector waiting.
#[derive(Debug)]
pub struct Filesystem {
    file: ProcFile,
    mounts: Vec<Mount>,
    /// Ticks until the list is read again.
    rest: u32,
    #[expect(clippy::option_option, reason = "not asked for yet, or asked for and refused")]
    fullest: Option<Option<SeriesId>>,
}

#[derive(Debug)]
struct Mount {
    path: PathBuf,
    used: Option<SeriesId>,
    free: Option<SeriesId>,
    reserved: Option<SeriesId>,
    utilization: Option<SeriesId>,
}

impl Default for Filesystem {
    fn default() -> Self {
        Self { file: ProcFile::new("/proc/self/mountinfo"), mounts: Vec::new(), rest: 0, fullest: None }
    }
}

impl Collector for Filesystem {
    fn name(&self) -> &'static str {
        "filesystem"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        if self.rest == 0 {
            let MountInfos(list) = self.file.parse()?;
            let listed = holding_files(list).iter().map(|mount| register(readings, mount)).collect();
            self.list(listed, readings);
        }
        self.rest -= 1;
        let mut fullest: Option<f64> = None;
        let mut failed = None;
        for mount in &self.mounts {
            match statvfs(&mount.path) {
                Ok(stat) => {
                    let Some(space) = Space::of(&stat) else { continue };
                    readings.push(mount.used, space.used);
                    readings.push(mount.free, space.free);
                    readings.push(mount.reserved, space.reserved);
                    readings.push(mount.utilization, space.utilization());
                    fullest = Some(fullest.map_or(space.utilization(), |most| most.max(space.utilization())));
                }
                // Gone since the list was read, or hidden; or this user may not ask, today nor tomorrow.
                Err(Errno::NOENT | Errno::ACCESS | Errno::PERM) => {}
                Err(error) => failed = Some(CollectError::read(mount.path.display().to_string(), error)),
            }
        }
        if let Some(ratio) = fullest {
            let id = *self
                .fullest
                .get_or_insert_with(|| gauge(readings, OVERVIEW, Unit::Ratio, names::FILESYSTEM_UTILIZATION, []));
            readings.push(id, ratio);
        }
        match failed {
            Some(error) => {
                self.rest = 0;
                Err(error)
            }
            None => Ok(()),
        }
    }
}

impl Filesystem {
    /// Takes over a new list; the series of what is no longer mounted are given up.
    fn list(&mut self, listed: Vec<Mount>, readings: &Readings) {
        let still: HashSet<SeriesId> = listed.iter().flat_map(Mount::ids).collect();
        let gone = self.mounts.iter().flat_map(Mount::ids).filter(|id| !still.contains(id));
        gone.for_each(|id| readings.catalog().release(id));
        self.mounts = listed;
        self.rest = LIST_TICKS;
    }
}

impl Mount {
    fn ids(&self) -> impl Iterator<Item = SeriesId> {
        [self.used, self.free, self.reserved, self.utilization].into_iter().flatten()
    }
}

/// The space of a filesystem in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Space {
    used: f64,
    /// What users may still take.
    free: f64,
    /// What only the administrator may take.
    reserved: f64,
}

impl Space {
    /// Nothing for filesystems without blocks, which hold no files of their own.
    fn of(stat: &StatVfs) -> Option<Self> {
        let bytes = |blocks: u64| blocks as f64 * stat.f_frsize as f64;
        (stat.f_blocks > 0).then(|| Self {
            used: bytes(stat.f_blocks.saturating_sub(stat.f_bfree)),
            free: bytes(stat.f_bavail),
            reserved: bytes(stat.f_bfree.saturating_sub(stat.f_bavail)),
        })
    }

    /// The share of what users may take that is taken, as `df` has it.
    fn utilization(self) -> f64 {
        let all = self.used + self.free;
        if all > 0.0 { self.used / all } else { 1.0 }
    }
}

/// The mounts that hold files, each filesystem once, under its shortest path. What the kernel makes up has no device
/// and is left out, as are images that are full by nature.
fn holding_files(mut list: Vec<MountInfo>) -> Vec<MountInfo> {
    const WITHOUT_DEVICE: [&str; 9] = ["zfs", "nfs", "nfs4", "cifs", "smb3", "ceph", "fuse.sshfs", "9p", "virtiofs"];
    const IMAGES: [&str; 3] = ["squashfs", "iso9660", "erofs"];
    list.retain(|mount| {
        let kind = mount.fs_type.as_str();
        let device = mount.mount_source.as_deref().is_some_and(|source| source.starts_with('/'));
        (device || WITHOUT_DEVICE.contains(&kind)) && !IMAGES.contains(&kind)
    });
    list.sort_by_key(|mount| mount.mount_point.as_os_str().len());
    let mut seen = HashSet::new();
    list.retain(|mount| seen.insert((mount.majmin.clone(), mount.mount_source.clone())));
    list
}

fn register(readings: &Readings, mount: &MountInfo) -> Mount {
    let point = mount.mount_point.to_string_lossy();
    let device = mount.mount_source.as_deref().unwrap_or_default();
    let place = [("device", device), ("mountpoint", &*point), ("type", mount.fs_type.as_str())];
    let [a, b, c] = place;
    let usage = |state| gauge(readings, SYSTEM, Unit::Bytes, names::FILESYSTEM_USAGE, [a, b, c, ("state", state)]);
    Mount {
        used: usage("used"),
        free: usage("free"),
        reserved: usage("reserved"),
        utilization: gauge(readings, SYSTEM, Unit::Ratio, names::FILESYSTEM_UTILIZATION, place),
        path: mount.mount_point.clone(),
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
    fn filesystems_that_hold_files_are_listed_once() {
        let lines = "\
22 27 0:21 / /proc rw - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
28 27 254:0 /home /mnt/again rw,relatime - ext4 /dev/vda rw
29 27 7:0 / /snap/x ro - squashfs /dev/loop0 ro
30 27 0:50 / /srv rw - nfs4 box:/srv rw
31 27 0:23 / /dev/shm rw - tmpfs tmpfs rw
";
        let MountInfos(list) = MountInfos::from_buf_read(lines.as_bytes()).unwrap();
        let points: Vec<_> = holding_files(list).into_iter().map(|mount| mount.mount_point).collect();
        assert_eq!(points, [PathBuf::from("/"), PathBuf::from("/srv")]);
    }

    #[test]
    fn a_mount_that_cannot_be_asked_does_not_keep_the_others_from_being_read() {
        let catalog = Arc::new(Catalog::new(100));
        let mut readings = Readings::new(Arc::clone(&catalog), Timestamp::default(), Duration::ZERO);
        let lines = "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / /no/such/folder rw - ext4 /dev/sda2 rw\n";
        let MountInfos(list) = MountInfos::from_buf_read(lines.as_bytes()).unwrap();
        let mut filesystem = Filesystem::default();
        let listed = list.iter().map(|mount| register(&readings, mount)).collect();
        filesystem.list(listed, &readings);
        for _ in 0..3 {
            filesystem.collect(&mut readings).unwrap();
        }
        let fullest = catalog.find(&SeriesKey::new(names::FILESYSTEM_UTILIZATION, [])).unwrap();
        assert!(readings.value(fullest).is_some_and(|ratio| (0.0..=1.0).contains(&ratio)));
        assert_eq!(filesystem.rest, LIST_TICKS - 3, "the list is not read again each second");
    }

    #[test]
    fn what_only_the_administrator_may_take_is_neither_used_nor_free() {
        let space = Space { used: 60.0, free: 30.0, reserved: 10.0 };
        assert!((space.utilization() - 60.0 / 90.0).abs() < 1e-9);
    }
}
