//! What to do where nothing has been sent yet, and which series are chosen.

use super::Board;
use crate::dashboard::Dashboard;
use leptos::prelude::*;
use miorai_model::{SeriesKey, received::labels_in_words};

/// What to set so that programs send; nothing when there are some.
#[component]
pub fn NoSenders() -> impl IntoView {
    let board = Board::here();
    let some = move || board.report.with(|report| !report.senders.is_empty());
    let address = Dashboard::here().about.with_value(|about| about.address.clone());
    let settings = format!(
        "OTEL_SERVICE_NAME=shop\nOTEL_EXPORTER_OTLP_METRICS_ENDPOINT={address}/v1/metrics\n\
         OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/protobuf"
    );
    view! {
        <section class="panel nothing" hidden=some>
            <h2>"No program sends metrics"</h2>
            <p>
                "Whatever is written with OpenTelemetry, in any language, sends them when its environment says where to. \
                Durations of its requests are then on the page of the API, everything else is here:"
            </p>
            <pre class="value" tabindex="0" role="group" aria-label="What to set">{settings}</pre>
            <p class="dim">"Programs on other machines need " <code>"received.from_other_machines = true"</code> "."</p>
        </section>
    }
}

/// The series that are charted, each with a link that lets it go.
#[component]
pub fn Chosen() -> impl IntoView {
    let (board, dashboard) = (Board::here(), Dashboard::here());
    let none = move || board.wanted.with(|wanted| wanted.series.is_empty());
    // Whether each is known changes seldom; frames come each second.
    let known = Memo::new(move |_| {
        dashboard.shown.track();
        let is_known =
            |key: &SeriesKey| dashboard.store.with_value(|store| store.series().any(|series| series.key == *key));
        board.wanted.with(|wanted| wanted.series.iter().map(|key| (key.clone(), is_known(key))).collect::<Vec<_>>())
    });
    let items = move || known.get().into_iter().map(|(key, is_known)| item(board, &key, is_known)).collect_view();
    let all = move || board.address.query.with(|query| query.with("series", None).to_string());
    view! {
        <section class="panel" id="chosen" aria-label="Chosen series" hidden=none>
            <ul class="chosen-series">{items}</ul>
            <a class="button" href=all>"Choose none"</a>
        </section>
    }
}

fn item(board: Board, key: &SeriesKey, is_known: bool) -> impl IntoView + use<> {
    let (name, labels) = (key.name.to_string(), labels_in_words(&key.labels));
    let without = board.wanted.with(|wanted| board.address.query.with(|query| wanted.toggled(query, key).to_string()));
    let gone = (!is_known).then(|| {
        view! {
            <span class="sign warning" aria-hidden="true">" ▲ "</span>
            "nothing comes of it just now"
        }
    });
    view! {
        <li>
            <span class="path">{name.clone()}</span>
            " "
            <span class="dim">{labels.clone()}</span>
            {gone}
            " "
            <a class="more" href=without aria-label=format!("Let go: {name} {labels}")>"Let go"</a>
        </li>
    }
}
