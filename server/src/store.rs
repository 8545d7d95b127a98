//! Where history and journal are kept: opening it, its figures, and its check.

use crate::config::{Config, past};
use miorai_model::{Check, Clock, Kind, SeriesId, SeriesKey, Status, Topic, Topics, Unit, names};
use miorai_monitoring::Readings;
use miorai_storage::{SqlHistory, Store, StoreError, sql};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The database in the data folder, when no other is named.
const FILE: &str = "miorai.db";

/// Frames that were lost count for this long.
const LOSS_KEPT: Duration = Duration::from_mins(5);

/// Opens the store that the configuration names.
pub(crate) async fn open(config: &Config) -> Result<Store, StoreError> {
    let options = past::options(&config.history, &config.journal);
    match config.storage.url.as_str() {
        "" => sql::open_file(&config.server.data_dir.join(FILE), options).await,
        address => sql::open(address, options).await,
    }
}

/// The check `database`: whether what is measured can be kept.
pub(crate) fn check(history: Arc<SqlHistory>, clock: Arc<dyn Clock>) -> impl FnMut() -> Check + Send {
    let lost: Mutex<(u64, Option<Duration>)> = Mutex::default();
    move || {
        let report = history.status();
        let now = clock.monotonic();
        let mut lost = lost.lock().unwrap_or_else(PoisonError::into_inner);
        if report.frames_lost > lost.0 {
            *lost = (report.frames_lost, Some(now));
        }
        let losing = lost.1.is_some_and(|at| now.saturating_sub(at) < LOSS_KEPT);
        let megabytes = report.bytes as f64 / 1e6;
        let (status, message) = match &report.failure {
            // It goes on without: that is degraded, and worse only when something is lost.
            Some(error) if losing => {
                (Status::Unhealthy, format!("{error}. Frames are lost: what memory holds is all there is."))
            }
            Some(error) => {
                (Status::Degraded, format!("{error}. {} seconds wait in memory to be written.", report.frames_waiting))
            }
            None => (Status::Healthy, format!("{} holds {megabytes:.1} MB.", history.store())),
        };
        let response_time_ms = report.failure.is_none().then_some(report.response_time.as_secs_f64() * 1_000.0);
        Check { name: "database".to_owned(), status, response_time_ms, message }
    }
}

/// The figures of the store, into each frame.
pub(crate) fn figures(history: Arc<SqlHistory>) -> impl FnMut(&mut Readings) + Send + 'static {
    let mut ids: Option<[Option<SeriesId>; 6]> = None;
    move |readings| {
        let ids = *ids.get_or_insert_with(|| {
            [
                (names::HISTORY_STORED, Unit::Bytes, Kind::Gauge),
                (names::HISTORY_SAMPLES, Unit::Count, Kind::Counter),
                (names::HISTORY_QUEUE, Unit::Count, Kind::Gauge),
                (names::HISTORY_LAG, Unit::Seconds, Kind::Gauge),
                (names::HISTORY_LOST, Unit::Count, Kind::Counter),
                (names::HISTORY_WRITE_DURATION, Unit::Seconds, Kind::Gauge),
            ]
            .map(|(name, unit, kind)| {
                let key = SeriesKey::new(name, []);
                readings.catalog().register(key, unit, kind, Topics::of([Topic::Server]))
            })
        });
        let report = history.status();
        let values = [
            report.bytes as f64,
            report.samples as f64,
            report.frames_waiting as f64,
            report.lag.as_secs_f64(),
            report.frames_lost as f64,
            report.response_time.as_secs_f64(),
        ];
        for (id, value) in ids.into_iter().zip(values) {
            readings.push(id, value);
        }
    }
}
