//! Who a token stands for right now, and table `sign_in_attempt`.

use shared::model::Actor;

use super::token::Bearer;
use crate::{
    db::{self, Conn, at},
    grants,
};

/// The actor behind a token, or `None` when the device was ended or the account closed.
pub async fn actor(db: &mut Conn, bearer: Bearer) -> db::Result<Option<Actor>> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT account.person_id FROM device JOIN account ON account.id = device.account_id \
         WHERE device.id = $1 AND device.account_id = $2 AND device.revoked_at IS NULL AND account.closed_at IS NULL \
         LIMIT 1",
    )
    .bind(bearer.device.to_string())
    .bind(bearer.account.to_string())
    .fetch_optional(&mut *db)
    .await?;
    let Some((person,)) = row else { return Ok(None) };
    let person = at("account", &bearer.account.to_string()).parse("person_id", &person)?;
    let grants = grants::store::in_force(db, bearer.account).await?;
    Ok(Some(Actor { account: bearer.account, person, grants }))
}

/// Failures under a key and when the last was; none is `(0, 0)`.
pub async fn attempts(db: &mut Conn, key: &str) -> db::Result<(i64, i64)> {
    let row: Option<(i64, i64)> =
        sqlx::query_as("SELECT failures, last_at FROM sign_in_attempt WHERE key = $1")
            .bind(key)
            .fetch_optional(db)
            .await?;
    Ok(row.unwrap_or((0, 0)))
}

/// Makes sure that the key has a row, and keeps other attempts under it waiting until the transaction ends.
pub async fn lock_attempts(db: &mut Conn, key: &str, now: i64) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO sign_in_attempt (key, failures, last_at) VALUES ($1, 0, $2) \
         ON CONFLICT (key) DO UPDATE SET failures = sign_in_attempt.failures",
    )
    .bind(key)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Counts an attempt as failed until it succeeds; after a quiet day counting begins anew.
pub async fn count_attempt(db: &mut Conn, key: &str, now: i64, forget_before: i64) -> db::Result<()> {
    sqlx::query(
        "UPDATE sign_in_attempt SET failures = CASE WHEN last_at < $1 THEN 1 ELSE failures + 1 END, last_at = $2 \
         WHERE key = $3",
    )
    .bind(forget_before)
    .bind(now)
    .bind(key)
    .execute(db)
    .await?;
    Ok(())
}

/// Takes one failure back: the attempt succeeded.
pub async fn uncount_attempt(db: &mut Conn, key: &str) -> db::Result<()> {
    sqlx::query("UPDATE sign_in_attempt SET failures = failures - 1 WHERE key = $1 AND failures > 0")
        .bind(key)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets all failures under a key.
pub async fn forget_attempts(db: &mut Conn, key: &str) -> db::Result<()> {
    sqlx::query("DELETE FROM sign_in_attempt WHERE key = $1").bind(key).execute(db).await?;
    Ok(())
}

/// Forgets everything older than `before`, so that the table stays as small as a day's guessing.
pub async fn forget_old_attempts(db: &mut Conn, before: i64) -> db::Result<()> {
    sqlx::query("DELETE FROM sign_in_attempt WHERE last_at < $1").bind(before).execute(db).await?;
    Ok(())
}
