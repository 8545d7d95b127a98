//! The overview: is all well, and if not, what.

use crate::{
    components::{
        banner::Banner,
        chart::{Chart, ChartDef},
        meter::Meter,
        number::{Latest, Number},
        process_table::ProcessTableView,
        sparkline,
        tile::{Tile, TileDef},
        time_of_day::TimeOfDay,
    },
    dashboard::Dashboard,
    pages::{Drawn, cpu},
    snapshot::Limits,
    view::View,
};
use leptos::{either::Either, prelude::*};
use miorai_model::{Kind, SeriesKey, Severity, Unit, digits::fixed, names, quantity::quantity};

/// What the page draws. Which series these are does not depend on limits.
pub(super) fn drawn() -> Drawn {
    let limits = Limits::default();
    let beside = tiles(&limits).into_iter().flat_map(|tile| tile.keys).collect();
    Drawn { charts: charts(&limits), beside, recent: View::Last(sparkline::SECONDS) }
}

/// The charts of the page.
pub fn charts(limits: &Limits) -> Vec<ChartDef> {
    let pressure = |resource| SeriesKey::new(names::PRESSURE, [("resource", resource), ("kind", "some")]);
    vec![
        cpu::chart(limits),
        ChartDef::new("memory", "Memory", "share in use", Unit::Ratio)
            .area(SeriesKey::new(names::MEMORY_UTILIZATION, []), "memory")
            .line(SeriesKey::new(names::SWAP_UTILIZATION, []), "swap")
            .up_to(1.0)
            .limit(limits.memory, &cpu::limit_label(limits.memory)),
        traffic_chart("network", "Network", names::NETWORK_IO, [("receive", "received"), ("transmit", "sent")]),
        traffic_chart("disk", "Disk", names::DISK_IO, [("read", "read"), ("write", "written")]),
        ChartDef::new("load", "Load", "tasks that run or wait", Unit::Count)
            .area(SeriesKey::new(names::LOAD_1M, []), "1 min")
            .line(SeriesKey::new(names::LOAD_5M, []), "5 min")
            .line(SeriesKey::new(names::LOAD_15M, []), "15 min"),
        ChartDef::new("pressure", "Pressure", "share of time that tasks waited", Unit::Ratio)
            .line(pressure("cpu"), "processor")
            .line(pressure("memory"), "memory")
            .line(pressure("io"), "I/O"),
    ]
}

