//! SQL of feeds: counters that are locks, and the rows that say which record stands where.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    ids::{Checksum, EntryId, FeedId},
    model::{RecordId, RecordKind},
};
use uuid::Uuid;

use crate::db::{self, Conn, Result, at, lists, parts};

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
    /// Which feed.
    pub feed: FeedId,
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

/// Makes feeds where there are none and locks them, in their order, until the transaction ends.
pub async fn lock(db: &mut Conn, feeds: &BTreeSet<FeedId>) -> Result<BTreeMap<FeedId, Head>> {
    let mut heads = BTreeMap::new();
    let feeds: Vec<FeedId> = feeds.iter().copied().collect();
    for part in parts(&feeds) {
        let text = db::rows(part.len(), 3).within(
            "INSERT INTO feed (id, seq, checksum) VALUES ",
            " ON CONFLICT (id) DO UPDATE SET seq = feed.seq RETURNING id, seq, checksum",
        );
        let mut query = sqlx::query_as(text);
        for feed in part {
            query = query.bind(feed.to_string()).bind(0_i64).bind(Head::EMPTY.checksum.to_string());
        }
        let rows: Vec<(String, i64, String)> = query.fetch_all(&mut *db).await?;
        for (id, seq, checksum) in rows {
            let at = at("feed", &id);
            heads.insert(at.parse("id", &id)?, Head { seq, checksum: at.parse("checksum", &checksum)? });
        }
    }
    Ok(heads)
}

/// The last number given out in each of some feeds; 0 where nothing was ever written to it.
pub async fn reached(db: &mut Conn, feeds: &[FeedId]) -> Result<BTreeMap<FeedId, i64>> {
    let mut reached: BTreeMap<FeedId, i64> = feeds.iter().map(|feed| (*feed, 0)).collect();
    for part in lists(feeds.iter().copied()) {
        let text = db::rows(1, part.len()).within("SELECT id, seq FROM feed WHERE id IN ", " LIMIT 64");
        let query = part.iter().fold(sqlx::query_as(text), |query, feed| query.bind(feed.to_string()));
        let rows: Vec<(String, i64)> = query.fetch_all(&mut *db).await?;
        for (id, seq) in rows {
            reached.insert(at("feed", &id).parse("id", &id)?, seq);
        }
    }
    Ok(reached)
}

/// Moves locked feeds to new heads, from the numbers where they stood.
pub async fn advance(db: &mut Conn, heads: &[(FeedId, Head, i64)]) -> Result<()> {
    for part in parts(heads) {
        let text = db::rows(part.len(), 4).with_numbers(&[1, 3]).within(
            "WITH v (id, seq, checksum, stood) AS (VALUES ",
            ") UPDATE feed SET seq = v.seq, checksum = v.checksum FROM v WHERE feed.id = v.id AND feed.seq = v.stood",
        );
        let mut query = sqlx::query(text);
        for (feed, head, stood) in part {
            query = query.bind(feed.to_string()).bind(head.seq).bind(head.checksum.to_string()).bind(*stood);
        }
        let hit = query.execute(&mut *db).await?.rows_affected();
        let names = || part.iter().map(|(feed, ..)| feed.to_string()).collect::<Vec<_>>().join(", ");
        db::Error::rows(hit, part.len(), "feed", names)?;
    }
    Ok(())
}

/// Writes rows over whatever stood in their feeds of the same records.
pub async fn put_rows(db: &mut Conn, rows: &[RowPut]) -> Result<()> {
    for part in parts(rows) {
        let text = db::rows(part.len(), 6).within(
            "INSERT INTO feed_row (feed_id, seq, kind, id, rev, gone) VALUES ",
            " ON CONFLICT (kind, id, feed_id) DO UPDATE SET seq = excluded.seq, rev = excluded.rev, gone = excluded.gone",
        );
        let mut query = sqlx::query(text);
        for row in part {
            query = query
                .bind(row.feed.to_string())
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

/// The feeds in which records of some entries stand now, by entry.
pub async fn of_entries(
    db: &mut Conn,
    entries: &[EntryId],
) -> Result<BTreeMap<EntryId, Vec<(RecordId, FeedId)>>> {
    let mut found: BTreeMap<EntryId, Vec<(RecordId, FeedId)>> = BTreeMap::new();
    for part in lists(entries.iter().copied()) {
        let text = db::rows(1, part.len()).numbered_from(2).within(
            "SELECT r.entry_id, f.kind, f.id, f.feed_id
             FROM record r JOIN feed_row f ON f.kind = r.kind AND f.id = r.id
             WHERE f.gone = 0 AND r.entry_id IN ",
            " LIMIT $1",
        );
        let query = sqlx::query_as(text).bind(ENTRY_ROWS_MAX * part.len().cast_signed() as i64);
        let query = part.iter().fold(query, |query, entry| query.bind(entry.to_string()));
        let rows: Vec<(String, String, String, String)> = query.fetch_all(&mut *db).await?;
        for (entry, kind, id, feed) in rows {
            let entry = at("record", &id).parse("entry_id", &entry)?;
            let stands = (record_id(&kind, &id)?, at("feed_row", &id).parse("feed_id", &feed)?);
            found.entry(entry).or_default().push(stands);
        }
    }
    Ok(found)
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
