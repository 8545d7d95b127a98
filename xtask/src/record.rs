//! `cargo xtask record`: what a running server has measured, as the recording that tests and benches work on.
//!
//! The recording in the repository is of an hour and a quarter (`--minutes 75`), in which the machine built and tested this
//! program, loaded pages and rested: 0.8 MB. A day of a machine is recorded in the same way from a server that has run for a day:
//! `cargo xtask record --minutes 1440 --to day.csv.gz`. It is asked for ten minutes at a time, so that neither side has more
//! than that in memory, and what is cut off is noticed.

use crate::{bench_server::request, process::say};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::{
    collections::HashMap,
    fmt::Write as _,
    fs::{File, rename},
    io::{BufReader, Write as _},
    net::TcpStream,
    path::PathBuf,
    time::UNIX_EPOCH,
};

/// Seconds that are asked for at once: what comes of them are the seconds themselves.
const AT_ONCE: u64 = 600;

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
    #[arg(long, default_value = "crates/storage/tests/data/recorded.csv.gz")]
    to: PathBuf,
}

/// Writes the recording. What was in the file before stays until it is complete.
pub(crate) fn run(Recording { from, minutes, to }: &Recording) -> Result<()> {
    let stream = TcpStream::connect(from).with_context(|| format!("no server answers at {from}"))?;
    let mut stream = BufReader::new(stream);
    let fresh = to.with_extension("new");
    let file = File::create(&fresh).with_context(|| format!("cannot write {}", fresh.display()))?;
    let mut recorded = Recorded { packed: GzEncoder::new(file, Compression::best()), columns: Vec::new(), rows: 0 };
    let end = UNIX_EPOCH.elapsed()?.as_secs();
    let begin = end - u64::from(*minutes) * 60;
    for second in (begin..end).step_by(AT_ONCE as usize) {
        let last = end.min(second + AT_ONCE) - 1;
        let path = format!(
            "/api/core/monitoring/history/?series=*&points={AT_ONCE}&from={}&to={}",
            second * 1_000,
            last * 1_000 + 999
        );
        let (status, body) = request(&mut stream, &path)?;
        let answer: Value = serde_json::from_slice(&body).with_context(|| format!("{from} answered {status}"))?;
        if status != 200 {
            bail!("{from} answered {status}: {}", answer["detail"].as_str().unwrap_or_default());
        }
        recorded.add(&answer)?;
        say(&format!("{} of {minutes} minutes", (last + 1 - begin) / 60));
    }
    let (rows, columns) = (recorded.rows, recorded.columns.len());
    let size = recorded.packed.finish()?.metadata()?.len();
    rename(&fresh, to).with_context(|| format!("cannot write {}", to.display()))?;
    say(&format!("{} has {rows} points of time of {columns} series in {size} bytes", to.display()));
    Ok(())
}

/// A recording while it is written.
struct Recorded {
    packed: GzEncoder<File>,
    /// The series in their order, which is that of the first answer.
    columns: Vec<String>,
    rows: usize,
}

impl Recorded {
    /// Adds the rows of an answer. Series that came to be known after the first one are left out.
    fn add(&mut self, answer: &Value) -> Result<()> {
        let list = |of: &Value, name: &str| of[name].as_array().cloned().with_context(|| format!("{name} is missing"));
        let keys: Vec<String> = list(answer, "series")?.iter().map(key).collect();
        if self.columns.is_empty() {
            self.columns.clone_from(&keys);
            let quoted = keys.iter().map(|key| format!(",\"{}\"", key.replace('"', "\"\"")));
            writeln!(self.packed, "timestamp{}", quoted.collect::<String>())?;
        }
        let values = list(answer, "values")?;
        let places: HashMap<&String, &Value> = keys.iter().zip(&values).collect();
        let columns: Vec<Option<&&Value>> = self.columns.iter().map(|key| places.get(key)).collect();
        for (row, at) in list(answer, "timestamps")?.iter().enumerate() {
            let mut line = at.to_string();
            for column in &columns {
                line.push(',');
                if let Some(value) = column.and_then(|column| column[row].as_f64()) {
                    write!(line, "{value}")?;
                }
            }
            writeln!(self.packed, "{line}")?;
            self.rows += 1;
        }
        Ok(())
    }
}

/// A series as the server writes it: a name, and labels in braces.
fn key(series: &Value) -> String {
    let name = series["name"].as_str().unwrap_or_default();
    let labels: Vec<String> = series["labels"]
        .as_object()
        .map(|labels| labels.iter().map(|(name, value)| format!("{name}={value}")).collect())
        .unwrap_or_default();
    if labels.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", labels.join(",")) }
}
