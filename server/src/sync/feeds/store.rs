//! SQL of feeds: counters that are locks, and the rows that say which record stands where.

use shared::{
    ids::{Checksum, FeedId},
    model::{RecordId, RecordKind},
};
use uuid::Uuid;

use crate::db::{self, Conn, Result, at};

/// Rows written by one statement: 6 values each, far below what SQLite takes.
const ROWS_AT_ONCE: usize = 500;

/// Feeds that records of one entry may stand in: its people, branches and offices.
const ENTRY_ROWS_MAX: i64 = 100_000;

/// Where a feed stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last number given out.
    pub seq: i64,
    /// XOR of the sums of its records.
    pub checksum: Checksum,
}

impl Head {
    /// Of a feed that nothing was written to.
    pub const EMPTY: Head = Head { seq: 0, checksum: Checksum([0; 8]) };
}

/// A row of a feed to be written.
#[derive(Clone, Debug)]
pub struct RowPut {
    /// Which record.
    pub record: RecordId,
    /// Its number in the feed.
    pub seq: i64,
    /// The record's revision.
    pub rev: u64,
    /// It has left the feed.
    pub gone: bool,
}

/// A row of a page, with the record's body where it stands in the feed.
#[derive(Debug)]
pub struct PageRow {
    /// Its number in the feed.
    pub seq: i64,
    /// The kind's name, also one that this build does not know.
    pub kind: String,
    /// The record's id.
    pub id: Uuid,
    /// Its revision.
    pub rev: u64,
    /// `None` on a row that is gone.
    pub body: Option<String>,
}

/// Makes the feed where there is none and locks it until the transaction ends.
pub async fn lock(db: &mut Conn, feed: FeedId) -> Result<Head> {
    let id = feed.to_string();
    let (seq, checksum): (i64, String) = sqlx::query_as(
        "INSERT INTO feed (id, seq, checksum) VALUES ($1, 0, '0000000000000000')
         ON CONFLICT (id) DO UPDATE SET seq = feed.seq RETURNING seq, checksum",
    )
    .bind(&id)
    .fetch_one(db)
    .await?;
    Ok(Head { seq, checksum: at("feed", &id).parse("checksum", &checksum)? })
}

/// Where a feed stands; empty where nothing was ever written to it.
pub async fn head(db: &mut Conn, feed: FeedId) -> Result<Head> {
    let id = feed.to_string();
    let row: Option<(i64, String)> =
        sqlx::query_as("SELECT seq, checksum FROM feed WHERE id = $1").bind(&id).fetch_optional(db).await?;
    match row {
        None => Ok(Head::EMPTY),
        Some((seq, checksum)) => Ok(Head { seq, checksum: at("feed", &id).parse("checksum", &checksum)? }),
    }
}

/// Takes `count` numbers of a locked feed and writes its new checksum; answers the last number.
pub async fn advance(db: &mut Conn, feed: FeedId, count: i64, checksum: Checksum) -> Result<i64> {
    let seq: i64 =
        sqlx::query_scalar("UPDATE feed SET seq = seq + $1, checksum = $2 WHERE id = $3 RETURNING seq")
            .bind(count)
            .bind(checksum.to_string())
            .bind(feed.to_string())
            .fetch_one(db)
            .await?;
    Ok(seq)
}

/// Writes rows of one feed over whatever stood there of the same records.
pub async fn put_rows(db: &mut Conn, feed: FeedId, rows: &[RowPut]) -> Result<()> {
    let feed = feed.to_string();
    for part in rows.chunks(ROWS_AT_ONCE) {
        let text = db::rows(part.len(), 6).within(
            "INSERT INTO feed_row (feed_id, seq, kind, id, rev, gone) VALUES ",
            " ON CONFLICT (kind, id, feed_id) DO UPDATE SET seq = excluded.seq, rev = excluded.rev, gone = excluded.gone",
        );
        let mut query = sqlx::query(text).persistent(part.len() == 1 || part.len() == ROWS_AT_ONCE);
        for row in part {
            query = query
                .bind(feed.as_str())
                .bind(row.seq)
                .bind(row.record.kind.name())
                .bind(row.record.id.to_string())
                .bind(row.rev.cast_signed())
                .bind(i64::from(row.gone));
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// The feeds in which records of an entry stand now.
pub async fn of_entry(db: &mut Conn, entry: Uuid) -> Result<Vec<(RecordId, FeedId)>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT f.kind, f.id, f.feed_id FROM record r JOIN feed_row f ON f.kind = r.kind AND f.id = r.id
         WHERE r.entry_id = $1 AND f.gone = 0 LIMIT $2",
    )
    .bind(entry.to_string())
    .bind(ENTRY_ROWS_MAX)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(kind, id, feed)| Ok((record_id(&kind, &id)?, at("feed_row", &id).parse("feed_id", &feed)?)))
        .collect()
}

/// The feeds in which one record stands now.
pub async fn of_record(db: &mut Conn, record: RecordId) -> Result<Vec<FeedId>> {
    let id = record.id.to_string();
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT feed_id FROM feed_row WHERE kind = $1 AND id = $2 AND gone = 0 LIMIT $3")
            .bind(record.kind.name())
            .bind(&id)
            .bind(ENTRY_ROWS_MAX)
            .fetch_all(db)
            .await?;
    rows.iter().map(|feed| at("feed_row", &id).parse("feed_id", feed)).collect()
}

/// Rows of a feed after a number, in order.
pub async fn page(db: &mut Conn, feed: FeedId, after: i64, limit: i64) -> Result<Vec<PageRow>> {
    let rows: Vec<(i64, String, String, i64, Option<String>)> = sqlx::query_as(
        "SELECT f.seq, f.kind, f.id, f.rev, CASE WHEN f.gone = 0 THEN r.body END
         FROM feed_row f LEFT JOIN record r ON r.kind = f.kind AND r.id = f.id
         WHERE f.feed_id = $1 AND f.seq > $2 ORDER BY f.seq LIMIT $3",
    )
    .bind(feed.to_string())
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|(seq, kind, id, rev, body)| {
            Ok(PageRow {
                seq,
                kind,
                id: at("feed_row", &id).parse("id", &id)?,
                rev: rev.cast_unsigned(),
                body,
            })
        })
        .collect()
}

/// Locks bytes by their hash until the transaction ends.
pub async fn lock_hash(db: &mut Conn, sha256: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO hash_lock (sha256, taken) VALUES ($1, 1)
         ON CONFLICT (sha256) DO UPDATE SET taken = hash_lock.taken + 1",
    )
    .bind(sha256)
    .execute(db)
    .await?;
    Ok(())
}

fn record_id(kind: &str, id: &str) -> Result<RecordId> {
    Ok(RecordId {
        kind: at("feed_row", id).parse::<RecordKind>("kind", kind)?,
        id: at("feed_row", id).parse("id", id)?,
    })
}
