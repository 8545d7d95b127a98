//! Lets counters and quantiles start anew, after a question.

use super::Board;
use crate::{components::time_of_day::TimeOfDay, words};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn Reset() -> impl IntoView {
    let board = Board::here();
    let asks = move || board.wanted.with(|wanted| wanted.asks_reset);
    let was = move || board.wanted.with(|wanted| wanted.was_reset);
    let since = move || board.report.with(|report| view! { <TimeOfDay at=report.since /> });
    let counted = move || {
        board
            .report
            .with(|report| (words::grouped(report.totals.requests), report.routes.len() + board.routes_left_out.get()))
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        #[cfg(feature = "hydrate")]
        crate::browser::api::reset(board, &event);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    view! {
        <article class="panel" id="reset">
            <div class="panel-head">
                <h2>"Start anew"</h2>
            </div>
            <p>"Figures count since " {since} "."</p>
            <p class="note" role="status" hidden=move || !was()>
                <span class="sign good" aria-hidden="true">"● "</span>
                "Counters and quantiles have started anew. The charts keep their past."
            </p>
            <p class="note" role="alert" hidden=move || board.failed.with(String::is_empty)>
                <span class="sign bad" aria-hidden="true">"✕ "</span>
                {move || board.failed.get()}
            </p>
            <p class="choices" hidden=asks>
                <a class="button" href=move || board.link(&[("reset", Some("ask"))])>"Reset counters …"</a>
            </p>
            <form method="post" action=move || format!("/api{}", board.link(&[("reset", None)])) on:submit=submit hidden=move || !asks()>
                <p>
                    {move || {
                        let (requests, routes) = counted();
                        format!("The counts and quantiles of {requests} requests on {routes} routes, of every statement and of the slowest requests start anew.")
                    }} " What is in the history stays, and so do the charts. It cannot be undone."
                </p>
                <input type="hidden" name="action" value="reset" />
                <p class="choices">
                    <button class="button danger">"Reset the counters"</button>
                    <a class="button" href=move || board.link(&[("reset", None)])>"Leave them"</a>
                </p>
            </form>
        </article>
    }
}
