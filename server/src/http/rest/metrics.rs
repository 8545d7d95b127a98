//! Every series as Prometheus and `OpenMetrics` read it.
//!
//! Names follow Prometheus' mapping of OpenTelemetry: dots become underscores, the unit stands at the end (`_seconds`
//! `_bytes` `_ratio` `_celsius`), counters end in `_total` and are given as running totals.
//!
//! Distributions are summaries: `_count` and `_sum` since the series began, and the quantiles of the last second; a second
//! without values has none.
//!
//! Who reads them adds up what bears one name. A whole that stands beside its parts would be counted twice, so it is
//! left out, or given a name of its own where the parts do not make it up: see [`WHOLES`].

use crate::http::{ApiError, HttpState, rest};
use axum::{extract::State, response::Response};
use bytes::Bytes;
use http::{HeaderMap, header};
use miorai_model::{Kind, Labels, Series, Unit, names};
use miorai_monitoring::{Running, Slot, Tick};
use std::{collections::BTreeMap, fmt::Write as _};

const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Every series.
///
/// Prometheus' text, or `OpenMetrics` with `Accept: application/openmetrics-text`.
#[utoipa::path(get, path = "/metrics", tag = "monitoring", responses(
    (status = 200, description = "The newest values", body = String, content_type = "text/plain"),
    (status = 503, description = "There is no frame yet", body = miorai_model::problem::Problem),
))]
pub async fn metrics(State(state): State<HttpState>, headers: HeaderMap) -> Result<Response, ApiError> {
    let tick = rest::newest(state.monitor())?;
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("application/openmetrics-text") {
        return Ok(rest::ready(OPEN_METRICS, tick.cached(Slot::OpenMetrics, |tick| written(tick, Form::OpenMetrics))));
    }
    Ok(rest::ready(PROMETHEUS, tick.cached(Slot::Prometheus, |tick| written(tick, Form::Prometheus))))
}

/// What becomes of a whole whose parts bear the same name.
#[derive(Clone, Copy)]
enum Whole {
    /// It follows from the parts.
    LeftOut,
    /// It does not.
    Named(&'static str),
}

/// The names under which wholes and parts are kept together, with the label that only parts have.
const WHOLES: [(&str, &str, Whole); 13] = [
    (names::CPU_UTILIZATION, "cpu", Whole::LeftOut),
    (names::CPU_BUSY, "cpu", Whole::LeftOut),
    (names::DISK_IO, "device", Whole::LeftOut),
    (names::DISK_OPERATIONS, "device", Whole::LeftOut),
    (names::NETWORK_IO, "device", Whole::LeftOut),
    (names::NETWORK_PACKETS, "device", Whole::LeftOut),
    (names::NETWORK_ERRORS, "device", Whole::LeftOut),
    (names::NETWORK_DROPPED, "device", Whole::LeftOut),
    (names::HTTP_DURATION, "http.route", Whole::LeftOut),
    (names::HTTP_ACTIVE, "http.route", Whole::LeftOut),
    (names::HTTP_REQUESTS, "http.route", Whole::LeftOut),
    // The fullest: `max` finds it.
    (names::FILESYSTEM_UTILIZATION, "mountpoint", Whole::LeftOut),
    // Most processes neither run nor are blocked.
    (names::PROCESS_COUNT, "state", Whole::Named("miorai.system.processes")),
];

/// The name under which a series is given, if it is.
fn given_name(series: &Series) -> Option<&str> {
    let name = series.key.name.as_ref();
    match WHOLES.iter().find(|(of, part, _)| *of == name && series.key.labels.get(part).is_none()) {
        None => Some(name),
        Some((.., Whole::LeftOut)) => None,
        Some((.., Whole::Named(own))) => Some(own),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Prometheus,
    OpenMetrics,
}

/// The family of a series that is given as `name`, without the `_total` of counters.
fn family_name(name: &str, series: &Series) -> String {
    let mut name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    let suffix = unit_name(series.unit);
    if !suffix.is_empty() && !name.ends_with(suffix) {
        name.push('_');
        name.push_str(suffix);
    }
    name
}

const fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Ratio => "ratio",
        Unit::Bytes => "bytes",
        Unit::Seconds => "seconds",
        Unit::Celsius => "celsius",
        Unit::Count => "",
    }
}

fn written(tick: &Tick, form: Form) -> Bytes {
    let mut families: BTreeMap<String, Vec<&Series>> = BTreeMap::new();
    for series in tick.series.iter() {
        let Some(name) = given_name(series) else { continue };
        families.entry(family_name(name, series)).or_default().push(series);
    }
    let mut out = String::with_capacity(tick.series.len() * 80);
    for (name, series) in &families {
        family(&mut out, form, name, series, tick);
    }
    if form == Form::OpenMetrics {
        out.push_str("# EOF\n");
    }
    out.into()
}

