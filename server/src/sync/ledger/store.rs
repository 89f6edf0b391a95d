//! SQL of queues, the ledger, and ops set aside or held.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    digest,
    ids::{AccountId, ClientId, Digest, EntryId, OpId},
};

use super::{Queue, Recorded, Standing};
use crate::db::{self, Conn, Result, at, lists, parts};

/// Makes the queue where there is none and locks it until the transaction ends.
pub async fn lock(db: &mut Conn, queue: Queue) -> Result<Standing> {
    let row: (i64, String) = sqlx::query_as(
        "INSERT INTO client (account_id, client_id, last_n, head) VALUES ($1, $2, 0, $3)
         ON CONFLICT (account_id, client_id) DO UPDATE SET last_n = client.last_n RETURNING last_n, head",
    )
    .bind(queue.account.to_string())
    .bind(queue.client.to_string())
    .bind(Standing::EMPTY.head.to_string())
    .fetch_one(db)
    .await?;
    standing(row, queue.client)
}

fn standing((last_n, head): (i64, String), client: ClientId) -> Result<Standing> {
    Ok(Standing {
        last_n: last_n.cast_unsigned(),
        head: at("client", &client.to_string()).parse("head", &head)?,
    })
}

/// Moves a locked queue forward.
pub async fn advance(db: &mut Conn, queue: Queue, to: Standing) -> Result<()> {
    let hit =
        sqlx::query("UPDATE client SET last_n = $1, head = $2 WHERE account_id = $3 AND client_id = $4")
            .bind(to.last_n.cast_signed())
            .bind(to.head.to_string())
            .bind(queue.account.to_string())
            .bind(queue.client.to_string())
            .execute(db)
            .await?;
    db::Error::one_row(hit.rows_affected(), "client", &queue.client.to_string())
}

/// A line of the ledger.
#[derive(Clone, Debug)]
pub struct Line {
    /// The op's own id, where its bytes could be read.
    pub op: Option<OpId>,
    /// The entry it named.
    pub entry: Option<EntryId>,
    /// SHA-256 of its bytes.
    pub hash: Digest,
    /// What it was answered.
    pub answer: Recorded,
}

/// What was recorded under the numbers of a queue from one on, by number.
pub async fn find_from(db: &mut Conn, queue: Queue, first: u64, count: usize) -> Result<BTreeMap<u64, Line>> {
    let rows: Vec<NumberedRow> = sqlx::query_as(
        "SELECT n, op_id, entry_id, op_hash, answer FROM ledger
         WHERE account_id = $1 AND client_id = $2 AND n >= $3 ORDER BY n LIMIT $4",
    )
    .bind(queue.account.to_string())
    .bind(queue.client.to_string())
    .bind(first.cast_signed())
    .bind(count.cast_signed() as i64)
    .fetch_all(db)
    .await?;
    let lines = rows.into_iter();
    lines
        .map(|(n, op, entry, hash, answer)| Ok((n.cast_unsigned(), line((op, entry, hash, answer))?)))
        .collect()
}

/// The head a queue had after a number; `None` where it never came so far.
pub async fn head_at(db: &mut Conn, queue: Queue, n: u64) -> Result<Option<Digest>> {
    if n == 0 {
        return Ok(Some(Standing::EMPTY.head));
    }
    let head: Option<String> =
        sqlx::query_scalar("SELECT head FROM ledger WHERE account_id = $1 AND client_id = $2 AND n = $3")
            .bind(queue.account.to_string())
            .bind(queue.client.to_string())
            .bind(n.cast_signed())
            .fetch_optional(db)
            .await?;
    head.map(|head| at("ledger", &queue.client.to_string()).parse("head", &head)).transpose()
}

/// How ops of an account were answered when they first came, by whichever queue: one first answer an op, and no
/// list asks for more than 64 of them.
pub async fn find_ops(
    db: &mut Conn,
    account: AccountId,
    ops: &BTreeSet<OpId>,
) -> Result<BTreeMap<OpId, Line>> {
    let mut found = BTreeMap::new();
    for part in lists(ops.iter().copied()) {
        let text = db::rows(part.len(), 1).numbered_from(2).within(
            "WITH wanted (op_id) AS (VALUES ",
            ") SELECT l.op_id, l.entry_id, l.op_hash, l.answer FROM wanted w JOIN ledger l ON l.op_id = w.op_id
             WHERE l.account_id = $1 AND l.original = 1 LIMIT 64",
        );
        let query = sqlx::query_as(text).bind(account.to_string());
        let query = part.iter().fold(query, |query, op| query.bind(op.to_string()));
        let rows: Vec<Row> = query.fetch_all(&mut *db).await?;
        for row in rows {
            let line = line(row)?;
            found.extend(line.op.map(|op| (op, line)));
        }
    }
    Ok(found)
}

