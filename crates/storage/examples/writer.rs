//! Writes made-up frames into a store as fast as it takes them, five at a time, until it is killed: the victim of the
//! tests of faults. Each line says how far it has come, or why it cannot write.
//!
//! ```sh
//! cargo run --example writer -p miorai-storage -- sqlite:/tmp/victim.db
//! ```

use miorai_model::{Frame, Kind, Series, SeriesId, SeriesKey, Severity, Timestamp, Topics, Unit};
use miorai_storage::{History as _, Journal as _, StoreOptions, sql::open};
use std::{io::Write as _, sync::Arc, time::Duration};

/// Series in each frame.
const SERIES: u32 = 20;
/// Frames written at once, as many as a server makes between two blocks.
const FRAMES: i64 = 5;
/// The second at which an empty store begins.
const BEGIN: i64 = 1_800_000_000;

/// What a series has at a second: hardly two are alike, so that nothing is mistaken for another, and a store keeps them as they
/// are.
fn value(series: u32, second: i64) -> f64 {
    f64::from(((second as u32).wrapping_mul(2_654_435_761).wrapping_add(series.wrapping_mul(40_503))) >> 17)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).ok_or("name the store: sqlite:FILE")?;
    let mut store = open(&address, StoreOptions::default()).await?;
    let list: Arc<Vec<Series>> = Arc::new((0..SERIES).map(series).collect());
    let begin = store.history.extent().map_or(BEGIN, |(_, last)| last.as_millis() / 1_000 + 1);
    let mut out = std::io::stdout();
    for (seq, second) in (1..).zip(begin..) {
        let values = (0..SERIES).map(|series| value(series, second)).collect();
        let (totals, sketches, processes) = Default::default();
        let at = Timestamp::from_millis(second * 1_000);
        store.history.record(&Frame { seq, at, values, totals, sketches, processes }, &list);
        if second % FRAMES == 0 {
            store.journal.append(at, Severity::Info, "writer", &format!("second {second}"));
            store.writer.flush().await;
            match store.history.status().failure {
                None => writeln!(out, "written {second}")?,
                Some(error) => {
                    writeln!(out, "failed {error}")?;
                    // Whoever looks at it has time to do something about it.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
    Ok(())
}

fn series(id: u32) -> Series {
    let key = SeriesKey::new("victim", [("number", id.to_string().as_str())]);
    Series { id: SeriesId(id), key, unit: Unit::Count, kind: Kind::Gauge, topics: Topics::NONE }
}
