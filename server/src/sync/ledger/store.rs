//! SQL of queues, the ledger, and ops set aside or held.

use shared::{
    digest,
    ids::{AccountId, ClientId, Digest, EntryId, OpId},
};

use super::{Queue, Recorded, Standing};
use crate::db::{self, Conn, Result, at};

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

/// Where a queue stands; empty where the account has no such queue.
pub async fn standing_of(db: &mut Conn, queue: Queue) -> Result<Standing> {
    let row: Option<(i64, String)> =
        sqlx::query_as("SELECT last_n, head FROM client WHERE account_id = $1 AND client_id = $2")
            .bind(queue.account.to_string())
            .bind(queue.client.to_string())
            .fetch_optional(db)
            .await?;
    row.map_or(Ok(Standing::EMPTY), |row| standing(row, queue.client))
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

/// What was recorded under a number of a queue.
pub async fn find(db: &mut Conn, queue: Queue, n: u64) -> Result<Option<Line>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT op_id, entry_id, op_hash, answer FROM ledger WHERE account_id = $1 AND client_id = $2 AND n = $3",
    )
    .bind(queue.account.to_string())
    .bind(queue.client.to_string())
    .bind(n.cast_signed())
    .fetch_optional(db)
    .await?;
    row.map(line).transpose()
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

/// How an account's op was answered when it first came, by whichever queue.
pub async fn find_op(db: &mut Conn, account: AccountId, op: OpId) -> Result<Option<Line>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT op_id, entry_id, op_hash, answer FROM ledger
         WHERE account_id = $1 AND op_id = $2 AND original = 1 LIMIT 1",
    )
    .bind(account.to_string())
    .bind(op.to_string())
    .fetch_optional(db)
    .await?;
    row.map(line).transpose()
}

type Row = (Option<String>, Option<String>, String, String);

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

/// Records the answer to an op under the number its queue now stands at.
pub async fn record(db: &mut Conn, queue: Queue, at: (Standing, i64), line: &Line) -> Result<()> {
    let original = !matches!(line.answer, Recorded::Duplicate { .. }) && line.op.is_some();
    let answer = serde_json::to_string(&line.answer).expect("answers have string keys only");
    sqlx::query(
        "INSERT INTO ledger (account_id, client_id, n, op_id, original, entry_id, op_hash, head, answer, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(queue.account.to_string())
    .bind(queue.client.to_string())
    .bind(at.0.last_n.cast_signed())
    .bind(line.op.map(|op| op.to_string()))
    .bind(i64::from(original))
    .bind(line.entry.map(|entry| entry.to_string()))
    .bind(line.hash.to_string())
    .bind(at.0.head.to_string())
    .bind(answer)
    .bind(at.1)
    .execute(db)
    .await?;
    Ok(())
}

/// The last number of a queue that was recorded up to an instant.
pub async fn last_until(db: &mut Conn, queue: Queue, at: i64) -> Result<u64> {
    let n: i64 = sqlx::query_scalar(
        "SELECT COALESCE(MAX(n), 0) FROM ledger WHERE account_id = $1 AND client_id = $2 AND at <= $3",
    )
    .bind(queue.account.to_string())
    .bind(queue.client.to_string())
    .bind(at)
    .fetch_one(db)
    .await?;
    Ok(n.cast_unsigned())
}

/// Keeps bytes that are no op, for whoever looks into it.
pub async fn set_aside(db: &mut Conn, queue: Queue, n: u64, bytes: &str, at: i64) -> Result<()> {
    sqlx::query("INSERT INTO op_aside (account_id, client_id, n, payload, at) VALUES ($1, $2, $3, $4, $5)")
        .bind(queue.account.to_string())
        .bind(queue.client.to_string())
        .bind(n.cast_signed())
        .bind(bytes.as_bytes())
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps an op that waits for its entry.
pub async fn hold(db: &mut Conn, queue: Queue, n: u64, op: (OpId, EntryId, &str), at: i64) -> Result<()> {
    let (id, entry, bytes) = op;
    sqlx::query(
        "INSERT INTO held (account_id, client_id, n, op_id, entry_id, payload, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(queue.account.to_string())
    .bind(queue.client.to_string())
    .bind(n.cast_signed())
    .bind(id.to_string())
    .bind(entry.to_string())
    .bind(bytes)
    .bind(at)
    .execute(db)
    .await?;
    Ok(())
}

/// The hash under which an op's bytes are compared.
pub fn hash(bytes: &str) -> Digest {
    digest::sha256(bytes.as_bytes())
}
