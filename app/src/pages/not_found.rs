//! What stands where there is no page.

use crate::components::inert::inert;
use leptos::prelude::*;

/// The page for addresses that lead nowhere; the server answers 404.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <section class="panel nothing" inner_html=inert(words)></section> }
}

fn words() -> impl IntoView {
    view! {
            <h2>"There is no page at this address"</h2>
            <p class="dim">"It may have moved, or the address may have a slip in it."</p>
            <p>
                <a class="button" href="/">"To the overview"</a>
            </p>
    }
}
