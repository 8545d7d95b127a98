//! The chosen route: its figures, and its charts.

use super::{Board, charts, wanted::RouteName};
use crate::{components::chart::Chart, dashboard::Dashboard, words};
use leptos::prelude::*;
use miorai_model::{
    Kind, Unit,
    performance::{Objective, RouteReport},
    quantity::quantity,
};

/// Everything about the chosen route; nothing when none is chosen.
#[component]
pub fn Chosen() -> impl IntoView {
    let board = Board::here();
    let chosen = Memo::new(move |_| board.wanted.with(|wanted| wanted.route.clone()));
    move || chosen.get().map(|route| shown(board, route))
}

fn shown(board: Board, name: RouteName) -> impl IntoView {
    let close = move || board.link(&[("route", None), ("service", None)]);
    let defs = Dashboard::here().store.with_value(|store| charts::of_route(&name, store));
    let title = name.words();
    let service = name.service.clone();
    let report = Memo::new(move |_| {
        board.report.with(|report| report.routes.iter().find(|route| RouteName::of(route) == name).cloned())
    });
    let facts = move || report.with(|report| report.as_ref().map(facts));
    view! {
        <article class="panel" id="route">
            <div class="panel-head">
                <h2 class="key-title">{title} <small>{service}</small></h2>
                <a class="more" href=close>"Close"</a>
            </div>
            <dl class="facts">{facts}</dl>
            <p class="empty" hidden=move || report.with(Option::is_some)>
                "Nobody has asked for this route in the window that the figures reach back to."
            </p>
        </article>
        <section class="charts" aria-label="Charts of the route">
            {defs.into_iter().map(|def| view! { <Chart def /> }).collect_view()}
        </section>
    }
}

fn facts(report: &RouteReport) -> impl IntoView + use<> {
    let figures = &report.figures;
    let bytes = |bytes: u64| words::bytes(Some(bytes));
    let mut rows = vec![
        ("Requests", words::grouped(figures.requests)),
        ("Rate", words::rate(figures.requests_per_second)),
        ("Failed", words::grouped(figures.errors)),
        ("Given up by clients", words::grouped(figures.cancelled)),
        ("Mean", words::millis(figures.mean_ms)),
        ("p50", words::millis(figures.p50_ms)),
        ("p95", words::millis(figures.p95_ms)),
        ("p99", words::millis(figures.p99_ms)),
        ("Longest", words::millis(figures.max_ms)),
        ("In flight", words::grouped(figures.in_flight)),
        ("Received", bytes(figures.request_bytes)),
        ("Sent", bytes(figures.response_bytes)),
        ("Of all time", quantity(report.share_of_time, Unit::Ratio, Kind::Gauge).to_string()),
    ];
    rows.extend(figures.status_classes.named().into_iter().filter(|(_, count)| *count > 0).map(|(class, count)| {
        let title = match class {
            "1xx" => "Websockets (1xx)",
            "2xx" => "Succeeded (2xx)",
            "3xx" => "Redirected (3xx)",
            "4xx" => "Wrong requests (4xx)",
            _ => "Failed (5xx)",
        };
        (title, words::grouped(count))
    }));
    rows.extend(report.objective.map(|objective| ("Objectives", verdict(objective))));
    rows.into_iter()
        .map(|(title, text)| {
            view! {
                <div>
                    <dt>{title}</dt>
                    <dd>{text}</dd>
                </div>
            }
        })
        .collect_view()
}

/// Whether the objectives are met, told by shape and word.
fn verdict(objective: Objective) -> String {
    if objective.met { "● met".to_owned() } else { "▲ not met".to_owned() }
}
