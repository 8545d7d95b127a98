//! `cargo xtask record`: what a running server has measured, as the recording that tests and benches work on.
//!
//! The recording in the repository is ten minutes long, so that it stays small. A day of a machine is recorded in the same
//! way from a server that has run for a day: `cargo xtask record --minutes 1440 --to day.csv.gz`.

use crate::process::say;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use flate2::{Compression, write::GzEncoder};
use std::{
    fs::File,
    io::{BufRead as _, BufReader, Write as _, copy},
    net::TcpStream,
    path::PathBuf,
};

/// What is recorded, and where to.
#[derive(Args)]
pub(crate) struct Recording {
    /// Address and port of the server
    #[arg(long, default_value = "127.0.0.1:7070")]
    from: String,
    /// How many of the last minutes
    #[arg(long, default_value_t = 10)]
    minutes: u32,
    /// The file
    #[arg(long, default_value = "crates/storage/tests/data/minutes.csv.gz")]
    to: PathBuf,
}

/// Writes the recording.
pub(crate) fn run(Recording { from, minutes, to }: &Recording) -> Result<()> {
    let mut stream = TcpStream::connect(from).with_context(|| format!("no server answers at {from}"))?;
    // With HTTP/1.0 the answer ends where the connection does.
    write!(
        stream,
        "GET /api/core/monitoring/history/?series=*&format=csv&from=-{minutes}m HTTP/1.0\r\nhost: {from}\r\n\r\n"
    )?;
    let mut answer = BufReader::new(stream);
    let mut status = String::new();
    answer.read_line(&mut status)?;
    if !status.contains(" 200 ") {
        bail!("{from} answered {}", status.trim());
    }
    let mut line = String::new();
    while answer.read_line(&mut line)? > 0 && !line.trim().is_empty() {
        line.clear();
    }
    let file = File::create(to).with_context(|| format!("cannot write {}", to.display()))?;
    let mut packed = GzEncoder::new(file, Compression::best());
    let bytes = copy(&mut answer, &mut packed)?;
    let size = packed.finish()?.metadata()?.len();
    say(&format!("{} has {bytes} bytes of CSV in {size}", to.display()));
    Ok(())
}
