//! Table `garbage`, and the question whether a row names a file.

use super::{Lies, Why};
use crate::blobs::Area;
use crate::db::{Conn, Result, at};

/// Files of one page.
pub const AT_ONCE: usize = 200;
/// As it is bound.
const LIMIT: i64 = AT_ONCE as i64;

/// A file that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Where it lies.
    pub lies: Lies,
    /// Its length.
    pub size_bytes: u64,
    /// Why nobody needs it.
    pub why: Why,
    /// Since when it waits, in ms since 1970 UTC.
    pub since_at: i64,
}

/// Writes down that a file begins to wait. One that waits already goes on waiting.
pub async fn put(db: &mut Conn, lies: &Lies, (size_bytes, why): (u64, Why), now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO garbage (area, name, size_bytes, why, since_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (area, name) DO NOTHING",
    )
    .bind(lies.area())
    .bind(lies.name())
    .bind(size_bytes.cast_signed())
    .bind(why.name())
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down that a file does not wait any more.
pub async fn forget(db: &mut Conn, lies: &Lies) -> Result<()> {
    sqlx::query("DELETE FROM garbage WHERE area = $1 AND name = $2")
        .bind(lies.area())
        .bind(lies.name())
        .execute(db)
        .await?;
    Ok(())
}

/// Files that wait, the oldest first, after one of them.
pub async fn list(db: &mut Conn, after: Option<&Waiting>) -> Result<Vec<Waiting>> {
    let (since_at, area, name) = after.map_or((i64::MIN, "", String::new()), |waiting| {
        (waiting.since_at, waiting.lies.area(), waiting.lies.name())
    });
    let rows: Vec<(String, String, i64, String, i64)> = sqlx::query_as(
        "SELECT area, name, size_bytes, why, since_at FROM garbage WHERE (since_at, area, name) > ($1, $2, $3)
         ORDER BY since_at, area, name LIMIT $4",
    )
    .bind(since_at)
    .bind(area)
    .bind(name)
    .bind(LIMIT)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(area, name, size_bytes, why, since_at)| {
            let row = at("garbage", &name);
            let lies = Lies::named(&area, &name).ok_or_else(|| row.broken("area"))?;
            let size_bytes = u64::try_from(size_bytes).map_err(|_| row.broken("size_bytes"))?;
            let why = Why::named(&why).ok_or_else(|| row.broken("why"))?;
            Ok(Waiting { lies, size_bytes, why, since_at })
        })
        .collect()
}

/// Whether a row names a file. Whatever comes to name files must be asked here, and in `backup::store`.
pub async fn is_named(db: &mut Conn, lies: &Lies) -> Result<bool> {
    let name = lies.name();
    let found: Option<i64> = match lies {
        Lies::Blob(Area::Original | Area::Sketch, _) => {
            sqlx::query_scalar(
                "SELECT size_bytes FROM blob WHERE part = $1 AND sha256 = $2 AND encoding = 'raw'",
            )
            .bind(lies.area())
            .bind(&name)
            .fetch_optional(db)
            .await?
        }
        Lies::Blob(Area::Lepton, _) => {
            sqlx::query_scalar("SELECT size_bytes FROM blob WHERE stored_sha256 = $1 LIMIT 1")
                .bind(&name)
                .fetch_optional(db)
                .await?
        }
        Lies::Blob(Area::Derived, _) => {
            sqlx::query_scalar("SELECT size_bytes FROM picture WHERE content = $1 LIMIT 1")
                .bind(&name)
                .fetch_optional(db)
                .await?
        }
        Lies::Incoming(_) => {
            sqlx::query_scalar("SELECT length_bytes FROM upload WHERE id = $1")
                .bind(&name)
                .fetch_optional(db)
                .await?
        }
    };
    Ok(found.is_some())
}

/// Whether a file waits already.
pub async fn is_waiting(db: &mut Conn, lies: &Lies) -> Result<bool> {
    let found: Option<i64> = sqlx::query_scalar("SELECT since_at FROM garbage WHERE area = $1 AND name = $2")
        .bind(lies.area())
        .bind(lies.name())
        .fetch_optional(db)
        .await?;
    Ok(found.is_some())
}
