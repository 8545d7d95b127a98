//! A small line without axes: the recent past of a number.

use crate::dashboard::Dashboard;
use leptos::prelude::*;
use miorai_model::{SeriesKey, Unit};

/// Seconds that a sparkline reaches back.
pub const SECONDS: u32 = 300;

/// What a sparkline draws.
#[derive(Clone, Debug)]
pub(crate) struct SparkDef {
    /// The series whose sum is drawn.
    pub keys: Vec<SeriesKey>,
    pub unit: Unit,
    pub colour: u8,
}

/// The summed values of several series between two moments, with their times.
pub(crate) fn summed(dashboard: Dashboard, keys: &[SeriesKey], from: i64, to: i64) -> (Vec<i64>, Vec<f64>) {
    dashboard.store.with_value(|store| {
        let times = store.times();
        let (first, end) = (times.partition_point(|t| *t < from), times.partition_point(|t| *t <= to));
        let columns: Vec<&[f64]> =
            keys.iter().filter_map(|key| store.column(key)).filter(|column| !column.is_empty()).collect();
        let sum = |index: usize| columns.iter().map(|column| column[index]).sum();
        (times[first..end].to_vec(), (first..end).map(sum).collect())
    })
}

/// Draws the sum of some series over the last minutes. It repeats what the number beside it says, so it is hidden from
/// screen readers.
#[component]
pub fn Sparkline(
    /// The series whose sum is drawn.
    keys: Vec<SeriesKey>,
    /// Their unit.
    unit: Unit,
    /// The number of the line's colour.
    colour: u8,
) -> impl IntoView {
    let dashboard = Dashboard::here();
    let def = SparkDef { keys, unit, colour };
    let drawing = server_drawing(dashboard, &def);
    let canvas = NodeRef::<leptos::html::Canvas>::new();
    let frame = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    crate::browser::paint::sparkline(dashboard, def, frame, canvas);
    view! {
        <div class="spark" node_ref=frame aria-hidden="true">
            <div class="spark-drawing" inner_html=drawing></div>
            <canvas node_ref=canvas></canvas>
        </div>
    }
}

#[cfg(feature = "ssr")]
fn server_drawing(dashboard: Dashboard, def: &SparkDef) -> String {
    use miorai_charts::{ChartView, TimeRange, svg};
    let to = dashboard.shown.get_untracked().at.as_millis();
    let from = to - i64::from(SECONDS) * 1_000;
    let (times, values) = summed(dashboard, &def.keys, from, to);
    let columns: &[&[f64]] = &[&values];
    let view = ChartView::new(&times, columns);
    svg::sparkline(view, TimeRange { from_ms: from, to_ms: to }, def.unit, def.colour)
}

#[cfg(not(feature = "ssr"))]
fn server_drawing(_: Dashboard, _: &SparkDef) -> String {
    String::new()
}
