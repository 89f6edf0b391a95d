//! SQL of queues, the ledger, and ops set aside.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    digest,
    ids::{AccountId, ClientId, Digest, EntryId, OpId},
};

use super::{Queue, Recorded, Standing};
use crate::db::{self, Conn, Result, at, lists, parts};

/// Makes queues where there are none and locks them until the transaction ends.
pub async fn lock(db: &mut Conn, queues: &[Queue]) -> Result<BTreeMap<Queue, Standing>> {
    let mut standings = BTreeMap::new();
    for part in parts(queues) {
        let text = db::rows(part.len(), 4).within(
            "INSERT INTO client (account_id, client_id, last_n, head) VALUES ",
            " ON CONFLICT (account_id, client_id) DO UPDATE SET last_n = client.last_n
             RETURNING account_id, client_id, last_n, head",
        );
        let mut query = sqlx::query_as(text);
        for Queue { account, client } in part {
            query = query
                .bind(account.to_string())
                .bind(client.to_string())
                .bind(0_i64)
                .bind(Standing::EMPTY.head.to_string());
        }
        let rows: Vec<(String, String, i64, String)> = query.fetch_all(&mut *db).await?;
        for (account, client, last_n, head) in rows {
            let at = at("client", &client);
            let (account, client) = (at.parse("account_id", &account)?, at.parse("client_id", &client)?);
            standings.insert(Queue { account, client }, standing((last_n, head), client)?);
        }
    }
    Ok(standings)
}

fn standing((last_n, head): (i64, String), client: ClientId) -> Result<Standing> {
    Ok(Standing {
        last_n: last_n.cast_unsigned(),
        head: at("client", &client.to_string()).parse("head", &head)?,
    })
}

/// Moves locked queues forward.
pub async fn advance(db: &mut Conn, queues: &[(Queue, Standing)]) -> Result<()> {
    for part in parts(queues) {
        let text = db::rows(part.len(), 4).with_numbers(&[2]).within(
            "WITH v (account_id, client_id, last_n, head) AS (VALUES ",
            ") UPDATE client SET last_n = v.last_n, head = v.head FROM v
             WHERE client.account_id = v.account_id AND client.client_id = v.client_id",
        );
        let mut query = sqlx::query(text);
        for (queue, to) in part {
            query = query
                .bind(queue.account.to_string())
                .bind(queue.client.to_string())
                .bind(to.last_n.cast_signed())
                .bind(to.head.to_string());
        }
        let hit = query.execute(&mut *db).await?.rows_affected();
        let names = || part.iter().map(|(queue, _)| queue.client.to_string()).collect::<Vec<_>>().join(", ");
        db::Error::rows(hit, part.len(), "client", names)?;
    }
    Ok(())
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

/// How ops of accounts were answered when they first came, by whichever queue: one first answer an op, and no list
/// asks for more than 64 of them.
pub async fn find_ops(
    db: &mut Conn,
    ops: &BTreeSet<(AccountId, OpId)>,
) -> Result<BTreeMap<(AccountId, OpId), Line>> {
    let mut found = BTreeMap::new();
    for part in lists(ops.iter().copied()) {
        let text = db::rows(part.len(), 2).within(
            "WITH wanted (account_id, op_id) AS (VALUES ",
            ") SELECT w.account_id, l.op_id, l.entry_id, l.op_hash, l.answer
             FROM wanted w JOIN ledger l ON l.account_id = w.account_id AND l.op_id = w.op_id
             WHERE l.original = 1 LIMIT 64",
        );
        let mut query = sqlx::query_as(text);
        for (account, op) in part {
            query = query.bind(account.to_string()).bind(op.to_string());
        }
        let rows: Vec<OwnedRow> = query.fetch_all(&mut *db).await?;
        for (account, op, entry, hash, answer) in rows {
            let line = line((op, entry, hash, answer))?;
            let account = at("ledger", &account).parse("account_id", &account)?;
            found.extend(line.op.map(|op| ((account, op), line)));
        }
    }
    Ok(found)
}

type Row = (Option<String>, Option<String>, String, String);
/// With its account.
type OwnedRow = (String, Option<String>, Option<String>, String, String);
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

/// The hash under which an op's bytes are compared.
pub fn hash(bytes: &str) -> Digest {
    digest::sha256(bytes.as_bytes())
}
