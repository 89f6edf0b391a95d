//! Tables `upload` and `upload_piece`: what each account is sending. What is done with a row is decided in `begin`,
//! `receive` and `finish`.

use shared::ids::{AccountId, BranchId, MediaId};
use shared::limits::UPLOAD_PIECES_MAX;

use super::Upload;
use crate::blobs::s3::pieces::Piece;
use crate::db::{self, Conn, at};
use crate::media::Part;

/// Uploads forgotten in one go.
const EXPIRED_ROWS_MAX: i64 = 100;

#[derive(sqlx::FromRow)]
struct Line {
    id: String,
    account_id: String,
    media_id: String,
    part: String,
    sha256: String,
    branch_id: String,
    length_bytes: i64,
    received_bytes: i64,
    expires_at: i64,
    done_at: Option<i64>,
    metadata: String,
}

impl TryFrom<Line> for Upload {
    type Error = db::Error;
    fn try_from(line: Line) -> db::Result<Upload> {
        let row = at("upload", &line.id);
        Ok(Upload {
            account: row.parse("account_id", &line.account_id)?,
            media: row.parse("media_id", &line.media_id)?,
            part: row.parse("part", &line.part)?,
            sha256: row.parse("sha256", &line.sha256)?,
            branch: row.parse("branch_id", &line.branch_id)?,
            length: line.length_bytes.cast_unsigned(),
            received: line.received_bytes.cast_unsigned(),
            expires_at: line.expires_at,
            done: line.done_at.is_some(),
            metadata: line.metadata,
            id: line.id,
        })
    }
}

/// An account's upload, or `None` where that account has none of this id.
pub async fn find(db: &mut Conn, account: AccountId, id: &str) -> db::Result<Option<Upload>> {
    let line: Option<Line> = sqlx::query_as(
        "SELECT id, account_id, media_id, part, sha256, branch_id, length_bytes, received_bytes, expires_at, done_at,
         metadata FROM upload WHERE id = $1 AND account_id = $2",
    )
    .bind(id)
    .bind(account.to_string())
    .fetch_optional(db)
    .await?;
    line.map(Upload::try_from).transpose()
}

/// The account's upload for an item's part, of which there is at most one.
pub async fn find_for(db: &mut Conn, upload: (AccountId, MediaId, Part)) -> db::Result<Option<Upload>> {
    let line: Option<Line> = sqlx::query_as(
        "SELECT id, account_id, media_id, part, sha256, branch_id, length_bytes, received_bytes, expires_at, done_at,
         metadata FROM upload WHERE account_id = $1 AND media_id = $2 AND part = $3",
    )
    .bind(upload.0.to_string())
    .bind(upload.1.to_string())
    .bind(upload.2.name())
    .fetch_optional(db)
    .await?;
    line.map(Upload::try_from).transpose()
}

/// Begins an upload.
pub async fn insert(db: &mut Conn, upload: &Upload, now: i64) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO upload (id, account_id, media_id, part, sha256, branch_id, length_bytes, received_bytes,
         created_at, expires_at, done_at, metadata) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, NULL, $10)",
    )
    .bind(&upload.id)
    .bind(upload.account.to_string())
    .bind(upload.media.to_string())
    .bind(upload.part.name())
    .bind(upload.sha256.to_string())
    .bind(upload.branch.to_string())
    .bind(upload.length.cast_signed())
    .bind(now)
    .bind(upload.expires_at)
    .bind(&upload.metadata)
    .execute(db)
    .await?;
    Ok(())
}

/// Moves the acknowledged offset from where it was read, and the end of its life with it; `false` where another server
/// has moved it since.
pub async fn advance(db: &mut Conn, upload: &Upload, received: u64, expires_at: i64) -> db::Result<bool> {
    let hit = sqlx::query(
        "UPDATE upload SET received_bytes = $1, expires_at = $2 WHERE id = $3 AND received_bytes = $4 AND done_at IS NULL",
    )
    .bind(received.cast_signed())
    .bind(expires_at)
    .bind(&upload.id)
    .bind(upload.received.cast_signed())
    .execute(db)
    .await?;
    Ok(hit.rows_affected() == 1)
}

/// Marks an upload as verified and joined. Done already is no error.
pub async fn finish(db: &mut Conn, id: &str, now: i64) -> db::Result<()> {
    let hit = sqlx::query("UPDATE upload SET done_at = COALESCE(done_at, $1) WHERE id = $2")
        .bind(now)
        .bind(id)
        .execute(db)
        .await?;
    db::Error::one_row(hit.rows_affected(), "upload", id)
}

