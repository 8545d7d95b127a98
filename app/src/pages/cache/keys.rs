//! The keys of the chosen space, page by page.

use super::{Board, words};
use leptos::{either::EitherOf3, prelude::*};
use miorai_model::cache::{KeyLine, KeyPage, KeyQuery};

/// What can be chosen of types, lifetimes and sizes: the value in the address, and the words.
const TYPES: [(&str, &str); 7] = [
    ("", "any type"),
    ("string", "string"),
    ("hash", "hash"),
    ("list", "list"),
    ("set", "set"),
    ("zset", "sorted set"),
    ("stream", "stream"),
];
const LIFETIMES: [(&str, &str); 4] =
    [("", "any lifetime"), ("60", "ends in 1 min"), ("3600", "ends in 1 h"), ("86400", "ends in a day")];
const SIZES: [(&str, &str); 5] = [
    ("", "any size"),
    ("1000", "1 kB and more"),
    ("10000", "10 kB and more"),
    ("100000", "100 kB and more"),
    ("1000000", "1 MB and more"),
];

/// The key browser.
#[component]
pub fn Keys() -> impl IntoView {
    let board = Board::here();
    let deleted = move || board.address.query.with(|query| query.get("deleted").map(str::to_owned));
    let body = move || match board.keys.get() {
        None => EitherOf3::A(view! { <p class="empty">"Loading …"</p> }),
        Some(Err(words)) => EitherOf3::B(failure(words)),
        Some(Ok(page)) => EitherOf3::C(listing(board, page)),
    };
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Keys " <small>"a page of them, in no order"</small></h2>
            </div>
            <Search />
            <p class="note" role="status" hidden=move || deleted().is_none()>
                <span class="sign good" aria-hidden="true">"● "</span>
                "Deleted "
                <code>{deleted}</code>
            </p>
            {body}
        </article>
    }
}

/// What stands in the place of an answer that could not be had.
pub(super) fn failure(words: String) -> impl IntoView {
    view! {
        <p class="note" role="alert">
            <span class="sign bad" aria-hidden="true">"✕ "</span>
            {words}
        </p>
    }
}

#[component]
fn Search() -> impl IntoView {
    let board = Board::here();
    // The pattern follows the address, which links change too; the rest belongs to who chooses.
    let shown = move || board.wanted.with(|wanted| wanted.keys.as_ref()?.pattern.clone()).unwrap_or_default();
    let asked = board.wanted.with_untracked(|wanted| wanted.keys.clone()).unwrap_or_default();
    let KeyQuery { space, pattern, kind, ttl_at_most_seconds, bytes_at_least, .. } = asked;
    let range = board.address.query.with_untracked(|query| query.get("range").unwrap_or_default().to_owned());
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let choice = |name: &'static str, label: &'static str, now: String, choices: &'static [(&str, &str)]| {
        let options = choices
            .iter()
            .map(|(value, words)| view! { <option value=*value selected=*value == now>{*words}</option> })
            .collect_view();
        view! {
            <select class="search" name=name aria-label=label>
                {options}
            </select>
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        #[cfg(feature = "hydrate")]
        crate::browser::cache::search(board, &event);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    view! {
        <form class="filters" method="get" action="/cache" role="search" on:submit=submit>
            <input type="hidden" name="space" value=space />
            <input type="hidden" name="range" value=range />
            <input
                class="search"
                type="search"
                name="pattern"
                value=pattern.unwrap_or_default()
                prop:value=shown
                placeholder="tournament:*"
                aria-label="Pattern: * is anything, ? one character"
                autocomplete="off"
                spellcheck="false"
                data-search=""
            />
            {choice("type", "Type", kind.unwrap_or_default(), &TYPES)}
            {choice("ttl", "Lifetime", number(ttl_at_most_seconds), &LIFETIMES)}
            {choice("size", "Size", number(bytes_at_least), &SIZES)}
            <button class="button">"Search"</button>
        </form>
    }
}

fn listing(board: Board, page: KeyPage) -> impl IntoView {
    let asked = board.wanted.with(|wanted| wanted.keys.clone()).unwrap_or_default();
    let narrowed = asked.pattern.as_deref().is_some_and(|pattern| pattern != "*")
        || asked.kind.is_some()
        || asked.ttl_at_most_seconds.is_some()
        || asked.bytes_at_least.is_some();
    let none = page.keys.is_empty();
    let empty = match (none, page.cursor.is_some(), narrowed) {
        (false, ..) => "",
        (true, true, _) => "Nothing matches among the keys looked at so far. There are more to look at.",
        (true, false, true) => "Nothing matches. * is anything, ? one character; capitals count.",
        (true, false, false) => "The space is empty: its programs have not stored anything, or everything has expired.",
    };
    let next = page.cursor.as_deref().map(|cursor| board.within(&[("cursor", Some(cursor)), ("key", None)]));
    let first = asked.cursor.map(|_| board.within(&[("cursor", None), ("key", None)]));
    view! {
        <div class="table-scroll key-list" tabindex="0" role="group" aria-label="Keys" hidden=none>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Key"</th>
                        <th scope="col" class="column-narrow">"Type"</th>
                        <th scope="col" class="number-column">"Lives for"</th>
                        <th scope="col" class="number-column">"Size"</th>
                    </tr>
                </thead>
                <tbody>{page.keys.into_iter().map(|key| row(board, key)).collect_view()}</tbody>
            </table>
        </div>
        <p class="empty" hidden=!none>{empty}</p>
        <p class="choices">
            {first.map(|link| view! { <a class="button" href=link>"From the beginning"</a> })}
            {next.map(|link| view! { <a class="button" href=link>"More keys"</a> })}
        </p>
    }
}

fn row(board: Board, key: KeyLine) -> impl IntoView {
    let link = board.within(&[("key", Some(&key.key))]);
    let shown = if key.key.is_empty() { "(the empty key)".to_owned() } else { key.key.clone() };
    view! {
        <tr>
            <th scope="row" class="path key-name">
                <a href=link title=key.key>{shown}</a>
            </th>
            <td class="dim column-narrow">{key.kind}</td>
            <td class="number-column">{words::lifetime(key.ttl_seconds)}</td>
            <td class="number-column">{words::bytes(key.bytes)}</td>
        </tr>
    }
}
