//! Every space in one line: how it is, and what it does just now.

use super::{Board, wanted::to_space, words};
use crate::{
    components::{
        banner::{class, sign},
        inert::inert,
        number::Number,
    },
    dashboard::Dashboard,
};
use leptos::{either::Either, prelude::*};
use miorai_model::{
    Kind, SeriesKey, Status, Unit,
    cache::{Backend, SpaceReport},
    names,
};
use std::collections::BTreeSet;

/// The table of spaces.
#[component]
pub fn Spaces() -> impl IntoView {
    let board = Board::here();
    let ids = Memo::new(move |_| {
        board.report.with(|report| report.spaces.iter().map(|space| space.id.clone()).collect::<Vec<_>>())
    });
    let none = move || ids.with(Vec::is_empty);
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Spaces " <small>{move || summary(&board.report.read().spaces)}</small></h2>
            </div>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Spaces" hidden=none>
                <table class="table spaces">
                    <thead inner_html=inert(head)></thead>
                    <tbody>
                        <For each=move || ids.get() key=Clone::clone children=move |id| row(board, id) />
                    </tbody>
                </table>
            </div>
            <ul>{move || board.report.with(|report| ills(&report.spaces))}</ul>
            <p class="empty" hidden=move || !none()>
                "No program with a cache has reported yet. Programs that use the cache on a watched Redis appear here by themselves."
            </p>
        </article>
    }
}

fn head() -> impl IntoView {
    view! {
        <tr>
            <th scope="col">"Space"</th>
            <th scope="col">"Status"</th>
            <th scope="col" class="column-wide">"Backend"</th>
            <th scope="col" class="number-column">"Hit ratio"</th>
            <th scope="col" class="number-column column-wide">"Objective"</th>
            <th scope="col" class="number-column column-middle">"p50"</th>
            <th scope="col" class="number-column column-middle">"p95"</th>
            <th scope="col" class="number-column column-middle">"p99"</th>
            <th scope="col" class="number-column column-middle">"Memory"</th>
            <th scope="col" class="number-column column-narrow">"Keys"</th>
            <th scope="col" class="number-column">"Operations"</th>
            <th scope="col" class="number-column column-middle">"Errors"</th>
        </tr>
    }
}

/// How many spaces there are, and how many are not well.
fn summary(spaces: &[SpaceReport]) -> String {
    let ill = spaces.iter().filter(|space| space.status > Status::Healthy).count();
    let programs: BTreeSet<&str> = spaces.iter().filter_map(|space| space.application.as_deref()).collect();
    let count = |number, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let number = count(spaces.len(), "space");
    let of = if programs.is_empty() { String::new() } else { format!(" of {}", count(programs.len(), "program")) };
    let not_well = if ill == 0 { String::new() } else { format!(", {ill} not well") };
    number + &of + &not_well
}

/// What is wrong with those that are not well, and what to do.
fn ills(spaces: &[SpaceReport]) -> impl IntoView + use<> {
    let ill = spaces.iter().filter(|space| space.status > Status::Healthy);
    ill.map(|space| {
        view! {
            <li class=format!("note {}", class(space.status))>
                <span class="sign" aria-hidden="true">{sign(space.status)}</span>
                " "
                <strong>{space.id.clone()}</strong>
                " "
                {space.message.clone()}
            </li>
        }
    })
    .collect_view()
}

/// The labels of a space's series.
fn key(space: &SpaceReport, name: &'static str, percentile: Option<&str>) -> SeriesKey {
    let of = ("space", &*space.name);
    match (space.application.as_deref().map(|program| ("application", program)), percentile.map(|p| ("percentile", p)))
    {
        (None, None) => SeriesKey::new(name, [of]),
        (Some(program), None) => SeriesKey::new(name, [program, of]),
        (None, Some(percentile)) => SeriesKey::new(name, [of, percentile]),
        (Some(program), Some(percentile)) => SeriesKey::new(name, [program, of, percentile]),
    }
}

fn row(board: Board, id: String) -> impl IntoView {
    let dashboard = Dashboard::here();
    let space = board.space(id.clone());
    let Some(first) = space.get_untracked() else { return Either::Left(()) };
    // What each frame tells, and what the report says where no frame does.
    let live = move |name, percentile, told: fn(&SpaceReport) -> Option<f64>| {
        let key = space.with_untracked(|space| space.as_ref().map(|space| key(space, name, percentile)));
        Signal::derive(move || {
            let now = key.as_ref().and_then(|key| dashboard.latest(key));
            now.or_else(|| space.with(|space| space.as_ref().and_then(told)))
        })
    };
    let ratio = live(names::CACHE_HIT_RATIO, None, |space| space.hit_ratio);
    let percentiles = [
        live(names::CACHE_LATENCY, Some("p50"), |space| Some(space.latency?.p50_seconds)),
        live(names::CACHE_LATENCY, Some("p95"), |space| Some(space.latency?.p95_seconds)),
        live(names::CACHE_LATENCY, Some("p99"), |space| Some(space.latency?.p99_seconds)),
    ];
    let memory = live(names::CACHE_BYTES, None, |space| space.memory_bytes.map(|bytes| bytes as f64));
    let keys = live(names::CACHE_KEYS, None, |space| space.keys.map(|keys| keys as f64));
    let operations = live(names::CACHE_OPERATIONS, None, |space| space.operations_per_second);
    let objective = first.hit_ratio_objective;
    let below = move || ratio.get().is_some_and(|ratio| ratio < objective);
    let status = move || space.with(|space| space.as_ref().map_or(Status::NotConfigured, |space| space.status));
    let message = move || space.with(|space| space.as_ref().map_or_else(String::new, |space| space.message.clone()));
    let link = {
        let id = id.clone();
        move || board.address.query.with(|query| to_space(query, Some(&id)).to_string())
    };
    let current = move || board.wanted.with(|wanted| wanted.space() == Some(&*id)).then_some("true");
    let errors = move || space.with(|space| space.as_ref().map_or(0, |space| space.errors));
    let errors_class =
        move || if errors() > 0 { "number-column column-middle below" } else { "number-column column-middle" };
    let ratio_class = move || if below() { "number-column below" } else { "number-column" };
    let backend = match first.backend {
        Backend::Embedded => "in the program",
        Backend::Redis => "Redis",
    };
    Either::Right(view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=link aria-current=current>{first.name}</a>
                <span class="dim">" " {first.application.unwrap_or_else(|| "this server".to_owned())}</span>
            </th>
            <td class=move || class(status())>
                <span title=message>
                    <span class="sign" aria-hidden="true">{move || sign(status())}</span>
                    " "
                    {move || status().word()}
                </span>
            </td>
            <td class="dim column-wide">{backend}</td>
            <td class=ratio_class>
                <span class="sign" aria-hidden="true" hidden=move || !below()>"▲ "</span>
                <Number value=ratio unit=Unit::Ratio />
            </td>
            <td class="number-column dim column-wide">"≥ " {words::ratio(Some(objective))}</td>
            {percentiles
                .map(|value| {
                    view! {
                        <td class="number-column column-middle">
                            <Number value unit=Unit::Seconds />
                        </td>
                    }
                })
                .collect_view()}
            <td class="number-column column-middle">
                <Number value=memory unit=Unit::Bytes />
            </td>
            <td class="number-column column-narrow">
                <Number value=keys unit=Unit::Count />
            </td>
            <td class="number-column">
                <Number value=operations unit=Unit::Count kind=Kind::Counter />
            </td>
            <td class=errors_class>
                {move || words::grouped(errors())}
            </td>
        </tr>
    })
}
