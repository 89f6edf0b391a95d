//! SQL of the check: everything in pages, as text, so that what does not parse is a finding and no failure.

use sqlx::FromRow;

use crate::db::{Conn, Result};

/// Rows of one page.
pub const AT_ONCE: usize = 500;

/// As it is bound.
const LIMIT: i64 = AT_ONCE as i64;

/// Branches of the largest school are some thousand.
const CHAINS_MAX: i64 = 100_000;

/// A branch's history as its head says.
#[derive(Debug, FromRow)]
pub struct Chain {
    /// Whose.
    pub branch: String,
    /// Links.
    pub length: i64,
    /// Hash of the last.
    pub head: String,
}

/// One link.
#[derive(Debug, FromRow)]
pub struct Link {
    /// Its number.
    pub n: i64,
    /// Hash of the one before.
    pub previous: String,
    /// Canonical JSON.
    pub event: String,
    /// Its own hash.
    pub hash: String,
}

/// A record as it stands.
#[derive(Debug, FromRow)]
pub struct RecordLine {
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its revision.
    pub rev: i64,
    /// What it adds to checksums.
    pub sum: String,
    /// Its body.
    pub body: String,
}

/// A feed's head.
#[derive(Debug, FromRow)]
pub struct FeedLine {
    /// Its name.
    pub id: String,
    /// The last number.
    pub seq: i64,
    /// Its checksum.
    pub checksum: String,
}

/// A row of a feed beside the record it stands for.
#[derive(Debug, FromRow)]
pub struct RowLine {
    /// Its number.
    pub seq: i64,
    /// The record's kind.
    pub kind: String,
    /// The record's id.
    pub id: String,
    /// The revision that the row says.
    pub rev: i64,
    /// 1: it has left.
    pub gone: i64,
    /// The record's sum; `None` where there is no record.
    pub sum: Option<String>,
    /// The record's revision.
    pub record_rev: Option<i64>,
}

/// A version beside the record it is one of.
#[derive(Debug, FromRow)]
pub struct VersionLine {
    /// The record's kind.
    pub kind: String,
    /// The record's id.
    pub id: String,
    /// Which version.
    pub rev: i64,
    /// The entry it belongs to.
    pub entry_id: String,
    /// That entry's branch.
    pub branch_id: String,
    /// Its content digest, where the kind has one.
    pub digest: Option<String>,
    /// Its text; `None`: the record ended with it.
    pub body: Option<String>,
    /// The op that made it.
    pub op_id: Option<String>,
    /// Who made it.
    pub account_id: Option<String>,
    /// When.
    pub at: i64,
    /// Its sum; `None` where it is older than sums.
    pub sum: Option<String>,
    /// The revision that stands; `None` where there is no record.
    pub stands: Option<i64>,
    /// 1: its text is another than what stands.
    pub differs: i64,
}

/// A queue beside its ledger.
#[derive(Debug, FromRow)]
pub struct QueueLine {
    /// Whose.
    pub account: String,
    /// Which.
    pub client: String,
    /// The last number it says.
    pub last_n: i64,
    /// The head it says.
    pub head: String,
    /// Lines of its ledger.
    pub lines: i64,
    /// The last number of its ledger.
    pub reached: i64,
    /// The head of its last line; `None` where there is none.
    pub ledger_head: Option<String>,
}

/// All histories.
pub async fn chains(db: &mut Conn) -> Result<Vec<Chain>> {
    Ok(sqlx::query_as("SELECT branch_id AS branch, length, head FROM chain ORDER BY branch_id LIMIT $1")
        .bind(CHAINS_MAX)
        .fetch_all(db)
        .await?)
}

/// Links of a history after a number.
pub async fn links(db: &mut Conn, branch: &str, after: i64) -> Result<Vec<Link>> {
    Ok(sqlx::query_as(
        "SELECT n, previous, event, hash FROM chain_link WHERE branch_id = $1 AND n > $2 ORDER BY n LIMIT $3",
    )
    .bind(branch)
    .bind(after)
    .bind(LIMIT)
    .fetch_all(db)
    .await?)
}

