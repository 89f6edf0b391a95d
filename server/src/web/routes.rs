//! Serves the app: every path that is no file is a screen of the app and gets `index.html`.

use std::borrow::Cow;

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

use shared::wire::Code;

use super::Files;
use crate::error::Error;

/// Hashed names never change their bytes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Asked again each time, answered 304 when unchanged.
const ASK_AGAIN: &str = "no-cache";

/// A file of the app, or its page. Unknown paths below `/api` are unknown, never a page.
pub async fn file(method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, Error> {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return Err(Code::NotFound.into());
    }
    if method != Method::GET && method != Method::HEAD {
        return Err(Code::MethodNotAllowed.into());
    }
    if let Some(response) = embedded(path, &headers) {
        return Ok(response);
    }
    // A name with a dot is a file that is not there; a screen of the app has none.
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.contains('.') {
        return Err(Code::NotFound.into());
    }
    embedded("index.html", &headers).ok_or_else(|| Code::NotFound.into())
}

/// The file, as its brotli twin where the caller takes that.
fn embedded(path: &str, headers: &HeaderMap) -> Option<Response> {
    if path.ends_with(".br") {
        return None;
    }
    let plain = Files::get(path)?;
    let twin = accepts_brotli(headers).then(|| Files::get(&format!("{path}.br"))).flatten();
    let (file, encoding) = match twin {
        Some(twin) => (twin, Some("br")),
        None => (plain, None),
    };
    let tag = etag(&file.metadata.sha256_hash());
    let mut answer = HeaderMap::new();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache(path)));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    let unchanged =
        headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    answer.insert(header::ETAG, HeaderValue::from_str(&tag).expect("a tag is hexadecimal"));
    if unchanged {
        return Some((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    let bytes = match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    Some((answer, bytes).into_response())
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|one| one.trim() == "br" || one.trim().starts_with("br;")))
}

/// The first half of the file's SHA-256: enough to tell two builds apart.
fn etag(hash: &[u8; 32]) -> String {
    let hex: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// Vite writes names with a hash into `assets/`; everything else keeps its name over builds.
fn cache(path: &str) -> &'static str {
    if path.starts_with("assets/") { FOR_EVER } else { ASK_AGAIN }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("webp") => "image/webp",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_asked_for_again_and_a_hashed_asset_never() {
        assert_eq!(cache("sw.js"), ASK_AGAIN);
        assert_eq!(cache("index.html"), ASK_AGAIN);
        assert_eq!(cache("assets/index-4f2a.js"), FOR_EVER);
    }

    #[tokio::test]
    async fn an_unknown_api_path_is_never_a_page() {
        let got = file(Method::GET, Uri::from_static("/api/v1/moon"), HeaderMap::new()).await;
        assert!(matches!(got, Err(Error::Refused(Code::NotFound))));
    }

    #[tokio::test]
    async fn a_screen_gets_the_page_and_a_missing_file_does_not() {
        let screen = file(Method::GET, Uri::from_static("/entries/1"), HeaderMap::new()).await.unwrap();
        assert_eq!(screen.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(file(Method::GET, Uri::from_static("/assets/old-1.js"), HeaderMap::new()).await.is_err());
    }
}
