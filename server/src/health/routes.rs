//! For load balancers and the operator: no account, no figures about people.

use serde::Serialize;

use super::store;
use crate::{App, error::Result, extract::Json};

/// The version that answers.
#[derive(Serialize)]
pub struct Health {
    status: &'static str,
    version: &'static str,
}

const HEALTH: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// The process is alive.
pub async fn live() -> Json<Health> {
    Json(HEALTH)
}

/// The database answers too.
pub async fn ready(app: App) -> Result<Json<Health>> {
    store::ping(&mut *app.db.read().await?).await?;
    Ok(Json(HEALTH))
}
