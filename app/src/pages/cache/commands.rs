//! What commands cost a server: those that take most time in all, and those that were slow.

use crate::words;
use leptos::prelude::*;
use miorai_model::cache::{CommandReport, LatencyEvent, SlowCommand};

/// How many commands are shown.
const SHOWN: usize = 10;

/// The commands that took most time in all.
#[component]
pub fn Costly(
    /// Those that cost most first.
    commands: Vec<CommandReport>,
) -> impl IntoView {
    let all: f64 = commands.iter().map(cost).sum();
    let none = commands.is_empty();
    let row = |command: CommandReport| {
        let share = (all > 0.0).then(|| cost(&command) / all);
        view! {
            <tr>
                <th scope="row" class="path">{command.command}</th>
                <td class="number-column">{words::grouped(command.calls)}</td>
                <td class="number-column">{words::seconds(Some(command.mean_seconds))}</td>
                <td class="number-column column-narrow">{words::seconds(command.p99_seconds)}</td>
                <td class="number-column column-narrow">{words::grouped(command.failed)}</td>
                <td class="number-column">{words::ratio(share)}</td>
            </tr>
        }
    };
    view! {
        <div>
            <h3>"Commands that cost most " <small>"since its start"</small></h3>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Commands that cost most" hidden=none>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Command"</th>
                            <th scope="col" class="number-column">"Calls"</th>
                            <th scope="col" class="number-column">"Mean"</th>
                            <th scope="col" class="number-column column-narrow">"p99"</th>
                            <th scope="col" class="number-column column-narrow">"Failed"</th>
                            <th scope="col" class="number-column">"Of all"</th>
                        </tr>
                    </thead>
                    <tbody>{commands.into_iter().take(SHOWN).map(row).collect_view()}</tbody>
                </table>
            </div>
            <p class="empty" hidden=!none>"It has not been asked anything yet, or does not tell."</p>
        </div>
    }
}

/// The time that a command took in all, in seconds.
fn cost(command: &CommandReport) -> f64 {
    command.calls as f64 * command.mean_seconds
}

/// The newest slow commands, and what its latency monitor has seen.
#[component]
pub fn SlowLog(
    /// The newest first.
    entries: Vec<SlowCommand>,
    /// What was slow besides commands.
    events: Vec<LatencyEvent>,
) -> impl IntoView {
    let none = entries.is_empty();
    let row = |entry: SlowCommand| {
        view! {
            <tr>
                <td class="dim">{words::ago(entry.age_seconds)}</td>
                <td class="number-column">{words::seconds(Some(entry.duration_seconds))}</td>
                <th scope="row" class="path" title=entry.client>{entry.command}</th>
            </tr>
        }
    };
    let seen = events.into_iter().map(|event| {
        format!(
            "{}: {} {}, {} at worst",
            event.event,
            words::seconds(Some(event.latest_seconds)),
            words::ago(event.age_seconds),
            words::seconds(Some(event.worst_seconds))
        )
    });
    let seen = seen.collect::<Vec<_>>().join("; ");
    let silent = seen.is_empty();
    view! {
        <div>
            <h3>"Slow log " <small>"newest first"</small></h3>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Slow log" hidden=none>
                <table class="table slow-log">
                    <thead>
                        <tr>
                            <th scope="col">"When"</th>
                            <th scope="col" class="number-column">"Took"</th>
                            <th scope="col">"Command"</th>
                        </tr>
                    </thead>
                    <tbody>{entries.into_iter().take(SHOWN).map(row).collect_view()}</tbody>
                </table>
            </div>
            <p class="empty" hidden=!none>"No command has been slow enough for its slow log."</p>
            <p class="dim" hidden=silent>"Latency monitor: " {seen}</p>
        </div>
    }
}
