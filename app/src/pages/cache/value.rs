//! The chosen key: its value, shown as text and no more of it than is good, and how to delete it.

use super::{Board, keys::failure};
use crate::words;
use leptos::{either::EitherOf3, prelude::*};
use miorai_model::cache::{KeyDetail, ValueForm};

/// The panel of the chosen key; nothing when none is chosen.
#[component]
pub fn Value() -> impl IntoView {
    let board = Board::here();
    let key = Memo::new(move |_| board.wanted.with(|wanted| wanted.key.clone()));
    let body = move || match board.value.get() {
        None => EitherOf3::A(view! { <p class="empty">"Loading …"</p> }),
        Some(Err(words)) => EitherOf3::B(failure(words)),
        Some(Ok(detail)) => EitherOf3::C(shown(board, detail)),
    };
    let close = move || board.within(&[("key", None)]);
    move || {
        key.get().map(|key| {
            view! {
                <article class="panel">
                    <div class="panel-head">
                        <h2 class="key-title">{key}</h2>
                        <a class="more" href=close>"Close"</a>
                    </div>
                    {body}
                </article>
            }
        })
    }
}

fn shown(board: Board, detail: KeyDetail) -> impl IntoView {
    let form = match detail.form {
        ValueForm::Json => "JSON",
        ValueForm::Text => "text",
        ValueForm::Binary => "bytes, as hexadecimal numbers",
        ValueForm::Nothing => "“there is no such thing”, kept so that nobody looks again",
    };
    let line = detail.line;
    let facts = format!(
        "{}, {}, lives for {}, shown as {form}",
        line.kind,
        words::bytes(line.bytes),
        words::lifetime(line.ttl_seconds)
    );
    let space = board.wanted.with_untracked(|wanted| wanted.space().unwrap_or_default().to_owned());
    let action = board.within(&[]);
    let submit = {
        let (space, key) = (space, line.key.clone());
        move |event: leptos::ev::SubmitEvent| {
            #[cfg(feature = "hydrate")]
            crate::browser::cache::delete(board, &event, &space, &key);
            #[cfg(not(feature = "hydrate"))]
            let _ = (&event, &space, &key);
        }
    };
    view! {
        <p class="dim">{facts}</p>
        <pre class="value" tabindex="0" role="group" aria-label="Value" hidden=detail.form == ValueForm::Nothing>{detail.value}</pre>
        <p class="dim" hidden=!detail.shortened>"There is more of it: this is the beginning."</p>
        <form class="choices" method="post" action=format!("/cache{action}") on:submit=submit>
            <input type="hidden" name="action" value="delete" />
            <input type="hidden" name="key" value=line.key />
            <button class="button danger">"Delete this entry"</button>
            <span class="dim">"Who asks for it next computes it again."</span>
        </form>
    }
}
