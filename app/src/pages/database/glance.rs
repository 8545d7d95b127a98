//! Every database in one line, and what to do to watch more.

use super::Board;
use crate::{
    components::{
        banner::{class, sign},
        grid::{Cell, Column, Grid, GridView, Line, MIDDLE, NUMBER, WIDE},
    },
    words,
};
use leptos::prelude::*;
use miorai_model::{
    Status,
    database::{DatabaseReport, PoolReport, PostgresReport},
};

/// The table of databases.
#[component]
pub fn Glance() -> impl IntoView {
    let board = Board::here();
    let chosen = board.chosen();
    let grid = Grid {
        id: "databases",
        label: "Databases",
        columns: vec![
            Column::new("name", "Database", ""),
            Column::new("status", "Status", ""),
            Column::new("connections", "Connections", NUMBER),
            Column::new("hits", "Cache hits", MIDDLE),
            Column::new("transactions", "Transactions", MIDDLE),
            Column::new("size", "Size", "number-column column-narrow"),
            Column::new("answers", "Answers in", WIDE),
        ],
        usual: "name",
        filter: "",
        empty: "No database is in use or watched.",
    };
    let lines = Signal::derive(move || {
        let chosen = chosen.get();
        let link = |name: &str| board.link(&[("database", Some(name)), ("plan", None), ("pid", None), ("end", None)]);
        board.report.with(|report| {
            let servers = report.servers.iter().map(|server| Line {
                link: Some(link(&server.name)),
                chosen: server.name == chosen,
                cells: of_server(server),
            });
            let pools = report.pools.iter().map(|pool| Line {
                link: Some(link(&pool.name)),
                chosen: pool.name == chosen,
                cells: of_pool(report, pool),
            });
            servers.chain(pools).collect()
        })
    });
    view! {
        <article class="panel" id="databases">
            <div class="panel-head">
                <h2>"Databases " <small>"choose one to see what it does"</small></h2>
            </div>
            <GridView grid lines />
        </article>
    }
}

fn of_server(server: &PostgresReport) -> Vec<Cell> {
    let product = format!("PostgreSQL {}", server.version.split(' ').next().unwrap_or_default());
    let note = [product.trim(), &server.role].join(" ");
    let used = server.connections.used.map(|used| used as f64);
    let of = server.connections.max.map(|max| format!("of {max}"));
    vec![
        Cell::text(server.name.clone()).noted(Some(note.trim().to_owned())),
        status(server.status),
        Cell::number(used, |used| words::grouped(used as u64)).noted(of),
        Cell::ratio(server.traffic.cache_hit_ratio),
        Cell::number(server.traffic.transactions_per_second, words::rate),
        Cell::bytes(server.database_bytes),
        Cell::millis(server.response_time_ms),
    ]
}

/// What a pool of the program itself tells: its statements stand for transactions.
fn of_pool(report: &DatabaseReport, pool: &PoolReport) -> Vec<Cell> {
    let statements = report.statements.statements.iter().filter(|statement| statement.database == pool.name);
    let calls = statements.fold((0, 0.0), |(calls, total), one| (calls + one.calls, total + one.total_ms));
    let mean = (calls.0 > 0).then(|| calls.1 / calls.0 as f64);
    let per_second = calls.0 as f64 / report.statements.counted_seconds.max(1.0);
    let state = if pool.pending > 0 { Status::Degraded } else { Status::Healthy };
    vec![
        Cell::text(pool.name.clone()).noted(Some(format!("{}, of this program", pool.system))),
        status(state),
        Cell::count(pool.used).noted(Some(format!("of {}", pool.max))),
        Cell::text("–"),
        Cell::number(Some(per_second), words::rate),
        Cell::text("–"),
        Cell::millis(mean),
    ]
}

fn status(status: Status) -> Cell {
    Cell::text(status.word()).signed(class(status), sign(status))
}

/// What to set so that PostgreSQL servers are watched; nothing when there are some.
#[component]
pub fn NoServers() -> impl IntoView {
    let board = Board::here();
    let some = move || board.report.with(|report| !report.servers.is_empty());
    view! {
        <section class="panel nothing" hidden=some>
            <h2>"No PostgreSQL server is watched"</h2>
            <p>
                "Name one in "
                <code>"miorai.toml"</code>
                " and start the server anew. A user with the role "
                <code>"pg_monitor"</code>
                " may read everything that is shown here and change nothing:"
            </p>
            <pre class="value" tabindex="0" role="group" aria-label="What to set">
                "[[postgresql]]\nname = \"main\"\nurl = \"postgres://miorai:secret@127.0.0.1:5432/shop\""
            </pre>
            <pre class="value" tabindex="0" role="group" aria-label="What to carry out on the server">
                "CREATE ROLE miorai LOGIN PASSWORD 'secret' IN ROLE pg_monitor;"
            </pre>
        </section>
    }
}