/// Forgets an upload.
pub async fn delete(db: &mut Conn, id: &str) -> db::Result<()> {
    delete_pieces(db, id).await?;
    sqlx::query("DELETE FROM upload WHERE id = $1").bind(id).execute(db).await?;
    Ok(())
}

/// Uploads past their time, oldest first, a bounded number of them.
pub async fn list_expired(db: &mut Conn, now: i64) -> db::Result<Vec<String>> {
    let ids =
        sqlx::query_scalar("SELECT id FROM upload WHERE expires_at <= $1 ORDER BY expires_at, id LIMIT $2")
            .bind(now)
            .bind(EXPIRED_ROWS_MAX)
            .fetch_all(db)
            .await?;
    Ok(ids)
}

/// Whether an upload is past its time now.
pub async fn is_expired(db: &mut Conn, id: &str, now: i64) -> db::Result<bool> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT expires_at FROM upload WHERE id = $1 AND expires_at <= $2")
            .bind(id)
            .bind(now)
            .fetch_optional(db)
            .await?;
    Ok(found.is_some())
}

/// Bytes a branch has here and has reserved. The same bytes sent twice count twice: a branch's space tells
/// nothing about what others have.
pub async fn used_bytes(db: &mut Conn, branch: BranchId) -> db::Result<u64> {
    let branch = branch.to_string();
    let stored: i64 = sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(size_bytes), 0) AS BIGINT) FROM media_blob WHERE branch_id = $1",
    )
    .bind(&branch)
    .fetch_one(&mut *db)
    .await?;
    let reserved: i64 = sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(length_bytes), 0) AS BIGINT) FROM upload WHERE branch_id = $1 AND done_at IS NULL",
    )
    .bind(&branch)
    .fetch_one(db)
    .await?;
    Ok(stored.cast_unsigned() + reserved.cast_unsigned())
}

/// Bytes that uploads under way may still bring.
pub async fn outstanding_bytes(db: &mut Conn) -> db::Result<u64> {
    let bytes: i64 = sqlx::query_scalar(
        "SELECT CAST(COALESCE(SUM(length_bytes - received_bytes), 0) AS BIGINT) FROM upload WHERE done_at IS NULL",
    )
    .fetch_one(db)
    .await?;
    Ok(bytes.cast_unsigned())
}

/// Writes down pieces that count from now on, in the place of those that began where they do.
pub async fn put_pieces(db: &mut Conn, upload: &str, pieces: &[Piece]) -> db::Result<()> {
    for piece in pieces {
        sqlx::query(
            "INSERT INTO upload_piece (upload_id, offset_bytes, length_bytes, attempt) VALUES ($1, $2, $3, $4)
             ON CONFLICT (upload_id, offset_bytes) DO UPDATE SET length_bytes = excluded.length_bytes,
             attempt = excluded.attempt",
        )
        .bind(upload)
        .bind(piece.offset.cast_signed())
        .bind(piece.length.cast_signed())
        .bind(&piece.attempt)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// The pieces of an upload in the order of its bytes.
pub async fn list_pieces(db: &mut Conn, upload: &str) -> db::Result<Vec<Piece>> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(
        "SELECT offset_bytes, length_bytes, attempt FROM upload_piece WHERE upload_id = $1 ORDER BY offset_bytes LIMIT $2",
    )
    .bind(upload)
    .bind(UPLOAD_PIECES_MAX as i64)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(|row| piece(upload, row)).collect()
}

/// The last piece of an upload.
pub async fn last_piece(db: &mut Conn, upload: &str) -> db::Result<Option<Piece>> {
    let row: Option<(i64, i64, String)> = sqlx::query_as(
        "SELECT offset_bytes, length_bytes, attempt FROM upload_piece WHERE upload_id = $1
         ORDER BY offset_bytes DESC LIMIT 1",
    )
    .bind(upload)
    .fetch_optional(db)
    .await?;
    row.map(|row| piece(upload, row)).transpose()
}

fn piece(upload: &str, (offset, length, attempt): (i64, i64, String)) -> db::Result<Piece> {
    let row = at("upload_piece", upload);
    let offset = u64::try_from(offset).map_err(|_| row.broken("offset_bytes"))?;
    let length = u64::try_from(length).map_err(|_| row.broken("length_bytes"))?;
    Ok(Piece { offset, length, attempt })
}

/// Forgets the pieces of an upload.
pub async fn delete_pieces(db: &mut Conn, upload: &str) -> db::Result<()> {
    sqlx::query("DELETE FROM upload_piece WHERE upload_id = $1").bind(upload).execute(db).await?;
    Ok(())
}