fn family(out: &mut String, form: Form, name: &str, series: &[&Series], tick: &Tick) {
    const WRITTEN: &str = "writing into a string does not fail";
    let Some(first) = series.first() else { return };
    let counter = first.kind == Kind::Counter;
    let total = if counter { "_total" } else { "" };
    let kind = match first.kind {
        _ if series.iter().any(|series| series.kind == Kind::Distribution) => "summary",
        Kind::Counter => "counter",
        Kind::Gauge | Kind::Distribution => "gauge",
    };
    match form {
        Form::Prometheus => writeln!(out, "# TYPE {name}{total} {kind}").expect(WRITTEN),
        Form::OpenMetrics => {
            writeln!(out, "# TYPE {name} {kind}").expect(WRITTEN);
            if !unit_name(first.unit).is_empty() {
                writeln!(out, "# UNIT {name} {}", unit_name(first.unit)).expect(WRITTEN);
            }
        }
    }
    for series in series {
        let id = series.id;
        if let Some(Running { count, sum }) = tick.running(id).filter(|_| series.kind == Kind::Distribution) {
            for (part, value) in [("_count", count as f64), ("_sum", sum)] {
                out.extend([name, part]);
                labels(out, &series.key.labels);
                writeln!(out, " {value}").expect(WRITTEN);
            }
            continue;
        }
        let value = if counter { tick.frame.total(id) } else { tick.frame.value(id) };
        if let Some(value) = value {
            out.push_str(name);
            out.push_str(total);
            labels(out, &series.key.labels);
            writeln!(out, " {value}").expect(WRITTEN);
        }
    }
}

fn labels(out: &mut String, labels: &Labels) {
    let mut separator = '{';
    for (name, value) in labels.iter() {
        out.push(separator);
        out.extend(name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }));
        out.push_str("=\"");
        for c in value.chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '"' => out.push_str("\\\""),
                '\n' => out.push_str("\\n"),
                c => out.push(c),
            }
        }
        out.push('"');
        separator = ',';
    }
    if separator == ',' {
        out.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::{Frame, SeriesId, SeriesKey, Timestamp, Topics};

    fn tick() -> Tick {
        let series = |id, key, unit, kind| Series { id: SeriesId(id), key, unit, kind, topics: Topics::NONE };
        let all = vec![
            series(
                0,
                SeriesKey::new("system.cpu.utilization", [("cpu", "0"), ("state", "user")]),
                Unit::Ratio,
                Kind::Gauge,
            ),
            series(1, SeriesKey::new("system.network.io", [("device", "a\"\\\n")]), Unit::Bytes, Kind::Counter),
            series(
                2,
                SeriesKey::new("system.cpu.utilization", [("cpu", "0"), ("state", "idle")]),
                Unit::Ratio,
                Kind::Gauge,
            ),
            series(3, SeriesKey::new("system.processes.count", []), Unit::Count, Kind::Gauge),
            series(4, SeriesKey::new("miorai.tick.duration", []), Unit::Seconds, Kind::Gauge),
        ];
        let values = [0.25, 10.0, 0.5, 7.0, f64::NAN].into();
        let totals = [f64::NAN, 12_345.0, f64::NAN, f64::NAN, f64::NAN].into();
        let (sketches, processes) = Default::default();
        let frame = Frame { seq: 1, at: Timestamp::from_millis(1_000), values, totals, sketches, processes };
        Tick::new(frame, all.into())
    }

    #[test]
    fn prometheus_reads_families_with_totals_of_counters() {
        let text = String::from_utf8(written(&tick(), Form::Prometheus).to_vec()).unwrap();
        assert_eq!(
            text,
            "# TYPE miorai_system_processes gauge\n\
             miorai_system_processes 7\n\
             # TYPE miorai_tick_duration_seconds gauge\n\
             # TYPE system_cpu_utilization_ratio gauge\n\
             system_cpu_utilization_ratio{cpu=\"0\",state=\"user\"} 0.25\n\
             system_cpu_utilization_ratio{cpu=\"0\",state=\"idle\"} 0.5\n\
             # TYPE system_network_io_bytes_total counter\n\
             system_network_io_bytes_total{device=\"a\\\"\\\\\\n\"} 12345\n"
        );
    }

    #[test]
    fn a_distribution_is_a_summary() {
        let series = |id, labels: &[(&'static str, &str)], kind| {
            let labels = labels.iter().map(|(name, value)| ((*name).into(), (*value).to_owned())).collect();
            let key = SeriesKey { name: names::HTTP_DURATION.into(), labels };
            Series { id: SeriesId(id), key, unit: Unit::Seconds, kind, topics: Topics::NONE }
        };
        let all = vec![
            series(0, &[("http.route", "/a"), ("quantile", "0.99")], Kind::Gauge),
            series(1, &[("http.route", "/a")], Kind::Distribution),
            series(2, &[], Kind::Distribution),
        ];
        let frame = Frame {
            seq: 1,
            at: Timestamp::from_millis(1_000),
            values: [0.25, f64::NAN, f64::NAN].into(),
            totals: [f64::NAN; 3].into(),
            sketches: std::sync::Arc::default(),
            processes: std::sync::Arc::default(),
        };
        let running = [1, 2].map(|id| (SeriesId(id), Running { count: 3, sum: 0.5 })).into();
        let text = written(&Tick::new(frame, all.into()).with_running(running), Form::Prometheus);
        assert_eq!(
            str::from_utf8(&text).unwrap(),
            "# TYPE http_server_request_duration_seconds summary\n\
             http_server_request_duration_seconds{http_route=\"/a\",quantile=\"0.99\"} 0.25\n\
             http_server_request_duration_seconds_count{http_route=\"/a\"} 3\n\
             http_server_request_duration_seconds_sum{http_route=\"/a\"} 0.5\n",
            "the whole beside its parts is left out"
        );
    }

    #[test]
    fn open_metrics_has_units_and_an_end() {
        let text = String::from_utf8(written(&tick(), Form::OpenMetrics).to_vec()).unwrap();
        assert!(
            text.contains("# TYPE system_network_io_bytes counter\n# UNIT system_network_io_bytes bytes\n"),
            "{text}"
        );
        assert!(text.ends_with("# EOF\n"));
    }
}
