//! Cancelling the statement of a backend, or ending it: says first exactly what will be ended, and asks once.

use super::{Board, Ending, activity::who};
use crate::words;
use leptos::prelude::*;
use miorai_model::database::{BackendAction, BackendReport, BackendSignal};

/// The question; nothing while nobody is to be ended.
#[component]
pub fn Confirm() -> impl IntoView {
    let board = Board::here();
    let ending = Memo::new(move |_| board.wanted.with(|wanted| wanted.ending));
    move || ending.get().map(|ending| question(board, ending))
}

fn question(board: Board, ending: Ending) -> impl IntoView {
    let Ending { pid, signal } = ending;
    let backend = Memo::new(move |_| {
        board.of_server(|server| server.activity.iter().find(|backend| backend.pid == pid).cloned())
    });
    let server = move || board.of_server(|server| server.name.clone());
    let leave = move || board.link(&[("pid", None), ("end", None)]);
    let told = move || backend.with(|backend| consequence(ending, backend.as_ref()));
    let text = move || backend.with(|backend| backend.as_ref().map(|backend| backend.text.clone()).unwrap_or_default());
    let submit = move |event: leptos::ev::SubmitEvent| {
        #[cfg(feature = "hydrate")]
        crate::browser::database::end(board, &event, ending);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    let (title, button) = match signal {
        BackendSignal::Cancel => ("Cancel a statement", format!("Cancel the statement of {pid}")),
        BackendSignal::Terminate => ("End a connection", format!("End the connection of {pid}")),
    };
    view! {
        <article class="panel over" id="end">
            <div class="panel-head">
                <h2>{title} " " <small>"on " {server}</small></h2>
            </div>
            <p>{told}</p>
            <pre class="value" tabindex="0" role="group" aria-label="Its statement" hidden=move || text().is_empty()>{text}</pre>
            <form method="post" action=move || format!("/database{}", leave()) on:submit=submit>
                <input type="hidden" name="action" value=Ending::name(signal) />
                <input type="hidden" name="pid" value=pid.to_string() />
                <input type="hidden" name="database" value=server />
                <p class="choices">
                    <button class="button danger">{button}</button>
                    <a class="button" href=leave>"Leave it"</a>
                </p>
            </form>
        </article>
    }
}

/// What will happen to whom.
fn consequence(Ending { pid, signal }: Ending, backend: Option<&BackendReport>) -> String {
    let Some(backend) = backend else {
        return format!("The backend {pid} is not among those that do something: it may have ended by itself.");
    };
    let since = words::seconds(backend.transaction_seconds.or(backend.statement_seconds));
    let of = format!("The backend {pid} of {} is {} since {since}.", who(backend), backend.state);
    match signal {
        BackendSignal::Cancel => format!(
            "{of} Its statement is broken off, and its application is told of an error; its connection and its transaction stay."
        ),
        BackendSignal::Terminate => format!(
            "{of} Its connection is closed and its transaction is rolled back: what it has not committed is lost, and whoever waits for it goes on."
        ),
    }
}

/// What became of it.
#[component]
pub fn Outcome() -> impl IntoView {
    let board = Board::here();
    move || {
        board.outcome.get().map(|outcome| {
            let (class, sign, words) = match outcome {
                Ok(words) => ("sign good", "● ", words),
                Err(words) => ("sign bad", "✕ ", words),
            };
            view! {
                <p class="panel" role="status">
                    <span class=class aria-hidden="true">{sign}</span>
                    {words}
                </p>
            }
        })
    }
}

/// What became of a signal, in one sentence.
pub(crate) fn told(action: &BackendAction) -> String {
    let BackendAction { database, pid, signal, sent } = action;
    match (sent, signal) {
        (false, _) => format!("The backend {pid} of {database} was gone already: nothing was done."),
        (true, BackendSignal::Cancel) => format!("The statement of the backend {pid} of {database} is cancelled."),
        (true, BackendSignal::Terminate) => format!("The backend {pid} of {database} is ended."),
    }
}
