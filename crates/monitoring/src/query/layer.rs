//! What runs on connections that are in no watched pool, read from the log of `sqlx`.

use super::{OTHER, QueryMonitor, client::Client, text::Tongue};
use std::{fmt, sync::Arc, time::Duration};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    filter::{FilterFn, filter_fn},
    layer::{Context, Filter},
};

/// Where `sqlx` logs each call, when the connection has not been told not to.
const TARGET: &str = "sqlx::query";

impl QueryMonitor {
    /// The layer that sees calls on connections that are in no watched pool, to be put into the program's subscriber
    /// with [`StatementLayer::filter`].
    pub fn layer(&self) -> StatementLayer {
        StatementLayer(self.client(OTHER, "", Tongue::Postgres))
    }
}

/// Counts what `sqlx` logs.
#[derive(Debug)]
pub struct StatementLayer(Arc<Client>);

impl StatementLayer {
    /// Lets through what the layer reads and nothing else; `sqlx` logs below what is usually shown.
    pub fn filter<S: Subscriber>() -> impl Filter<S> + 'static {
        let is_call: FilterFn = filter_fn(|metadata| metadata.target() == TARGET);
        is_call.with_max_level_hint(Level::DEBUG)
    }
}

impl<S: Subscriber> Layer<S> for StatementLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != TARGET {
            return;
        }
        let mut told = Told::default();
        event.record(&mut told);
        // A text of a few words is in the summary alone.
        let sql = if told.statement.is_empty() { &told.summary } else { told.statement.trim() };
        let statement = self.0.statement(sql);
        let is_change = statement.as_ref().is_some_and(|statement| statement.text.is_change);
        let rows = if is_change && told.returned == 0 { told.affected } else { told.returned };
        self.0.record(statement.as_ref(), Duration::try_from_secs_f64(told.seconds).unwrap_or_default(), rows, None);
    }
}

/// The fields of an event that are of interest.
#[derive(Default)]
struct Told {
    summary: String,
    statement: String,
    returned: u64,
    affected: u64,
    seconds: f64,
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "rows_returned" => self.returned = value,
            "rows_affected" => self.affected = value,
            _ => {}
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.seconds = value;
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
