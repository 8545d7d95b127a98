//! A program that receives metrics, whose time is set by hand.

#![allow(dead_code, reason = "each file of tests uses a part")]
#![allow(clippy::unwrap_used, reason = "a test may fail by a panic")]

use crate::otlp::encoded;
use miorai_model::{Timestamp, host::Host};
use miorai_monitoring::{
    ManualClock, Monitor, Sampler,
    performance::{Board, BoardOptions, Drained},
    received::{Form, Limits, Outcome, Received, Refusal},
};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use std::{sync::Arc, time::Duration};

/// The second at which every test begins.
pub(crate) const START: u64 = 1_700_000_000;

/// A program that receives, whose time is set by hand.
pub(crate) struct Program {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) monitor: Monitor,
    pub(crate) sampler: Sampler,
    pub(crate) received: Received,
    pub(crate) board: Board,
}

impl Program {
    pub(crate) fn new(limits: Limits) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(START as i64 * 1_000)));
        let received = Received::new(limits, Arc::clone(&clock) as _);
        let board = Board::new(BoardOptions::default(), Arc::clone(&clock) as _);
        let (monitor, sampler) = Monitor::builder(Host::default(), Arc::clone(&clock) as _)
            .figures(received.figures())
            .figures({
                let (received, board) = (received.clone(), board.clone());
                move |_| {
                    board.take_told(&received.requests());
                    board.take_own(Drained::default());
                }
            })
            .frames_in_memory(3)
            .build();
        Self { clock, monitor, sampler, received, board }
    }

    /// Makes a frame, and lets a second pass.
    pub(crate) async fn tick(&mut self) {
        self.sampler.tick().await;
        self.clock.advance(Duration::from_secs(1));
    }

    pub(crate) fn take(&self, service: &str, metrics: Vec<Metric>) -> Outcome {
        self.received.take(&encoded(service, metrics), Form::Protobuf).unwrap()
    }

    /// The only reason for which something was refused.
    pub(crate) fn refusal(&self, metric: Metric) -> Option<Refusal> {
        let outcome = self.take("shop", vec![metric]);
        Refusal::EVERY.into_iter().find(|reason| outcome.refused.of(*reason) > 0)
    }

    pub(crate) fn value(&self, key: &str) -> Option<f64> {
        let id = self.monitor.catalog().find(&key.parse().unwrap())?;
        self.monitor.latest()?.frame.value(id)
    }

    pub(crate) fn total(&self, key: &str) -> Option<f64> {
        let id = self.monitor.catalog().find(&key.parse().unwrap())?;
        self.monitor.latest()?.frame.total(id)
    }

    /// How many values the distribution `key` had in the newest frame.
    pub(crate) fn count(&self, key: &str) -> Option<u64> {
        let id = self.monitor.catalog().find(&key.parse().unwrap())?;
        self.monitor.latest()?.frame.sketch(id).map(|sketch| sketch.count())
    }
}
