//! What the page of custom metrics may ask of the server: a desk behind which senders and their series are.

use async_trait::async_trait;
use miorai_model::received::{ReceivedQuery, ReceivedReport};

/// Answers what the page asks.
#[async_trait]
pub trait ReceivedDesk: Send + Sync {
    /// Who sends, and the series that the query finds, with their newest values.
    async fn report(&self, query: ReceivedQuery) -> ReceivedReport;
}
