//! The machine in full.

use crate::{
    components::{
        chart::{Chart, ChartDef},
        fact::Fact,
        meter::Meter,
        number::{Latest, Number},
        process_table::ProcessTableView,
        sparkline::Sparkline,
    },
    dashboard::Dashboard,
    pages::cpu,
    snapshot::Limits,
    store::SeriesStore,
};
use leptos::{either::Either, prelude::*};
use miorai_model::{Kind, SeriesKey, Unit, digits::sort_short, names, quantity::duration};

/// More lines than this in one chart cannot be told apart: the rest is in the tables.
const LINES: usize = 6;

fn per_device(name: &'static str, device: &str, direction: &str) -> SeriesKey {
    SeriesKey::new(name, [("device", device), ("direction", direction)])
}

/// A core's share of busy time.
fn core_key(cpu: &str) -> SeriesKey {
    SeriesKey::new(names::CPU_BUSY, [("cpu", cpu)])
}

/// The series of the per-core view.
pub fn core_keys(store: &SeriesStore) -> Vec<SeriesKey> {
    store.label_values(names::CPU_BUSY, "cpu").iter().map(|cpu| core_key(cpu)).collect()
}

/// The charts of the page. Those of devices depend on what the machine has.
pub fn charts(limits: &Limits, store: &SeriesStore) -> Vec<ChartDef> {
    let one = |name| SeriesKey::new(name, []);
    let memory = |state| SeriesKey::new(names::MEMORY_USAGE, [("state", state)]);
    let pressure = |resource, kind| SeriesKey::new(names::PRESSURE, [("resource", resource), ("kind", kind)]);
    let direction = |name, direction| SeriesKey::new(name, [("direction", direction)]);
    let connections = |state| SeriesKey::new(names::NETWORK_CONNECTIONS, [("state", state)]);
    let mut charts = vec![
        cpu::chart(limits),
        ChartDef::new("load", "Load", "tasks that run or wait", Unit::Count)
            .area(one(names::LOAD_1M), "1 min")
            .line(one(names::LOAD_5M), "5 min")
            .line(one(names::LOAD_15M), "15 min"),
        ChartDef::new("memory", "Memory", "by use", Unit::Bytes)
            .area(memory("used"), "used")
            .area(memory("cached"), "cached")
            .area(memory("buffers"), "buffers")
            .stacked(),
        ChartDef::new("pressure", "Pressure", "share of time that tasks waited", Unit::Ratio)
            .line(pressure("cpu", "some"), "processor")
            .line(pressure("memory", "some"), "memory")
            .line(pressure("io", "some"), "I/O")
            .line(pressure("io", "full"), "I/O, all tasks"),
        ChartDef::new("switches", "Context switches", "per second", Unit::Count)
            .rates()
            .area(one(names::CONTEXT_SWITCHES), "switches"),
        ChartDef::new("tasks", "Processes started", "per second", Unit::Count)
            .rates()
            .area(one(names::PROCESSES_CREATED), "started"),
        ChartDef::new("latency", "Network latency", "to other machines and back, median", Unit::Seconds)
            .area(one(names::NETWORK_ROUND_TRIP), "round trip"),
        ChartDef::new("connections", "TCP connections", "of the whole machine", Unit::Count)
            .area(connections("established"), "established")
            .line(connections("time_wait"), "closing"),
    ];
    if store.latest(&SeriesKey::new(names::SWAP_UTILIZATION, [])).is_some() {
        charts.push(
            ChartDef::new("swap", "Swap", "pages per second", Unit::Count)
                .rates()
                .line(direction(names::SWAP_OPERATIONS, "in"), "read back")
                .line(direction(names::SWAP_OPERATIONS, "out"), "written out"),
        );
    }
    charts.extend(device_charts(store));
    let sensors = store.label_values(names::TEMPERATURE, "sensor");
    if !sensors.is_empty() {
        let chart = ChartDef::new("temperature", "Temperatures", "of the machine's sensors", Unit::Celsius);
        charts.push(
            sensors.iter().take(LINES).fold(chart, |chart, sensor| {
                chart.line(SeriesKey::new(names::TEMPERATURE, [("sensor", sensor)]), sensor)
            }),
        );
    }
    charts
}

