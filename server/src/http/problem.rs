//! Errors as the outside sees them: RFC 9457.
//!
//! Handlers and layers give an [`ApiError`]. It travels as an empty answer that bears the error, and [`finish`] writes
//! it out where the request's id is known. Refusals that the framework makes by itself (a method or a path that is not
//! known) are written out there in the same form.

use crate::http::otlp;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use miorai_model::problem::{FieldError, Problem};
use miorai_monitoring::received;

/// The media type of problems.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request is not answered as its sender wished.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The request cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// It is not known who asks.
    #[error("sign in, or send a token as 'Authorization: Bearer TOKEN'")]
    Unauthorized,
    /// Whoever asks may not.
    #[error("{0}")]
    Forbidden(String),
    /// There is nothing at this path.
    #[error("there is nothing at this path; /api/docs lists what there is")]
    NotFound,
    /// What the request names is not there, or not any more.
    #[error("{0}")]
    Missing(String),
    /// It made sense, but things have changed.
    #[error("{0}")]
    Conflict(String),
    /// The path is there, but not for this method.
    #[error("this path does not take this method; the header Allow lists those it takes")]
    MethodNotAllowed,
    /// The body is too large.
    #[error("the body is too large: at most {limit} bytes are read")]
    TooLarge {
        /// The most bytes that are read.
        limit: usize,
    },
    /// The body does not come.
    #[error("the body did not come within {} s; see server.request_timeout", limit.as_secs_f32())]
    TooSlow {
        /// How long it was waited for.
        limit: std::time::Duration,
    },
    /// The body has a type that is not read here.
    #[error("{0}")]
    UnsupportedMediaType(String),
    /// The request names a host that this server does not answer for.
    #[error("this server does not answer for the host '{0}'; set server.public_url to the address people use")]
    Misdirected(String),
    /// Fields are well-formed but wrong.
    #[error("{}", fields(.0))]
    Invalid(Vec<FieldError>),
    /// Too many requests.
    #[error("there were too many requests; come back in {retry_after_seconds} s")]
    TooManyRequests {
        /// When to come back.
        retry_after_seconds: u32,
    },
    /// It cannot be answered now.
    #[error("{detail}")]
    Unavailable {
        /// What is missing.
        detail: String,
        /// When to come back.
        retry_after_seconds: u32,
    },
    /// Something failed inside. The cause is in the log only.
    #[error("something failed in the server; its log has the cause under this request's id")]
    Internal,
    /// A status without more to say.
    #[error("the request was refused")]
    Other(StatusCode),
}

impl ApiError {
    /// One field that is wrong.
    pub fn invalid(field: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), detail: detail.into() }])
    }

    /// Something that is not there for the moment.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::Unavailable { detail: detail.into(), retry_after_seconds: 1 }
    }

    /// The status it is answered with.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound | Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Misdirected(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Other(status) => *status,
        }
    }

    /// The error that a status stands for.
    fn of_status(status: StatusCode, limit: usize) -> Self {
        match status {
            StatusCode::BAD_REQUEST => Self::Unreadable("the request cannot be read".to_owned()),
            StatusCode::UNAUTHORIZED => Self::Unauthorized,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge { limit },
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::UnsupportedMediaType("a body of this type is not read here".to_owned())
            }
            StatusCode::UNPROCESSABLE_ENTITY => Self::Invalid(Vec::new()),
            StatusCode::INTERNAL_SERVER_ERROR => Self::Internal,
            other => Self::Other(other),
        }
    }

    const fn retry_after_seconds(&self) -> Option<u32> {
        match self {
            Self::TooManyRequests { retry_after_seconds } | Self::Unavailable { retry_after_seconds, .. } => {
                Some(*retry_after_seconds)
            }
            _ => None,
        }
    }

    fn into_problem(self, request_id: &str) -> Problem {
        let status = self.status();
        let detail = self.to_string();
        let (kind, title) = match &self {
            Self::Invalid(_) => ("/api/docs#invalid-fields", "Fields are wrong"),
            _ => ("about:blank", status.canonical_reason().unwrap_or("Refused")),
        };
        let errors = if let Self::Invalid(errors) = self { errors } else { Vec::new() };
        Problem {
            kind: kind.to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail,
            request_id: request_id.to_owned(),
            errors,
        }
    }
}

