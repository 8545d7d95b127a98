//! The files of the browser part: built in, compressed ahead of time.
//!
//! `cargo xtask` puts them into `target/site` before it builds the server. A server that was built without them serves
//! the pages as they are rendered, without anything that moves.

use crate::http::{ApiError, middleware::compress::Encoding};
use app::state::{Assets, BundleFiles};
use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;
use std::{borrow::Cow, collections::BTreeMap};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Files;

/// What `cargo xtask` has built.
#[derive(Debug, Deserialize)]
struct Manifest {
    bundles: BTreeMap<String, Bundle>,
}

/// The browser part of some pages.
#[derive(Debug, Deserialize)]
struct Bundle {
    script: String,
    wasm: String,
    style: String,
    /// Bytes of all, compressed by brotli.
    brotli_bytes: u64,
}

/// How the names of files in this encoding end.
const fn end_of(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Brotli => ".br",
        Encoding::Gzip => ".gz",
    }
}

fn manifest() -> Option<Manifest> {
    serde_json::from_slice(&Files::get("manifest.json")?.data).ok()
}

/// What pages load and bear, and what that is for the start page in bytes when compressed.
pub fn assets() -> Option<(Assets, u64)> {
    let Manifest { bundles } = manifest()?;
    let start_page = bundles.get(app::pages::bundle("/")).map_or(0, |bundle| bundle.brotli_bytes);
    let address = |name: String| format!("/pkg/{name}");
    let files = |(name, bundle): (String, Bundle)| {
        let style = Files::get(&format!("pkg/{}", bundle.style))?;
        let files = BundleFiles {
            script: address(bundle.script),
            wasm: address(bundle.wasm),
            style: String::from_utf8_lossy(&style.data).into_owned(),
            style_sha256: BASE64_STANDARD.encode(style.metadata.sha256_hash()),
        };
        Some((name, files))
    };
    Some((Assets { bundles: bundles.into_iter().filter_map(files).collect() }, start_page))
}

/// A file whose name bears the hash of its content: it never changes.
pub async fn hashed(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    serve(&format!("pkg/{name}"), &headers, "public, max-age=31536000, immutable")
}

/// A file under a name that stays.
pub async fn named(headers: HeaderMap, uri: http::Uri) -> Result<Response, ApiError> {
    serve(uri.path().trim_start_matches('/'), &headers, "public, max-age=86400")
}

fn serve(path: &str, headers: &HeaderMap, cache: &'static str) -> Result<Response, ApiError> {
    let is_encoded = Encoding::EVERY.into_iter().any(|encoding| path.ends_with(end_of(encoding)));
    if is_encoded || path.contains("..") {
        return Err(ApiError::NotFound);
    }
    let (file, encoding) = best(path, headers).ok_or(ApiError::NotFound)?;
    let tag = etag(&file);
    let not_modified = headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag);
    let mut response = if not_modified {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        // What is built in is handed out without a copy.
        let body = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        let mut response = body.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
        response
    };
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::ETAG, tag);
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

/// The file in the best encoding that the client takes.
fn best(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let encoded = Encoding::EVERY.into_iter().filter(|encoding| encoding.is_accepted(headers)).find_map(|encoding| {
        let file = Files::get(&format!("{path}{}", end_of(encoding)))?;
        Some((file, Some(encoding.name())))
    });
    encoded.or_else(|| Some((Files::get(path)?, None)))
}

fn etag(file: &EmbeddedFile) -> HeaderValue {
    let sha256 = file.metadata.sha256_hash();
    let hash = sha256.iter().take(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
    HeaderValue::try_from(format!("\"{hash:016x}\"")).expect("the tag consists of hexadecimal digits")
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_file_has_its_type() {
        for (path, expected) in [("a.wasm", "application/wasm"), ("a.b.js", "text/javascript; charset=utf-8")] {
            assert_eq!(media_type(path), expected);
        }
    }
}
