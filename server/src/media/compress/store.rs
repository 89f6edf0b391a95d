//! How a blob's bytes lie in storage: the columns of `blob` from `encoding` on, and `encoder_check`.

use shared::ids::Digest;

use crate::blobs::Area;
use crate::db::{self, Conn, at};
use crate::media::Part;

/// Blobs of one page.
const AT_ONCE: i64 = 200;
/// Versions that ever wrote; there are a handful.
const ENCODERS_MAX: usize = 1_000;

/// A blob as it lies in storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Length of the bytes that came.
    pub size_bytes: u64,
    /// How they lie.
    pub stored: Stored,
    /// Why they lie there as they came; `None` where nobody has tried to make them smaller.
    pub raw_reason: Option<String>,
}

/// How bytes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// As they came, under their own hash.
    Raw,
    /// As a file of this hash from which they are made again.
    Lepton(Digest),
}

impl Kept {
    /// Where its file lies; `sha256` is that of the bytes that came.
    #[must_use]
    pub fn lies(&self, part: Part, sha256: Digest) -> (Area, Digest) {
        match self.stored {
            Stored::Raw => (part.area(), sha256),
            Stored::Lepton(name) => (Area::Lepton, name),
        }
    }
}

/// A blob as it lies in storage; `None` where there is none.
pub async fn find(db: &mut Conn, part: Part, sha256: Digest) -> db::Result<Option<Kept>> {
    let id = sha256.to_string();
    let found: Option<(i64, String, Option<String>, Option<String>)> = sqlx::query_as(
        "SELECT size_bytes, encoding, stored_sha256, raw_reason FROM blob WHERE part = $1 AND sha256 = $2",
    )
    .bind(part.name())
    .bind(&id)
    .fetch_optional(db)
    .await?;
    let Some((size_bytes, encoding, stored_sha256, raw_reason)) = found else { return Ok(None) };
    let row = at("blob", &id);
    let stored = match (encoding.as_str(), stored_sha256) {
        ("raw", _) => Stored::Raw,
        ("lepton", Some(name)) => Stored::Lepton(row.parse("stored_sha256", &name)?),
        _ => return Err(row.broken("encoding")),
    };
    let size_bytes = u64::try_from(size_bytes).map_err(|_| row.broken("size_bytes"))?;
    Ok(Some(Kept { size_bytes, stored, raw_reason }))
}

/// The original that a smaller file stands for; `None` where no row names it.
pub async fn find_original(db: &mut Conn, name: Digest) -> db::Result<Option<Digest>> {
    let id = name.to_string();
    let found: Option<String> = sqlx::query_scalar(
        "SELECT sha256 FROM blob WHERE stored_sha256 = $1 AND encoding = 'lepton' LIMIT 1",
    )
    .bind(&id)
    .fetch_optional(db)
    .await?;
    found.map(|sha256| at("blob", &id).parse("sha256", &sha256)).transpose()
}

/// A smaller file that is to take the place of a raw one.
#[derive(Debug, Clone, Copy)]
pub struct Smaller {
    /// Its hash.
    pub name: Digest,
    /// Its length.
    pub size_bytes: u64,
    /// What wrote it.
    pub encoder: &'static str,
}

/// Puts a smaller file in the place of the raw one. False: it is not raw any more.
pub async fn swap(db: &mut Conn, sha256: Digest, smaller: Smaller, now: i64) -> db::Result<bool> {
    let hit = sqlx::query(
        "UPDATE blob SET encoding = 'lepton', encoder = $1, stored_sha256 = $2, stored_bytes = $3, encoded_at = $4,
         raw_reason = NULL WHERE part = 'original' AND sha256 = $5 AND encoding = 'raw'",
    )
    .bind(smaller.encoder)
    .bind(smaller.name.to_string())
    .bind(smaller.size_bytes.cast_signed())
    .bind(now)
    .bind(sha256.to_string())
    .execute(db)
    .await?;
    Ok(hit.rows_affected() == 1)
}

/// Writes down why an original stays as it came.
pub async fn keep_raw(db: &mut Conn, sha256: Digest, reason: &str) -> db::Result<()> {
    sqlx::query(
        "UPDATE blob SET raw_reason = $1 WHERE part = 'original' AND sha256 = $2 AND encoding = 'raw'",
    )
    .bind(reason)
    .bind(sha256.to_string())
    .execute(db)
    .await?;
    Ok(())
}

/// Versions that wrote what is stored, each with when it did last.
pub async fn encoders(db: &mut Conn) -> db::Result<Vec<(String, i64)>> {
    let mut found: Vec<(String, i64)> = Vec::new();
    // From one to the next by the index, however many files each has written.
    while found.len() < ENCODERS_MAX {
        let after = found.last().map_or("", |(encoder, _)| encoder.as_str());
        let next: Option<(String,)> =
            sqlx::query_as("SELECT encoder FROM blob WHERE encoder > $1 ORDER BY encoder LIMIT 1")
                .bind(after)
                .fetch_optional(&mut *db)
                .await?;
        let Some((encoder,)) = next else { break };
        let (last_at,): (i64,) = sqlx::query_as(
            "SELECT encoded_at FROM blob WHERE encoder = $1 AND encoded_at IS NOT NULL ORDER BY encoded_at DESC LIMIT 1",
        )
        .bind(&encoder)
        .fetch_one(&mut *db)
        .await?;
        found.push((encoder, last_at));
    }
    Ok(found)
}

/// When a version began to read everything that is stored and found nothing wrong; `None`: it never did.
pub async fn verified_at(db: &mut Conn, encoder: &str) -> db::Result<Option<i64>> {
    Ok(sqlx::query_scalar("SELECT verified_at FROM encoder_check WHERE encoder = $1")
        .bind(encoder)
        .fetch_optional(db)
        .await?)
}

/// Writes down that a version has read everything that is stored and found nothing wrong.
pub async fn put_check(db: &mut Conn, encoder: &str, began_at: i64, blobs: u64) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO encoder_check (encoder, verified_at, blob_count) VALUES ($1, $2, $3)
         ON CONFLICT (encoder) DO UPDATE SET verified_at = excluded.verified_at, blob_count = excluded.blob_count",
    )
    .bind(encoder)
    .bind(began_at)
    .bind(blobs.cast_signed())
    .execute(db)
    .await?;
    Ok(())
}

/// Originals that nobody has tried to make smaller, in the order of their hashes, after one of them.
pub async fn list_untried(db: &mut Conn, after: Option<Digest>) -> db::Result<Vec<Digest>> {
    let found: Vec<String> = sqlx::query_scalar(
        "SELECT sha256 FROM blob WHERE part = 'original' AND encoding = 'raw' AND raw_reason IS NULL
         AND derived <> 'waiting' AND sha256 > $1 ORDER BY sha256 LIMIT $2",
    )
    .bind(after.map(|sha256| sha256.to_string()).unwrap_or_default())
    .bind(AT_ONCE)
    .fetch_all(db)
    .await?;
    found.iter().map(|sha256| at("blob", sha256).parse("sha256", sha256)).collect()
}
