//! SQL of records: as they stand, as they stood, and those that are no more.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    ids::{AccountId, BranchId, Checksum, Digest, EntryId, OpId},
    model::{Body, Record, RecordId, RecordKind},
};

use super::version::Version;
use crate::db::{self, Conn, Result, at, lists, parts};

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

/// All records of some entries, by entry.
pub async fn of_entries(db: &mut Conn, entries: &[EntryId]) -> Result<BTreeMap<EntryId, Vec<Stored>>> {
    let mut found: BTreeMap<EntryId, Vec<Stored>> = BTreeMap::new();
    for part in lists(entries.iter().copied()) {
        let text = db::rows(1, part.len())
            .numbered_from(2)
            .within("SELECT entry_id, kind, id, rev, sum, body FROM record WHERE entry_id IN ", " LIMIT $1");
        let query = sqlx::query_as(text).bind(ENTRY_RECORDS_MAX * part.len().cast_signed() as i64);
        let query = part.iter().fold(query, |query, entry| query.bind(entry.to_string()));
        let lines: Vec<(String, String, String, i64, String, String)> = query.fetch_all(&mut *db).await?;
        for (entry, kind, id, rev, sum, body) in lines {
            let entry = at("record", &id).parse("entry_id", &entry)?;
            found.entry(entry).or_default().push(stored((kind, id, rev, sum, body))?);
        }
    }
    for (entry, stored) in &found {
        bounded(stored.len(), ENTRY_RECORDS_MAX, "record", &entry.to_string())?;
    }
    Ok(found)
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
#[derive(Clone, Debug)]
pub struct RecordPut {
    /// The record.
    pub record: Record,
    /// Its body's text.
    pub body: String,
    /// What it adds to checksums.
    pub sum: Checksum,
}

/// The bytes that a record is about.
pub fn sha256_of(body: &Body) -> Option<Digest> {
    match body {
        Body::Media(media) => Some(media.content.sha256),
        Body::Consent(consent) => consent.sha256,
        _ => None,
    }
}

/// Writes records that do not exist yet.
pub async fn insert(db: &mut Conn, puts: &[RecordPut]) -> Result<()> {
    for part in parts(puts) {
        let text = db::rows(part.len(), 8)
            .within("INSERT INTO record (kind, id, entry_id, branch_id, rev, sum, sha256, body) VALUES ", "");
        let mut query = sqlx::query(text);
        for RecordPut { record, body, sum } in part {
            query = query
                .bind(record.body.kind().name())
                .bind(record.id.to_string())
                .bind(record.entry().map(|id| id.to_string()))
                .bind(record.branch().map(|id| id.to_string()))
                .bind(record.rev.cast_signed())
                .bind(sum.to_string())
                .bind(sha256_of(&record.body).map(|sha256| sha256.to_string()))
                .bind(body.as_str());
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// Writes records over the revisions that were read. Any other revision there is a broken lock.
pub async fn replace(db: &mut Conn, puts: &[(RecordPut, u64)]) -> Result<()> {
    for part in parts(puts) {
        let text = db::rows(part.len(), 8).with_numbers(&[4, 7]).within(
            "WITH v (kind, id, entry_id, branch_id, rev, sum, body, stands) AS (VALUES ",
            ") UPDATE record SET entry_id = v.entry_id, branch_id = v.branch_id, rev = v.rev, sum = v.sum,
             body = v.body FROM v WHERE record.kind = v.kind AND record.id = v.id AND record.rev = v.stands",
        );
        let mut query = sqlx::query(text);
        for (RecordPut { record, body, sum }, stands) in part {
            query = query
                .bind(record.body.kind().name())
                .bind(record.id.to_string())
                .bind(record.entry().map(|id| id.to_string()))
                .bind(record.branch().map(|id| id.to_string()))
                .bind(record.rev.cast_signed())
                .bind(sum.to_string())
                .bind(body.as_str())
                .bind(stands.cast_signed());
        }
        let hit = query.execute(&mut *db).await?.rows_affected();
        let names = part.iter().map(|(put, _)| put.record.record_id());
        db::Error::rows(hit, part.len(), "record", || listed(names))?;
    }
    Ok(())
}

/// Removes records that stand at these revisions.
pub async fn remove(db: &mut Conn, names: &[(RecordId, u64)]) -> Result<()> {
    for (name, rev) in names {
        let hit = sqlx::query("DELETE FROM record WHERE kind = $1 AND id = $2 AND rev = $3")
            .bind(name.kind.name())
            .bind(name.id.to_string())
            .bind(rev.cast_signed())
            .execute(&mut *db)
            .await?;
        db::Error::one_row(hit.rows_affected(), "record", &name.to_string())?;
    }
    Ok(())
}

fn listed(names: impl Iterator<Item = RecordId>) -> String {
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

/// A record that ended.
#[derive(Clone, Copy, Debug)]
pub struct Tombstone {
    /// Which.
    pub name: RecordId,
    /// The entry it belonged to.
    pub entry: Option<EntryId>,
    /// Its last revision: the one of its end.
    pub rev: u64,
    /// When, in ms since 1970 UTC.
    pub at: i64,
}

/// Remembers the ids of records that ended.
pub async fn bury(db: &mut Conn, tombstones: &[Tombstone]) -> Result<()> {
    for part in parts(tombstones) {
        let text = db::rows(part.len(), 5).within(
            "INSERT INTO tombstone (kind, id, entry_id, rev, at) VALUES ",
            " ON CONFLICT (kind, id) DO UPDATE SET rev = excluded.rev, at = excluded.at",
        );
        let mut query = sqlx::query(text);
        for Tombstone { name, entry, rev, at } in part {
            query = query
                .bind(name.kind.name())
                .bind(name.id.to_string())
                .bind(entry.map(|id| id.to_string()))
                .bind(rev.cast_signed())
                .bind(*at);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
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

/// Those of some entries that were discarded.
pub async fn discarded(db: &mut Conn, entries: &[EntryId]) -> Result<BTreeSet<EntryId>> {
    let mut found = BTreeSet::new();
    for part in lists(entries.iter().copied()) {
        let text = db::rows(1, part.len())
            .within("SELECT id FROM tombstone WHERE kind = 'entry' AND id IN ", " LIMIT 64");
        let query = part.iter().fold(sqlx::query_scalar(text), |query, entry| query.bind(entry.to_string()));
        let ids: Vec<String> = query.fetch_all(&mut *db).await?;
        for id in ids {
            found.insert(at("tombstone", &id).parse("id", &id)?);
        }
    }
    Ok(found)
}

/// A version to be kept.
#[derive(Clone, Debug)]
pub struct RevisionPut {
    /// Which record.
    pub name: RecordId,
    /// Which revision of it.
    pub rev: u64,
    /// Its entry and that entry's branch.
    pub place: (EntryId, BranchId),
    /// Content digest, where the kind has one.
    pub digest: Option<Digest>,
    /// `None`: the record ended.
    pub body: Option<String>,
    /// Op and account that made it; `None`: the server.
    pub by: Option<(OpId, AccountId)>,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// The texts of a version's row.
struct RevisionRow {
    id: String,
    place: (String, String),
    digest: Option<String>,
    by: (Option<String>, Option<String>),
    sum: String,
}

impl RevisionRow {
    fn of(put: &RevisionPut) -> RevisionRow {
        let id = put.name.id.to_string();
        let place = (put.place.0.to_string(), put.place.1.to_string());
        let digest = put.digest.map(|digest| digest.to_string());
        let by = (put.by.map(|(op, _)| op.to_string()), put.by.map(|(_, account)| account.to_string()));
        let version = Version {
            name: (put.name.kind.name(), &id),
            rev: put.rev.cast_signed(),
            place: (&place.0, &place.1),
            digest: digest.as_deref(),
            body: put.body.as_deref(),
            by: (by.0.as_deref(), by.1.as_deref()),
            at: put.at,
        };
        let sum = version.sum().to_string();
        RevisionRow { id, place, digest, by, sum }
    }
}

/// Keeps versions, each with its sum.
pub async fn keep(db: &mut Conn, puts: &[RevisionPut]) -> Result<()> {
    for part in parts(puts) {
        let text = db::rows(part.len(), 11).within(
            "INSERT INTO revision (kind, id, rev, entry_id, branch_id, digest, body, op_id, account_id, at, sum) VALUES ",
            "",
        );
        let mut query = sqlx::query(text);
        for put in part {
            let row = RevisionRow::of(put);
            query = query
                .bind(put.name.kind.name())
                .bind(row.id)
                .bind(put.rev.cast_signed())
                .bind(row.place.0)
                .bind(row.place.1)
                .bind(row.digest)
                .bind(put.body.as_deref())
                .bind(row.by.0)
                .bind(row.by.1)
                .bind(put.at)
                .bind(row.sum);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}
