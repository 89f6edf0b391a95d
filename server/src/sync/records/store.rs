//! SQL of records: as they stand, as they stood, and those that are no more.

use shared::{
    ids::{AccountId, BranchId, Checksum, Digest, EntryId, OpId},
    model::{Body, Record, RecordId, RecordKind},
};

use super::version::Version;
use crate::db::{self, Conn, Result, at};

/// Records of one entry. More than any rule lets through; an entry above it cannot be loaded, only refused.
const ENTRY_RECORDS_MAX: i64 = 20_000;

/// Entries that hold the same bytes. A photo stands in a handful; above it nothing is changed half.
const HOLDERS_MAX: i64 = 1_000;

/// A record with what it adds to checksums.
#[derive(Clone, Debug)]
pub struct Stored {
    /// As it stands.
    pub record: Record,
    /// What it adds to the checksum of a feed it stands in.
    pub sum: Checksum,
}

type Line = (String, String, i64, String, String);

fn stored((kind, id, rev, sum, body): Line) -> Result<Stored> {
    let kind: RecordKind = at("record", &id).parse("kind", &kind)?;
    let sum = at("record", &id).parse("sum", &sum)?;
    let body = Body::from_json(kind, &body).map_err(|_| db::Error::Row {
        table: "record",
        column: "body",
        id: format!("{}/{id}", kind.name()),
    })?;
    Ok(Stored {
        record: Record { id: at("record", &id).parse("id", &id)?, rev: rev.cast_unsigned(), body },
        sum,
    })
}

/// All records of an entry.
pub async fn of_entry(db: &mut Conn, entry: EntryId) -> Result<Vec<Stored>> {
    let lines: Vec<Line> = sqlx::query_as(
        "SELECT kind, id, rev, sum, body FROM record WHERE entry_id = $1 ORDER BY kind, id LIMIT $2",
    )
    .bind(entry.to_string())
    .bind(ENTRY_RECORDS_MAX)
    .fetch_all(db)
    .await?;
    bounded(lines.len(), ENTRY_RECORDS_MAX, "record", &entry.to_string())?;
    lines.into_iter().map(stored).collect()
}

/// One record, or `None` where there is none.
pub async fn find(db: &mut Conn, name: RecordId) -> Result<Option<Stored>> {
    let line: Option<Line> =
        sqlx::query_as("SELECT kind, id, rev, sum, body FROM record WHERE kind = $1 AND id = $2")
            .bind(name.kind.name())
            .bind(name.id.to_string())
            .fetch_optional(db)
            .await?;
    line.map(stored).transpose()
}

/// The entry a record belongs to; `None` where there is no such record in any entry.
pub async fn entry_of(db: &mut Conn, name: RecordId) -> Result<Option<EntryId>> {
    let id = name.id.to_string();
    let entry: Option<Option<String>> =
        sqlx::query_scalar("SELECT entry_id FROM record WHERE kind = $1 AND id = $2")
            .bind(name.kind.name())
            .bind(&id)
            .fetch_optional(db)
            .await?;
    entry.flatten().map(|entry| at("record", &id).parse("entry_id", &entry)).transpose()
}

/// Entries with a media item or a consent about these bytes.
pub async fn holders(db: &mut Conn, sha256: Digest) -> Result<Vec<EntryId>> {
    let sha256 = sha256.to_string();
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT entry_id FROM record WHERE sha256 = $1 AND entry_id IS NOT NULL ORDER BY entry_id LIMIT $2",
    )
    .bind(&sha256)
    .bind(HOLDERS_MAX)
    .fetch_all(db)
    .await?;
    bounded(rows.len(), HOLDERS_MAX, "record", &sha256)?;
    rows.iter().map(|entry| at("record", &sha256).parse("entry_id", entry)).collect()
}

/// A list that reached its maximum may be cut: what is decided on it would be decided on half.
fn bounded(rows: usize, max: i64, table: &'static str, id: &str) -> Result<()> {
    if rows.cast_signed() as i64 >= max {
        return Err(db::Error::Row { table, column: "(too many rows)", id: id.to_owned() });
    }
    Ok(())
}

/// Everything of a record that has a column.
#[derive(Debug)]
pub struct RecordPut<'a> {
    /// The record.
    pub record: &'a Record,
    /// Its body's text.
    pub body: &'a str,
    /// What it adds to checksums.
    pub sum: Checksum,
}

fn sha256_of(body: &Body) -> Option<String> {
    match body {
        Body::Media(media) => Some(media.content.sha256.to_string()),
        Body::Consent(consent) => consent.sha256.map(|sha256| sha256.to_string()),
        _ => None,
    }
}

