//! What a real machine had, and what this process uses.

use flate2::read::GzDecoder;
use miorai_model::{Kind, Series, SeriesId, SeriesKey, Topics, Unit};
use std::{fs::File, io::Read as _, sync::Arc};

/// Every series of a machine for a while, a column each.
pub(crate) struct Recorded {
    /// NaN where there was no value.
    pub columns: Vec<Vec<f64>>,
}

impl Recorded {
    /// Reads the recording beside the tests.
    pub(crate) fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/recorded.csv.gz");
        let mut text = String::new();
        let file = File::open(path).expect("the recording is there: see `cargo xtask record`");
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
        let rows: Vec<Vec<f64>> = text.lines().skip(1).map(row).collect();
        let width = rows.first().map_or(0, Vec::len);
        let column = |id: usize| rows.iter().map(|row| row.get(id).copied().unwrap_or(f64::NAN)).collect();
        Self { columns: (0..width).map(column).collect() }
    }

    /// How many seconds it has.
    pub(crate) fn seconds(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    /// What series `id` has at a second; beyond the recording it begins anew.
    pub(crate) fn value(&self, id: usize, second: i64) -> f64 {
        let column = &self.columns[id % self.columns.len()];
        column[(second as usize + id) % column.len()]
    }
}

/// The values of a line, its time left out.
fn row(line: &str) -> Vec<f64> {
    line.split(',').skip(1).map(|value| value.parse().unwrap_or(f64::NAN)).collect()
}

/// Whether a series ever had another value than before.
pub(crate) fn varies(column: &[f64]) -> bool {
    let mut values = column.iter().filter(|value| value.is_finite());
    let first = values.next();
    values.any(|value| Some(value) != first)
}

/// A list of so many series.
pub(crate) fn series(count: usize) -> Arc<Vec<Series>> {
    let one = |id: usize| Series {
        id: SeriesId(id as u32),
        key: SeriesKey::new("recorded", [("number", id.to_string().as_str())]),
        unit: Unit::Count,
        kind: Kind::Gauge,
        topics: Topics::NONE,
    };
    Arc::new((0..count).map(one).collect())
}

/// Seconds of processor time that this process has used, of the system too.
pub(crate) fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // After the name in parentheses, user and system time are the 12th and 13th; a tick is 10 ms on Linux.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// Bytes of memory that this process holds.
pub(crate) fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap() * 4_096
}
