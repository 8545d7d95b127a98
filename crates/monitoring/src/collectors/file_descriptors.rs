//! File descriptors of the machine.

use super::{SYSTEM, gauge, proc_file::ProcFile};
use crate::{CollectError, Collector, Readings};
use miorai_model::{SeriesId, Unit, names};

/// Reads `/proc/sys/fs/file-nr`.
#[derive(Debug)]
pub struct FileDescriptors {
    file: ProcFile,
    series: Option<[Option<SeriesId>; 2]>,
}

impl Default for FileDescriptors {
    fn default() -> Self {
        Self { file: ProcFile::new("/proc/sys/fs/file-nr"), series: None }
    }
}

impl Collector for FileDescriptors {
    fn name(&self) -> &'static str {
        "file_descriptors"
    }

    fn collect(&mut self, readings: &mut Readings) -> Result<(), CollectError> {
        let counts = self.file.read(|content| Ok(counts(content)))?;
        let (open, limit) = counts.ok_or_else(|| CollectError::read("/proc/sys/fs/file-nr", "not three numbers"))?;
        let [open_id, limit_id] = *self.series.get_or_insert_with(|| {
            [names::FILE_DESCRIPTORS, names::FILE_DESCRIPTOR_LIMIT]
                .map(|name| gauge(readings, SYSTEM, Unit::Count, name, []))
        });
        readings.push(open_id, open);
        readings.push(limit_id, limit);
        Ok(())
    }
}

/// Open ones and the limit: `allocated  unused  limit`.
fn counts(file_nr: &[u8]) -> Option<(f64, f64)> {
    let mut numbers = std::str::from_utf8(file_nr).ok()?.split_ascii_whitespace().map(str::parse::<u64>);
    let (Some(Ok(allocated)), Some(Ok(unused)), Some(Ok(limit))) = (numbers.next(), numbers.next(), numbers.next())
    else {
        return None;
    };
    Some((allocated.saturating_sub(unused) as f64, limit as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_in_use_and_their_limit_are_read() {
        assert_eq!(counts(b"304\t4\t2466177\n"), Some((300.0, 2_466_177.0)));
        assert_eq!(counts(b"304\n"), None);
    }
}