/// Writes a record that does not exist yet.
pub async fn insert(db: &mut Conn, put: &RecordPut<'_>) -> Result<()> {
    let record = put.record;
    sqlx::query(
        "INSERT INTO record (kind, id, entry_id, branch_id, rev, sum, sha256, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(record.body.kind().name())
    .bind(record.id.to_string())
    .bind(record.entry().map(|id| id.to_string()))
    .bind(record.branch().map(|id| id.to_string()))
    .bind(record.rev.cast_signed())
    .bind(put.sum.to_string())
    .bind(sha256_of(&record.body))
    .bind(put.body)
    .execute(db)
    .await?;
    Ok(())
}

/// Writes a record over the revision that was read. Any other revision there is a broken lock.
pub async fn replace(db: &mut Conn, put: &RecordPut<'_>, read: u64) -> Result<()> {
    let record = put.record;
    let hit = sqlx::query(
        "UPDATE record SET branch_id = $1, rev = $2, sum = $3, body = $4 WHERE kind = $5 AND id = $6 AND rev = $7",
    )
    .bind(record.branch().map(|id| id.to_string()))
    .bind(record.rev.cast_signed())
    .bind(put.sum.to_string())
    .bind(put.body)
    .bind(record.body.kind().name())
    .bind(record.id.to_string())
    .bind(read.cast_signed())
    .execute(db)
    .await?;
    db::Error::one_row(hit.rows_affected(), "record", &record.record_id().to_string())
}

/// Ends a record that stood at `rev` and remembers its id.
pub async fn end(db: &mut Conn, name: RecordId, rev: u64, at: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO tombstone (kind, id, entry_id, rev, at)
         SELECT kind, id, entry_id, rev + 1, $1 FROM record WHERE kind = $2 AND id = $3
         ON CONFLICT (kind, id) DO UPDATE SET rev = excluded.rev, at = excluded.at",
    )
    .bind(at)
    .bind(name.kind.name())
    .bind(name.id.to_string())
    .execute(&mut *db)
    .await?;
    let hit = sqlx::query("DELETE FROM record WHERE kind = $1 AND id = $2 AND rev = $3")
        .bind(name.kind.name())
        .bind(name.id.to_string())
        .bind(rev.cast_signed())
        .execute(db)
        .await?;
    db::Error::one_row(hit.rows_affected(), "record", &name.to_string())
}

/// The last revision of a record that is no more; `None` where it never ended.
pub async fn ended(db: &mut Conn, name: RecordId) -> Result<Option<u64>> {
    let rev: Option<i64> = sqlx::query_scalar("SELECT rev FROM tombstone WHERE kind = $1 AND id = $2")
        .bind(name.kind.name())
        .bind(name.id.to_string())
        .fetch_optional(db)
        .await?;
    Ok(rev.map(i64::cast_unsigned))
}

/// A version to be kept.
#[derive(Debug)]
pub struct RevisionPut<'a> {
    /// Which record.
    pub name: RecordId,
    /// Which revision of it.
    pub rev: u64,
    /// Its entry and that entry's branch.
    pub place: (EntryId, BranchId),
    /// Content digest, where the kind has one.
    pub digest: Option<Digest>,
    /// `None`: the record ended.
    pub body: Option<&'a str>,
    /// Op and account that made it; `None`: the server.
    pub by: Option<(OpId, AccountId)>,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// Keeps a version, with its sum.
pub async fn keep(db: &mut Conn, put: &RevisionPut<'_>) -> Result<()> {
    let (kind, id) = (put.name.kind.name(), put.name.id.to_string());
    let (entry, branch) = (put.place.0.to_string(), put.place.1.to_string());
    let digest = put.digest.map(|digest| digest.to_string());
    let (op, account) =
        (put.by.map(|(op, _)| op.to_string()), put.by.map(|(_, account)| account.to_string()));
    let version = Version {
        name: (kind, &id),
        rev: put.rev.cast_signed(),
        place: (&entry, &branch),
        digest: digest.as_deref(),
        body: put.body,
        by: (op.as_deref(), account.as_deref()),
        at: put.at,
    };
    sqlx::query(
        "INSERT INTO revision (kind, id, rev, entry_id, branch_id, digest, body, op_id, account_id, at, sum)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(kind)
    .bind(&id)
    .bind(version.rev)
    .bind(&entry)
    .bind(&branch)
    .bind(&digest)
    .bind(put.body)
    .bind(&op)
    .bind(&account)
    .bind(put.at)
    .bind(version.sum().to_string())
    .execute(db)
    .await?;
    Ok(())
}
