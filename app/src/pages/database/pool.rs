//! The chosen pool of the program itself: its connections, its statements, and the slow calls.

use super::{Board, statements::OwnStatements};
use crate::words;
use leptos::prelude::*;
use miorai_model::database::{PoolReport, SlowStatement};

/// Slow calls that are listed.
const SLOW: usize = 20;

/// Everything about the chosen pool.
#[component]
pub fn Pool() -> impl IntoView {
    let board = Board::here();
    let chosen = board.chosen();
    let facts = move || {
        let facts = board.report.with(|report| report.pool(&chosen.read()).map(facts)).unwrap_or_default();
        facts
            .into_iter()
            .map(|(title, text)| {
                view! {
                    <div>
                        <dt>{title}</dt>
                        <dd>{text}</dd>
                    </div>
                }
            })
            .collect_view()
    };
    let slow = move || {
        let name = chosen.get();
        board.report.with(|report| {
            let of_pool = report.statements.slow_calls.iter().filter(|call| call.database == name);
            of_pool.take(SLOW).map(row).collect_view()
        })
    };
    let none = move || {
        let name = chosen.get();
        board.report.with(|report| !report.statements.slow_calls.iter().any(|call| call.database == name))
    };
    let threshold = move || board.report.with(|report| words::millis(Some(report.statements.slow_threshold_ms)));
    view! {
        <article class="panel" id="pool">
            <div class="panel-head">
                <h2>{chosen} " " <small>"the database of this program"</small></h2>
            </div>
            <dl class="facts">{facts}</dl>
        </article>
        <OwnStatements />
        <article class="panel" id="slow">
            <div class="panel-head">
                <h2>"Slow calls " <small>"that took " {threshold} " and longer, newest first"</small></h2>
            </div>
            <div class="table-scroll grid-box" tabindex="0" role="group" aria-label="Slow calls" hidden=none>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col" class="statement">"Statement"</th>
                            <th scope="col" class="number-column">"Took"</th>
                            <th scope="col" class="number-column column-middle">"Rows"</th>
                            <th scope="col" class="number-column">"When"</th>
                        </tr>
                    </thead>
                    <tbody>{slow}</tbody>
                </table>
            </div>
            <p class="empty" hidden=move || !none()>"No call has been slow."</p>
        </article>
    }
}

fn row(call: &SlowStatement) -> impl IntoView + use<> {
    let error = call.error.map(|error| format!(" {}", error.word()));
    view! {
        <tr>
            <th scope="row" class="path statement" title=call.text.clone()>
                {call.text.clone()}
                <span class="sign bad">{error}</span>
            </th>
            <td class="number-column">{words::millis(Some(call.duration_ms))}</td>
            <td class="number-column column-middle">{words::grouped(call.rows)}</td>
            <td class="number-column dim">{words::ago(call.age_seconds)}</td>
        </tr>
    }
}

fn facts(pool: &PoolReport) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("System", pool.system.clone()),
        ("Leads to", pool.namespace.clone()),
        ("Open", format!("{} of {}", pool.size, pool.max)),
        ("In use", words::grouped(pool.used)),
        ("Idle", words::grouped(pool.idle)),
        ("Wait for one", words::grouped(pool.pending)),
        ("Served at once", words::ratio(pool.efficiency_ratio)),
        ("Mean wait", words::millis(pool.mean_wait_ms)),
        ("p99 of waits", words::millis(pool.p99_wait_ms)),
        ("Given up", words::grouped(pool.timeouts)),
        ("Statements may take", words::millis(pool.statement_timeout_ms)),
    ];
    rows.extend(pool.errors.iter().map(|error| (error.kind.word(), words::grouped(error.count))));
    rows
}
