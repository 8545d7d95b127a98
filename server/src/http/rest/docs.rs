//! A page to read the description, without any script.

use crate::http::{HttpState, problem::escape, rest};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::Value;
use std::fmt::Write as _;
use utoipa::openapi::OpenApi;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
    color-scheme:light dark}code{font-family:ui-monospace,monospace}h2{margin-top:2.5rem}h3{margin:2rem 0 .25rem}\
    table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;\
    border-bottom:1px solid #8884}th{width:12rem;font-weight:600}p{margin:.25rem 0}";

/// The page.
pub async fn docs(State(state): State<HttpState>) -> Response {
    // The style is the page's own: no other page needs it.
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    ([(header::CONTENT_SECURITY_POLICY, policy)], rest::ready("text/html; charset=utf-8", state.docs())).into_response()
}

/// The page of a description.
pub fn page(document: &OpenApi) -> Bytes {
    let document = serde_json::to_value(document).unwrap_or_default();
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let mut out = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>API · Miorai</title><style>{STYLE}</style><main><p><a href=\"/\">Overview</a></p><h1>API</h1><p>{}</p>\
         <p>For programs: <a href=\"/api/openapi.json\">openapi.json</a></p>",
        text(&document["info"]["description"]),
    );
    for tag in document["tags"].as_array().into_iter().flatten() {
        let _ = write!(out, "<h2>{}</h2>", text(&tag["description"]));
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                if operation["tags"][0] == tag["name"] {
                    operation_of(&mut out, path, method, operation);
                }
            }
        }
    }
    let _ = write!(
        out,
        "<h2 id=\"invalid-fields\">When fields are wrong</h2><p>The answer is a problem with status 422 that names each \
         wrong field under <code>errors</code>, with what would be right.</p></main></html>"
    );
    out.into()
}

fn operation_of(out: &mut String, path: &str, method: &str, operation: &Value) {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default());
    let _ = write!(
        out,
        "<h3><code>{} {}</code></h3><p><strong>{}</strong></p><p>{}</p><table>",
        method.to_uppercase(),
        escape(path),
        text(&operation["summary"]),
        text(&operation["description"]),
    );
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let _ = write!(
            out,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td></tr>",
            text(&parameter["name"]),
            text(&parameter["description"]),
        );
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
            escape(status),
            text(&response["description"]),
        );
    }
    out.push_str("</table>");
}
