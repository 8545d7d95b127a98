//! A chart: the server's drawing first, the canvas over it once the browser part runs.

use crate::{components::time_of_day::clock, dashboard::Dashboard, view::View};
use leptos::{either::Either, prelude::*};
use miorai_charts::{ChartSpec, Fill, Line, Stacking, Threshold, YScale, interact};
use miorai_model::{Kind, SeriesKey, Timestamp, Unit, quantity::quantity};

/// A chart and the series that its lines show.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartDef {
    /// How it is drawn.
    pub spec: ChartSpec,
    /// What it shows, in a few words behind the title.
    pub note: &'static str,
    /// A series for each line.
    pub keys: Vec<SeriesKey>,
}

impl ChartDef {
    /// A chart without lines yet.
    pub fn new(id: &str, title: &str, note: &'static str, unit: Unit) -> Self {
        let spec = ChartSpec {
            id: id.to_owned(),
            title: title.to_owned(),
            unit,
            kind: Kind::Gauge,
            lines: Vec::new(),
            y: YScale::Auto,
            stacking: Stacking::Apart,
            thresholds: Vec::new(),
        };
        Self { spec, note, keys: Vec::new() }
    }

    /// With a line.
    #[must_use]
    pub fn line(self, key: SeriesKey, label: &str) -> Self {
        self.with(key, label, Fill::None)
    }

    /// With a line above a filled area.
    #[must_use]
    pub fn area(self, key: SeriesKey, label: &str) -> Self {
        self.with(key, label, Fill::Below)
    }

    /// With its lines one upon the other.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.spec.stacking = Stacking::Stacked;
        self
    }

    /// With values that are rates per second.
    #[must_use]
    pub fn rates(mut self) -> Self {
        self.spec.kind = Kind::Counter;
        self
    }

    /// With an axis from zero up to `top`.
    #[must_use]
    pub fn up_to(mut self, top: f64) -> Self {
        self.spec.y = YScale::Fixed { min: 0.0, max: top };
        self
    }

    /// With a dashed line at a limit.
    #[must_use]
    pub fn limit(mut self, value: f64, label: &str) -> Self {
        self.spec.thresholds.push(Threshold { value, label: label.to_owned() });
        self
    }

    fn with(mut self, key: SeriesKey, label: &str, fill: Fill) -> Self {
        let colour = (self.keys.len() % 8) as u8;
        self.spec.lines.push(Line { label: label.to_owned(), colour, fill });
        self.keys.push(key);
        self
    }
}

/// What the parts of one chart share.
#[derive(Clone, Copy)]
pub(crate) struct ChartState {
    pub dashboard: Dashboard,
    pub def: StoredValue<ChartDef>,
    pub view: Memo<View>,
    /// The line that is shown alone.
    pub alone: RwSignal<Option<usize>>,
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "zooms are drawn in the browser"))]
    /// Where a zoom that is being drawn began and where the pointer is, in milliseconds since the epoch.
    pub drag: RwSignal<Option<(i64, i64)>>,
}

impl ChartState {
    /// First and last moment shown.
    pub(crate) fn bounds(self) -> (i64, i64) {
        self.view.get().bounds(self.dashboard.shown.get().at.as_millis())
    }

    /// The index of the moment that the legend tells: the crosshair's, or the newest shown.
    fn told_index(self) -> Option<usize> {
        let (from, to) = self.bounds();
        let at = self.dashboard.hover.get().filter(|at| (from..=to).contains(at)).unwrap_or(to);
        self.dashboard.store.with_value(|store| interact::nearest(store.times(), at))
    }

    /// The values of a line that are shown.
    fn values(self, line: usize) -> Vec<f64> {
        let (from, to) = self.bounds();
        let key = self.def.with_value(|def| def.keys[line].clone());
        self.dashboard.store.with_value(|store| {
            let times = store.times();
            let (first, end) = (times.partition_point(|t| *t < from), times.partition_point(|t| *t <= to));
            store.column(&key).map_or_else(Vec::new, |column| column[first..end].to_vec())
        })
    }

    /// One sentence for those who cannot see the chart.
    fn summary(self) -> String {
        let def = self.def.get_value();
        let told = def.spec.lines.iter().enumerate().map(|(line, spec)| {
            let words = interact::summary(&self.values(line), def.spec.unit, def.spec.kind);
            format!("{}: {words}", spec.label)
        });
        format!("{}, {}. {}.", def.spec.title, def.note, told.collect::<Vec<_>>().join("; "))
    }
}

/// Shows a chart with its legend, crosshair, zoom and table.
#[component]
pub fn Chart(
    /// What it shows.
    def: ChartDef,
) -> impl IntoView {
    let dashboard = Dashboard::here();
    let (title, note, id) = (def.spec.title.clone(), def.note, format!("chart-{}", def.spec.id));
    let state = ChartState {
        dashboard,
        def: StoredValue::new(def),
        view: dashboard.view(),
        alone: RwSignal::new(None),
        drag: RwSignal::new(None),
    };
    view! {
        <figure class="panel chart" aria-labelledby=id.clone()>
            <figcaption class="chart-head">
                <h2 id=id.clone()>{title} <small>{note}</small></h2>
                <Legend state />
            </figcaption>
            <Plot state />
            <DataTable state />
        </figure>
    }
}

