//! Tables `blob`, `media_blob`, `picture`, `original_read`.

use shared::ids::{AccountId, BranchId, Digest, MediaId};
use shared::model::media::Derived;

use super::Part;
use crate::db::{self, Conn, at, word};
use crate::derive::{Played, Size};
use crate::uploads::Upload;

/// Items told of a blob's pictures in one go.
const ITEMS_ROWS_MAX: i64 = 100;
/// Blobs tried again in one go: what was sent meanwhile waits behind so many.
const AGAIN_ROWS_MAX: i64 = 200;

/// What came of deriving from a blob.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blob {
    pub derived: Derived,
    /// Why there is no picture.
    pub reason: Option<String>,
    /// Width and height of the upright picture.
    pub size_px: Option<(u32, u32)>,
    /// Length of a clip or voice, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Of a voice, two hex digits a part.
    pub waveform: Option<String>,
    /// Whether there is something to play. Read only: `put_made` writes it.
    pub played: bool,
}

/// A file made from a blob, to be written down.
#[derive(Debug)]
pub struct Made {
    /// `Size` or `Played` by name.
    pub size: &'static str,
    pub content: Digest,
    pub size_bytes: u64,
}

/// Writes down that a whole file is here. Here already is no error.
pub async fn put_blob(db: &mut Conn, upload: &Upload, now: i64) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO blob (part, sha256, size_bytes, stored_at, derived, reason, width_px, height_px)
         VALUES ($1, $2, $3, $4, 'waiting', NULL, NULL, NULL) ON CONFLICT (part, sha256) DO NOTHING",
    )
    .bind(upload.part.name())
    .bind(upload.sha256.to_string())
    .bind(upload.length.cast_signed())
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Joins an item to bytes that its recorder sent. Joined already is no error.
pub async fn join(db: &mut Conn, upload: &Upload, now: i64) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO media_blob (media_id, part, sha256, branch_id, size_bytes, account_id, joined_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (media_id, part) DO NOTHING",
    )
    .bind(upload.media.to_string())
    .bind(upload.part.name())
    .bind(upload.sha256.to_string())
    .bind(upload.branch.to_string())
    .bind(upload.length.cast_signed())
    .bind(upload.account.to_string())
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// A row of `blob`, as stored; the last column is 1 where there is something to play.
type BlobLine = (String, Option<String>, Option<i64>, Option<i64>, Option<i64>, Option<String>, i64);

/// What is known of a blob; `None` where there is none.
pub async fn find_blob(db: &mut Conn, part: Part, sha256: Digest) -> db::Result<Option<Blob>> {
    let id = sha256.to_string();
    let found: Option<BlobLine> = sqlx::query_as(
        "SELECT derived, reason, width_px, height_px, duration_ms, waveform,
         CASE WHEN EXISTS (SELECT 1 FROM picture WHERE picture.part = blob.part AND picture.sha256 = blob.sha256
                           AND picture.size IN ('clip', 'voice')) THEN 1 ELSE 0 END
         FROM blob WHERE part = $1 AND sha256 = $2",
    )
    .bind(part.name())
    .bind(&id)
    .fetch_optional(db)
    .await?;
    let Some((derived, reason, width, height, duration, waveform, played)) = found else { return Ok(None) };
    let row = at("blob", &id);
    let px = |side: i64, column| u32::try_from(side).map_err(|_| row.broken(column));
    let size_px = match (width, height) {
        (Some(width), Some(height)) => Some((px(width, "width_px")?, px(height, "height_px")?)),
        _ => None,
    };
    let duration_ms =
        duration.map(|ms| u64::try_from(ms).map_err(|_| row.broken("duration_ms"))).transpose()?;
    let derived = row.word("derived", &derived)?;
    Ok(Some(Blob { derived, reason, size_px, duration_ms, waveform, played: played == 1 }))
}

/// Writes down what came of deriving.
///
/// `decoders` are those that tried.
pub async fn set_derived(
    db: &mut Conn,
    (part, sha256): (Part, Digest),
    blob: &Blob,
    decoders: &str,
) -> db::Result<()> {
    let id = sha256.to_string();
    let hit = sqlx::query(
        "UPDATE blob SET derived = $1, reason = $2, width_px = $3, height_px = $4, decoders = $5,
         duration_ms = $6, waveform = $7 WHERE part = $8 AND sha256 = $9",
    )
    .bind(word(&blob.derived))
    .bind(blob.reason.as_deref())
    .bind(blob.size_px.map(|(width, _)| i64::from(width)))
    .bind(blob.size_px.map(|(_, height)| i64::from(height)))
    .bind(decoders)
    .bind(blob.duration_ms.map(u64::cast_signed))
    .bind(blob.waveform.as_deref())
    .bind(part.name())
    .bind(&id)
    .execute(db)
    .await?;
    db::Error::one_row(hit.rows_affected(), "blob", &id)
}

/// Blobs that other decoders than these could not show; some of them.
pub async fn list_unsupported_by_others(db: &mut Conn, decoders: &str) -> db::Result<Vec<(Part, Digest)>> {
    let found: Vec<(String, String)> = sqlx::query_as(
        "SELECT part, sha256 FROM blob WHERE derived = 'unsupported' AND decoders <> $1
         ORDER BY part, sha256 LIMIT $2",
    )
    .bind(decoders)
    .bind(AGAIN_ROWS_MAX)
    .fetch_all(db)
    .await?;
    let parsed = found.iter().map(|(part, sha256)| {
        let row = at("blob", sha256);
        Ok((row.parse("part", part)?, row.parse("sha256", sha256)?))
    });
    parsed.collect()
}

