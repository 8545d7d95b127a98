//! Every route in one line.

use super::{Board, wanted::RouteName};
use crate::{
    components::grid::{Cell, Column, Grid, GridView, Line, MIDDLE, NUMBER, WIDE},
    words,
};
use leptos::prelude::*;
use miorai_model::{
    performance::{PerformanceReport, RouteReport},
    quantity::duration,
};

/// The table of routes.
#[component]
pub fn Routes() -> impl IntoView {
    let board = Board::here();
    let grid = Grid {
        id: "routes",
        label: "Routes",
        columns: vec![
            Column::new("route", "Route", "path"),
            Column::new("requests", "Requests", MIDDLE),
            Column::new("rate", "Rate", NUMBER),
            Column::new("errors", "Errors", NUMBER),
            Column::new("mean", "Mean", WIDE),
            Column::new("p50", "p50", WIDE),
            Column::new("p95", "p95", NUMBER),
            Column::new("p99", "p99", MIDDLE),
            Column::new("active", "In flight", WIDE),
            Column::new("share", "Of all time", MIDDLE),
        ],
        usual: "share",
        filter: "Filter by method, path or program",
        empty: "Nothing has been asked yet. Programs that use the HTTP layer or send OTLP appear here by themselves.",
    };
    let lines = Signal::derive(move || {
        let chosen = board.wanted.with(|wanted| wanted.route.clone());
        board.report.with(|report| report.routes.iter().map(|route| line(board, route, chosen.as_ref())).collect())
    });
    view! {
        <article class="panel" id="routes">
            <div class="panel-head">
                <h2>"Routes " <small>{move || board.report.with(window)}</small></h2>
            </div>
            <GridView grid lines />
            <p class="dim" hidden=move || left_out(board).is_empty()>{move || left_out(board)}</p>
        </article>
    }
}

/// What the figures reach back to.
fn window(report: &PerformanceReport) -> String {
    format!("the last {}", duration(report.window_seconds.round() as u64))
}

fn left_out(board: Board) -> String {
    let (routes, overflow) = (board.routes_left_out.get(), board.report.with(|report| report.overflow.requests));
    let routes =
        (routes > 0).then(|| format!("{} routes that took less time are not listed.", words::grouped(routes as u64)));
    let overflow = (overflow > 0)
        .then(|| format!("{} requests of routes beyond the limit are counted as (other).", words::grouped(overflow)));
    routes.into_iter().chain(overflow).collect::<Vec<_>>().join(" ")
}

fn line(board: Board, route: &RouteReport, chosen: Option<&RouteName>) -> Line {
    let (name, figures) = (RouteName::of(route), &route.figures);
    let link = board.address.query.with(|query| name.in_query(query).to_string());
    let met = route.objective.is_none_or(|objective| objective.met);
    let first = Cell::text(name.words()).noted(name.service.clone());
    let errors = Cell::ratio(Some(figures.error_rate));
    Line {
        link: Some(link),
        chosen: chosen == Some(&name),
        cells: vec![
            if met { first } else { first.signed("warning", "▲") },
            Cell::count(figures.requests),
            Cell::number(Some(figures.requests_per_second), words::rate),
            if figures.errors > 0 { errors.signed("bad", "✕") } else { errors },
            Cell::millis(figures.mean_ms),
            Cell::millis(figures.p50_ms),
            Cell::millis(figures.p95_ms),
            Cell::millis(figures.p99_ms),
            Cell::count(figures.in_flight),
            Cell::ratio(Some(route.share_of_time)),
        ],
    }
}
