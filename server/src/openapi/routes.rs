//! `GET /api/v1/openapi.json` and `GET /api/docs`.

use std::sync::OnceLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

use super::{
    document::document as described,
    page::{self, Page},
};
use crate::extract::Json;

/// The document.
pub async fn document() -> Response {
    Json(described()).into_response()
}

/// The document as a page. It may load nothing, and its one style is named by its hash.
pub async fn page() -> Response {
    static PAGE: OnceLock<Page> = OnceLock::new();
    let page = PAGE.get_or_init(|| page::of(described()));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, page.policy.as_str()),
    ];
    (headers, page.html.as_str()).into_response()
}
