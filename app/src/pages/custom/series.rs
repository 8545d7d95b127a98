//! Every series in one line: choosing one charts it.

use super::{Board, wanted::Wanted};
use crate::{
    components::grid::{Cell, Column, Grid, GridView, Line, NUMBER},
    words,
};
use leptos::prelude::*;
use miorai_model::{
    Kind, Unit,
    quantity::quantity,
    received::{ReceivedReport, ReceivedSeries, labels_in_words},
};

/// The table of series.
#[component]
pub fn AllSeries() -> impl IntoView {
    let board = Board::here();
    let grid = Grid {
        id: "series",
        label: "Series",
        columns: vec![
            Column::new("name", "Metric", "path"),
            Column::new("kind", "Kind", "column-middle"),
            Column::new("value", "Value", NUMBER),
            Column::new("recent", "Last 5 min", "column-middle"),
        ],
        usual: "name",
        filter: "Filter by name or label",
        empty: "There are no series.",
    };
    let lines = Signal::derive(move || {
        let wanted = board.wanted.get();
        board.report.with(|report| report.series.iter().map(|series| line(board, series, &wanted)).collect())
    });
    let none = move || board.report.with(|report| report.senders.is_empty() && report.series.is_empty());
    let left_out = move || board.report.with(left_out);
    view! {
        <article class="panel" id="series" hidden=none>
            <div class="panel-head">
                <h2>"Metrics " <small>"choose some to see them over time"</small></h2>
            </div>
            <GridView grid lines />
            <p class="dim" hidden=move || left_out().is_empty()>{left_out}</p>
        </article>
    }
}

fn left_out(report: &ReceivedReport) -> String {
    match report.series_left_out {
        0 => String::new(),
        more => format!("{} more are not listed: filter to find them.", words::grouped(more as u64)),
    }
}

fn line(board: Board, series: &ReceivedSeries, wanted: &Wanted) -> Line {
    let key = series.key();
    let (unit, kind) = (series.unit, series.kind);
    let value = Cell::number(series.value, |value| quantity(value, unit, kind).to_string());
    Line {
        link: Some(board.address.query.with(|query| wanted.toggled(query, &key).to_string())),
        chosen: wanted.series.contains(&key),
        cells: vec![
            Cell::text(series.name.to_string()).noted(Some(labels_in_words(&series.labels))),
            Cell::text(kind_in_words(kind)).noted(unit_in_words(unit).map(str::to_owned)),
            if kind == Kind::Distribution { value.noted(Some("p95".to_owned())) } else { value },
            Cell::drawn(series.recent.clone()),
        ],
    }
}

const fn kind_in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Gauge => "gauge",
        Kind::Counter => "counter",
        Kind::Distribution => "distribution",
    }
}

/// The unit; nothing for plain numbers.
const fn unit_in_words(unit: Unit) -> Option<&'static str> {
    match unit {
        Unit::Ratio => Some("share"),
        Unit::Bytes => Some("bytes"),
        Unit::Seconds => Some("seconds"),
        Unit::Celsius => Some("°C"),
        Unit::Count => None,
    }
}
