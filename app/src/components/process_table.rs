//! The processes that use most, sortable by their columns. The order stands in the address.

use crate::{
    address::{Address, Query},
    dashboard::Dashboard,
};
use leptos::{either::Either, prelude::*};
use miorai_model::{
    Kind, Unit,
    digits::{fixed, sort_short},
    process::{Process, ProcessTable},
    quantity::{duration, quantity},
};
use std::cmp::Ordering;

/// A column to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    Pid,
    User,
    Cpu,
    Memory,
    Threads,
    Uptime,
}

impl Column {
    const EVERY: [(Self, &'static str, &'static str); 7] = [
        (Self::Name, "name", "Process"),
        (Self::Pid, "pid", "PID"),
        (Self::User, "user", "User"),
        (Self::Cpu, "cpu", "CPU"),
        (Self::Memory, "memory", "Memory"),
        (Self::Threads, "threads", "Threads"),
        (Self::Uptime, "uptime", "Running for"),
    ];

    /// Names go up from A, numbers down from the greatest.
    fn compare(self, a: &Process, b: &Process) -> Ordering {
        match self {
            Self::Name => a.name.to_ascii_lowercase().cmp(&b.name.to_ascii_lowercase()),
            Self::Pid => a.pid.cmp(&b.pid),
            Self::User => a.user.cmp(&b.user),
            Self::Cpu => b.cpu_percent.total_cmp(&a.cpu_percent),
            Self::Memory => b.memory_bytes.cmp(&a.memory_bytes),
            Self::Threads => b.threads.cmp(&a.threads),
            Self::Uptime => b.uptime_seconds.cmp(&a.uptime_seconds),
        }
    }
}

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    /// As the column is usually read.
    Usual,
    /// The other way round.
    Reversed,
}

/// The order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Order {
    column: Column,
    direction: Direction,
}

impl Order {
    fn from_query(query: &Query) -> Self {
        let text = query.get("sort").unwrap_or_default();
        let (name, direction) = text.strip_prefix('-').map_or((text, Direction::Usual), |n| (n, Direction::Reversed));
        let column =
            Column::EVERY.into_iter().find(|(_, n, _)| *n == name).map_or(Column::Cpu, |(column, _, _)| column);
        Self { column, direction }
    }

    fn sort(self, processes: &mut [Process]) {
        sort_short(processes, |a, b| {
            let order = self.column.compare(a, b);
            let order = if self.direction == Direction::Reversed { order.reverse() } else { order };
            order.then_with(|| a.pid.cmp(&b.pid))
        });
    }

    /// What `aria-sort` says of a column.
    fn aria(self, column: Column) -> &'static str {
        let grows = matches!(column, Column::Name | Column::Pid | Column::User) == (self.direction == Direction::Usual);
        match (self.column == column, grows) {
            (false, _) => "none",
            (true, true) => "ascending",
            (true, false) => "descending",
        }
    }
}

