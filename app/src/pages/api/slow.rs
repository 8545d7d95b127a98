//! The slowest requests, each with where its time went.

use super::Board;
use crate::{components::time_of_day::TimeOfDay, words};
use leptos::prelude::*;
use miorai_model::{
    digits::fixed,
    performance::{Parts, SlowRequest},
};

/// Requests that the list shows.
const SHOWN: usize = 15;

/// The parts of a request's time: what they are called, and the number of their colour.
pub(super) const PARTS: [(&str, u8); 4] = [("cache", 2), ("database", 4), ("waiting", 3), ("own work", 6)];

/// Milliseconds of each of [`PARTS`].
pub(super) const fn of_parts(parts: &Parts) -> [f64; 4] {
    [parts.cache_ms, parts.database_ms, parts.queue_ms, parts.rest_ms]
}

/// The list.
#[component]
pub fn SlowRequests() -> impl IntoView {
    let board = Board::here();
    let rows = move || {
        board
            .report
            .with(|report| report.slow_requests.iter().take(SHOWN).map(|request| row(board, request)).collect_view())
    };
    let none = move || board.report.with(|report| report.slow_requests.is_empty());
    view! {
        <article class="panel span-2" id="slow">
            <div class="panel-head">
                <h2>"Slowest requests " <small>"choose one to see why"</small></h2>
                <ul class="legend" aria-hidden="true">
                    {PARTS
                        .map(|(name, colour)| {
                            view! {
                                <li class="legend-item">
                                    <span class=format!("swatch colour-{colour}")></span>
                                    {name}
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </div>
            <div class="table-scroll grid-box" tabindex="0" role="group" aria-label="Slowest requests" hidden=none>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Request"</th>
                            <th scope="col" class="number-column">"Took"</th>
                            <th scope="col" class="parts-column">"Where"</th>
                            <th scope="col" class="number-column column-middle">"Status"</th>
                            <th scope="col" class="number-column column-narrow">"When"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="empty" hidden=move || !none()>"No request was slow."</p>
        </article>
    }
}

fn row(board: Board, request: &SlowRequest) -> impl IntoView + use<> {
    let link = board.link(&[("request", Some(&request.request_id))]);
    let chosen = board.wanted.with(|wanted| wanted.request.as_deref() == Some(&*request.request_id));
    view! {
        <tr>
            <th scope="row" class="path">
                <a class="row-link" href=link aria-current=chosen.then_some("true")>
                    {format!("{} {}", request.method, request.route)}
                </a>
                <span class="dim">{request.service.as_ref().map(|service| format!(" {service}"))}</span>
            </th>
            <td class="number-column">{words::millis(Some(request.duration_ms))}</td>
            <td class="parts-column">{parts_bar(&request.parts)}</td>
            <td class="number-column column-middle">{status(request.status)}</td>
            <td class="number-column column-narrow dim">
                <TimeOfDay at=request.at />
            </td>
        </tr>
    }
}

/// The status of an answer in words for those that there was none of.
pub(super) fn status(status: u16) -> String {
    if status == 0 { "given up".to_owned() } else { status.to_string() }
}

/// Where the time of a request went, as one bar.
pub(super) fn parts_bar(parts: &Parts) -> impl IntoView + use<> {
    let millis = of_parts(parts);
    let whole = millis.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let told: Vec<String> =
        PARTS.iter().zip(millis).map(|((name, _), millis)| format!("{name} {}", words::millis(Some(millis)))).collect();
    let part = |((_, colour), millis): ((&str, u8), f64)| {
        let width = format!("width:{}%", fixed(100.0 * millis / whole, 1));
        view! { <span class=format!("part colour-{colour}") style=width></span> }
    };
    view! {
        <span class="parts" role="img" aria-label=told.join(", ") title=told.join(", ")>
            {PARTS.into_iter().zip(millis).map(part).collect_view()}
        </span>
    }
}
