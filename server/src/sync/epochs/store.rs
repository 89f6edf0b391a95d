//! SQL of epochs and of what a backup covers.

use shared::ids::Epoch;

use crate::db::{Conn, Result, at};

/// The epoch that lasts.
pub async fn current(db: &mut Conn) -> Result<Epoch> {
    Ok(current_and_number(db).await?.0)
}

/// The epoch that lasts, and how many there were with it.
pub async fn current_and_number(db: &mut Conn) -> Result<(Epoch, i64)> {
    let (id, n): (String, i64) =
        sqlx::query_as("SELECT id, n FROM epoch ORDER BY n DESC LIMIT 1").fetch_one(db).await?;
    Ok((at("epoch", &id).parse("id", &id)?, n))
}

/// Whether this database has lived in an epoch.
pub async fn knows(db: &mut Conn, epoch: Epoch) -> Result<bool> {
    let found: Option<i64> = sqlx::query_scalar("SELECT n FROM epoch WHERE id = $1")
        .bind(epoch.to_string())
        .fetch_optional(db)
        .await?;
    Ok(found.is_some())
}

/// Begins an epoch; `false` where this proof has begun one already.
pub async fn begin(db: &mut Conn, epoch: Epoch, proof: &str, at: i64) -> Result<bool> {
    let written = sqlx::query(
        "INSERT INTO epoch (id, n, proof, started_at) SELECT $1, COALESCE(MAX(n), 0) + 1, $2, $3 FROM epoch
         WHERE 1 = 1 ON CONFLICT DO NOTHING",
    )
    .bind(epoch.to_string())
    .bind(proof)
    .bind(at)
    .execute(db)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Writes down that a backup was made at an instant, and until when it covers ops; what was covered stays so.
pub async fn backed_up(db: &mut Conn, at: i64, covered_until: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO durable (one, covered_until, backup_at) VALUES (1, $1, $2)
         ON CONFLICT (one) DO UPDATE SET backup_at = excluded.backup_at, covered_until =
         CASE WHEN excluded.covered_until > durable.covered_until THEN excluded.covered_until
              ELSE durable.covered_until END",
    )
    .bind(covered_until)
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}

/// When the last backup was made, in ms since 1970 UTC; `None` before the first.
pub async fn backup_at(db: &mut Conn) -> Result<Option<i64>> {
    let at: Option<Option<i64>> =
        sqlx::query_scalar("SELECT backup_at FROM durable WHERE one = 1").fetch_optional(db).await?;
    Ok(at.flatten())
}

/// Until when ops are covered by a backup off this machine, in ms since 1970 UTC; 0 where there is none.
pub async fn covered_until(db: &mut Conn) -> Result<i64> {
    let until: Option<i64> =
        sqlx::query_scalar("SELECT covered_until FROM durable WHERE one = 1").fetch_optional(db).await?;
    Ok(until.unwrap_or(0))
}
