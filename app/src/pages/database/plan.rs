//! How the chosen statement would be carried out.

use super::Board;
use crate::words;
use leptos::{either::EitherOf3, prelude::*};
use miorai_model::database::PlanReport;

/// The panel of the plan; nothing when none is asked for.
#[component]
pub fn Plan() -> impl IntoView {
    let board = Board::here();
    let id = Memo::new(move |_| board.wanted.with(|wanted| wanted.plan.clone()));
    let close = move || board.link(&[("plan", None)]);
    let body = move || match board.plan.get() {
        None => EitherOf3::A(view! { <p class="empty">"Asking the database …"</p> }),
        Some(Err(words)) => EitherOf3::B(view! {
            <p class="note" role="alert">
                <span class="sign bad" aria-hidden="true">"✕ "</span>
                {words}
            </p>
        }),
        Some(Ok(plan)) => EitherOf3::C(shown(plan)),
    };
    move || {
        id.get().map(|id| {
            view! {
                <article class="panel" id="plan">
                    <div class="panel-head">
                        <h2>"Plan " <small class="path">{id}</small></h2>
                        <a class="more" href=close>"Close"</a>
                    </div>
                    {body}
                </article>
            }
        })
    }
}

fn shown(plan: PlanReport) -> impl IntoView {
    let PlanReport { text, method, lines, took_ms, .. } = plan;
    view! {
        <pre class="value" tabindex="0" role="group" aria-label="Statement">{text}</pre>
        <pre class="value plan" tabindex="0" role="group" aria-label="Plan">{lines.join("\n")}</pre>
        <p class="dim">
            "By "
            <code>{method}</code>
            ", in " {words::millis(Some(took_ms))} ". The statement was not carried out; values in conditions are left out."
        </p>
    }
}
