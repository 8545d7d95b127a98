//! The legend of a chart.

use super::ChartState;
use crate::view::Earlier;
use leptos::prelude::*;
use miorai_charts::{Line, Stacking, interact};
use miorai_model::{SeriesKey, quantity::quantity};

/// Each line's name, colour and value at the crosshair; pressing one shows it alone.
pub(super) fn legend(state: ChartState) -> impl IntoView {
    let def = state.def.get_value();
    let (unit, kind) = (def.spec.unit, def.spec.kind);
    let apart = def.spec.stacking == Stacking::Apart;
    let item = move |(line, (spec, key)): (usize, (Line, SeriesKey))| {
        // The value at the crosshair, and the greatest of those that it stands for. Where lines lie one upon the other there
        // are no bands to be read.
        let told = Memo::new(move |_| {
            let at = state.told();
            state.read(|_, rows| {
                let row = interact::nearest(rows.times(), at)?;
                let value = rows.value(&key, row)?;
                let highest = rows.highest(&key, row).filter(|highest| apart && *highest > value);
                Some((value, highest))
            })
        });
        let shown =
            move || told.get().map_or_else(|| "–".to_owned(), |(value, _)| quantity(value, unit, kind).to_string());
        let highest = move || told.get()?.1.map(|highest| format!("max {}", quantity(highest, unit, kind)));
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
                    <small>{highest}</small>
                </button>
            </li>
        }
    };
    let lines = def.spec.lines.into_iter().zip(def.keys).enumerate();
    view! {
        <ul class="legend">
            {lines.map(item).collect_view()} <li class="legend-item" hidden=move || state.asked.get().1.is_none()>
                <span class="swatch before" aria-hidden="true"></span>
                {move || state.asked.get().1.map_or("", Earlier::words)}
                <strong>
                    {move || earlier(state).map(|value| quantity(value, unit, kind).to_string())}
                </strong>
            </li>
        </ul>
    }
}

/// What the chart is compared with, at the crosshair: the one line there is, or the sum of those that are stacked.
fn earlier(state: ChartState) -> Option<f64> {
    let (at, (view, earlier), alone) = (state.told(), state.asked.get(), state.alone.get());
    let earlier = earlier?;
    state.def.with_value(|def| {
        let keys = alone.map_or(&*def.keys, |line| &def.keys[line..=line]);
        let one = keys.len() == 1 || def.spec.stacking == Stacking::Stacked;
        state.read(|store, _| {
            let rows = store.earlier(view, earlier).filter(|_| one)?;
            let row = interact::nearest(rows.times(), at)?;
            keys.iter().filter_map(|key| rows.value(key, row)).reduce(|a, b| a + b)
        })
    })
}
