//! The choice of what part of time is shown and what it is compared with, as links: they work without a script, and can
//! be copied. Where there is no room for a row of them, a button opens them as a list.

use crate::{
    address::Address,
    dashboard::Dashboard,
    view::{Earlier, RANGES, View},
};
use leptos::prelude::*;

/// Every range, and every comparison.
#[component]
pub fn RangeChoice() -> impl IntoView {
    let address = Address::here();
    let query = address.query;
    let asked = Dashboard::here().asked_at(address);
    let zoomed = move || matches!(asked.get().0, View::Between(..));
    let ranges = RANGES.map(|(_, title, seconds)| {
        let choice = View::Last(seconds);
        let current = move || (asked.get().0 == choice).then_some("true");
        let link = move || query.with(|query| choice.in_query(query).to_string());
        view! {
            <a href=link aria-current=current>
                {title}
            </a>
        }
    });
    // A comparison that is on is switched off by the same link.
    let comparisons = Earlier::EVERY.map(|choice| {
        let is_on = move || asked.get().1 == Some(choice);
        let link = move || {
            let name = (!is_on()).then(|| choice.name().to_owned());
            query.with(|query| query.with("compare", name).to_string())
        };
        view! {
            <a href=link aria-current=move || is_on().then_some("true") title="Compare with the same time before">
                {choice.words().trim_start_matches("a ")}
            </a>
        }
    });
    let shown = move || {
        let range = RANGES.into_iter().find(|(_, _, seconds)| View::Last(*seconds) == asked.get().0);
        range.map_or("zoomed", |(_, title, _)| title)
    };
    view! {
        <button class="button range" type="button" popovertarget="ranges" aria-label=move || format!("Time range: {}", shown())>
            {shown}
            <span aria-hidden="true">"▾"</span>
        </button>
        <div id="ranges" class="ranges" popover="auto" role="group" aria-label="Time range">
            <span class="segments">
                {ranges.collect_view()} <span class="segments-note" hidden=move || !zoomed()>
                    "zoomed"
                </span>
            </span>
            <span class="segments">{comparisons.collect_view()}</span>
        </div>
    }
}
