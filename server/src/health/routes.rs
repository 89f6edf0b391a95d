//! For load balancers and the operator: no account, no figures about people.

use schemars::JsonSchema;
use serde::Serialize;
use shared::wire::Code;

use crate::{
    App,
    error::{Error, Result},
    extract::Json,
};

/// The version that answers.
#[derive(JsonSchema, Serialize)]
pub struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Of the program.
    version: &'static str,
}

const HEALTH: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// The process is alive.
pub async fn live() -> Json<Health> {
    Json(HEALTH)
}

/// Everything that the work needs is there; else `unavailable`, with what fails.
pub async fn ready(app: App) -> Result<Json<Health>> {
    let found = super::look(&app).await;
    if found.is_ready() {
        return Ok(Json(HEALTH));
    }
    Err(Error::with(Code::Unavailable, [("failed", found.failed())]))
}
