//! SQL of ops that wait for an entry.

use shared::ids::{EntryId, OpId};

use super::command::Waiting;
use crate::{
    db::{Conn, Result, at},
    sync::ledger::Queue,
};

/// An op that waits for its entry.
#[derive(Clone, Debug)]
pub struct HeldPut {
    /// By which queue it came.
    pub queue: Queue,
    /// Its number there.
    pub n: u64,
    /// Its own id.
    pub op: OpId,
    /// What it waits for.
    pub entry: EntryId,
    /// Its bytes.
    pub bytes: String,
    /// The entry's revision after it, as an earlier life of the database answered.
    pub rev: Option<u64>,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// Keeps ops that wait for their entries.
pub async fn hold(db: &mut Conn, puts: &[HeldPut]) -> Result<()> {
    for HeldPut { queue, n, op, entry, bytes, rev, at } in puts {
        sqlx::query(
            "INSERT INTO held (account_id, client_id, n, op_id, entry_id, payload, at, rev)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(queue.account.to_string())
        .bind(queue.client.to_string())
        .bind(n.cast_signed())
        .bind(op.to_string())
        .bind(entry.to_string())
        .bind(bytes.as_str())
        .bind(*at)
        .bind(rev.map(u64::cast_signed))
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// An op that waits, as it was kept.
#[derive(Clone, Debug)]
pub struct HeldRow {
    /// By which queue it came.
    pub queue: Queue,
    /// Its number there.
    pub n: u64,
    /// Its bytes.
    pub bytes: String,
    /// The entry's revision after it, as an earlier life of the database answered.
    pub rev: Option<u64>,
}

/// What waits for these entries, in the order of its coming; of very much the first 500 for each, and the rest with the
/// entry's next change.
pub async fn waiting(db: &mut Conn, entries: &[EntryId]) -> Result<Vec<HeldRow>> {
    let mut waiting = Vec::new();
    for entry in entries {
        let rows: Vec<(String, String, i64, String, Option<i64>)> = sqlx::query_as(
            "SELECT account_id, client_id, n, payload, rev FROM held WHERE entry_id = $1
             ORDER BY at, account_id, n LIMIT 500",
        )
        .bind(entry.to_string())
        .fetch_all(&mut *db)
        .await?;
        for row in rows {
            waiting.push(held(row)?);
        }
    }
    Ok(waiting)
}

fn held((account, client, n, bytes, rev): (String, String, i64, String, Option<i64>)) -> Result<HeldRow> {
    let row = at("held", &account);
    let queue =
        Queue { account: row.parse("account_id", &account)?, client: row.parse("client_id", &client)? };
    Ok(HeldRow { queue, n: n.cast_unsigned(), bytes, rev: rev.map(i64::cast_unsigned) })
}

/// What waits longest.
pub async fn oldest(db: &mut Conn) -> Result<Option<HeldRow>> {
    let row = sqlx::query_as(
        "SELECT account_id, client_id, n, payload, rev FROM held WHERE at >= 0 ORDER BY at, account_id, n LIMIT 1",
    );
    row.fetch_optional(db).await?.map(held).transpose()
}

/// Counts what waits.
pub async fn count(db: &mut Conn) -> Result<Waiting> {
    let (ops, accounts, entries, since) = sqlx::query_as(
        "SELECT COUNT(*), COUNT(DISTINCT account_id), COUNT(DISTINCT entry_id), MIN(at) FROM held",
    )
    .fetch_one(db)
    .await?;
    Ok(Waiting { ops, accounts, entries, since })
}

/// What a queue has waiting: ops, and the entries they wait for; of more than an outbox ever holds, some.
pub async fn waiting_of(db: &mut Conn, queue: Queue) -> Result<Vec<(OpId, EntryId)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT op_id, entry_id FROM held WHERE account_id = $1 AND client_id = $2 LIMIT 10000",
    )
    .bind(queue.account.to_string())
    .bind(queue.client.to_string())
    .fetch_all(db)
    .await?;
    let row = at("held", "of a queue");
    rows.iter().map(|(op, entry)| Ok((row.parse("op_id", op)?, row.parse("entry_id", entry)?))).collect()
}

/// Takes one out: it is decided.
pub async fn release(db: &mut Conn, row: &HeldRow) -> Result<()> {
    sqlx::query("DELETE FROM held WHERE account_id = $1 AND client_id = $2 AND n = $3")
        .bind(row.queue.account.to_string())
        .bind(row.queue.client.to_string())
        .bind(row.n.cast_signed())
        .execute(db)
        .await?;
    Ok(())
}
