//! The handles that handlers use.

use crate::{
    caches, databases,
    http::{HttpOptions, middleware::origin::Doors, otlp::Gate, rest::openapi},
    performance, received,
};
use bytes::Bytes;
use miorai_monitoring::{Monitor, received::Received};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The version of the program, as answers tell it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What answers for the parts that have more to tell than numbers.
#[derive(Clone)]
pub struct Desks {
    /// Caches and their servers.
    pub caches: caches::Desk,
    /// Statements, pools and PostgreSQL servers.
    pub databases: databases::Desk,
    /// Routes, statements and slow requests.
    pub api: performance::Desk,
    /// What other programs have sent.
    pub received: received::Desk,
}

/// What handlers share. A clone is cheap.
#[derive(Clone)]
pub struct HttpState(Arc<Shared>);

struct Shared {
    monitor: Monitor,
    desks: Desks,
    gate: Gate,
    options: HttpOptions,
    doors: Doors,
    /// A permit for each client of the live stream.
    live_places: Arc<Semaphore>,
    /// Where tasks that outlive their request are counted, so that stopping can wait for them.
    tasks: TaskTracker,
    /// Cancelled when the server stops.
    stop: CancellationToken,
    openapi: Bytes,
    docs: Bytes,
}

impl HttpState {
    /// The handles. Tasks that outlive their request are put into `tasks` and end when `stop` is cancelled.
    pub fn new(
        monitor: Monitor,
        desks: Desks,
        received: Received,
        options: HttpOptions,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let document = openapi::document();
        Self(Arc::new(Shared {
            doors: Doors::new(options.bound.ip(), options.public_url.as_ref()),
            live_places: Arc::new(Semaphore::new(options.max_live_clients)),
            openapi: openapi::json(&document),
            docs: crate::http::rest::docs::page(&document),
            gate: Gate::new(received, options.max_received_bytes),
            monitor,
            desks,
            options,
            tasks,
            stop,
        }))
    }

    /// Frames, health, history and events.
    pub fn monitor(&self) -> &Monitor {
        &self.0.monitor
    }

    /// Caches and their servers.
    pub fn caches(&self) -> &caches::Desk {
        &self.0.desks.caches
    }

    /// Statements, pools and PostgreSQL servers.
    pub fn databases(&self) -> &databases::Desk {
        &self.0.desks.databases
    }

    /// Routes, statements and slow requests.
    pub fn api(&self) -> &performance::Desk {
        &self.0.desks.api
    }

    /// What other programs have sent.
    pub fn received(&self) -> &received::Desk {
        &self.0.desks.received
    }

    /// Where what other programs send is let in.
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Addresses and bounds.
    pub fn options(&self) -> &HttpOptions {
        &self.0.options
    }

    /// The hosts and origins that requests may name.
    pub fn doors(&self) -> &Doors {
        &self.0.doors
    }

    /// The permits of live clients.
    pub fn live_places(&self) -> &Arc<Semaphore> {
        &self.0.live_places
    }

    /// Where tasks that outlive their request are counted.
    pub fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// Cancelled when the server stops.
    pub fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// The `OpenAPI` document as JSON.
    pub fn openapi(&self) -> Bytes {
        self.0.openapi.clone()
    }

    /// The page that shows the `OpenAPI` document.
    pub fn docs(&self) -> Bytes {
        self.0.docs.clone()
    }
}
