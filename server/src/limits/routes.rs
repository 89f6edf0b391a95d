//! `GET /api/v1/limits`.

use shared::limits::{self, Limit};

use crate::extract::Json;

/// Every limit by name.
pub async fn list() -> Json<Vec<Limit>> {
    Json(limits::all())
}
