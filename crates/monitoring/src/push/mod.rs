//! Reports what a program counts to a Miorai server, every second or every few.
//!
//! ```no_run
//! # async fn example(stop: tokio_util::sync::CancellationToken) -> Result<(), miorai_monitoring::push::PushError> {
//! use miorai_monitoring::{http::HttpMonitor, push::Pusher};
//!
//! let monitor = HttpMonitor::new();
//! let router: axum::Router = axum::Router::new().layer(monitor.layer());
//! let pusher = Pusher::new("http://127.0.0.1:7070", "shop", monitor.clone())?;
//! tokio::spawn(pusher.run(stop));
//! # Ok(())
//! # }
//! ```
//!
//! Nothing in the program waits for the server. While that is away, reports wait in a bounded [backlog]; what is a minute
//! old is of no use to a live page and goes. A report that has arrived although its answer was lost is told again under
//! the same number, and counted once.

mod backlog;
mod pieces;

use crate::http::HttpMonitor;
use backlog::Backlog;
use miorai_model::{database::StatementReport, performance::ServiceReport};
use reqwest::{Client, StatusCode, Url};
use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Where a server takes reports.
const PATH: &str = "api/core/monitoring/reports/";

/// The longest that one report may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why nothing can be reported.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The address of the server.
    #[error("'{url}' is no address of a Miorai server, expected one such as http://127.0.0.1:7070")]
    Address {
        /// As it was given.
        url: String,
    },
    /// There is no client to be had.
    #[error("cannot report: {0}")]
    Client(#[from] reqwest::Error),
}

/// Tells the statements of the program, counted since its start.
type Statements = Box<dyn Fn() -> Vec<StatementReport> + Send + Sync>;

/// Reports to a server.
pub struct Pusher {
    url: Url,
    service: String,
    instance: String,
    http: HttpMonitor,
    statements: Option<Statements>,
    every: Duration,
    client: Client,
}

impl Pusher {
    /// Reports what `http` counts as the program `service` to the server at this address.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(server: &str, service: &str, http: HttpMonitor) -> Result<Self, PushError> {
        let url = Url::parse(server).and_then(|url| url.join("/")).and_then(|url| url.join(PATH));
        let url = url.ok().filter(Url::has_host).ok_or_else(|| PushError::Address { url: server.to_owned() })?;
        let run = RandomState::new().hash_one(std::process::id()) as u32;
        Ok(Self {
            url,
            service: service.to_owned(),
            instance: format!("{}-{run:08x}", std::process::id()),
            http,
            statements: None,
            every: Duration::from_secs(1),
            client: Client::builder().timeout(PATIENCE).build()?,
        })
    }

    /// How often: every second unless said otherwise, so that each frame of the server has something new.
    pub fn every(self, every: Duration) -> Self {
        Self { every, ..self }
    }

    /// Reports statements too, as this tells them.
    pub fn statements(self, tell: impl Fn() -> Vec<StatementReport> + Send + Sync + 'static) -> Self {
        Self { statements: Some(Box::new(tell)), ..self }
    }

    /// Reports until `stop`, and once more then.
    pub async fn run(self, stop: CancellationToken) {
        let mut ticks = interval(self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut backlog = Backlog::default();
        let mut is_reached = true;
        loop {
            let goes_on = stop.run_until_cancelled(ticks.tick()).await.is_some();
            let statements = self.statements.as_ref().map(|tell| tell());
            for piece in pieces::cut(self.http.drain(), statements) {
                backlog.add(ServiceReport { service: self.service.clone(), instance: self.instance.clone(), ..piece });
            }
            let outcome = self.deliver(&mut backlog).await;
            if is_reached != outcome.is_ok() {
                is_reached = outcome.is_ok();
                match outcome {
                    Ok(()) => tracing::info!(url = %self.url, "reports arrive again"),
                    Err(error) => tracing::warn!(url = %self.url, error, "reports do not arrive"),
                }
            }
            if !goes_on {
                return;
            }
        }
    }

    /// Sends what waits, oldest first, until one does not arrive.
    async fn deliver(&self, backlog: &mut Backlog) -> Result<(), String> {
        while let Some(report) = backlog.first() {
            let answer = self.client.post(self.url.clone()).json(report).send().await;
            let status = answer.map_err(|error| error.without_url().to_string())?.status();
            match status {
                status if status.is_success() => {}
                // It will not be taken however often it is sent.
                StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::PAYLOAD_TOO_LARGE => {
                    tracing::warn!(%status, "the server does not take a report");
                }
                other => return Err(format!("the server answers with {other}")),
            }
            backlog.delivered();
        }
        Ok(())
    }
}

impl fmt::Debug for Pusher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, service, instance, every, .. } = self;
        f.debug_struct("Pusher")
            .field("url", &url.as_str())
            .field("service", service)
            .field("instance", instance)
            .field("every", every)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_server_is_enough() {
        for server in ["http://127.0.0.1:7070", "http://127.0.0.1:7070/", "http://127.0.0.1:7070/system?range=1h"] {
            let pusher = Pusher::new(server, "shop", HttpMonitor::new()).unwrap();
            assert_eq!(pusher.url.as_str(), "http://127.0.0.1:7070/api/core/monitoring/reports/");
        }
        for server in ["", "127.0.0.1:7070", "mailto:somebody"] {
            assert!(
                matches!(Pusher::new(server, "shop", HttpMonitor::new()), Err(PushError::Address { .. })),
                "{server}"
            );
        }
    }
}
