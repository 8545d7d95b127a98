//! The key figures of all routes: what each second tells, and the figures of the window where a second had no request.

use super::{Board, charts::key};
use crate::{
    components::{number::Number, sparkline::Sparkline},
    dashboard::Dashboard,
    words,
};
use leptos::prelude::*;
use miorai_model::{Kind, SeriesKey, Unit, names, performance::PerformanceReport};

/// A key figure.
pub(super) struct Figure {
    title: &'static str,
    /// The series whose sum is drawn in small.
    pub keys: Vec<SeriesKey>,
    unit: Unit,
    kind: Kind,
    colour: u8,
    /// The figure of the window.
    of_window: fn(&PerformanceReport) -> Option<f64>,
    /// What stands below.
    note: fn(&PerformanceReport) -> String,
    /// From this value on it is marked.
    limit: f64,
}

/// The figures of the page.
pub(super) fn figures() -> [Figure; 6] {
    let classes = |classes: &[&str]| -> Vec<SeriesKey> {
        classes.iter().map(|class| key(names::HTTP_REQUESTS, &[("http.response.status_class", class)])).collect()
    };
    let quantile = |title, quantile, colour, of_window, note, limit| Figure {
        title,
        keys: vec![key(names::HTTP_DURATION, &[("quantile", quantile)])],
        unit: Unit::Seconds,
        kind: Kind::Gauge,
        colour,
        of_window,
        note,
        limit,
    };
    [
        Figure {
            title: "Requests",
            keys: classes(&["1xx", "2xx", "3xx", "4xx", "5xx"]),
            unit: Unit::Count,
            kind: Kind::Counter,
            colour: 0,
            of_window: |report| Some(report.totals.requests_per_second),
            note: |report| format!("{} counted", words::grouped(report.totals.requests)),
            limit: f64::INFINITY,
        },
        Figure {
            title: "Error rate",
            keys: classes(&["5xx"]),
            unit: Unit::Ratio,
            kind: Kind::Gauge,
            colour: 3,
            of_window: |report| Some(report.totals.error_rate),
            note: |report| format!("{} failed", words::grouped(report.totals.errors)),
            limit: 0.01,
        },
        quantile(
            "p50",
            "0.5",
            1,
            |report| seconds(report.totals.p50_ms),
            |report| format!("mean {}", words::millis(report.totals.mean_ms)),
            f64::INFINITY,
        ),
        quantile("p95", "0.95", 2, |report| seconds(report.totals.p95_ms), |_| "objective < 1 s".to_owned(), 1.0),
        quantile("p99", "0.99", 4, |report| seconds(report.totals.p99_ms), |_| "objective < 2 s".to_owned(), 2.0),
        Figure {
            title: "In flight",
            keys: vec![key(names::HTTP_ACTIVE, &[])],
            unit: Unit::Count,
            kind: Kind::Gauge,
            colour: 6,
            of_window: |report| Some(report.totals.in_flight as f64),
            note: |report| format!("{} given up", words::grouped(report.totals.cancelled)),
            limit: f64::INFINITY,
        },
    ]
}

fn seconds(millis: Option<f64>) -> Option<f64> {
    millis.map(|millis| millis / 1e3)
}

/// The tiles.
#[component]
pub fn Tiles() -> impl IntoView {
    view! { <section class="tiles" aria-label="Key figures">{figures().map(tile).collect_view()}</section> }
}

fn tile(figure: Figure) -> impl IntoView {
    let (board, dashboard) = (Board::here(), Dashboard::here());
    let Figure { title, keys, unit, kind, colour, of_window, note, limit } = figure;
    let value = {
        let keys = keys.clone();
        // The share of errors is of the window: of a single second it would jump.
        Signal::derive(move || {
            let now = dashboard.latest_sum(&keys).filter(|_| unit != Unit::Ratio);
            now.or_else(|| board.report.with(of_window))
        })
    };
    let over = Memo::new(move |_| value.get().is_some_and(|value| value >= limit));
    let class = move || if over.get() { "tile panel over" } else { "tile panel" };
    view! {
        <div class=class>
            <h2 class="tile-title">{title}</h2>
            <p class="tile-number">
                <Number value unit kind />
            </p>
            <p class="tile-note dim">
                <span class="sign warning" aria-hidden="true" hidden=move || !over.get()>"▲ "</span>
                {move || board.report.with(note)}
            </p>
            <Sparkline keys unit=if unit == Unit::Ratio { Unit::Count } else { unit } colour />
        </div>
    }
}
