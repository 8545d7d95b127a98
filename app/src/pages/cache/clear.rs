//! Clearing entries: what would go, one question in words, how it goes, and what came of it.

use super::{Board, Clearing, board::is_running, keys::failure, words};
use crate::components::meter::Meter;
use leptos::{either::EitherOf4, prelude::*};
use miorai_model::{
    Kind, Unit,
    cache::{ClearPreview, ClearProgress, ClearState},
    quantity::quantity,
};

/// The panel that clears.
#[component]
pub fn ClearPanel() -> impl IntoView {
    let board = Board::here();
    let asking = Memo::new(move |_| !board.clearing.with(is_running));
    let body = move || match board.clearing.get() {
        Clearing::Idle => EitherOf4::A(()),
        Clearing::Previewed { pattern, preview } => EitherOf4::B(previewed(board, pattern, preview)),
        Clearing::Job(progress) => EitherOf4::C(job(board, progress)),
        Clearing::Failed { words, .. } => EitherOf4::D(failure(words)),
    };
    view! {
        <article class="panel" id="clear">
            <div class="panel-head">
                <h2>"Clear entries"</h2>
                <small class="dim" role="status">{move || board.busy.get()}</small>
            </div>
            <div hidden=move || !asking.get()>
                <Ask />
            </div>
            {body}
        </article>
    }
}

