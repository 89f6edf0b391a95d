//! SQL of the figures that are measured when somebody asks: whole tables counted, no row looked at.

use crate::db::{Conn, Result};

/// What waits in the queue of jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Jobs {
    /// To be done, those under way among them.
    pub ready: i64,
    /// Given up.
    pub dead: i64,
    /// When the first that is still to be done should have begun, in ms since 1970 UTC; `None` where nothing waits.
    pub first_run_at: Option<i64>,
}

/// Counts the queue of jobs.
pub async fn jobs(db: &mut Conn) -> Result<Jobs> {
    let (ready, dead, first_run_at): (i64, i64, Option<i64>) = sqlx::query_as(
        "SELECT COUNT(CASE WHEN state = 'ready' THEN 1 END), COUNT(CASE WHEN state = 'dead' THEN 1 END),
         MIN(CASE WHEN state = 'ready' THEN run_at END) FROM job",
    )
    .fetch_one(db)
    .await?;
    Ok(Jobs { ready, dead, first_run_at })
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
