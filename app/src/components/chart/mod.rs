//! A chart: the server's drawing first, the canvas over it once the browser part runs.

mod def;
mod legend;
mod table;

pub use def::ChartDef;

use self::{legend::legend, table::data_table};
use crate::{
    address::Address,
    dashboard::Dashboard,
    store::{Columns, SeriesStore},
    view::{Earlier, View},
};
use leptos::prelude::*;
use miorai_charts::{ChartSpec, ChartView, TimeRange, interact};

/// What the parts of one chart share.
#[derive(Clone, Copy)]
pub(crate) struct ChartState {
    pub dashboard: Dashboard,
    pub def: StoredValue<ChartDef>,
    /// The part of time that is shown, and what it is compared with.
    pub asked: Memo<(View, Option<Earlier>)>,
    /// The line that is shown alone.
    pub alone: RwSignal<Option<usize>>,
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "zooms are drawn in the browser"))]
    /// Where a zoom that is being drawn began and where the pointer is, in milliseconds since the epoch.
    pub drag: RwSignal<Option<(i64, i64)>>,
}

impl ChartState {
    /// First and last moment shown.
    pub(crate) fn bounds(self) -> (i64, i64) {
        self.asked.get().0.bounds(self.dashboard.shown.get().at.as_millis())
    }

    /// What the chart shows, ready to be drawn.
    pub(crate) fn draw<T>(self, draw: impl FnOnce(&ChartSpec, ChartView<'_>, TimeRange) -> T) -> T {
        let ((from_ms, to_ms), alone, (view, earlier)) = (self.bounds(), self.alone.get(), self.asked.get());
        self.def.with_value(|def| {
            self.dashboard.store.with_value(|store| {
                let (now, before) = (store.rows(view), earlier.and_then(|earlier| store.earlier(view, earlier)));
                let of_before = before.map(|rows| lines(def, rows, alone)).unwrap_or_default();
                let before = before.map(|rows| ChartView::new(rows.times(), &of_before));
                let (columns, bands) = (lines(def, now, alone), bands(def, now, alone));
                let bands = if before.is_some() { &[] } else { &*bands };
                let chart = ChartView { bands, earlier: before.as_ref(), ..ChartView::new(now.times(), &columns) };
                draw(&def.spec, chart, TimeRange { from_ms, to_ms })
            })
        })
    }

    /// The moment that the legend tells: the crosshair's, or the newest shown.
    fn told(self) -> i64 {
        let (from, to) = self.bounds();
        self.dashboard.hover.get().filter(|at| (from..=to).contains(at)).unwrap_or(to)
    }

    /// Reads what is known of the view.
    fn read<T>(self, read: impl FnOnce(&SeriesStore, Columns<'_>) -> T) -> T {
        let (view, _) = self.asked.get();
        self.dashboard.store.with_value(|store| read(store, store.rows(view)))
    }

    /// One sentence for those who cannot see the chart.
    fn summary(self) -> String {
        let (def, bounds) = (self.def.get_value(), self.bounds());
        let told = def.spec.lines.iter().zip(&def.keys).map(|(line, key)| {
            let words = self.read(|_, rows| {
                let values = rows.column(key).get(rows.between(bounds)).unwrap_or_default();
                interact::summary(values, def.spec.unit, def.spec.kind)
            });
            format!("{}: {words}", line.label)
        });
        format!("{}, {}. {}.", def.spec.title, def.note, told.collect::<Vec<_>>().join("; "))
    }
}

/// The column of each line; empty where another one is shown alone.
fn lines<'a>(def: &ChartDef, rows: Columns<'a>, alone: Option<usize>) -> Vec<&'a [f64]> {
    let column = |(line, key)| if alone.is_none_or(|alone| alone == line) { rows.column(key) } else { &[] };
    def.keys.iter().enumerate().map(column).collect()
}

/// The band around each line; empty where another one is shown alone.
fn bands<'a>(def: &ChartDef, rows: Columns<'a>, alone: Option<usize>) -> Vec<[&'a [f64]; 2]> {
    let band = |(line, key)| if alone.is_none_or(|alone| alone == line) { rows.band(key) } else { [&[][..]; 2] };
    def.keys.iter().enumerate().map(band).collect()
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
        asked: dashboard.asked_at(Address::here()),
        alone: RwSignal::new(None),
        drag: RwSignal::new(None),
    };
    view! {
        <figure class="panel chart" aria-labelledby=id.clone()>
            <figcaption class="chart-head">
                <h2 id=id.clone()>{title} <small>{note}</small></h2>
                {legend(state)}
            </figcaption>
            <Plot state />
            {data_table(state)}
        </figure>
    }
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
    let offset = state.dashboard.utc_offset.get_untracked();
    state.draw(|spec, view, range| miorai_charts::svg::figure(spec, view, range, offset))
}

/// In the browser the server's drawing is already there; on pages that the browser builds, the canvas paints at once.
#[cfg(not(feature = "ssr"))]
fn server_drawing(_: ChartState) -> String {
    String::new()
}