/// Each line's name, colour and value at the crosshair; pressing one shows it alone.
#[component]
fn Legend(state: ChartState) -> impl IntoView {
    let def = state.def.get_value();
    let (unit, kind) = (def.spec.unit, def.spec.kind);
    let item = move |(line, (spec, key)): (usize, (Line, SeriesKey))| {
        let value = move || {
            let index = state.told_index()?;
            state.dashboard.store.with_value(|store| store.value_at(&key, index))
        };
        let shown = move || value().map_or_else(|| "–".to_owned(), |value| quantity(value, unit, kind).to_string());
        let class = move || match state.alone.get() {
            Some(alone) if alone != line => "legend-item quiet",
            _ => "legend-item",
        };
        let press = move |_| state.alone.update(|alone| *alone = if *alone == Some(line) { None } else { Some(line) });
        view! {
            <li>
                <button
                    class=class
                    type="button"
                    title="Show this one alone"
                    aria-pressed=move || (state.alone.get() == Some(line)).to_string()
                    on:click=press
                >
                    <span class=format!("swatch colour-{}", spec.colour + 1) aria-hidden="true"></span>
                    {spec.label}
                    <strong>{shown}</strong>
                </button>
            </li>
        }
    };
    let lines = def.spec.lines.into_iter().zip(def.keys).enumerate();
    view! { <ul class="legend">{lines.map(item).collect_view()}</ul> }
}

/// The drawing, with the crosshair and the zoom over it.
#[component]
fn Plot(state: ChartState) -> impl IntoView {
    let drawing = server_drawing(state);
    let canvas = NodeRef::<leptos::html::Canvas>::new();
    let frame = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    crate::browser::paint::chart(state, frame, canvas);
    // The sentence changes every ten seconds, not with each frame: nobody listens faster.
    let slow = Memo::new(move |_| state.dashboard.shown.get().seq / 10);
    let summary = move || {
        slow.track();
        untrack(|| state.summary())
    };
    view! {
        <div class="chart-box" node_ref=frame tabindex="0" role="img" aria-label=summary>
            <div class="chart-drawing" inner_html=drawing></div>
            <canvas node_ref=canvas aria-hidden="true"></canvas>
            <div class="crosshair" hidden=true></div>
            <div class="selection" hidden=true></div>
        </div>
    }
}

/// The chart as the server draws it.
#[cfg(feature = "ssr")]
fn server_drawing(state: ChartState) -> String {
    use miorai_charts::{ChartView, TimeRange, svg};
    let (from, to) = state.bounds();
    let def = state.def.get_value();
    state.dashboard.store.with_value(|store| {
        let empty: &[f64] = &[];
        let columns: Vec<&[f64]> = def.keys.iter().map(|key| store.column(key).unwrap_or(empty)).collect();
        let view = ChartView { times: store.times(), columns: &columns };
        svg::figure(&def.spec, view, TimeRange { from_ms: from, to_ms: to }, state.dashboard.utc_offset.get_untracked())
    })
}

/// In the browser the server's drawing is already there; on pages that the browser builds, the canvas paints at once.
#[cfg(not(feature = "ssr"))]
fn server_drawing(_: ChartState) -> String {
    String::new()
}

/// The values as a table, on demand: at most sixty rows, evenly picked.
#[component]
fn DataTable(state: ChartState) -> impl IntoView {
    const ROWS: usize = 60;
    let open = RwSignal::new(false);
    let head = state.def.with_value(|def| def.spec.lines.iter().map(|line| line.label.clone()).collect::<Vec<_>>());
    let rows = move || {
        let (from, to) = state.bounds();
        let def = state.def.get_value();
        let offset = state.dashboard.utc_offset.get();
        state.dashboard.store.with_value(|store| {
            let times = store.times();
            let (first, end) = (times.partition_point(|t| *t < from), times.partition_point(|t| *t <= to));
            let step = ((end - first) / ROWS).max(1);
            let cells = |index: usize| {
                let value = |key| store.value_at(key, index);
                let text = |value: Option<f64>| {
                    value.map_or_else(|| "–".to_owned(), |v| quantity(v, def.spec.unit, def.spec.kind).to_string())
                };
                def.keys.iter().map(|key| view! { <td class="number-column">{text(value(key))}</td> }).collect_view()
            };
            let row = |index: usize| {
                let time = clock(Timestamp::from_millis(times[index]), offset);
                view! {
                    <tr>
                        <th scope="row">{time}</th>
                        {cells(index)}
                    </tr>
                }
            };
            (first..end).rev().step_by(step).map(row).collect_view()
        })
    };
    let table = move || {
        if !open.get() {
            return Either::Left(());
        }
        let head = head.iter().map(|label| view! { <th scope="col" class="number-column">{label.clone()}</th> });
        Either::Right(view! {
            <div class="table-scroll" tabindex="0" role="group" aria-label="Values">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Time"</th>
                            {head.collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <details
            class="chart-data"
            on:toggle=move |_| open.update(|open| *open = !*open)
        >
            <summary>"Values"</summary>
            {table}
        </details>
    }
}
