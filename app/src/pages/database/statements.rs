//! Statements: which take most time in all, which are called most, which are slow; the plan of each on demand.

use super::{Board, glance::ratio};
use crate::{
    components::grid::{Cell, Column, Grid, GridView, Line},
    words,
};
use leptos::prelude::*;
use miorai_model::database::{ServerStatement, StatementReport};

const NUMBER: &str = "number-column";
const MIDDLE: &str = "number-column column-middle";
const WIDE: &str = "number-column column-wide";

fn column(name: &'static str, title: &'static str, class: &'static str) -> Column {
    Column { name, title, class }
}

/// The statements that the chosen server has counted.
#[component]
pub fn ServerStatements() -> impl IntoView {
    let board = Board::here();
    let grid = Grid {
        id: "statements",
        label: "Statements",
        columns: vec![
            column("text", "Statement", "path statement"),
            column("total", "In all", NUMBER),
            column("share", "Of all time", MIDDLE),
            column("calls", "Calls", NUMBER),
            column("mean", "Mean", NUMBER),
            column("max", "Longest", WIDE),
            column("rows", "Rows", WIDE),
            column("hits", "Cache hits", WIDE),
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
    let millis = |millis| Cell::number(Some(millis), |millis| words::millis(Some(millis)));
    let count = |count: u64| Cell::number(Some(count as f64), |_| words::grouped(count));
    Line {
        link: Some(board.link(&[("plan", Some(&statement.id))])),
        chosen: board.wanted.with(|wanted| wanted.plan.as_deref() == Some(&*statement.id)),
        cells: vec![
            Cell::text(statement.text.clone()),
            millis(statement.total_ms),
            ratio(Some(statement.time_ratio)),
            count(statement.calls),
            millis(statement.mean_ms),
            millis(statement.max_ms),
            count(statement.rows),
            ratio(statement.cache_hit_ratio),
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
            column("text", "Statement", "path statement"),
            column("total", "In all", NUMBER),
            column("share", "Of all time", MIDDLE),
            column("calls", "Calls", NUMBER),
            column("mean", "Mean", NUMBER),
            column("p95", "p95", MIDDLE),
            column("p99", "p99", WIDE),
            column("slow", "Slow", MIDDLE),
            column("errors", "Errors", WIDE),
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
    let millis = |millis| Cell::number(Some(millis), |millis| words::millis(Some(millis)));
    let count = |count: u64| Cell::number(Some(count as f64), |_| words::grouped(count));
    let slow = count(statement.slow);
    let errors = count(statement.errors);
    Line {
        link: Some(board.link(&[("plan", Some(&statement.id))])),
        chosen: board.wanted.with(|wanted| wanted.plan.as_deref() == Some(&*statement.id)),
        cells: vec![
            Cell::text(statement.text.clone()),
            millis(statement.total_ms),
            ratio(Some(statement.time_ratio)),
            count(statement.calls),
            millis(statement.mean_ms),
            millis(statement.p95_ms),
            millis(statement.p99_ms),
            if statement.slow > 0 { slow.signed("warning", "▲") } else { slow },
            if statement.errors > 0 { errors.signed("bad", "✕") } else { errors },
        ],
    }
}
