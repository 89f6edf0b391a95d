//! Who a token stands for right now, and table `sign_in_attempt`.

use shared::{limits::GRANTS_MAX, model::Actor};

use super::token::Bearer;
use crate::{
    db::{self, Conn},
    grants::store::{HolderRow, actors},
};

/// The actor behind a token with what it may do now, or `None` when the device was ended or the account closed.
pub async fn actor(db: &mut Conn, bearer: Bearer) -> db::Result<Option<Actor>> {
    let rows: Vec<HolderRow> = sqlx::query_as(
        "SELECT a.id AS account_id, a.person_id, g.id AS grant_id, g.role, g.scope_kind, g.scope_id \
         FROM device d JOIN account a ON a.id = d.account_id \
         LEFT JOIN account_grant g ON g.account_id = a.id AND g.ended_at IS NULL AND g.confirmed_at IS NOT NULL \
         WHERE d.id = $1 AND d.account_id = $2 AND d.revoked_at IS NULL AND a.closed_at IS NULL LIMIT $3",
    )
    .bind(bearer.device.to_string())
    .bind(bearer.account.to_string())
    .bind(GRANTS_MAX as i64)
    .fetch_all(db)
    .await?;
    Ok(actors(rows)?.remove(&bearer.account))
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
