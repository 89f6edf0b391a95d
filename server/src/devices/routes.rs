//! A person's own devices, and all of an account's for administrators.

use shared::{
    ids::{AccountId, DeviceId},
    limits::LIST_ROWS_MAX,
    wire::{Code, account as wire},
};

use super::{Device, Why, store};
use crate::{
    App, audit,
    db::Poke,
    error::Result,
    extract::{Caller, Json, Path},
};

impl Device {
    fn shown_to(self, caller: &Caller) -> wire::Device {
        wire::Device {
            this: self.id == caller.device,
            id: self.id,
            name: self.name,
            created_at: self.created_at,
            seen_at: self.seen_at,
            revoked_at: self.revoked_at,
        }
    }
}

/// The caller's devices, newest first.
pub async fn list(app: App, caller: Caller) -> Result<Json<Vec<wire::Device>>> {
    of_account(&app, &caller, caller.account).await
}

/// Any account's devices, for administrators.
pub async fn list_of(
    app: App,
    caller: Caller,
    Path(account): Path<AccountId>,
) -> Result<Json<Vec<wire::Device>>> {
    of_account(&app, &caller, account).await
}

async fn of_account(app: &App, caller: &Caller, account: AccountId) -> Result<Json<Vec<wire::Device>>> {
    let mut db = app.db.read().await?;
    let devices = store::list_of(&mut db, account, LIST_ROWS_MAX as i64).await?;
    Ok(Json(devices.into_iter().map(|device| device.shown_to(caller)).collect()))
}

/// Ends a device: the caller's own, or anybody's for administrators.
pub async fn revoke(app: App, caller: Caller, Path(id): Path<DeviceId>) -> Result<Json<wire::Device>> {
    let mut tx = app.db.write().await?;
    let found = store::find(&mut tx, id).await?;
    let visible = found.filter(|device| device.account == caller.account || caller.is_admin());
    let device = visible.ok_or(Code::NotFound)?;
    if device.revoked_at.is_some() {
        // Ended already: asked again, nothing happens again.
        return Ok(Json(device.shown_to(&caller)));
    }
    store::revoke(&mut tx, id, Why::Revoked, app.now()).await?;
    let event = audit::Event::about(audit::Kind::DeviceRevoked, device.account).by(caller.account);
    audit::record(&mut tx, &app.clock, &event).await?;
    tx.poke(Poke::Account { id: device.account.to_string() });
    tx.commit().await?;
    Ok(Json(Device { revoked_at: Some(app.now()), ..device }.shown_to(&caller)))
}
