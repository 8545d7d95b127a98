//! What the page of the API may ask of the server: how fast routes and statements are, and why a request was slow.
//!
//! As with the desk of the caches, pages know this trait alone, and who stands here has been let in already.

use crate::desk::{Actor, DeskError};
use async_trait::async_trait;
use miorai_model::{
    Timestamp,
    performance::{PerformanceReport, SlowRequest},
};
use std::time::Duration;

/// Answers what the page of the API asks.
#[async_trait]
pub trait ApiDesk: Send + Sync {
    /// Routes, statements and slow requests of the last `window`, of this program and of those that report to it.
    async fn report(&self, window: Duration) -> PerformanceReport;

    /// A slow request by its id, as long as it is remembered.
    async fn slow(&self, request_id: &str) -> Result<SlowRequest, DeskError>;

    /// Lets counters and quantiles start anew; what is in the history stays. The moment from which they count.
    async fn reset(&self, actor: &Actor) -> Timestamp;
}
