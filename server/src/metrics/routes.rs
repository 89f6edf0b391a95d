//! `GET /metrics`, for Prometheus, by the operator's token.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use prometheus_client::encoding::text::{encode_eof, encode_registry};

use super::measured::measured;
use crate::{App, error::Result};

/// OpenMetrics 1.0, "Text Format".
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All figures of this moment.
pub async fn show(app: App) -> Result<Response> {
    let [ours, process] = measured(&app).await;
    let mut text = String::new();
    for registry in [&app.metrics.registry, &ours, &process] {
        encode_registry(&mut text, registry).map_err(anyhow::Error::from)?;
    }
    encode_eof(&mut text).map_err(anyhow::Error::from)?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}