/// Asks which entries, and leads to what would go.
#[component]
fn Ask() -> impl IntoView {
    let board = Board::here();
    let of_keys = board.wanted.with_untracked(|wanted| wanted.keys.as_ref()?.pattern.clone());
    let pattern = board.clearing.with_untracked(|clearing| clearing.pattern().map(str::to_owned)).or(of_keys);
    let submit = move |event: leptos::ev::SubmitEvent| {
        #[cfg(feature = "hydrate")]
        crate::browser::cache::preview(board, &event);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    view! {
        <form class="filters" method="post" action=move || action(board) on:submit=submit>
            <input type="hidden" name="action" value="preview" />
            <input
                class="search"
                name="pattern"
                value=pattern.unwrap_or_default()
                placeholder="tournament:5:*"
                aria-label="Which entries: * is anything, ? one character"
                autocomplete="off"
                spellcheck="false"
                required
            />
            <button class="button">"See what would go"</button>
        </form>
        <p class="dim">
            <code>"*"</code>
            " is anything, "
            <code>"?"</code>
            " one character, "
            <code>"[ab]"</code>
            " one of these, "
            <code>"\\*"</code>
            " the star itself. A bracket that is not closed goes on to the end."
        </p>
    }
}

/// Where forms of this page are sent: the page itself, with what it shows.
fn action(board: Board) -> String {
    format!("/cache{}", board.within(&[("job", None), ("key", None), ("cursor", None)]))
}

fn previewed(board: Board, pattern: String, preview: ClearPreview) -> impl IntoView {
    let ClearPreview { matched, sample, bytes, recompute_seconds, seconds_estimated, confirm, token } = preview;
    if matched == 0 {
        return view! {
            <p class="note">
                "Nothing matches "
                <code>{pattern}</code>
                ": there is nothing to clear. Capitals count, and keys are meant without the beginning of the space."
            </p>
        }
        .into_any();
    }
    let more = matched.saturating_sub(sample.len() as u64);
    let id = board.wanted.with_untracked(|wanted| wanted.space().unwrap_or_default().to_owned());
    let name = board.report.with_untracked(|report| report.space(&id).map(|space| space.name.clone()));
    let submit = {
        let (token, pattern) = (token.clone(), pattern.clone());
        move |event: leptos::ev::SubmitEvent| {
            #[cfg(feature = "hydrate")]
            crate::browser::cache::clear(board, &event, &pattern, &token);
            #[cfg(not(feature = "hydrate"))]
            let _ = (&event, &pattern, &token);
        }
    };
    let leave = move |_| board.clearing.set(Clearing::Idle);
    let time = |seconds: f64| quantity(seconds, Unit::Seconds, Kind::Gauge).to_string();
    view! {
        <dl class="rows">
            <div>
                <dt>"Match"</dt>
                <dd>{words::keys(matched)}</dd>
            </div>
            <div>
                <dt>"Memory"</dt>
                <dd>"about " {words::bytes(Some(bytes))}</dd>
            </div>
            <div>
                <dt>"Computing them again"</dt>
                <dd>{recompute_seconds.map_or_else(|| "not known".to_owned(), |seconds| format!("about {}", time(seconds)))}</dd>
            </div>
            <div>
                <dt>"Clearing takes"</dt>
                <dd>"about " {time(seconds_estimated)}</dd>
            </div>
        </dl>
        <div class="sample" tabindex="0" role="group" aria-label="Some of the keys">
            <ul class="path">
                {sample.into_iter().map(|key| view! { <li>{key}</li> }).collect_view()}
                {(more > 0).then(|| view! { <li class="dim">"and " {words::grouped(more)} " more"</li> })}
            </ul>
        </div>
        <form method="post" action=move || action(board) on:submit=submit>
            <input type="hidden" name="action" value="clear" />
            <input type="hidden" name="token" value=token />
            <input type="hidden" name="pattern" value=pattern />
            {confirm
                .then(|| {
                    view! {
                        <label class="confirm">
                            <span>
                                "This clears the whole space. Type "
                                <strong>{name}</strong>
                                " to go on."
                            </span>
                            <input class="search" name="confirm" required autocomplete="off" spellcheck="false" />
                        </label>
                    }
                })}
            <p class="choices">
                <button class="button danger">"Clear " {words::keys(matched)}</button>
                <a class="button" href=move || board.within(&[]) on:click=leave>"Leave them"</a>
            </p>
        </form>
    }
    .into_any()
}

fn job(board: Board, progress: ClearProgress) -> impl IntoView {
    let ClearProgress { job, state, cleared, total, keys_per_second, duration_ms, message, pattern, .. } = progress;
    let running = state == ClearState::Running;
    let (class, sign, word) = match state {
        ClearState::Running => ("idle", "●", "Clearing"),
        ClearState::Done => ("good", "●", "Done"),
        ClearState::Cancelled => ("warning", "▲", "Stopped"),
        ClearState::Refused => ("warning", "▲", "Refused"),
        ClearState::Failed => ("bad", "✕", "Failed"),
    };
    let share = Signal::stored(Some(if total == 0 { 1.0 } else { cleared as f64 / total as f64 }));
    let rate = quantity(keys_per_second, Unit::Count, Kind::Counter).to_string();
    let took = quantity(duration_ms / 1e3, Unit::Seconds, Kind::Gauge).to_string();
    let submit = move |event: leptos::ev::SubmitEvent| {
        #[cfg(feature = "hydrate")]
        crate::browser::cache::cancel(board, &event, job);
        #[cfg(not(feature = "hydrate"))]
        let _ = event;
    };
    view! {
        <div class="job" role="status">
            <p>
                <span class=format!("sign {class}") aria-hidden="true">{sign}</span>
                " "
                <strong>{word}</strong>
                " "
                <code>{pattern}</code>
            </p>
            <Meter share limit=2.0 />
            <p>
                {words::grouped(cleared)} " of " {words::keys(total)} " cleared, "
                {if running { format!("{rate}, ") } else { String::new() }} {took}
            </p>
            <p class="dim">{message}</p>
        </div>
        <form class="choices" method="post" action=move || action(board) on:submit=submit hidden=!running>
            <input type="hidden" name="action" value="cancel" />
            <input type="hidden" name="job" value=job.to_string() />
            <button class="button">"Stop"</button>
            <span class="dim">"What is cleared stays cleared."</span>
        </form>
    }
}
