//! What commands cost a server: those that take most time in all, and those that were slow.

use crate::{
    components::grid::{Cell, Column, Grid, GridView, Line, NUMBER},
    words,
};
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
    let grid = Grid {
        id: "commands",
        label: "Commands that cost most",
        columns: vec![
            Column::new("command", "Command", "path"),
            Column::new("calls", "Calls", NUMBER),
            Column::new("mean", "Mean", NUMBER),
            Column::new("p99", "p99", "number-column column-narrow"),
            Column::new("failed", "Failed", "number-column column-narrow"),
            Column::new("share", "Of all", NUMBER),
        ],
        usual: "share",
        filter: "",
        empty: "It has not been asked anything yet, or does not tell.",
    };
    let line = |command: CommandReport| Line {
        cells: vec![
            Cell::text(command.command.clone()),
            Cell::count(command.calls),
            seconds(Some(command.mean_seconds)),
            seconds(command.p99_seconds),
            Cell::count(command.failed),
            Cell::ratio((all > 0.0).then(|| cost(&command) / all)),
        ],
        ..Line::default()
    };
    let lines: Vec<Line> = commands.into_iter().take(SHOWN).map(line).collect();
    view! {
        <div>
            <h3>"Commands that cost most " <small>"since its start"</small></h3>
            <GridView grid lines=Signal::stored(lines) />
        </div>
    }
}

/// A cell with seconds.
fn seconds(seconds: Option<f64>) -> Cell {
    Cell::number(seconds, |_| words::seconds(seconds))
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
    let grid = Grid {
        id: "slow",
        label: "Slow log",
        columns: vec![
            Column::new("command", "Command", "path"),
            Column::new("took", "Took", NUMBER),
            Column::new("when", "When", ""),
        ],
        usual: "when",
        filter: "",
        empty: "No command has been slow enough for its slow log.",
    };
    let line = |entry: SlowCommand| Line {
        cells: vec![
            Cell::text(entry.command).noted(Some(entry.client).filter(|client| !client.is_empty())),
            seconds(Some(entry.duration_seconds)),
            Cell::number(Some(entry.age_seconds), words::ago),
        ],
        ..Line::default()
    };
    let lines: Vec<Line> = entries.into_iter().take(SHOWN).map(line).collect();
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
            <div class="slow-log">
                <GridView grid lines=Signal::stored(lines) />
            </div>
            <p class="dim" hidden=silent>"Latency monitor: " {seen}</p>
        </div>
    }
}