/// What each disk and each interface carries, both directions in one line.
fn device_charts(store: &SeriesStore) -> Vec<ChartDef> {
    let groups = [
        ("disk", "Disks", names::DISK_IO, ["read", "write"], ["read", "written"], Unit::Bytes, "bytes per second"),
        (
            "disk-operations",
            "Disk operations",
            names::DISK_OPERATIONS,
            ["read", "write"],
            ["reads", "writes"],
            Unit::Count,
            "per second",
        ),
        (
            "network",
            "Networks",
            names::NETWORK_IO,
            ["receive", "transmit"],
            ["received", "sent"],
            Unit::Bytes,
            "bytes per second",
        ),
        (
            "packets",
            "Packets",
            names::NETWORK_PACKETS,
            ["receive", "transmit"],
            ["received", "sent"],
            Unit::Count,
            "per second",
        ),
    ];
    groups
        .into_iter()
        .map(|(id, title, name, directions, words, unit, note)| {
            let devices = store.label_values(name, "device");
            let chart = ChartDef::new(id, title, note, unit).rates();
            devices.iter().filter(|device| *device != "lo").take(LINES / 2).fold(chart, |chart, device| {
                let [first, second] =
                    [0, 1].map(|i| (per_device(name, device, directions[i]), format!("{device} {}", words[i])));
                chart.line(first.0, &first.1).line(second.0, &second.1)
            })
        })
        .filter(|chart| !chart.keys.is_empty())
        .collect()
}

/// The page.
#[component]
pub fn System() -> impl IntoView {
    let dashboard = Dashboard::here();
    let limits = dashboard.about.with_value(|about| about.limits.clone());
    // The charts change only when a device comes or goes.
    let defs = Memo::new(move |_| {
        dashboard.shown.track();
        dashboard.store.with_value(|store| charts(&limits, store))
    });
    let shown = move || defs.get().into_iter().map(|def| view! { <Chart def /> }).collect_view();
    view! {
        <HostFacts />
        <Cores />
        <section class="charts" aria-label="Charts">{shown}</section>
        <section class="columns-2">
            <Filesystems />
            <Interfaces />
        </section>
        <article class="panel" id="processes">
            <div class="panel-head">
                <h2>
                    "Processes "
                    <small>
                        {move || dashboard.processes.with(|table| format!("{} in all, {} running, the top {} shown", table.total, table.running, table.top.len()))}
                    </small>
                </h2>
            </div>
            <ProcessTableView />
        </article>
    }
}

#[component]
fn HostFacts() -> impl IntoView {
    let dashboard = Dashboard::here();
    let host = dashboard.host.get_value();
    let uptime = move || {
        dashboard
            .latest(&SeriesKey::new(names::UPTIME, []))
            .map_or_else(|| "–".to_owned(), |seconds| duration(seconds as u64))
    };
    let one = |name| SeriesKey::new(name, []);
    let connections = SeriesKey::new(names::NETWORK_CONNECTIONS, [("state", "established")]);
    view! {
        <section class="panel facts-panel" aria-label="Machine">
            <dl class="facts">
                <div>
                    <dt>"System"</dt>
                    <dd>{host.os}</dd>
                </div>
                <div>
                    <dt>"Kernel"</dt>
                    <dd>{host.kernel} " " {host.architecture}</dd>
                </div>
                <div class="wide">
                    <dt>"Processor"</dt>
                    <dd>{host.cpu_count} " × " {host.cpu_model}</dd>
                </div>
                <div>
                    <dt>"Up for"</dt>
                    <dd>{uptime}</dd>
                </div>
                <Fact title="Memory" key=one(names::MEMORY_LIMIT) unit=Unit::Bytes />
                <Fact title="Open files" key=one(names::FILE_DESCRIPTORS) unit=Unit::Count />
                <Fact title="Threads" key=one(names::THREAD_COUNT) unit=Unit::Count />
                <Fact title="TCP connections" key=connections unit=Unit::Count />
                <Fact title="Network latency" key=one(names::NETWORK_ROUND_TRIP) unit=Unit::Seconds />
            </dl>
        </section>
    }
}

/// Every core: how busy it is now and was lately.
#[component]
fn Cores() -> impl IntoView {
    let dashboard = Dashboard::here();
    let cores = dashboard.label_values(names::CPU_BUSY, "cpu");
    let cell = move |cpu: String| {
        let key = core_key(&cpu);
        let value = Signal::derive({
            let key = key.clone();
            move || dashboard.latest(&key)
        });
        view! {
            <li class="core">
                <span class="dim">"Core " {cpu}</span>
                <strong>
                    <Number value unit=Unit::Ratio />
                </strong>
                <Sparkline keys=vec![key] unit=Unit::Ratio colour=0 />
            </li>
        }
    };
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Cores " <small>"share of time each was busy"</small></h2>
            </div>
            <ul class="cores">
                <For each=move || cores.get() key=Clone::clone children=cell />
            </ul>
        </article>
    }
}

