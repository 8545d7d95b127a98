//! The longest that a request may take.

use crate::http::{ApiError, middleware::body_limit::Awaited};
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// The answer of `handler`, or the problem that it took longer than `limit`: whose fault it is tells whether its body is
/// still awaited. What is streamed after the head of the answer is not counted.
pub async fn limited(limit: Duration, awaited: Awaited, handler: impl Future<Output = Response>) -> Response {
    match tokio::time::timeout(limit, handler).await {
        Ok(response) => response,
        Err(_) if awaited.is_awaited() => ApiError::TooSlow { limit }.into_response(),
        Err(_) => {
            ApiError::unavailable(format!("the answer was not ready within {} s", limit.as_secs_f32())).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_hangs_is_answered_for() {
        let response = limited(Duration::from_secs(10), Awaited::default(), std::future::pending()).await;
        assert_eq!(response.status(), 503);
    }

    #[tokio::test(start_paused = true)]
    async fn a_handler_that_is_slow_but_ready_in_time_answers_itself() {
        let handler = async {
            tokio::time::sleep(Duration::from_secs(9)).await;
            "late".into_response()
        };
        assert_eq!(limited(Duration::from_secs(10), Awaited::default(), handler).await.status(), 200);
    }
}
