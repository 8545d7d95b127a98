//! The biggest tables and indexes of the chosen server.

use super::Board;
use crate::components::grid::{Cell, Column, Grid, GridView, Line, NUMBER, WIDE};
use leptos::prelude::*;
use miorai_model::database::{IndexReport, TableReport};

/// The tables.
#[component]
pub fn Tables() -> impl IntoView {
    let board = Board::here();
    let grid = Grid {
        id: "tables",
        label: "Tables",
        columns: vec![
            Column::new("name", "Table", "path"),
            Column::new("size", "Size", NUMBER),
            Column::new("rows", "Rows", NUMBER),
            Column::new("dead", "Dead", "number-column column-narrow"),
            Column::new("scans", "Full reads", WIDE),
            Column::new("hits", "Cache hits", WIDE),
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
        Cell::bytes(Some(table.total_bytes)),
        Cell::count(table.live_rows),
        Cell::count(table.dead_rows),
        Cell::count(table.sequential_scans),
        Cell::ratio(table.cache_hit_ratio),
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
            Column::new("name", "Index", "path"),
            Column::new("size", "Size", NUMBER),
            Column::new("scans", "Used", NUMBER),
            Column::new("table", "Table", "path column-wide"),
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
        cells: vec![name, Cell::bytes(Some(index.bytes)), Cell::count(index.scans), Cell::text(index.table.clone())],
        ..Line::default()
    }
}
