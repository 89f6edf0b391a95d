//! `GET /api/v1/limits`.

use shared::wire::offer::Offer;

use crate::extract::Json;

/// Every limit by name, and every op this server knows.
pub async fn list() -> Json<Offer> {
    Json(Offer::of_this_build())
}
