//! A line of a list of facts: a name and the newest value.

use crate::components::number::Latest;
use leptos::prelude::*;
use miorai_model::{Kind, SeriesKey, Unit};

/// A line of name and newest value.
#[component]
pub fn Fact(
    /// What it is.
    title: &'static str,
    /// The series.
    key: SeriesKey,
    /// Its unit.
    unit: Unit,
    /// Whether it is a rate per second.
    #[prop(default = Kind::Gauge)]
    kind: Kind,
) -> impl IntoView {
    view! {
        <div>
            <dt>{title}</dt>
            <dd>
                <Latest key unit kind />
            </dd>
        </div>
    }
}