#[component]
fn Filesystems() -> impl IntoView {
    let dashboard = Dashboard::here();
    let limit = dashboard.about.with_value(|about| about.limits.filesystem);
    let mounts = Memo::new(move |_| {
        dashboard.shown.track();
        dashboard.store.with_value(|store| {
            let mut keys: Vec<SeriesKey> = store
                .series()
                .map(|series| &series.key)
                .filter(|key| key.name == names::FILESYSTEM_UTILIZATION && !key.labels.is_empty())
                .filter(|key| store.latest(key).is_some())
                .cloned()
                .collect();
            sort_short(&mut keys, Ord::cmp);
            keys
        })
    });
    let row = move |key: SeriesKey| {
        let label = |name| key.labels.get(name).unwrap_or_default().to_owned();
        let (device, mount, kind) = (label("device"), label("mountpoint"), label("type"));
        let usage = |state| {
            SeriesKey::new(
                names::FILESYSTEM_USAGE,
                [("device", &*device), ("mountpoint", &*mount), ("state", state), ("type", &*kind)],
            )
        };
        let (used, free) = (usage("used"), usage("free"));
        let share = Signal::derive({
            let key = key.clone();
            move || dashboard.latest(&key)
        });
        view! {
            <tr>
                <th scope="row" class="path">{mount.clone()}</th>
                <td class="dim">{kind.clone()}</td>
                <td class="number-column">
                    <Latest key=used unit=Unit::Bytes />
                </td>
                <td class="number-column">
                    <Latest key=free unit=Unit::Bytes />
                </td>
                <td class="number-column">
                    <Number value=share unit=Unit::Ratio />
                </td>
                <td class="meter-column">
                    <Meter share limit />
                </td>
            </tr>
        }
    };
    let body = move || {
        if mounts.with(Vec::is_empty) {
            Either::Left(view! {
                <tr>
                    <td colspan="6" class="empty">"No filesystem is mounted that holds files."</td>
                </tr>
            })
        } else {
            Either::Right(mounts.get().into_iter().map(row).collect_view())
        }
    };
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Filesystems"</h2>
            </div>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Filesystems">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Mounted at"</th>
                            <th scope="col">"Type"</th>
                            <th scope="col" class="number-column">"Used"</th>
                            <th scope="col" class="number-column">"Free"</th>
                            <th scope="col" class="number-column">"Share"</th>
                            <th scope="col"><span class="visually-hidden">"Share as a bar"</span></th>
                        </tr>
                    </thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
        </article>
    }
}

#[component]
fn Interfaces() -> impl IntoView {
    let dashboard = Dashboard::here();
    let devices = dashboard.label_values(names::NETWORK_IO, "device");
    let row = move |device: String| {
        let both = |name| [per_device(name, &device, "receive"), per_device(name, &device, "transmit")];
        let sum = |name| {
            let keys = both(name);
            Signal::derive(move || dashboard.latest_sum(&keys))
        };
        let [received, sent] = both(names::NETWORK_IO);
        let (errors, dropped) = (sum(names::NETWORK_ERRORS), sum(names::NETWORK_DROPPED));
        view! {
            <tr>
                <th scope="row">{device.clone()}</th>
                <td class="number-column">
                    <Latest key=received unit=Unit::Bytes kind=Kind::Counter />
                </td>
                <td class="number-column">
                    <Latest key=sent unit=Unit::Bytes kind=Kind::Counter />
                </td>
                <td class="number-column">
                    <Number value=errors unit=Unit::Count kind=Kind::Counter />
                </td>
                <td class="number-column">
                    <Number value=dropped unit=Unit::Count kind=Kind::Counter />
                </td>
            </tr>
        }
    };
    view! {
        <article class="panel">
            <div class="panel-head">
                <h2>"Network interfaces"</h2>
            </div>
            <div class="table-scroll" tabindex="0" role="group" aria-label="Network interfaces">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Interface"</th>
                            <th scope="col" class="number-column">"Received"</th>
                            <th scope="col" class="number-column">"Sent"</th>
                            <th scope="col" class="number-column">"Errors"</th>
                            <th scope="col" class="number-column">"Dropped"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || devices.get() key=Clone::clone children=row />
                    </tbody>
                </table>
            </div>
        </article>
    }
}
