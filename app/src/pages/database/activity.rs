//! What the backends of the chosen server do just now.

use super::{Board, Ending};
use crate::words;
use leptos::prelude::*;
use miorai_model::database::{BackendReport, BackendSignal};

/// The list of backends.
#[component]
pub fn Activity() -> impl IntoView {
    let board = Board::here();
    let rows = move || {
        board.of_server(|server| server.activity.clone()).iter().map(|backend| row(board, backend)).collect_view()
    };
    let none = move || board.of_server(|server| server.activity.is_empty());
    view! {
        <article class="panel" id="activity">
            <div class="panel-head">
                <h2>"Activity " <small>"backends that do something or hold a transaction open"</small></h2>
            </div>
            <div class="table-scroll grid-box" tabindex="0" role="group" aria-label="Activity" hidden=none>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Process"</th>
                            <th scope="col">"State"</th>
                            <th scope="col" class="number-column">"For"</th>
                            <th scope="col" class="column-middle">"Who"</th>
                            <th scope="col" class="statement">"Statement"</th>
                            <th scope="col">"End it"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="empty" hidden=move || !none()>"Nothing is going on."</p>
        </article>
    }
}

fn row(board: Board, backend: &BackendReport) -> impl IntoView + use<> {
    let since = backend.transaction_seconds.or(backend.statement_seconds);
    let waits = (!backend.wait.is_empty()).then(|| format!(", waits for {}", backend.wait));
    view! {
        <tr>
            <th scope="row">{backend.pid}</th>
            <td>{backend.state.clone()}<span class="dim">{waits}</span></td>
            <td class="number-column">{words::seconds(since)}</td>
            <td class="column-middle dim">{who(backend)}</td>
            <td class="path statement" title=backend.text.clone()>{backend.text.clone()}</td>
            <td>{ends(board, backend.pid)}</td>
        </tr>
    }
}

/// Who a backend works for, as far as it is known.
pub(super) fn who(backend: &BackendReport) -> String {
    let parts = [backend.user.as_str(), backend.application.as_str(), backend.client.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The links that lead to the question whether a backend is to be ended.
pub(super) fn ends(board: Board, pid: i32) -> impl IntoView {
    let link = |words: &'static str, signal: BackendSignal| {
        let href = board.link(&[("pid", Some(&pid.to_string())), ("end", Some(Ending::name(signal)))]);
        view! {
            <a class="more" href=href aria-label=format!("{words} {pid}")>
                {words}
            </a>
        }
    };
    view! { <span class="ends">{link("Cancel", BackendSignal::Cancel)}{link("End", BackendSignal::Terminate)}</span> }
}
