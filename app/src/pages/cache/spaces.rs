//! Every space in one line: how it is, and what it does just now.

use super::{Board, wanted::to_space};
use crate::{
    components::{
        banner::{class, sign},
        grid::{Cell, Column, Grid, GridView, Line, MIDDLE, NUMBER, WIDE},
    },
    dashboard::Dashboard,
    words,
};
use leptos::prelude::*;
use miorai_model::{
    SeriesKey, Status,
    cache::{Backend, SpaceReport},
    names,
};
use std::collections::BTreeSet;

/// The table of spaces.
#[component]
pub fn Spaces() -> impl IntoView {
    let (board, dashboard) = (Board::here(), Dashboard::here());
    let grid = Grid {
        id: "spaces",
        label: "Spaces",
        columns: vec![
            Column::new("name", "Space", ""),
            Column::new("status", "Status", ""),
            Column::new("backend", "Backend", "dim column-wide"),
            Column::new("ratio", "Hit ratio", NUMBER),
            Column::new("objective", "Objective", WIDE),
            Column::new("p50", "p50", MIDDLE),
            Column::new("p95", "p95", MIDDLE),
            Column::new("p99", "p99", MIDDLE),
            Column::new("memory", "Memory", MIDDLE),
            Column::new("keys", "Keys", "number-column column-narrow"),
            Column::new("operations", "Operations", NUMBER),
            Column::new("errors", "Errors", MIDDLE),
        ],
        usual: "name",
        filter: "",
        empty: "No program with a cache has reported yet. Programs that use the cache on a watched Redis appear here by themselves.",
    };
    let chosen = board.chosen();
    let lines = Signal::derive(move || {
        let chosen = chosen.get();
        let line = |space: &SpaceReport| Line {
            link: Some(board.address.query.with(|query| to_space(query, Some(&space.id)).to_string())),
            chosen: chosen.as_deref() == Some(&*space.id),
            cells: cells(dashboard, space),
        };
        board.report.with(|report| report.spaces.iter().map(line).collect())
    });
    view! {
        <article class="panel spaces">
            <div class="panel-head">
                <h2>"Spaces " <small>{move || summary(&board.report.read().spaces)}</small></h2>
            </div>
            <GridView grid lines />
            <ul>{move || board.report.with(|report| ills(&report.spaces))}</ul>
        </article>
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

/// What each frame tells, and what the report says where no frame does.
fn cells(dashboard: Dashboard, space: &SpaceReport) -> Vec<Cell> {
    let live = |name, percentile, told: Option<f64>| dashboard.latest(&key(space, name, percentile)).or(told);
    let latency = |percentile, told: Option<f64>| {
        let seconds = live(names::CACHE_LATENCY, Some(percentile), told);
        Cell::number(seconds, |_| words::seconds(seconds))
    };
    let told = space.latency;
    let ratio = live(names::CACHE_HIT_RATIO, None, space.hit_ratio);
    let (objective, below) = (space.hit_ratio_objective, ratio.is_some_and(|ratio| ratio < space.hit_ratio_objective));
    let ratio = Cell::ratio(ratio);
    let memory = live(names::CACHE_BYTES, None, space.memory_bytes.map(|bytes| bytes as f64));
    let keys = live(names::CACHE_KEYS, None, space.keys.map(|keys| keys as f64));
    let operations = live(names::CACHE_OPERATIONS, None, space.operations_per_second);
    let errors = Cell::count(space.errors);
    let backend = match space.backend {
        Backend::Embedded => "in the program",
        Backend::Redis => "Redis",
    };
    let program = space.application.clone().unwrap_or_else(|| "this server".to_owned());
    vec![
        Cell::text(space.name.clone()).noted(Some(program)),
        Cell::text(space.status.word()).signed(class(space.status), sign(space.status)),
        Cell::text(backend),
        if below { ratio.signed("warning", "▲") } else { ratio },
        Cell::number(Some(objective), |objective| format!("≥ {}", words::ratio(Some(objective)))),
        latency("p50", told.map(|told| told.p50_seconds)),
        latency("p95", told.map(|told| told.p95_seconds)),
        latency("p99", told.map(|told| told.p99_seconds)),
        Cell::bytes(memory.map(|bytes| bytes as u64)),
        Cell::number(keys, |keys| words::grouped(keys as u64)),
        Cell::number(operations, words::rate),
        if space.errors > 0 { errors.signed("bad", "✕") } else { errors },
    ]
}