fn traffic_chart(
    id: &'static str,
    title: &'static str,
    name: &'static str,
    directions: [(&'static str, &str); 2],
) -> ChartDef {
    let [(first, first_label), (second, second_label)] = directions;
    ChartDef::new(id, title, "bytes per second", Unit::Bytes)
        .rates()
        .area(SeriesKey::new(name, [("direction", first)]), first_label)
        .line(SeriesKey::new(name, [("direction", second)]), second_label)
}

/// The tiles of the page.
pub fn tiles(limits: &Limits) -> Vec<TileDef> {
    let both = |name, a, b| vec![SeriesKey::new(name, [("direction", a)]), SeriesKey::new(name, [("direction", b)])];
    let tile =
        |title, keys, unit, kind, colour, limit| TileDef { title, keys, unit, kind, colour, limit, href: "/system" };
    let one = |name| vec![SeriesKey::new(name, [])];
    vec![
        tile("CPU", one(names::CPU_BUSY), Unit::Ratio, Kind::Gauge, 0, Some((limits.cpu, "above its limit"))),
        tile(
            "Memory",
            one(names::MEMORY_UTILIZATION),
            Unit::Ratio,
            Kind::Gauge,
            4,
            Some((limits.memory, "above its limit")),
        ),
        tile("Load", one(names::LOAD_1M), Unit::Count, Kind::Gauge, 1, None),
        tile("Network", both(names::NETWORK_IO, "receive", "transmit"), Unit::Bytes, Kind::Counter, 2, None),
        tile(
            "Disk I/O",
            both(names::DISK_IO, "read", "write"),
            Unit::Bytes,
            Kind::Counter,
            1,
            Some((limits.disk_io, "above its limit")),
        ),
        tile(
            "Fullest disk",
            one(names::FILESYSTEM_UTILIZATION),
            Unit::Ratio,
            Kind::Gauge,
            3,
            Some((limits.filesystem, "almost full")),
        ),
    ]
}

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    let limits = Dashboard::here().about.with_value(|about| about.limits.clone());
    view! {
        <Banner />
        <section class="tiles" aria-label="Key figures">
            {tiles(&limits).into_iter().map(|def| view! { <TileWithNote def /> }).collect_view()}
        </section>
        <CacheLine />
        <section class="charts" aria-label="Charts">
            {charts(&limits).into_iter().map(|def| view! { <Chart def /> }).collect_view()}
        </section>
        <section class="columns-3">
            <article class="panel span-2">
                <div class="panel-head">
                    <h2>"Top processes" <small>"by processor time"</small></h2>
                    <a class="more" href="/system#processes">"All"</a>
                </div>
                <ProcessTableView limit=6 />
            </article>
            <Targets limits />
            <Events />
        </section>
    }
}

/// What all caches do, in one line; nothing while they do nothing.
#[component]
fn CacheLine() -> impl IntoView {
    let dashboard = Dashboard::here();
    let one = |name| SeriesKey::new(name, []);
    let idle = move || dashboard.latest(&one(names::CACHE_OPERATIONS)).is_none();
    view! {
        <a class="panel cache-line" href="/cache" hidden=idle>
            <strong>"Cache"</strong>
            <span>
                <Latest key=one(names::CACHE_HIT_RATIO) unit=Unit::Ratio />
                <span class="dim">" hit ratio"</span>
            </span>
            <span>
                <Latest key=one(names::CACHE_OPERATIONS) unit=Unit::Count kind=Kind::Counter />
                <span class="dim">" operations"</span>
            </span>
        </a>
    }
}

/// A tile with what belongs to its number.
#[component]
fn TileWithNote(def: TileDef) -> impl IntoView {
    let dashboard = Dashboard::here();
    let latest = move |name| dashboard.latest(&SeriesKey::new(name, []));
    let bytes = move |value: Option<f64>| {
        value.map_or_else(|| "–".to_owned(), |v| quantity(v, Unit::Bytes, Kind::Gauge).to_string())
    };
    let direction = move |name, direction| {
        let value = dashboard.latest(&SeriesKey::new(name, [("direction", direction)]));
        value.map_or_else(|| "–".to_owned(), |v| quantity(v, Unit::Bytes, Kind::Counter).to_string())
    };
    let cores = dashboard.host.with_value(|host| host.cpu_count);
    let title = def.title;
    let note = move || match title {
        "CPU" => format!("{cores} cores"),
        "Memory" => {
            let limit = latest(names::MEMORY_LIMIT);
            let used = latest(names::MEMORY_UTILIZATION).zip(limit).map(|(share, limit)| share * limit);
            format!("{} of {}", bytes(used), bytes(limit))
        }
        "Load" => format!(
            "{}\u{a0}·\u{a0}{} in\u{a0}5,\u{a0}15\u{a0}min",
            fixed(latest(names::LOAD_5M).unwrap_or(0.0), 2),
            fixed(latest(names::LOAD_15M).unwrap_or(0.0), 2)
        ),
        "Network" => {
            format!(
                "in\u{a0}{} · out\u{a0}{}",
                direction(names::NETWORK_IO, "receive"),
                direction(names::NETWORK_IO, "transmit")
            )
        }
        "Disk I/O" => {
            format!(
                "read\u{a0}{} · write\u{a0}{}",
                direction(names::DISK_IO, "read"),
                direction(names::DISK_IO, "write")
            )
        }
        _ => "of its space is used".to_owned(),
    };
    view! { <Tile def>{note}</Tile> }
}

/// The machine measured against its limits.
#[component]
fn Targets(limits: Limits) -> impl IntoView {
    let dashboard = Dashboard::here();
    let latency = TileDef {
        title: "Network latency",
        keys: vec![SeriesKey::new(names::NETWORK_ROUND_TRIP, [])],
        unit: Unit::Seconds,
        kind: Kind::Gauge,
        colour: 2,
        limit: Some((limits.latency, "above its limit")),
        href: "/system",
    };
    let defs = tiles(&limits).into_iter().chain([latency]);
    let measured = defs.filter_map(|def| def.limit.map(|(limit, _)| (def, limit))).collect::<Vec<_>>();
    let total = measured.len();
    let met = {
        let measured = measured.iter().map(|(def, limit)| (def.keys.clone(), *limit)).collect::<Vec<_>>();
        Memo::new(move |_| {
            measured
                .iter()
                .filter(|(keys, limit)| dashboard.latest_sum(keys).is_none_or(|value| value < *limit))
                .count()
        })
    };
    let row = move |(def, limit): (TileDef, f64)| {
        let value = Signal::derive({
            let keys = def.keys.clone();
            move || dashboard.latest_sum(&keys)
        });
        let share = Signal::derive(move || {
            value.get().map(|value| if def.unit == Unit::Ratio { value } else { value / limit })
        });
        let bar_limit = if def.unit == Unit::Ratio { limit } else { 1.0 };
        let over = move || if value.get().is_some_and(|value| value >= limit) { "target over" } else { "target" };
        view! {
            <li class=over>
                <span>{def.title}</span>
                <span class="dim">
                    "< " {quantity(limit, def.unit, def.kind).to_string()}
                </span>
                <strong>
                    <Number value unit=def.unit kind=def.kind />
                </strong>
                <Meter share limit=bar_limit />
            </li>
        }
    };
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Limits" <small>{move || met.get()} " of " {total} " kept"</small></h2>
            </div>
            <ul class="targets">{measured.into_iter().map(row).collect_view()}</ul>
        </article>
    }
}

/// The newest lines of the journal.
#[component]
pub fn Events() -> impl IntoView {
    let events = Dashboard::here().events;
    let sign = |severity| match severity {
        Severity::Info => ("idle", "●", "Info"),
        Severity::Warning => ("warning", "▲", "Warning"),
        Severity::Error => ("bad", "✕", "Error"),
    };
    let rows = move || {
        events.with(|events| {
            if events.is_empty() {
                return Either::Left(view! {
                    <li class="empty">"Nothing has happened since the server was started. Events appear here by themselves."</li>
                });
            }
            let rows = events.iter().take(8).map(|event| {
                let (class, shape, word) = sign(event.severity);
                view! {
                    <li class="event">
                        <span class=format!("sign {class}") title=word role="img" aria-label=word>{shape}</span>
                        <span class="event-words">{event.message.clone()}</span>
                        <span class="dim">
                            <TimeOfDay at=event.at />
                        </span>
                    </li>
                }
            });
            Either::Right(rows.collect_view())
        })
    };
    view! {
        <article class="panel span-all">
            <div class="panel-head">
                <h2>"Events" <small>"newest first"</small></h2>
            </div>
            <ul class="events">{rows}</ul>
        </article>
    }
}
