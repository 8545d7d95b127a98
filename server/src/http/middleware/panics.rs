//! A panic in a handler: one request fails, the server goes on.

use crate::http::ApiError;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use std::{any::Any, panic::AssertUnwindSafe};

/// The answer of `handler`, or, when it panics, a problem without the cause, which goes to the log.
pub async fn caught(handler: impl Future<Output = Response>) -> Response {
    // Handlers share nothing but handles whose locks survive a panic.
    match AssertUnwindSafe(handler).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(cause = message(&*panic), "a handler panicked");
            ApiError::Internal.into_response()
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::problem::{Form, finish};

    #[tokio::test]
    async fn a_panic_becomes_a_problem_that_does_not_tell_its_cause() {
        let response = caught(async { panic!("the password is {}", "tiger") }).await;
        let response = finish(response, Form::Problem, "r-1", 0);
        assert_eq!(response.status(), 500);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("r-1") && !body.contains("tiger"), "{body}");
    }

    #[test]
    fn the_cause_is_found_in_either_form() {
        assert_eq!(message(&"static"), "static");
        assert_eq!(message(&String::from("owned")), "owned");
        assert_eq!(message(&7), "unknown");
    }
}
