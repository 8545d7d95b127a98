//! The values of a chart as a table.

use super::ChartState;
use crate::components::time_of_day::moment;
use leptos::{either::Either, prelude::*};
use miorai_model::{Timestamp, quantity::quantity};

/// The values as a table, on demand: at most sixty rows, evenly picked.
pub(super) fn data_table(state: ChartState) -> impl IntoView {
    const ROWS: usize = 60;
    let open = RwSignal::new(false);
    let head = state.def.with_value(|def| def.spec.lines.iter().map(|line| line.label.clone()).collect::<Vec<_>>());
    let rows = move || {
        let bounds = state.bounds();
        let def = state.def.get_value();
        let offset = state.dashboard.utc_offset.get();
        state.read(|_, columns| {
            let shown = columns.between(bounds);
            let step = (shown.len() / ROWS).max(1);
            let cells = |index: usize| {
                let value = |key| columns.value(key, index);
                let text = |value: Option<f64>| {
                    value.map_or_else(|| "–".to_owned(), |v| quantity(v, def.spec.unit, def.spec.kind).to_string())
                };
                def.keys.iter().map(|key| view! { <td class="number-column">{text(value(key))}</td> }).collect_view()
            };
            let row = |index: usize| {
                let time = moment(Timestamp::from_millis(columns.times()[index]), offset, bounds.1 - bounds.0);
                view! {
                    <tr>
                        <th scope="row">{time}</th>
                        {cells(index)}
                    </tr>
                }
            };
            shown.rev().step_by(step).map(row).collect_view()
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
