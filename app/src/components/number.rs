//! A live number with its unit.

use crate::dashboard::Dashboard;
use leptos::prelude::*;
use miorai_model::{Kind, Unit, quantity::quantity};

/// Shows a number as people read it, an em dash where there is none; the exact value on hover.
#[component]
pub fn Number(
    /// The number; nothing while there is none.
    #[prop(into)]
    value: Signal<Option<f64>>,
    /// Its unit.
    unit: Unit,
    /// Whether it is a rate per second.
    #[prop(default = Kind::Gauge)]
    kind: Kind,
) -> impl IntoView {
    let shown = Memo::new(move |_| value.get().map(|value| quantity(value, unit, kind)));
    let number = move || shown.with(|shown| shown.as_ref().map_or_else(|| "–".to_owned(), |q| q.number.clone()));
    let unit_text = move || shown.with(|shown| shown.as_ref().map_or("", |q| q.unit));
    let exact = move || value.get().map(|value| format!("{value}"));
    view! { <span class="number" title=exact>{number}<span class="unit">{unit_text}</span></span> }
}

/// Shows the newest value of a series.
#[component]
pub fn Latest(
    /// The series.
    key: miorai_model::SeriesKey,
    /// Its unit.
    unit: Unit,
    /// Whether it is a rate per second.
    #[prop(default = Kind::Gauge)]
    kind: Kind,
) -> impl IntoView {
    let dashboard = Dashboard::here();
    let value = Signal::derive(move || dashboard.latest(&key));
    view! { <Number value unit kind /> }
}
