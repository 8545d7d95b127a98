//! Settings: the colours, what the server is, and what it costs.

use crate::{
    components::{
        chart::{Chart, ChartDef},
        fact::Fact,
        frame::{choose_theme, key_list},
        inert::inert,
        number::{Latest, Number},
    },
    dashboard::Dashboard,
    snapshot::About,
    store::SeriesStore,
    theme::Theme,
};
use leptos::prelude::*;
use miorai_model::{Kind, SeriesKey, Unit, names, quantity::quantity};

fn one(name: &'static str) -> SeriesKey {
    SeriesKey::new(name, [])
}

/// The charts of the page.
pub fn charts() -> Vec<ChartDef> {
    vec![
        ChartDef::new("own-cpu", "Processor", "share of one core that the server uses", Unit::Ratio)
            .area(one(names::PROCESS_CPU), "processor"),
        ChartDef::new("own-memory", "Memory", "resident memory of the server", Unit::Bytes)
            .area(one(names::PROCESS_MEMORY), "memory"),
        ChartDef::new("own-tick", "Tick", "time to collect and encode one frame", Unit::Seconds)
            .area(one(names::TICK_DURATION), "duration")
            .line(one(names::TICK_LATENESS), "late by"),
        ChartDef::new("own-live", "Live stream", "bytes per second to all clients", Unit::Bytes)
            .rates()
            .area(one(names::LIVE_BYTES), "sent"),
    ]
}

/// How often a collector failed and was skipped.
fn collector_failures(collector: &str) -> [SeriesKey; 2] {
    [names::COLLECTOR_ERRORS, names::COLLECTOR_SKIPPED].map(|name| SeriesKey::new(name, [("collector", collector)]))
}

/// The series that the table of collectors adds up.
pub fn collector_keys(store: &SeriesStore) -> Vec<SeriesKey> {
    store.label_values(names::COLLECTOR_SKIPPED, "collector").iter().flat_map(|name| collector_failures(name)).collect()
}

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    view! {
        <section class="columns-2">
            <Colours />
            <ThisServer />
        </section>
        <section class="charts" aria-label="What the server costs">
            {charts().into_iter().map(|def| view! { <Chart def /> }).collect_view()}
        </section>
        <section class="columns-2">
            <Cost />
            <article class="panel" inner_html=inert(keys)></article>
        </section>
        <Collectors />
    }
}

fn keys() -> impl IntoView {
    view! {
        <div class="panel-head">
            <h2>"Keys"</h2>
        </div>
        {key_list()}
    }
}

#[component]
fn Colours() -> impl IntoView {
    let theme = Dashboard::here().theme;
    let choice = move |choice: Theme| {
        let words = match choice {
            Theme::System => "As the system has them",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        };
        let press = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            choose_theme(theme, choice);
        };
        view! {
            <button
                class="button"
                name="theme"
                value=choice.name()
                aria-pressed=move || (theme.get() == choice).to_string()
                on:click=press
            >
                {words}
            </button>
        }
    };
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Colours"</h2>
            </div>
            <form class="choices" method="post" action="/theme">
                {Theme::EVERY.map(choice).collect_view()}
            </form>
            <p class="dim">"The choice is kept in this browser."</p>
        </article>
    }
}

#[component]
fn ThisServer() -> impl IntoView {
    let about = Dashboard::here().about;
    view! { <article class="panel" inner_html=inert(move || this_server(about.get_value()))></article> }
}

fn this_server(about: About) -> impl IntoView {
    let config = about.config_file.unwrap_or_else(|| "none: defaults, environment and flags".to_owned());
    view! {
            <div class="panel-head">
                <h2>"This server"</h2>
            </div>
            <dl class="rows">
                <div>
                    <dt>"Version"</dt>
                    <dd>{about.version}</dd>
                </div>
                <div>
                    <dt>"Listens on"</dt>
                    <dd>{about.address}</dd>
                </div>
                <div>
                    <dt>"Data folder"</dt>
                    <dd class="path">{about.data_dir}</dd>
                </div>
                <div>
                    <dt>"Configuration file"</dt>
                    <dd class="path">{config}</dd>
                </div>
                <div>
                    <dt>"History in memory"</dt>
                    <dd>{miorai_model::quantity::duration(u64::from(about.history_seconds))}</dd>
                </div>
            </dl>
    }
}

/// The figures of the server's own cost.
#[component]
fn Cost() -> impl IntoView {
    let browser_part = Dashboard::here().about.with_value(|about| about.browser_part_bytes);
    let browser_part = if browser_part == 0 {
        "not built in".to_owned()
    } else {
        quantity(browser_part as f64, Unit::Bytes, Kind::Gauge).to_string()
    };
    let frame = |topic, encoding| SeriesKey::new(names::FRAME_BYTES, [("topic", topic), ("encoding", encoding)]);
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Its own cost"</h2>
            </div>
            <dl class="rows">
                <Fact title="Processor, of one core" key=one(names::PROCESS_CPU) unit=Unit::Ratio />
                <Fact title="Resident memory" key=one(names::PROCESS_MEMORY) unit=Unit::Bytes />
                <Fact title="History in memory" key=one(names::HISTORY_MEMORY) unit=Unit::Bytes />
                <Fact title="Threads" key=one(names::PROCESS_THREADS) unit=Unit::Count />
                <Fact title="Open files" key=one(names::PROCESS_FDS) unit=Unit::Count />
                <Fact title="Connections" key=one(names::HTTP_CONNECTIONS) unit=Unit::Count />
                <Fact title="Live clients" key=one(names::LIVE_CLIENTS) unit=Unit::Count />
                <Fact title="Series" key=one(names::SERIES_COUNT) unit=Unit::Count />
                <Fact title="Last tick took" key=one(names::TICK_DURATION) unit=Unit::Seconds />
                <Fact title="Frame, every series" key=frame("all", "binary") unit=Unit::Bytes />
                <div>
                    <dt>"Browser part, compressed"</dt>
                    <dd>{browser_part}</dd>
                </div>
            </dl>
        </article>
    }
}

/// What each collector takes, and whether it fails.
#[component]
fn Collectors() -> impl IntoView {
    let dashboard = Dashboard::here();
    let collectors = dashboard.label_values(names::COLLECTOR_SKIPPED, "collector");
    let row = move |collector: String| {
        let took = SeriesKey::new(names::COLLECTOR_DURATION, [("collector", &*collector)]);
        let count = |key: SeriesKey| {
            let value = Signal::derive(move || dashboard.counted(&key).map(f64::round));
            view! {
                <td class="number-column">
                    <Number value unit=Unit::Count />
                </td>
            }
        };
        let counts = collector_failures(&collector).map(count);
        view! {
            <tr>
                <th scope="row">{collector.clone()}</th>
                <td class="number-column">
                    <Latest key=took unit=Unit::Seconds />
                </td>
                {counts.into_iter().collect_view()}
            </tr>
        }
    };
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Collectors " <small>"where the numbers come from; errors and skips of the last 15 minutes"</small></h2>
            </div>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Collectors">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Collector"</th>
                            <th scope="col" class="number-column">"Last run took"</th>
                            <th scope="col" class="number-column">"Errors"</th>
                            <th scope="col" class="number-column">"Skipped"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || collectors.get() key=Clone::clone children=row />
                    </tbody>
                </table>
            </div>
        </article>
    }
}
