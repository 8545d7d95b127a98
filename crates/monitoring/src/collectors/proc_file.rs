//! A file of `/proc` that stays open: reading it again costs one call instead of three.

use crate::CollectError;
use procfs::{FromRead, ProcResult};
use std::{
    fs::File,
    io::{self, ErrorKind},
    os::unix::fs::FileExt as _,
};

/// A file of the kernel whose content is made anew at each reading.
#[derive(Debug)]
pub(super) struct ProcFile {
    path: &'static str,
    file: Option<File>,
    buffer: Vec<u8>,
}

impl ProcFile {
    pub(super) const fn new(path: &'static str) -> Self {
        Self { path, file: None, buffer: Vec::new() }
    }

    /// Reads the file as what `procfs` makes of it.
    pub(super) fn parse<T: FromRead>(&mut self) -> Result<T, CollectError> {
        self.read(|content| T::from_read(content))
    }

    /// Reads the file and has `parse` make something of it.
    ///
    /// # Errors
    /// [`CollectError::Unsupported`] when there is no such file, [`CollectError::Read`] for everything else.
    pub(super) fn read<T>(&mut self, parse: impl FnOnce(&[u8]) -> ProcResult<T>) -> Result<T, CollectError> {
        let content = self.content()?;
        parse(content).map_err(|error| CollectError::read(self.path, error))
    }

    fn content(&mut self) -> Result<&[u8], CollectError> {
        match self.fill() {
            Ok(length) => Ok(&self.buffer[..length]),
            Err(error) => {
                self.file = None;
                let what = self.path.to_owned();
                match error.kind() {
                    ErrorKind::NotFound | ErrorKind::Unsupported => Err(CollectError::Unsupported { what }),
                    _ => Err(CollectError::read(what, error)),
                }
            }
        }
    }

    /// Reads everything from the beginning; how much there is.
    fn fill(&mut self) -> io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(File::open(self.path)?),
        };
        if self.buffer.is_empty() {
            self.buffer.resize(4_096, 0);
        }
        let mut length = 0;
        loop {
            match file.read_at(&mut self.buffer[length..], length as u64)? {
                0 => return Ok(length),
                read => length += read,
            }
            if length == self.buffer.len() {
                self.buffer.resize(length * 2, 0);
            }
        }
    }
}

/// What a file says that not every machine has, where it is a part only of what a collector reads.
pub(super) fn if_there<T>(read: Result<T, CollectError>) -> Result<Option<T>, CollectError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(CollectError::Unsupported { .. }) => Ok(None),
        Err(failed) => Err(failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_anew_each_time() {
        let mut file = ProcFile::new("/proc/uptime");
        let mut up =
            || file.read(|content| Ok(String::from_utf8_lossy(content).split(' ').next().map(str::to_owned))).unwrap();
        let first: f64 = up().unwrap().parse().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(30));
        let second: f64 = up().unwrap().parse().unwrap();
        assert!(second > first, "{first} {second}");
    }

    #[test]
    fn what_a_machine_does_not_have_is_told_apart_from_what_fails() {
        let read = |path| ProcFile::new(path).read(|_| Ok(())).unwrap_err();
        assert!(matches!(read("/proc/no/such/file"), CollectError::Unsupported { .. }));
        assert!(matches!(read("/proc/self"), CollectError::Read { .. }));
        let part = |path| if_there(ProcFile::new(path).read(|_| Ok(1)));
        assert!(matches!(part("/proc/no/such/file"), Ok(None)), "the rest is read without it");
        assert!(matches!(part("/proc/uptime"), Ok(Some(1))));
        assert!(part("/proc/self").is_err());
    }
}
