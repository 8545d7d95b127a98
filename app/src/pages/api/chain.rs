//! Why a request was slow: what it did, in order, as a waterfall that can be read as a table.

use super::{
    Board,
    slow::{PARTS, of_parts, parts_bar, status},
};
use crate::{components::time_of_day::TimeOfDay, words};
use leptos::{either::EitherOf3, prelude::*};
use miorai_model::{
    digits::fixed,
    performance::{Outcome, SlowRequest, Step, StepKind},
};

/// The panel of the chosen request; nothing when none is chosen.
#[component]
pub fn Chosen() -> impl IntoView {
    let board = Board::here();
    let id = Memo::new(move |_| board.wanted.with(|wanted| wanted.request.clone()));
    let close = move || board.link(&[("request", None)]);
    let body = move || match board.request.get() {
        None => EitherOf3::A(view! { <p class="empty">"Loading …"</p> }),
        Some(Err(words)) => EitherOf3::B(view! { <p class="note" role="alert">{words}</p> }),
        Some(Ok(request)) => EitherOf3::C(shown(&request)),
    };
    move || {
        id.get().map(|id| {
            view! {
                <article class="panel" id="request">
                    <div class="panel-head">
                        <h2>"Why it was slow " <small class="path">{id}</small></h2>
                        <a class="more" href=close>"Close"</a>
                    </div>
                    {body}
                </article>
            }
        })
    }
}

fn shown(request: &SlowRequest) -> impl IntoView + use<> {
    let whole = request.duration_ms.max(f64::MIN_POSITIVE);
    let parts = PARTS.into_iter().zip(of_parts(&request.parts)).map(|((name, colour), millis)| {
        view! {
            <li class="legend-item">
                <span class=format!("swatch colour-{colour}") aria-hidden="true"></span>
                {name}
                <strong>{words::millis(Some(millis))}</strong>
            </li>
        }
    });
    let left_out = request.steps_left_out;
    let none = request.chain.is_empty();
    view! {
        <p>
            <code>{format!("{} {}", request.method, request.route)}</code>
            <span class="dim">{request.service.as_ref().map(|service| format!(" of {service}"))} ", "</span>
            {status(request.status)}
            <span class="dim">" at "</span>
            <TimeOfDay at=request.at />
            <span class="dim">", took "</span>
            <strong>{words::millis(Some(request.duration_ms))}</strong>
        </p>
        <div class="chain-parts">{parts_bar(&request.parts)}</div>
        <ul class="legend">{parts.collect_view()}</ul>
        <div class="table-scroll grid-box" tabindex="0" role="group" aria-label="What the request did" hidden=none>
            <table class="table chain">
                <thead>
                    <tr>
                        <th scope="col">"What it did"</th>
                        <th scope="col">"How it ended"</th>
                        <th scope="col" class="number-column column-middle">"Began at"</th>
                        <th scope="col" class="number-column">"Took"</th>
                        <th scope="col" class="waterfall-column column-narrow">"Within the request"</th>
                    </tr>
                </thead>
                <tbody>{request.chain.iter().map(|step| row(step, whole)).collect_view()}</tbody>
            </table>
        </div>
        <p class="empty" hidden=!none>
            "It noted no lookup, statement or wait: all of the time is the program's own work, or that of what it does not note."
        </p>
        <p class="dim" hidden=left_out == 0>{format!("{left_out} more steps found no room here; the sums above have them.")}</p>
    }
}

fn row(step: &Step, whole: f64) -> impl IntoView + use<> {
    let (kind, colour) = match step.kind {
        StepKind::Cache => ("cache", 2),
        StepKind::Database => ("database", 4),
        StepKind::Queue => ("waiting", 3),
        StepKind::Other => ("other", 6),
    };
    let ended = match step.outcome {
        Outcome::Done => "done",
        Outcome::Hit => "● hit",
        Outcome::Stale => "● hit, stale",
        Outcome::Miss => "○ miss",
        Outcome::Failed => "✕ failed",
    };
    let rows = step.rows.map(|rows| format!(", {} rows", words::grouped(rows)));
    let percent = |millis: f64| fixed((100.0 * millis / whole).clamp(0.0, 100.0), 2);
    let left = percent(step.at_ms);
    let width = percent(step.took_ms.min(whole - step.at_ms));
    view! {
        <tr>
            <th scope="row" class="chain-what">
                <span class=format!("swatch colour-{colour}") aria-hidden="true"></span>
                <span class="dim">{kind}" "</span>
                <span class="path" title=step.what.clone()>{step.what.clone()}</span>
            </th>
            <td>{ended}<span class="dim">{rows}</span></td>
            <td class="number-column column-middle dim">{words::millis(Some(step.at_ms))}</td>
            <td class="number-column">{words::millis(Some(step.took_ms))}</td>
            <td class="waterfall-column column-narrow">
                <span class="waterfall" aria-hidden="true">
                    <span class=format!("part colour-{colour}") style=format!("left:{left}%;width:{width}%")></span>
                </span>
            </td>
        </tr>
    }
}