/// The table. With `limit` it shows so many and cannot be sorted or filtered: the short form for the overview.
#[component]
pub fn ProcessTableView(
    /// Show so many, in a table that cannot be sorted.
    #[prop(optional)]
    limit: Option<usize>,
) -> impl IntoView {
    let processes = Dashboard::here().processes;
    let query = Address::here().query;
    let order = Memo::new(move |_| query.with(Order::from_query));
    let filter = Memo::new(move |_| query.with(|query| query.get("filter").unwrap_or_default().to_owned()));
    let rows = move || {
        processes
            .with(|table| sorted(table, order.get(), &filter.read(), limit))
            .into_iter()
            .map(|p| row(&p))
            .collect_view()
    };
    let head = move |(column, name, title): (Column, &'static str, &'static str)| {
        let number = if matches!(column, Column::Name | Column::User) { "" } else { "number-column" };
        if limit.is_some() {
            return Either::Left(view! { <th scope="col" class=format!("{number} column-{name}")>{title}</th> });
        }
        let link = move || {
            let now = order.get();
            let minus = if now.column == column && now.direction == Direction::Usual { "-" } else { "" };
            query.with(|query| query.with("sort", Some(format!("{minus}{name}"))).to_string())
        };
        let aria = move || order.get().aria(column);
        Either::Right(view! {
            <th scope="col" class=format!("{number} column-{name}") aria-sort=aria>
                <a href=link>{title}</a>
            </th>
        })
    };
    view! {
        {limit
            .is_none()
            .then(|| {
                view! {
                    <Filter />
                }
            })}
        <div class="table-scroll" tabindex="0" role="group" aria-label="Processes">
            <table class="table processes">
                <thead>
                    <tr>{Column::EVERY.into_iter().map(head).collect_view()}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// The field that filters: it stands in the address, and works as a form where there is no script.
#[component]
fn Filter() -> impl IntoView {
    let address = Address::here();
    let value = |name| address.query.with_untracked(|query| query.get(name).unwrap_or_default().to_owned());
    view! {
        <form class="filter" role="search" on:submit=|event| event.prevent_default()>
            <input type="hidden" name="sort" value=value("sort") />
            <label>
                <span class="visually-hidden">"Filter processes by name or user"</span>
                <input
                    type="search"
                    class="search"
                    name="filter"
                    value=value("filter")
                    placeholder="Filter by name or user"
                    data-search=""
                    autocomplete="off"
                    on:input=move |event| put_filter(address, event_target_value(&event))
                />
            </label>
        </form>
    }
}

/// Writes the filter into the address; in the browser, without a step back for each letter.
fn put_filter(address: Address, text: String) {
    let text = Some(text).filter(|text| !text.is_empty());
    let query = address.query.with_untracked(|query| query.with("filter", text));
    #[cfg(feature = "hydrate")]
    crate::browser::address::replace(address, query);
    #[cfg(not(feature = "hydrate"))]
    address.query.set(query);
}

fn sorted(table: &ProcessTable, order: Order, filter: &str, limit: Option<usize>) -> Vec<Process> {
    let filter = filter.trim().to_ascii_lowercase();
    let matches =
        |p: &&Process| p.name.to_ascii_lowercase().contains(&filter) || p.user.to_ascii_lowercase().contains(&filter);
    let mut processes: Vec<Process> = table.top.iter().filter(matches).cloned().collect();
    order.sort(&mut processes);
    processes.truncate(limit.unwrap_or(usize::MAX));
    processes
}

fn row(process: &Process) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row" class="column-name">{process.name.clone()}</th>
            <td class="number-column column-pid dim">{process.pid}</td>
            <td class="column-user dim">{process.user.clone()}</td>
            <td class="number-column column-cpu">{format!("{}\u{a0}%", fixed(process.cpu_percent, 1))}</td>
            <td class="number-column column-memory">
                {quantity(process.memory_bytes as f64, Unit::Bytes, Kind::Gauge).to_string()}
            </td>
            <td class="number-column column-threads">{process.threads}</td>
            <td class="number-column column-uptime dim">{duration(process.uptime_seconds)}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> ProcessTable {
        let process = |pid, name: &str, cpu_percent, memory_bytes| Process {
            pid,
            name: name.to_owned(),
            user: "root".to_owned(),
            cpu_percent,
            memory_bytes,
            threads: 1,
            uptime_seconds: 5,
        };
        ProcessTable {
            total: 3,
            running: 1,
            top: vec![process(1, "init", 0.0, 10), process(7, "Redis", 40.0, 30), process(9, "postgres", 2.0, 20)],
        }
    }

    fn order(sort: &str) -> Order {
        Order::from_query(&Query::parse(&format!("sort={sort}")))
    }

    #[test]
    fn the_address_says_the_order() {
        for (sort, expected) in [
            ("cpu", [7, 9, 1]),
            ("-cpu", [1, 9, 7]),
            ("name", [1, 9, 7]),
            ("memory", [7, 9, 1]),
            ("pid", [1, 7, 9]),
            ("nonsense", [7, 9, 1]),
        ] {
            let pids: Vec<u32> = sorted(&table(), order(sort), "", None).iter().map(|p| p.pid).collect();
            assert_eq!(pids, expected, "{sort}");
        }
    }

    #[test]
    fn a_filter_looks_at_names_and_users() {
        let found = |filter| sorted(&table(), order("cpu"), filter, None).len();
        assert_eq!((found("REDIS"), found(" root "), found("nobody")), (1, 3, 0));
    }

    #[test]
    fn the_sorted_column_says_which_way() {
        assert_eq!(order("cpu").aria(Column::Cpu), "descending");
        assert_eq!(order("-cpu").aria(Column::Cpu), "ascending");
        assert_eq!(order("name").aria(Column::Name), "ascending");
        assert_eq!(order("name").aria(Column::Cpu), "none");
    }
}
