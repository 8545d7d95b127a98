//! A tile: one number that matters, what belongs to it, and its recent past in small.

use crate::{
    components::{number::Number, sparkline::Sparkline},
    dashboard::Dashboard,
};
use leptos::prelude::*;
use miorai_model::{Kind, SeriesKey, Unit};

/// What a tile shows.
#[derive(Clone, Debug)]
pub struct TileDef {
    /// Its title.
    pub title: &'static str,
    /// The series whose sum is the number.
    pub keys: Vec<SeriesKey>,
    /// The unit of the number.
    pub unit: Unit,
    /// Whether it is a rate per second.
    pub kind: Kind,
    /// The number of the colour of its line.
    pub colour: u8,
    /// From this value on the tile is marked, and says what the limit is.
    pub limit: Option<(f64, &'static str)>,
    /// The page that tells more.
    pub href: &'static str,
}

/// Shows a tile. The children are the line below the number.
#[component]
pub fn Tile(
    /// What it shows.
    def: TileDef,
    /// What stands below the number.
    children: Children,
) -> impl IntoView {
    let dashboard = Dashboard::here();
    let TileDef { title, keys, unit, kind, colour, limit, href } = def;
    let value = {
        let keys = keys.clone();
        Signal::derive(move || dashboard.latest_sum(&keys))
    };
    let over = Memo::new(move |_| limit.filter(|(limit, _)| value.get().is_some_and(|value| value >= *limit)));
    let class = move || if over.get().is_some() { "tile panel over" } else { "tile panel" };
    view! {
        <a class=class href=href>
            <h2 class="tile-title">{title}</h2>
            <p class="tile-number">
                <Number value unit kind />
            </p>
            <p class="tile-note dim" hidden=move || over.get().is_some()>{children()}</p>
            <p class="tile-note warning" hidden=move || over.get().is_none()>
                <span class="sign" aria-hidden="true">"▲ "</span>
                {limit.map(|(_, words)| words)}
            </p>
            <Sparkline keys unit colour />
        </a>
    }
}
