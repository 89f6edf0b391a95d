//! SQL of the figures that are measured when somebody asks: whole tables counted, no row looked at.

use crate::db::{Conn, Result};

/// What waits for gc: how many files, and their bytes.
pub async fn garbage(db: &mut Conn) -> Result<(i64, i64)> {
    Ok(sqlx::query_as("SELECT COUNT(*), CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) FROM garbage")
        .fetch_one(db)
        .await?)
}

/// Uploads under way.
pub async fn uploads(db: &mut Conn) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM upload WHERE done_at IS NULL").fetch_one(db).await?)
}

/// Ops set aside because nobody could read them.
pub async fn ops_aside(db: &mut Conn) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM op_aside").fetch_one(db).await?)
}

/// Devices that were signed in and seen since an instant.
pub async fn devices_seen(db: &mut Conn, since: i64) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM device WHERE revoked_at IS NULL AND seen_at >= $1")
        .bind(since)
        .fetch_one(db)
        .await?)
}
