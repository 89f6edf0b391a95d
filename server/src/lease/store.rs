//! SQL of the table `lease`: one row for each thing that only one command does at a time.

use crate::db::{Conn, Result};

/// Takes a lease where nobody has it, or whoever had it did not renew it. One that lasts longer than any is ever given
/// comes from a clock that has gone back since.
pub async fn take(db: &mut Conn, (name, holder): (&str, &str), (now, until_at): (i64, i64)) -> Result<bool> {
    let hit = sqlx::query(
        "INSERT INTO lease (name, holder, until_at) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at
         WHERE lease.until_at < $4 OR lease.until_at > excluded.until_at",
    )
    .bind(name)
    .bind(holder)
    .bind(until_at)
    .bind(now)
    .execute(db)
    .await?;
    Ok(hit.rows_affected() == 1)
}

/// Who has a lease; `None`: nobody.
pub async fn holder(db: &mut Conn, name: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT holder FROM lease WHERE name = $1").bind(name).fetch_optional(db).await?)
}

/// Holds a lease longer. False: somebody else has it.
pub async fn renew(db: &mut Conn, (name, holder): (&str, &str), until_at: i64) -> Result<bool> {
    let hit = sqlx::query("UPDATE lease SET until_at = $1 WHERE name = $2 AND holder = $3")
        .bind(until_at)
        .bind(name)
        .bind(holder)
        .execute(db)
        .await?;
    Ok(hit.rows_affected() == 1)
}

/// Gives a lease up.
pub async fn give_up(db: &mut Conn, (name, holder): (&str, &str)) -> Result<()> {
    sqlx::query("DELETE FROM lease WHERE name = $1 AND holder = $2")
        .bind(name)
        .bind(holder)
        .execute(db)
        .await?;
    Ok(())
}

/// Frees all leases.
pub async fn delete_all(db: &mut Conn) -> Result<()> {
    sqlx::query("DELETE FROM lease WHERE name > ''").execute(db).await?;
    Ok(())
}