type Row = (Option<String>, Option<String>, String, String);
type NumberedRow = (i64, Option<String>, Option<String>, String, String);

fn line((op, entry, hash, answer): Row) -> Result<Line> {
    let id = op.clone().unwrap_or_default();
    let row = |column| db::Error::Row { table: "ledger", column, id: id.clone() };
    Ok(Line {
        op: op.as_deref().map(str::parse).transpose().map_err(|_| row("op_id"))?,
        entry: entry.as_deref().map(str::parse).transpose().map_err(|_| row("entry_id"))?,
        hash: hash.parse().map_err(|_| row("op_hash"))?,
        answer: serde_json::from_str(&answer).map_err(|_| row("answer"))?,
    })
}

/// The answer to an op, under the number its queue then stands at.
#[derive(Clone, Debug)]
pub struct LinePut {
    /// Its queue.
    pub queue: Queue,
    /// Where that stands after it.
    pub after: Standing,
    /// What is recorded.
    pub line: Line,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// Records answers.
pub async fn record(db: &mut Conn, puts: &[LinePut]) -> Result<()> {
    for part in parts(puts) {
        let text = db::rows(part.len(), 10).within(
            "INSERT INTO ledger (account_id, client_id, n, op_id, original, entry_id, op_hash, head, answer, at)
             VALUES ",
            "",
        );
        let mut query = sqlx::query(text);
        for LinePut { queue, after, line, at } in part {
            let original = !matches!(line.answer, Recorded::Duplicate { .. }) && line.op.is_some();
            query = query
                .bind(queue.account.to_string())
                .bind(queue.client.to_string())
                .bind(after.last_n.cast_signed())
                .bind(line.op.map(|op| op.to_string()))
                .bind(i64::from(original))
                .bind(line.entry.map(|entry| entry.to_string()))
                .bind(line.hash.to_string())
                .bind(after.head.to_string())
                .bind(serde_json::to_string(&line.answer).expect("answers have string keys only"))
                .bind(*at);
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// The last number of a queue that was recorded up to an instant: looks from the latest on, of which few are later.
pub async fn last_until(db: &mut Conn, queue: Queue, at: i64) -> Result<u64> {
    let n: Option<i64> = sqlx::query_scalar(
        "SELECT n FROM ledger WHERE account_id = $1 AND client_id = $2 AND at <= $3 ORDER BY n DESC LIMIT 1",
    )
    .bind(queue.account.to_string())
    .bind(queue.client.to_string())
    .bind(at)
    .fetch_optional(db)
    .await?;
    Ok(n.unwrap_or(0).cast_unsigned())
}

/// Bytes that this server could not read or not store.
#[derive(Clone, Debug)]
pub struct AsidePut {
    /// By which queue they came.
    pub queue: Queue,
    /// Their number there.
    pub n: u64,
    /// As they came.
    pub bytes: String,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// Keeps bytes for whoever looks into them.
pub async fn set_aside(db: &mut Conn, puts: &[AsidePut]) -> Result<()> {
    for AsidePut { queue, n, bytes, at } in puts {
        sqlx::query(
            "INSERT INTO op_aside (account_id, client_id, n, payload, at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(queue.account.to_string())
        .bind(queue.client.to_string())
        .bind(n.cast_signed())
        .bind(bytes.as_bytes())
        .bind(*at)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

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
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// Keeps ops that wait for their entries.
pub async fn hold(db: &mut Conn, puts: &[HeldPut]) -> Result<()> {
    for HeldPut { queue, n, op, entry, bytes, at } in puts {
        sqlx::query(
            "INSERT INTO held (account_id, client_id, n, op_id, entry_id, payload, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(queue.account.to_string())
        .bind(queue.client.to_string())
        .bind(n.cast_signed())
        .bind(op.to_string())
        .bind(entry.to_string())
        .bind(bytes.as_str())
        .bind(*at)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// The hash under which an op's bytes are compared.
pub fn hash(bytes: &str) -> Digest {
    digest::sha256(bytes.as_bytes())
}
