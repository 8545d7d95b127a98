//! Headers that keep browsers from doing what nobody wants.

use crate::http::problem::Form;
use http::{HeaderMap, HeaderName, HeaderValue, header};

/// For everything.
const ALWAYS: [(HeaderName, &str); 2] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// For what is shown as a page of its own.
const OF_PAGES: [(HeaderName, &str); 4] = [
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// What an answer may do that says nothing itself: nothing. Pages bring a policy of their own.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'");

/// Files that pages load, which are nothing by themselves.
const FILES: [&str; 4] = ["text/css", "text/javascript", "application/wasm", "image/"];

/// Adds the headers. A content policy and a rule for caches that are there already stay.
pub fn add(headers: &mut HeaderMap, form: Form) {
    for (name, value) in &ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if FILES.iter().any(|start| media_type.starts_with(start)) {
        return;
    }
    for (name, value) in &OF_PAGES {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    let cache = match form {
        Form::Problem | Form::Otlp(_) => "no-store",
        // A browser may keep a page for its back button, but asks before it shows it again.
        Form::Page => "no-cache",
    };
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(cache));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_says_itself_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=60"));
        add(&mut headers, Form::Page);
        assert_eq!(headers["content-security-policy"], "default-src 'self'");
        assert_eq!(headers["cache-control"], "max-age=60");
        assert_eq!(headers["x-content-type-options"], "nosniff");
    }

    #[test]
    fn an_answer_that_says_nothing_may_do_nothing() {
        let mut headers = HeaderMap::new();
        add(&mut headers, Form::Problem);
        assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
        assert_eq!(headers["cache-control"], "no-store");
    }
}
