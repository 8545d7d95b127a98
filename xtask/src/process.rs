//! Running other programs, with progress that a person understands.

use anyhow::{Context as _, Result, bail};
use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The folder of the project.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the project")
}

/// Where cargo builds to.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// Tells a person what goes on.
pub(crate) fn say(text: &str) {
    // When nobody listens, the work goes on.
    let _ = writeln!(std::io::stderr(), "▸ {text}");
}

/// One program to run.
pub(crate) struct Step {
    title: String,
    command: Command,
    name: String,
}

impl Step {
    /// A step with what it does in a few words.
    pub(crate) fn new(title: &str, program: impl AsRef<OsStr>) -> Self {
        let name = program.as_ref().to_string_lossy().into_owned();
        let mut command = Command::new(program);
        command.current_dir(workspace());
        Self { title: title.to_owned(), command, name }
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it; its output is shown.
    pub(crate) fn run(mut self) -> Result<()> {
        if !self.title.is_empty() {
            say(&self.title);
        }
        let status = self.command.status().with_context(|| format!("cannot start {}", self.name))?;
        if !status.success() {
            bail!("{}: {} ended with {status}", self.title, self.name);
        }
        Ok(())
    }

    /// Runs it and shows its output while collecting it; whether it succeeded, and the lines.
    pub(crate) fn tee(mut self) -> Result<(bool, Vec<String>)> {
        say(&self.title);
        let mut child =
            self.command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", self.name))?;
        let output = child.stdout.take().context("its output is piped")?;
        let mut lines = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line?;
            let _ = writeln!(std::io::stdout(), "{line}");
            lines.push(line);
        }
        Ok((child.wait()?.success(), lines))
    }

    /// Runs it silently; what it wrote, or nothing when it is not there or failed.
    pub(crate) fn quiet(mut self) -> Option<String> {
        let output = self.command.stderr(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
