//! Measures the requests of any axum service.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! use axum::{Router, body::Body, http::Request, routing::get};
//! use miorai_monitoring::http::HttpMonitor;
//! use tower::ServiceExt as _;
//!
//! let monitor = HttpMonitor::new();
//! let router: Router = Router::new().route("/players/{id}", get(|| async { "Anna" })).layer(monitor.layer());
//!
//! let answer = router.oneshot(Request::get("/players/7").body(Body::empty()).unwrap()).await.unwrap();
//! assert!(answer.headers().contains_key("server-timing"));
//! let counted = monitor.drain();
//! assert_eq!((counted.routes[0].route.as_str(), counted.routes[0].counts.requests()), ("/players/{id}", 1));
//! # }
//! ```
//!
//! ```text
//! request ──► HttpService ──► begun (route, in flight) ──► the service, with a chain of its own
//!                                                            │
//! answer with headers ◄── counts, duration, slowest ◄────────┘
//!                            └──► drain: a Board (this process), a Pusher (another one)
//! ```
//!
//! What a request costs does not grow with traffic: it finds its route in a table, and adds to that route's counts behind
//! a lock that nobody holds for longer than an addition. Routes are named by what axum has matched, so that there are as
//! many as the program has, and no more than a limit; what comes beyond is counted in the route `(other)`.
//!
//! A request lasts until the head of its answer: what is streamed after that is counted in bytes, not in time.

mod begun;
mod body;
mod headers;
mod layer;
mod methods;
pub mod request_id;
mod route;
mod routes;
mod slowest;

pub use layer::{HttpLayer, HttpService, ResponseFuture};

use crate::{clock::SystemClock, performance::Drained};
use miorai_model::Clock;
use routes::Routes;
use slowest::Slowest;
use std::{fmt, sync::Arc};

/// How many routes are told apart unless said otherwise; each method counts.
pub const ROUTES: usize = 1_000;

/// Measures requests. A clone is the same monitor.
#[derive(Clone)]
pub struct HttpMonitor(Arc<Shared>);

struct Shared {
    routes: Routes,
    slowest: Slowest,
    clock: Arc<dyn Clock>,
}

impl HttpMonitor {
    /// A monitor for up to [`ROUTES`] routes, by the machine's clock.
    pub fn new() -> Self {
        Self::with(ROUTES, Arc::new(SystemClock::default()))
    }

    /// A monitor for up to so many routes. The clock tells when slow requests came in.
    pub fn with(routes: usize, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared { routes: Routes::new(routes), slowest: Slowest::default(), clock }))
    }

    /// The layer that measures what goes through it. Put it outermost, so that it sees all of a request; all layers of
    /// one monitor count together.
    pub fn layer(&self) -> HttpLayer {
        HttpLayer::new(self.clone())
    }

    /// How many routes are told apart at most.
    pub fn limit(&self) -> usize {
        self.0.routes.limit()
    }

    /// Takes out what was counted since this was last asked. Who wants it should ask every few seconds; nothing grows
    /// when nobody does.
    pub fn drain(&self) -> Drained {
        Drained {
            routes: self.0.routes.drain(),
            slow_requests: self.0.slowest.drain(),
            overflow: self.0.routes.overflow(),
        }
    }
}

impl Default for HttpMonitor {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for HttpMonitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpMonitor").field("limit", &self.limit()).finish_non_exhaustive()
    }
}
