//! The chosen space: what is known of it, its keys, and what can be done.

use super::{Board, clear::ClearPanel, keys::Keys, prefixes::Prefixes, value::Value, wanted::to_space, words};
use leptos::{either::EitherOf3, prelude::*};
use miorai_model::cache::SpaceReport;

/// The title of the templates that keys are made by: the one text among numbers.
const SCHEMAS: &str = "Keys are made as";

/// Everything about the chosen space; nothing when none is chosen.
#[component]
pub fn Chosen() -> impl IntoView {
    let board = Board::here();
    let chosen = board.chosen();
    let known = Memo::new(move |_| {
        chosen.get().map(|id| {
            let known = board.report.with(|report| report.space(&id).is_some());
            (id, known)
        })
    });
    move || match known.get() {
        None => EitherOf3::A(()),
        Some((id, false)) => EitherOf3::B(view! {
            <section class="panel nothing">
                <h2>"There is no space " {id}</h2>
                <p class="dim">"The program that used it may have ended. The spaces that are there stand above."</p>
            </section>
        }),
        Some((id, true)) => EitherOf3::C(view! { <Space id /> }),
    }
}

#[component]
fn Space(id: String) -> impl IntoView {
    let board = Board::here();
    let space = board.space(id.clone());
    let facts = move || space.with(|space| space.as_ref().map(facts));
    let message = move || space.with(|space| space.as_ref().map_or_else(String::new, |space| space.message.clone()));
    let close = move || board.address.query.with(|query| to_space(query, None).to_string());
    view! {
        <article class="panel" id="space">
            <div class="panel-head">
                <h2>{id} <small>{message}</small></h2>
                <a class="more" href=close>"Close"</a>
            </div>
            <dl class="facts">{facts}</dl>
        </article>
        <section class="columns-3">
            <div class="stack span-2">
                <Value />
                <Keys />
            </div>
            <div class="stack">
                <ClearPanel />
                <Prefixes />
            </div>
        </section>
    }
}

/// Another program's is not known: it does not tell.
fn lifetime(space: &SpaceReport) -> String {
    match space.application {
        Some(_) if space.ttl_seconds.is_none() => "–".to_owned(),
        _ => words::lifetime(space.ttl_seconds),
    }
}

/// The figures of a space since the programs that use it were started.
fn facts(space: &SpaceReport) -> impl IntoView + use<> {
    let count = |title: &'static str, number: u64| (title, words::grouped(number));
    let prefix =
        if space.prefix.is_empty() { "–".to_owned() } else { format!("{}:", space.prefix.trim_end_matches(':')) };
    let mut rows = vec![
        ("Keys begin with", prefix),
        ("Database", space.database.to_string()),
        ("Lifetime", lifetime(space)),
        count("Processes", u64::from(space.instances)),
        count("Lookups", space.hits + space.misses),
        ("Hits of all", words::ratio(space.hit_ratio)),
        count("Written", space.sets),
        count("Deleted", space.deletes),
        count("Evicted", space.evictions),
        count("From near cache", space.near_hits),
        count("Stale hits", space.stale_hits),
        count("“Nothing” hits", space.negative_hits),
        count("Computed", space.computations),
        ("Computing takes", words::seconds(space.mean_compute_seconds)),
        count("Waited for one", space.waits),
        count("Unreadable", space.corrupted),
    ];
    if !space.schemas.is_empty() {
        rows.push((SCHEMAS, space.schemas.join(", ")));
    }
    rows.into_iter()
        .map(|(title, text)| {
            view! {
                <div class=if title == SCHEMAS { "wide" } else { "" }>
                    <dt>{title}</dt>
                    <dd>{text}</dd>
                </div>
            }
        })
        .collect_view()
}