/// Records after one.
pub async fn records(db: &mut Conn, after: &(String, String)) -> Result<Vec<RecordLine>> {
    Ok(sqlx::query_as(
        "SELECT kind, id, rev, sum, body FROM record WHERE (kind, id) > ($1, $2) ORDER BY kind, id LIMIT $3",
    )
    .bind(&after.0)
    .bind(&after.1)
    .bind(LIMIT)
    .fetch_all(db)
    .await?)
}

/// Feeds after one.
pub async fn feeds(db: &mut Conn, after: &str) -> Result<Vec<FeedLine>> {
    Ok(sqlx::query_as("SELECT id, seq, checksum FROM feed WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(after)
        .bind(LIMIT)
        .fetch_all(db)
        .await?)
}

/// Rows of a feed after a number.
pub async fn rows(db: &mut Conn, feed: &str, after: i64) -> Result<Vec<RowLine>> {
    Ok(sqlx::query_as(
        "SELECT f.seq, f.kind, f.id, f.rev, f.gone, r.sum, r.rev AS record_rev
         FROM feed_row f LEFT JOIN record r ON r.kind = f.kind AND r.id = f.id
         WHERE f.feed_id = $1 AND f.seq > $2 ORDER BY f.seq LIMIT $3",
    )
    .bind(feed)
    .bind(after)
    .bind(LIMIT)
    .fetch_all(db)
    .await?)
}

/// Where a page of versions ended: entry, kind, id, revision.
pub type VersionPlace = (String, String, String, i64);

/// Versions after one, an entry's together.
pub async fn versions(db: &mut Conn, after: &VersionPlace) -> Result<Vec<VersionLine>> {
    Ok(sqlx::query_as(
        "SELECT v.kind, v.id, v.rev, v.entry_id, v.branch_id, v.digest, v.body, v.op_id, v.account_id, v.at, v.sum,
         r.rev AS stands, CASE WHEN v.body <> r.body THEN 1 ELSE 0 END AS differs
         FROM revision v LEFT JOIN record r ON r.kind = v.kind AND r.id = v.id
         WHERE (v.entry_id, v.kind, v.id, v.rev) > ($1, $2, $3, $4)
         ORDER BY v.entry_id, v.kind, v.id, v.rev LIMIT $5",
    )
    .bind(&after.0)
    .bind(&after.1)
    .bind(&after.2)
    .bind(after.3)
    .bind(LIMIT)
    .fetch_all(db)
    .await?)
}

/// The content digest that an op left on an entry; `None` where no version says that it made it.
pub async fn digest_after(db: &mut Conn, entry: &str, op: &str) -> Result<Option<String>> {
    let found: Option<Option<String>> = sqlx::query_scalar(
        "SELECT digest FROM revision WHERE kind = 'entry' AND id = $1 AND op_id = $2 LIMIT 1",
    )
    .bind(entry)
    .bind(op)
    .fetch_optional(db)
    .await?;
    Ok(found.flatten())
}

/// Queues after one.
pub async fn queues(db: &mut Conn, after: &(String, String)) -> Result<Vec<QueueLine>> {
    Ok(sqlx::query_as(
        "SELECT c.account_id AS account, c.client_id AS client, c.last_n, c.head,
         COUNT(l.n) AS lines, COALESCE(MAX(l.n), 0) AS reached,
         MAX(CASE WHEN l.n = c.last_n THEN l.head END) AS ledger_head
         FROM client c LEFT JOIN ledger l ON l.account_id = c.account_id AND l.client_id = c.client_id
         WHERE (c.account_id, c.client_id) > ($1, $2)
         GROUP BY c.account_id, c.client_id, c.last_n, c.head ORDER BY c.account_id, c.client_id LIMIT $3",
    )
    .bind(&after.0)
    .bind(&after.1)
    .bind(LIMIT)
    .fetch_all(db)
    .await?)
}
