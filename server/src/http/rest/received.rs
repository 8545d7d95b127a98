//! What other programs send: who they are, what became of their points, and their series.

use crate::http::{ApiError, HttpState, rest::wrong};
use app::received_desk::ReceivedDesk as _;
use axum::{
    Json,
    extract::{RawQuery, State},
};
use miorai_model::{
    problem::Problem,
    received::{ReceivedQuery, ReceivedReport},
};

/// The series of an answer when nothing is said, and the most there can be.
const LIMITS: (usize, usize) = (200, 1_000);

/// What other programs send of themselves (`POST /v1/metrics`).
///
/// Senders with what was taken of theirs and what was refused and why, and their series with the newest values.
/// Durations of requests are routes of the API: `performance-metrics` has those. For more of a series' past ask
/// `history`.
#[utoipa::path(get, path = "/api/core/monitoring/received/", tag = "monitoring",
    params(
        ("filter" = Option<String>, Query, description = "A text that the name or the labels (`queue=mail, service.name=shop`) of a series have"),
        ("limit" = Option<usize>, Query, description = "At most this many series, 1 to 1 000; 200 when nothing is said"),
    ),
    responses(
        (status = 200, description = "Senders, and series by name", body = ReceivedReport),
        (status = 422, description = "A parameter is wrong", body = Problem),
    ))]
pub async fn received(
    State(state): State<HttpState>,
    RawQuery(query): RawQuery,
) -> Result<Json<ReceivedReport>, ApiError> {
    let query = parse(query.as_deref().unwrap_or_default())?;
    Ok(Json(state.received().report(query).await))
}

fn parse(query: &str) -> Result<ReceivedQuery, ApiError> {
    let mut asked = ReceivedQuery { filter: String::new(), limit: LIMITS.0 };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "filter" => asked.filter = value.into_owned(),
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=LIMITS.1).contains(limit));
                asked.limit =
                    limit.ok_or_else(|| wrong("limit", format!("'{value}' is none: expected 1 to {}", LIMITS.1)))?;
            }
            other => return Err(wrong(other, "there is no such parameter: known are filter, limit".to_owned())),
        }
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_read_within_its_bounds() {
        for (query, expected) in [
            ("", Some(("", 200))),
            ("filter=queue+mail&limit=5", Some(("queue mail", 5))),
            ("limit=0", None),
            ("limit=1001", None),
            ("limit=many", None),
            ("sort=name", None),
        ] {
            let asked = parse(query).ok().map(|asked| (asked.filter, asked.limit));
            assert_eq!(asked, expected.map(|(filter, limit)| (filter.to_owned(), limit)), "{query}");
        }
    }
}
