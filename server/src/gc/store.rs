//! Table `garbage`, and the question whether a row names a file.

use shared::ids::Digest;

use super::Why;
use crate::blobs::Area;
use crate::db::{Conn, Result};

/// Writes down that a file begins to wait. One that waits already goes on waiting.
pub async fn put(
    db: &mut Conn,
    (area, name): (Area, Digest),
    (size_bytes, why): (u64, Why),
    now: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO garbage (area, name, size_bytes, why, since_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (area, name) DO NOTHING",
    )
    .bind(area.name())
    .bind(name.to_string())
    .bind(size_bytes.cast_signed())
    .bind(why.name())
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Whether a row names a file. Whatever comes to name files must be asked here, and in `backup::store`.
pub async fn is_named(db: &mut Conn, (area, name): (Area, Digest)) -> Result<bool> {
    let name = name.to_string();
    let found: Option<i64> = match area {
        Area::Original | Area::Sketch => {
            sqlx::query_scalar(
                "SELECT size_bytes FROM blob WHERE part = $1 AND sha256 = $2 AND encoding = 'raw'",
            )
            .bind(area.name())
            .bind(&name)
            .fetch_optional(db)
            .await?
        }
        Area::Lepton => {
            sqlx::query_scalar("SELECT size_bytes FROM blob WHERE stored_sha256 = $1 LIMIT 1")
                .bind(&name)
                .fetch_optional(db)
                .await?
        }
        Area::Derived => {
            sqlx::query_scalar("SELECT size_bytes FROM picture WHERE content = $1 LIMIT 1")
                .bind(&name)
                .fetch_optional(db)
                .await?
        }
    };
    Ok(found.is_some())
}

/// Whether a file waits already.
pub async fn is_waiting(db: &mut Conn, (area, name): (Area, Digest)) -> Result<bool> {
    let found: Option<i64> = sqlx::query_scalar("SELECT since_at FROM garbage WHERE area = $1 AND name = $2")
        .bind(area.name())
        .bind(name.to_string())
        .fetch_optional(db)
        .await?;
    Ok(found.is_some())
}
