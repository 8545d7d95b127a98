//! What could be better, with the evidence, and what cannot be read, with the statement that grants it.

use super::Board;
use leptos::prelude::*;
use miorai_model::database::{Hint, HintKind, MissingRight};

/// The panel of hints; nothing while there are none.
#[component]
pub fn Hints() -> impl IntoView {
    let board = Board::here();
    let hints = Memo::new(move |_| board.of_server(|server| server.hints.clone()));
    let shown = move || hints.with(|hints| hints.iter().map(hint).collect_view());
    view! {
        <article class="panel" id="hints" hidden=move || hints.with(Vec::is_empty)>
            <div class="panel-head">
                <h2>"What could be better"</h2>
            </div>
            <ul class="hints">{shown}</ul>
        </article>
    }
}

fn hint(hint: &Hint) -> impl IntoView + use<> {
    view! {
        <li>
            <p>
                <strong>{title(hint.kind)}</strong>
                " "
                <span class="path">{hint.subject.clone()}</span>
            </p>
            <p>{hint.evidence.clone()} " " <span class="dim">{hint.advice.clone()}</span></p>
            {hint.statement.clone().map(statement)}
        </li>
    }
}

/// A statement to be copied.
fn statement(text: String) -> impl IntoView {
    view! {
        <pre class="value" tabindex="0" role="group" aria-label="The statement">
            {text}
        </pre>
    }
}

const fn title(kind: HintKind) -> &'static str {
    match kind {
        HintKind::UnusedIndex => "Index that nobody uses",
        HintKind::DuplicateIndex => "Index that another one covers",
        HintKind::InvalidIndex => "Index that cannot be used",
        HintKind::MissingIndex => "Table that is read as a whole",
        HintKind::UnindexedForeignKey => "Foreign key without an index",
        HintKind::DeadRows => "Rows that are not cleared away",
        HintKind::LongTransaction => "Transaction that has been open for long",
        HintKind::Connections => "Connections are nearly all in use",
        HintKind::CacheHitRatio => "Too much is read from disk",
    }
}

/// The panel of missing rights; nothing while there are none.
#[component]
pub fn Rights() -> impl IntoView {
    let board = Board::here();
    let rights = Memo::new(move |_| board.of_server(|server| server.missing_rights.clone()));
    let shown = move || rights.with(|rights| rights.iter().map(right).collect_view());
    view! {
        <article class="panel over" id="rights" hidden=move || rights.with(Vec::is_empty)>
            <div class="panel-head">
                <h2>"What cannot be read " <small>"and what a superuser of that database can carry out so that it can"</small></h2>
            </div>
            <ul class="hints">{shown}</ul>
        </article>
    }
}

fn right(right: &MissingRight) -> impl IntoView + use<> {
    let text = right.statements.join("\n");
    view! {
        <li>
            <p>
                <span class="sign warning" aria-hidden="true">"▲ "</span>
                <strong>{right.what.clone()}</strong>
                " "
                {right.reason.clone()}
            </p>
            {(!text.is_empty()).then(|| statement(text))}
            <p class="dim">{right.also.clone()}</p>
        </li>
    }
}
