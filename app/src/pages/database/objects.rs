//! The biggest tables and indexes of the chosen server.

use super::{Board, glance::ratio};
use crate::{
    components::grid::{Cell, Column, Grid, GridView, Line},
    words,
};
use leptos::prelude::*;
use miorai_model::database::{IndexReport, TableReport};

const NUMBER: &str = "number-column";
const WIDE: &str = "number-column column-wide";

fn column(name: &'static str, title: &'static str, class: &'static str) -> Column {
    Column { name, title, class }
}

fn count(count: u64) -> Cell {
    Cell::number(Some(count as f64), |_| words::grouped(count))
}

fn bytes(bytes: u64) -> Cell {
    Cell::number(Some(bytes as f64), |_| words::bytes(Some(bytes)))
}

/// The tables.
#[component]
pub fn Tables() -> impl IntoView {
    let board = Board::here();
    let grid = Grid {
        id: "tables",
        label: "Tables",
        columns: vec![
            column("name", "Table", "path"),
            column("size", "Size", NUMBER),
            column("rows", "Rows", NUMBER),
            column("dead", "Dead", "number-column column-narrow"),
            column("scans", "Full reads", WIDE),
            column("hits", "Cache hits", WIDE),
        ],
        usual: "size",
        filter: "Filter tables",
        empty: "There are no tables that this user may see.",
    };
    let lines = Signal::derive(move || board.of_server(|server| server.tables.iter().map(table).collect::<Vec<_>>()));
    view! {
        <article class="panel" id="tables">
            <div class="panel-head">
                <h2>"Tables"</h2>
            </div>
            <GridView grid lines />
        </article>
    }
}

fn table(table: &TableReport) -> Line {
    let cells = vec![
        Cell::text(table.name.clone()),
        bytes(table.total_bytes),
        count(table.live_rows),
        count(table.dead_rows),
        count(table.sequential_scans),
        ratio(table.cache_hit_ratio),
    ];
    Line { cells, ..Line::default() }
}

/// The indexes.
#[component]
pub fn Indexes() -> impl IntoView {
    let board = Board::here();
    let grid = Grid {
        id: "indexes",
        label: "Indexes",
        columns: vec![
            column("name", "Index", "path"),
            column("size", "Size", NUMBER),
            column("scans", "Used", NUMBER),
            column("table", "Table", "path column-wide"),
        ],
        usual: "size",
        filter: "Filter indexes",
        empty: "There are no indexes that this user may see.",
    };
    let lines = Signal::derive(move || board.of_server(|server| server.indexes.iter().map(index).collect::<Vec<_>>()));
    view! {
        <article class="panel" id="indexes">
            <div class="panel-head">
                <h2>"Indexes"</h2>
            </div>
            <GridView grid lines />
        </article>
    }
}

fn index(index: &IndexReport) -> Line {
    let name = Cell::text(index.name.clone());
    let name = if index.is_valid { name } else { name.signed("bad", "✕").noted(Some("not valid".to_owned())) };
    Line {
        cells: vec![name, bytes(index.bytes), count(index.scans), Cell::text(index.table.clone())],
        ..Line::default()
    }
}
