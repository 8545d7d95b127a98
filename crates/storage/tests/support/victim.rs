//! The example `writer` as a program of its own, which can be killed.

use std::{
    io::{BufRead as _, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

/// What a series of the victim has at a second: see `examples/writer.rs`.
pub(crate) fn value(series: u32, second: i64) -> f64 {
    f64::from(((second as u32).wrapping_mul(2_654_435_761).wrapping_add(series.wrapping_mul(40_503))) >> 17)
}

/// A running victim. It ends with the test.
pub(crate) struct Victim {
    pub child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Victim {
    /// Starts it on the store in a file.
    pub(crate) fn start(file: &Path) -> Self {
        Self::of(Command::new(program()).arg(format!("sqlite:{}", file.display())))
    }

    /// Starts it on a file in a folder that is a small filesystem of its own, with a file `ballast` that takes up most of it.
    pub(crate) fn start_on_a_small_disk(folder: &Path, kilobytes: u32, ballast_kilobytes: u32) -> Self {
        let script = format!(
            "mount -t tmpfs -o size={kilobytes}k tmpfs {folder} && cd {folder} && \
             head -c {ballast_kilobytes}k /dev/zero > ballast && exec {program} sqlite:{folder}/store.db",
            folder = folder.display(),
            program = program().display(),
        );
        Self::of(Command::new("unshare").args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line that it writes.
    pub(crate) fn line(&mut self) -> Option<String> {
        self.lines.next()?.ok()
    }

    /// The second up to which the next line says that everything is written.
    pub(crate) fn written(&mut self) -> Option<i64> {
        self.line()?.strip_prefix("written ")?.parse().ok()
    }

    /// Kills it, and gives what it had said by then.
    pub(crate) fn kill(mut self) -> Option<i64> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut last = None;
        while let Some(Ok(line)) = self.lines.next() {
            last = line.strip_prefix("written ").and_then(|second| second.parse().ok()).or(last);
        }
        last
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Cargo builds the examples of a crate with its tests, beside them (for a single test: `cargo build --examples` first).
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("examples/writer")
}
