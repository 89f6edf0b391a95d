//! The smallest question a database answers.

use crate::db::{self, Conn};

/// Succeeds when the database answers.
pub async fn ping(db: &mut Conn) -> db::Result<()> {
    let _: i64 = sqlx::query_scalar("SELECT CAST(1 AS BIGINT)").fetch_one(db).await?;
    Ok(())
}
