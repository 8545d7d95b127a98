//! What an answer tells of its own making: `Server-Timing`, `X-Response-Time`, `X-Cache`.

use crate::chain::Record;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use miorai_model::performance::StepKind;
use std::{
    io::{Cursor, Write as _},
    time::Duration,
};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
const RESPONSE_TIME: HeaderName = HeaderName::from_static("x-response-time");
const CACHE: HeaderName = HeaderName::from_static("x-cache");

/// Room for five durations of up to a century.
const MOST_BYTES: usize = 192;

/// Adds the headers. What the service says of its caches itself stays.
pub(super) fn put(headers: &mut HeaderMap, total: Duration, record: &Record) {
    if let Some(timing) = written(|text| timing(text, total, record)) {
        headers.append(SERVER_TIMING, timing);
    }
    if let Some(time) = written(|text| write!(text, "{}ms", Millis(total))) {
        headers.insert(RESPONSE_TIME, time);
    }
    if let Some(outcome) = record.cache() {
        headers.entry(CACHE).or_insert(HeaderValue::from_static(outcome.name()));
    }
}

/// `total;dur=12.345, db;dur=10.000, rest;dur=2.345`: parts that took no time are left out.
fn timing(text: &mut Text, total: Duration, record: &Record) -> std::io::Result<()> {
    write!(text, "total;dur={}", Millis(total))?;
    let mut rest = total;
    for (name, kind) in [("cache", StepKind::Cache), ("db", StepKind::Database), ("queue", StepKind::Queue)] {
        let time = record.time(kind);
        if !time.is_zero() {
            write!(text, ", {name};dur={}", Millis(time))?;
            rest = rest.saturating_sub(time);
        }
    }
    if rest == total { Ok(()) } else { write!(text, ", rest;dur={}", Millis(rest)) }
}

/// Room on the stack.
type Text = Cursor<[u8; MOST_BYTES]>;

/// A value of what is written, without an allocation but its own.
fn written(write: impl FnOnce(&mut Text) -> std::io::Result<()>) -> Option<HeaderValue> {
    let mut text = Text::new([0; MOST_BYTES]);
    write(&mut text).ok()?;
    let length = text.position() as usize;
    HeaderValue::from_bytes(&text.get_ref()[..length]).ok()
}

/// Milliseconds to the microsecond.
struct Millis(Duration);

impl std::fmt::Display for Millis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let micros = self.0.as_micros();
        write!(f, "{}.{:03}", micros / 1_000, micros % 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain;
    use miorai_model::performance::Outcome;

    #[tokio::test]
    async fn an_answer_tells_what_its_time_went_to() {
        let ((), record) = chain::record(async {
            chain::record_cache("default", "player:{id}", Outcome::Miss, Duration::from_micros(40));
            chain::record_pool_wait(Duration::from_micros(60));
            chain::record_query("SELECT 1", Duration::from_millis(10), None);
        })
        .await;
        let mut headers = HeaderMap::new();
        put(&mut headers, Duration::from_micros(12_345), &record);
        assert_eq!(
            headers["server-timing"],
            "total;dur=12.345, cache;dur=0.040, db;dur=10.000, queue;dur=0.060, rest;dur=2.245"
        );
        assert_eq!(
            (headers["x-response-time"].as_bytes(), headers["x-cache"].as_bytes()),
            (&b"12.345ms"[..], &b"MISS"[..])
        );
    }

    #[test]
    fn without_steps_there_is_the_total_alone_and_what_is_there_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(SERVER_TIMING, HeaderValue::from_static("render;dur=1"));
        put(&mut headers, Duration::from_micros(7), &Record::begin());
        let timings: Vec<_> = headers.get_all(SERVER_TIMING).iter().collect();
        assert_eq!(timings, ["render;dur=1", "total;dur=0.007"]);
        assert!(!headers.contains_key(CACHE), "no cache was asked");
    }

    #[test]
    fn the_longest_times_find_room() {
        let mut headers = HeaderMap::new();
        put(&mut headers, Duration::from_secs(u64::from(u32::MAX)), &Record::begin());
        assert!(headers.contains_key(SERVER_TIMING));
    }
}
