//! Tables `device` and `spent_secret`.

use shared::ids::{AccountId, DeviceId};

use super::{Device, Why};
use crate::db::{self, Conn, at, word};

/// SHA-256 of a refresh secret.
pub type SecretHash = [u8; 32];

#[derive(sqlx::FromRow)]
struct DeviceRow {
    id: String,
    account_id: String,
    name: String,
    created_at: i64,
    seen_at: i64,
    revoked_at: Option<i64>,
}

impl TryFrom<DeviceRow> for Device {
    type Error = db::Error;

    fn try_from(row: DeviceRow) -> db::Result<Device> {
        let at = at("device", &row.id);
        Ok(Device {
            id: at.parse("id", &row.id)?,
            account: at.parse("account_id", &row.account_id)?,
            name: row.name.clone(),
            created_at: row.created_at,
            seen_at: row.seen_at,
            revoked_at: row.revoked_at,
        })
    }
}

/// Adds a live device.
pub async fn insert(db: &mut Conn, device: &Device, secret: &SecretHash) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO device (id, account_id, name, secret_hash, created_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(device.id.to_string())
    .bind(device.account.to_string())
    .bind(&device.name)
    .bind(secret.to_vec())
    .bind(device.created_at)
    .bind(device.seen_at)
    .execute(db)
    .await?;
    Ok(())
}

/// One device, live or not.
pub async fn find(db: &mut Conn, id: DeviceId) -> db::Result<Option<Device>> {
    let row: Option<DeviceRow> = sqlx::query_as(
        "SELECT id, account_id, name, created_at, seen_at, revoked_at FROM device WHERE id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(db)
    .await?;
    row.map(Device::try_from).transpose()
}

/// An account's devices, newest first.
pub async fn list_of(db: &mut Conn, account: AccountId, limit: i64) -> db::Result<Vec<Device>> {
    let rows: Vec<DeviceRow> = sqlx::query_as(
        "SELECT id, account_id, name, created_at, seen_at, revoked_at FROM device \
         WHERE account_id = $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(account.to_string())
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Device::try_from).collect()
}

/// Keeps other writers off the device until the transaction ends. False where there is none.
pub async fn lock(db: &mut Conn, id: DeviceId) -> db::Result<bool> {
    let done = sqlx::query("UPDATE device SET seen_at = seen_at WHERE id = $1")
        .bind(id.to_string())
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The hash of the secret in force.
pub async fn secret(db: &mut Conn, id: DeviceId) -> db::Result<SecretHash> {
    let (hash,): (Vec<u8>,) = sqlx::query_as("SELECT secret_hash FROM device WHERE id = $1")
        .bind(id.to_string())
        .fetch_one(db)
        .await?;
    at("device", &id.to_string()).bytes("secret_hash", &hash)
}

/// What replaced this secret of this device, or `None` where it never was in force or was forgotten.
pub async fn successor(db: &mut Conn, id: DeviceId, spent: &SecretHash) -> db::Result<Option<SecretHash>> {
    let row: Option<(Vec<u8>,)> =
        sqlx::query_as("SELECT next_hash FROM spent_secret WHERE hash = $1 AND device_id = $2")
            .bind(spent.to_vec())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?;
    row.map(|(next,)| at("spent_secret", &id.to_string()).bytes("next_hash", &next)).transpose()
}

/// Puts `next` in force and remembers what it replaced; forgets what was replaced before `forget_before`.
pub async fn rotate(
    db: &mut Conn,
    id: DeviceId,
    next: &SecretHash,
    now: i64,
    forget_before: i64,
) -> db::Result<()> {
    sqlx::query("DELETE FROM spent_secret WHERE device_id = $1 AND spent_at < $2")
        .bind(id.to_string())
        .bind(forget_before)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "INSERT INTO spent_secret (hash, device_id, next_hash, spent_at) \
         SELECT secret_hash, id, $1, $2 FROM device WHERE id = $3",
    )
    .bind(next.to_vec())
    .bind(now)
    .bind(id.to_string())
    .execute(&mut *db)
    .await?;
    let done =
        sqlx::query("UPDATE device SET secret_hash = $1, seen_at = $2 WHERE id = $3 AND revoked_at IS NULL")
            .bind(next.to_vec())
            .bind(now)
            .bind(id.to_string())
            .execute(db)
            .await?;
    db::Error::one_row(done.rows_affected(), "device", &id.to_string())
}

/// Notes that the device was heard of.
pub async fn seen(db: &mut Conn, id: DeviceId, now: i64) -> db::Result<()> {
    sqlx::query("UPDATE device SET seen_at = $1 WHERE id = $2")
        .bind(now)
        .bind(id.to_string())
        .execute(db)
        .await?;
    Ok(())
}

/// Ends one device; one that is ended already keeps its first reason.
pub async fn revoke(db: &mut Conn, id: DeviceId, why: Why, now: i64) -> db::Result<()> {
    sqlx::query("UPDATE device SET revoked_at = $1, revoked_why = $2 WHERE id = $3 AND revoked_at IS NULL")
        .bind(now)
        .bind(word(&why))
        .bind(id.to_string())
        .execute(db)
        .await?;
    Ok(())
}

/// Ends all live devices of an account but `keep`.
pub async fn revoke_all(
    db: &mut Conn,
    account: AccountId,
    keep: Option<DeviceId>,
    why: Why,
    now: i64,
) -> db::Result<()> {
    sqlx::query(
        "UPDATE device SET revoked_at = $1, revoked_why = $2 \
         WHERE account_id = $3 AND revoked_at IS NULL AND id <> $4",
    )
    .bind(now)
    .bind(word(&why))
    .bind(account.to_string())
    .bind(db::key_or_empty(keep))
    .execute(db)
    .await?;
    Ok(())
}

/// Ends the live devices of an account beyond the `most` seen last.
pub async fn revoke_beyond(db: &mut Conn, account: AccountId, most: i64, now: i64) -> db::Result<()> {
    sqlx::query(
        "UPDATE device SET revoked_at = $1, revoked_why = $2 \
         WHERE account_id = $3 AND revoked_at IS NULL AND id NOT IN ( \
             SELECT id FROM device WHERE account_id = $3 AND revoked_at IS NULL ORDER BY seen_at DESC, id DESC LIMIT $4)",
    )
    .bind(now)
    .bind(word(&Why::TooMany))
    .bind(account.to_string())
    .bind(most)
    .execute(db)
    .await?;
    Ok(())
}
