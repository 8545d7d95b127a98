//! A table that sorts, filters, pages and is copied: what it shows stands in the address, under names that begin with the
//! table's own, and works as links and a form where there is no script.

mod order;
mod spark;

pub use order::{Cell, Column, Line, MIDDLE, NUMBER, WIDE};

use self::{order::Order, spark::spark};
use crate::address::{Address, Query};
use leptos::{either::Either, prelude::*};

/// Lines of a page of a table.
pub(crate) const PAGE: usize = 20;

/// What a table is.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Tells it from others of the page; begins its names in the address.
    pub id: &'static str,
    /// What it lists, for those who cannot see it.
    pub label: &'static str,
    /// Its columns, the one that names a line first.
    pub columns: Vec<Column>,
    /// The name of the column that it is sorted by unless the address says otherwise.
    pub usual: &'static str,
    /// What can be filtered by, in the field for it; no field when it is empty.
    pub filter: &'static str,
    /// What stands there when there are no lines at all.
    pub empty: &'static str,
}

/// Shows a table.
#[component]
pub fn GridView(
    /// What it is.
    grid: Grid,
    /// Its lines, in any order.
    lines: Signal<Vec<Line>>,
) -> impl IntoView {
    let address = Address::here();
    let query = address.query;
    let Grid { id, label, columns, usual, filter, empty } = grid;
    let name = move |what: &str| format!("{id}.{what}");
    let columns = StoredValue::new(columns);
    let order = Memo::new(move |_| {
        columns.with_value(|columns| query.with(|query| Order::from_text(query.get(&name("sort")), columns, usual)))
    });
    let wanted = Memo::new(move |_| query.with(|query| query.get(&name("filter")).unwrap_or_default().to_owned()));
    let found = Memo::new(move |_| lines.with(|lines| order.get().arranged(lines, &wanted.read())));
    let pages = move || found.with(|found| found.len().div_ceil(PAGE)).max(1);
    let page = move || {
        let asked = query.with(|query| query.get(&name("page")).and_then(|page| page.parse::<usize>().ok()));
        asked.unwrap_or(1).clamp(1, pages())
    };
    let shown = move || {
        let first = (page() - 1) * PAGE;
        found.with(|found| found.iter().skip(first).take(PAGE).cloned().collect::<Vec<_>>())
    };
    let head = move || {
        let head = |(place, column): (usize, &Column)| {
            let column = *column;
            let link = move || {
                let sort = order.get().next(place, &column);
                query.with(|query| query.with(&name("sort"), Some(sort)).with(&name("page"), None).to_string())
            };
            view! {
                <th scope="col" class=column.class aria-sort=move || order.get().aria(place)>
                    <a href=link>{column.title}</a>
                </th>
            }
        };
        columns.with_value(|columns| columns.iter().enumerate().map(head).collect_view())
    };
    let step = move |to: usize| {
        query.with(|query| query.with(&name("page"), Some(to.to_string()).filter(|_| to > 1)).to_string())
    };
    let (is_one, is_first, is_last) = (move || pages() < 2, move || page() < 2, move || page() >= pages());
    let none = move || found.with(Vec::is_empty);
    let why = move || match (none(), lines.with(Vec::is_empty)) {
        (false, _) => "",
        (true, true) => empty,
        (true, false) => "Nothing matches the filter.",
    };
    view! {
        <div class="grid-tools">
            {(!filter.is_empty()).then(|| filter_field(address, name("filter"), filter))}
            {copy_button(columns, found)}
        </div>
        <div class="table-scroll grid-box" tabindex="0" role="group" aria-label=label hidden=none>
            <table class="table grid">
                <thead>
                    <tr>{head()}</tr>
                </thead>
                <tbody>{move || columns.with_value(|columns| shown().into_iter().map(|line| row(line, columns)).collect_view())}</tbody>
            </table>
        </div>
        <p class="empty" hidden=move || !none()>{why}</p>
        <p class="grid-pages" hidden=is_one>
            <a class="button" href=move || step(page() - 1) hidden=is_first>"Before"</a>
            <span class="dim">{move || format!("page {} of {}, {} in all", page(), pages(), found.with(Vec::len))}</span>
            <a class="button" href=move || step(page() + 1) hidden=is_last>
                "More"
            </a>
        </p>
    }
}

fn row(line: Line, columns: &[Column]) -> impl IntoView + use<> {
    let Line { mut link, chosen, cells } = line;
    let cells = cells.into_iter().zip(columns).enumerate().map(|(place, (cell, column))| {
        let Cell { text, sign: before, note, drawn, .. } = cell;
        let text = match link.take().filter(|_| place == 0) {
            Some(href) => {
                let current = chosen.then_some("true");
                Either::Left(view! { <a class="row-link" href=href aria-current=current>{text}</a> })
            }
            None => Either::Right(text),
        };
        let before = before
            .map(|(class, shape)| view! { <span class=format!("sign {class}") aria-hidden="true">{shape}" "</span> });
        let content =
            view! { {before}{text}{note.map(|note| view! { <span class="dim">" "{note}</span> })} {spark(&drawn)} };
        if place == 0 {
            Either::Left(view! { <th scope="row" class=column.class>{content}</th> })
        } else {
            Either::Right(view! { <td class=column.class>{content}</td> })
        }
    });
    view! { <tr>{cells.collect_view()}</tr> }
}

/// The field that filters: a form that keeps the rest of the address.
fn filter_field(address: Address, name: String, placeholder: &'static str) -> impl IntoView {
    let value = address.query.with_untracked(|query| query.get(&name).unwrap_or_default().to_owned());
    let rest = {
        let name = name.clone();
        move || {
            let kept = address.query.with(|query| query.with(&name, None));
            kept.pairs().map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()
        }
    };
    let put = {
        let name = name.clone();
        move |event| {
            let text = Some(event_target_value(&event)).filter(|text| !text.is_empty());
            put(address, address.query.with_untracked(|query| query.with(&name, text)));
        }
    };
    view! {
        <form class="filter" role="search" aria-label=placeholder on:submit=|event| event.prevent_default()>
            {rest}
            <input
                type="search"
                class="search"
                name=name
                value=value
                placeholder=placeholder
                aria-label=placeholder
                data-search=""
                autocomplete="off"
                on:input=put
            />
        </form>
    }
}

/// Writes another query into the address; in the browser, without a step back for each letter.
fn put(address: Address, query: Query) {
    #[cfg(feature = "hydrate")]
    crate::browser::address::replace(address, query);
    #[cfg(not(feature = "hydrate"))]
    address.query.set(query);
}

/// Copies what is found, as CSV.
fn copy_button(columns: StoredValue<Vec<Column>>, found: Memo<Vec<Line>>) -> impl IntoView {
    let copied = RwSignal::new(false);
    let press = move |_| {
        let text = columns.with_value(|columns| found.with(|found| order::csv(columns, found)));
        #[cfg(feature = "hydrate")]
        crate::browser::copy::copy(&text);
        let _ = text;
        copied.set(true);
    };
    view! {
        <button class="button copy" type="button" on:click=press hidden=move || found.with(Vec::is_empty)>
            {move || if copied.get() { "Copied" } else { "Copy as CSV" }}
        </button>
    }
}
