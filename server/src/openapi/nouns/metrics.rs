//! Describes `crate::metrics::routes`.

use crate::{metrics::routes::CONTENT_TYPE, openapi::Operation};

/// See `metrics::routes::show`.
pub fn show() -> Operation {
    Operation::new(
        "Figures for Prometheus",
        "All figures of this moment, without anything about people. The token stands in `secrets/metrics.token` of \
         the data folder.",
    )
    .answers_bytes(200, "Text of OpenMetrics 1.0.", &[CONTENT_TYPE])
}