fn fields(errors: &[FieldError]) -> String {
    match errors {
        [] => "the request is well-formed but wrong".to_owned(),
        [one] => format!("{}: {}", one.field, one.detail),
        [one, rest @ ..] => format!("{}: {}; {} more under errors", one.field, one.detail, rest.len()),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// In which form errors are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// To programs: every refusal is a problem.
    Problem,
    /// To people who look at a page: what the pages answer stays, what comes from the server is a plain page.
    Page,
    /// To programs that send metrics: as OTLP has it, in the form in which they send.
    Otlp(received::Form),
}

impl Form {
    /// The form for a request of this path with these headers.
    pub fn of(path: &str, headers: &HeaderMap) -> Self {
        if otlp::is_path(path) {
            return Self::Otlp(otlp::form(headers).unwrap_or(received::Form::Protobuf));
        }
        let html = headers
            .get(header::ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        if html && !is_for_programs(path) { Self::Page } else { Self::Problem }
    }
}

/// Whether a path is one that programs ask.
pub fn is_for_programs(path: &str) -> bool {
    ["/api/", "/metrics", "/livez", "/readyz"].iter().any(|start| path.starts_with(start)) && path != "/api/docs"
}

/// Writes out the error that an answer bears, if it bears one; other answers stay as they are.
pub fn finish(mut response: Response, form: Form, request_id: &str, body_limit: usize) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let error = match response.extensions_mut().remove::<ApiError>() {
        Some(error) => error,
        None if form != Form::Page && !is_written_out(&response) => ApiError::of_status(status, body_limit),
        None => return response,
    };
    let retry_after = error.retry_after_seconds();
    let problem = error.into_problem(request_id);
    let (media_type, body) = match form {
        Form::Problem => {
            (MEDIA_TYPE, serde_json::to_vec(&problem).expect("a problem has text keys and finite numbers only"))
        }
        Form::Page => ("text/html; charset=utf-8", page(&problem).into_bytes()),
        Form::Otlp(form) => (form.media_type(), form.refusal(&problem.detail)),
    };
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    *response.body_mut() = Body::from(body);
    response
}

/// Whether an answer has a body of its own that programs can read: an unhealthy health, a page.
fn is_written_out(response: &Response) -> bool {
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.is_some_and(|media_type| media_type.contains("json") || media_type.starts_with("text/html"))
}

fn page(problem: &Problem) -> String {
    let [title, detail, id] = [&problem.title, &problem.detail, &problem.request_id].map(|text| escape(text));
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><h1>{title}</h1><p>{detail}</p>\
         <p>Request {id}</p><p><a href=\"/\">Overview</a></p></html>"
    )
}

/// `text` as it may stand in HTML, also between quotes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn written(error: ApiError, form: Form) -> (Response<()>, String) {
        let (parts, body) = finish(error.into_response(), form, "r-1", 10).into_parts();
        let body = axum::body::to_bytes(body, 10_000).await.unwrap();
        (Response::from_parts(parts, ()), String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_wrong_field_is_named_and_the_request_can_be_found() {
        let (head, body) = written(ApiError::invalid("points", "1 to 5 are possible"), Form::Problem).await;
        assert_eq!(head.status(), 422);
        assert_eq!(head.headers()["content-type"], MEDIA_TYPE);
        let problem: Problem = serde_json::from_str(&body).unwrap();
        assert_eq!((problem.status, problem.request_id.as_str()), (422, "r-1"));
        assert_eq!(problem.errors[0].field, "points");
        assert!(problem.detail.contains("1 to 5"), "{problem:?}");
    }

    #[tokio::test]
    async fn who_should_come_back_is_told_when() {
        let (head, _) = written(ApiError::unavailable("no frame yet"), Form::Problem).await;
        assert_eq!(head.headers()["retry-after"], "1");
    }

    #[tokio::test]
    async fn people_get_a_page_in_which_nothing_of_the_request_is_markup() {
        let (head, body) = written(ApiError::Misdirected("<script>".to_owned()), Form::Page).await;
        assert_eq!(head.headers()["content-type"], "text/html; charset=utf-8");
        assert!(body.contains("&lt;script&gt;") && !body.contains("<script>"), "{body}");
    }

    #[test]
    fn answers_that_are_written_out_stay() {
        let health = (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "application/json")], "{}");
        let response = finish(health.into_response(), Form::Problem, "r", 10);
        assert_eq!(response.headers()["content-type"], "application/json");
    }

    #[test]
    fn programs_get_problems_and_people_pages() {
        let html = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("text/html,*/*"))]);
        let none = HeaderMap::new();
        let json = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        for (path, headers, expected) in [
            ("/api/core/health", &html, Form::Problem),
            ("/metrics", &html, Form::Problem),
            ("/system", &html, Form::Page),
            ("/system", &none, Form::Problem),
            ("/v1/metrics/", &json, Form::Otlp(received::Form::Json)),
            ("/v1/metrics", &html, Form::Otlp(received::Form::Protobuf)),
        ] {
            assert_eq!(Form::of(path, headers), expected, "{path}");
        }
    }
}
