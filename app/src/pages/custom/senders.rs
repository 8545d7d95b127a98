//! Who sends, and what was refused.

use super::Board;
use crate::{
    components::grid::{Cell, Column, Grid, GridView, Line, MIDDLE, NUMBER},
    words,
};
use leptos::prelude::*;
use miorai_model::received::{RefusedPoints, SenderReport};

/// The table of senders.
#[component]
pub fn Senders() -> impl IntoView {
    let board = Board::here();
    let grid = Grid {
        id: "senders",
        label: "Senders",
        columns: vec![
            Column::new("name", "Program", "path"),
            Column::new("sdk", "Written with", "column-wide"),
            Column::new("heard", "Last heard", NUMBER),
            Column::new("series", "Series", MIDDLE),
            Column::new("rate", "Points", NUMBER),
            Column::new("refused", "Refused", NUMBER),
        ],
        usual: "name",
        filter: "",
        empty: "No program sends.",
    };
    let lines = Signal::derive(move || {
        board.report.with(|report| report.senders.iter().map(|sender| line(board, sender)).collect())
    });
    let none = move || board.report.with(|report| report.senders.is_empty());
    let bounds = move || {
        board.report.with(|report| {
            format!(
                "at most {}, of {} series each and {} in all",
                words::grouped(report.senders_limit as u64),
                words::grouped(report.series_of_sender_limit as u64),
                words::grouped(report.series_limit as u64),
            )
        })
    };
    view! {
        <article class="panel" id="senders" hidden=none>
            <div class="panel-head">
                <h2>"Senders " <small>{bounds}</small></h2>
            </div>
            <GridView grid lines />
        </article>
    }
}

fn line(board: Board, sender: &SenderReport) -> Line {
    let refused: u64 = sender.refused.iter().map(|refused| refused.points).sum();
    let refused_cell = Cell::count(refused);
    let filter = format!("service.name={}", sender.service);
    Line {
        link: Some(board.address.query.with(|query| query.with("series.filter", Some(filter)).to_string())),
        chosen: false,
        cells: vec![
            Cell::text(sender.service.clone()).noted(sender.instance.clone()),
            Cell::text(sender.sdk.clone().unwrap_or_else(|| "–".to_owned())).noted(sender.language.clone()),
            Cell::number(Some(sender.heard_seconds_ago), words::ago),
            Cell::count(sender.series as u64),
            Cell::number(Some(sender.points_per_second), words::rate),
            if refused > 0 { refused_cell.signed("warning", "▲").noted(reasons(sender)) } else { refused_cell },
        ],
    }
}

fn reasons(sender: &SenderReport) -> Option<String> {
    let reasons: Vec<&str> = sender.refused.iter().map(|refused| refused.reason.as_str()).collect();
    (!reasons.is_empty()).then(|| reasons.join(", ").replace('_', " "))
}

/// What was refused of all senders, and why; nothing when nothing was.
#[component]
pub fn Refused() -> impl IntoView {
    let board = Board::here();
    let refused = Memo::new(move |_| board.report.with(|report| report.refused.clone()));
    let items = move || refused.get().into_iter().map(item).collect_view();
    view! {
        <article class="panel" id="refused" hidden=move || refused.with(Vec::is_empty)>
            <div class="panel-head">
                <h2>"Refused " <small>"points of all senders since the start, and why"</small></h2>
            </div>
            <ul class="hints">{items}</ul>
        </article>
    }
}

fn item(refused: RefusedPoints) -> impl IntoView {
    let RefusedPoints { why, points, .. } = refused;
    view! {
        <li>
            <p>
                <span class="sign warning" aria-hidden="true">"▲ "</span>
                <strong>{words::grouped(points)}</strong>
                " because "
                {why}
            </p>
        </li>
    }
}
