//! Statements: which take most time in all, which are called most, which are slow; the plan of each on demand.

use super::Board;
use crate::components::grid::{Cell, Column, Grid, GridView, Line, MIDDLE, NUMBER, WIDE};
use leptos::prelude::*;
use miorai_model::database::{ServerStatement, StatementReport};

/// The statements that the chosen server has counted.
#[component]
pub fn ServerStatements() -> impl IntoView {
    let board = Board::here();
    let grid = Grid {
        id: "statements",
        label: "Statements",
        columns: vec![
            Column::new("text", "Statement", "path statement"),
            Column::new("total", "In all", NUMBER),
            Column::new("share", "Of all time", MIDDLE),
            Column::new("calls", "Calls", NUMBER),
            Column::new("mean", "Mean", NUMBER),
            Column::new("max", "Longest", WIDE),
            Column::new("rows", "Rows", WIDE),
            Column::new("hits", "Cache hits", WIDE),
        ],
        usual: "total",
        filter: "Filter statements",
        empty: "The server has counted no statements: what it needs for that stands above.",
    };
    let lines = Signal::derive(move || {
        board.of_server(|server| {
            server.statements.iter().map(|statement| of_server(board, statement)).collect::<Vec<_>>()
        })
    });
    view! {
        <article class="panel" id="statements">
            <div class="panel-head">
                <h2>"Statements " <small>"as the server has counted them; choose one for its plan"</small></h2>
            </div>
            <GridView grid lines />
        </article>
    }
}

fn of_server(board: Board, statement: &ServerStatement) -> Line {
    Line {
        link: Some(board.link(&[("plan", Some(&statement.id))])),
        chosen: board.wanted.with(|wanted| wanted.plan.as_deref() == Some(&*statement.id)),
        cells: vec![
            Cell::text(statement.text.clone()),
            Cell::millis(Some(statement.total_ms)),
            Cell::ratio(Some(statement.time_ratio)),
            Cell::count(statement.calls),
            Cell::millis(Some(statement.mean_ms)),
            Cell::millis(Some(statement.max_ms)),
            Cell::count(statement.rows),
            Cell::ratio(statement.cache_hit_ratio),
        ],
    }
}

/// The statements of the program itself on the chosen pool.
#[component]
pub fn OwnStatements() -> impl IntoView {
    let board = Board::here();
    let chosen = board.chosen();
    let grid = Grid {
        id: "statements",
        label: "Statements",
        columns: vec![
            Column::new("text", "Statement", "path statement"),
            Column::new("total", "In all", NUMBER),
            Column::new("share", "Of all time", MIDDLE),
            Column::new("calls", "Calls", NUMBER),
            Column::new("mean", "Mean", NUMBER),
            Column::new("p95", "p95", MIDDLE),
            Column::new("p99", "p99", WIDE),
            Column::new("slow", "Slow", MIDDLE),
            Column::new("errors", "Errors", WIDE),
        ],
        usual: "total",
        filter: "Filter statements",
        empty: "No statement has run yet.",
    };
    let lines = Signal::derive(move || {
        let name = chosen.get();
        board.report.with(|report| {
            let of_pool = report.statements.statements.iter().filter(|statement| statement.database == name);
            of_pool.map(|statement| own(board, statement)).collect()
        })
    });
    view! {
        <article class="panel" id="statements">
            <div class="panel-head">
                <h2>"Statements " <small>"of this program; choose one for its plan"</small></h2>
            </div>
            <GridView grid lines />
        </article>
    }
}

fn own(board: Board, statement: &StatementReport) -> Line {
    let slow = Cell::count(statement.slow);
    let errors = Cell::count(statement.errors);
    Line {
        link: Some(board.link(&[("plan", Some(&statement.id))])),
        chosen: board.wanted.with(|wanted| wanted.plan.as_deref() == Some(&*statement.id)),
        cells: vec![
            Cell::text(statement.text.clone()),
            Cell::millis(Some(statement.total_ms)),
            Cell::ratio(Some(statement.time_ratio)),
            Cell::count(statement.calls),
            Cell::millis(Some(statement.mean_ms)),
            Cell::millis(Some(statement.p95_ms)),
            Cell::millis(Some(statement.p99_ms)),
            if statement.slow > 0 { slow.signed("warning", "▲") } else { slow },
            if statement.errors > 0 { errors.signed("bad", "✕") } else { errors },
        ],
    }
}