/// Lets an unsupported blob wait again. False: somebody else did.
pub async fn set_waiting_again(db: &mut Conn, (part, sha256): (Part, Digest)) -> db::Result<bool> {
    let hit = sqlx::query(
        "UPDATE blob SET derived = 'waiting', reason = NULL
         WHERE part = $1 AND sha256 = $2 AND derived = 'unsupported'",
    )
    .bind(part.name())
    .bind(sha256.to_string())
    .execute(db)
    .await?;
    Ok(hit.rows_affected() == 1)
}

/// Writes down a file that was made; the latest stands.
pub async fn put_made(
    db: &mut Conn,
    (part, sha256): (Part, Digest),
    made: &Made,
    now: i64,
) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO picture (part, sha256, size, content, size_bytes, made_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (part, sha256, size) DO UPDATE SET content = excluded.content,
         size_bytes = excluded.size_bytes, made_at = excluded.made_at",
    )
    .bind(part.name())
    .bind(sha256.to_string())
    .bind(made.size)
    .bind(made.content.to_string())
    .bind(made.size_bytes.cast_signed())
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Items that show a blob, in the order of their ids, after one of them.
pub async fn list_items(
    db: &mut Conn,
    (part, sha256): (Part, Digest),
    after: Option<MediaId>,
) -> db::Result<Vec<MediaId>> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT media_id FROM media_blob WHERE part = $1 AND sha256 = $2 AND media_id > $3 ORDER BY media_id LIMIT $4",
    )
    .bind(part.name())
    .bind(sha256.to_string())
    .bind(after.map(|id| id.to_string()).unwrap_or_default())
    .bind(ITEMS_ROWS_MAX)
    .fetch_all(db)
    .await?;
    ids.iter().map(|id| at("media_blob", id).parse("media_id", id)).collect()
}

/// The picture of an item in one size: the hash of its bytes.
pub async fn find_picture(
    db: &mut Conn,
    (media, part): (MediaId, Part),
    size: Size,
) -> db::Result<Option<Digest>> {
    let id = media.to_string();
    let content: Option<String> = sqlx::query_scalar(
        "SELECT picture.content FROM media_blob JOIN picture
         ON picture.part = media_blob.part AND picture.sha256 = media_blob.sha256
         WHERE media_blob.media_id = $1 AND media_blob.part = $2 AND picture.size = $3",
    )
    .bind(&id)
    .bind(part.name())
    .bind(size.name())
    .fetch_optional(db)
    .await?;
    content.map(|content| at("picture", &id).parse("content", &content)).transpose()
}

/// What is played of an item, the hash of its bytes, and how many they are.
pub async fn find_played(db: &mut Conn, media: MediaId) -> db::Result<Option<(Played, Digest, u64)>> {
    let id = media.to_string();
    let found: Option<(String, String, i64)> = sqlx::query_as(
        "SELECT picture.size, picture.content, picture.size_bytes FROM media_blob JOIN picture
         ON picture.part = media_blob.part AND picture.sha256 = media_blob.sha256
         WHERE media_blob.media_id = $1 AND media_blob.part = 'original' AND picture.size IN ('clip', 'voice')",
    )
    .bind(&id)
    .fetch_optional(db)
    .await?;
    let Some((size, content, length)) = found else { return Ok(None) };
    let played = [Played::Clip, Played::Voice].into_iter().find(|played| played.name() == size);
    let row = at("picture", &id);
    let length = u64::try_from(length).map_err(|_| row.broken("size_bytes"))?;
    Ok(Some((played.ok_or_else(|| row.broken("size"))?, row.parse("content", &content)?, length)))
}

/// The waveform of an item's voice and its length in milliseconds; `None` where it has none.
pub async fn find_waveform(db: &mut Conn, media: MediaId) -> db::Result<Option<(String, i64)>> {
    Ok(sqlx::query_as(
        "SELECT blob.waveform, blob.duration_ms FROM media_blob JOIN blob
         ON blob.part = media_blob.part AND blob.sha256 = media_blob.sha256
         WHERE media_blob.media_id = $1 AND media_blob.part = 'original' AND blob.waveform IS NOT NULL",
    )
    .bind(media.to_string())
    .fetch_optional(db)
    .await?)
}

/// The bytes an item was joined to; `None` while they are not here.
pub async fn find_joined(db: &mut Conn, media: MediaId, part: Part) -> db::Result<Option<Digest>> {
    let id = media.to_string();
    let sha256: Option<String> =
        sqlx::query_scalar("SELECT sha256 FROM media_blob WHERE media_id = $1 AND part = $2")
            .bind(&id)
            .bind(part.name())
            .fetch_optional(db)
            .await?;
    sha256.map(|sha256| at("media_blob", &id).parse("sha256", &sha256)).transpose()
}

/// Exact bytes handed out for a reason.
#[derive(Debug)]
pub struct ReadPut<'a> {
    pub id: String,
    pub at: i64,
    pub account: AccountId,
    pub media: MediaId,
    pub branch: BranchId,
    pub reason: &'a str,
}

/// Writes down that exact bytes were handed out, before they are.
pub async fn put_read(db: &mut Conn, read: &ReadPut<'_>) -> db::Result<()> {
    sqlx::query(
        "INSERT INTO original_read (id, at, account_id, media_id, branch_id, reason) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&read.id)
    .bind(read.at)
    .bind(read.account.to_string())
    .bind(read.media.to_string())
    .bind(read.branch.to_string())
    .bind(read.reason)
    .execute(db)
    .await?;
    Ok(())
}
