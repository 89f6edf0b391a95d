//! The bare loops: what it costs at least to keep the rows of a push. They insert the very rows that the server wrote
//! for the same ops, read back from its database, into tables of the same migrations, by prepared statements of one
//! row each; no HTTP, no rules, no locks, no history chain.

mod postgres;
mod sqlite;

use anyhow::{Result, ensure};
use sqlx::{AnyConnection, Connection, query_as};

pub use postgres::PostgresPeer;
pub use sqlite::SqlitePeer;

use crate::phone::Phone;

/// One line per table of an op: `record`, `revision`, `ledger`, `feed_row`.
pub const INSERTS: [&str; 4] = [
    "INSERT INTO record (kind, id, entry_id, branch_id, rev, sum, sha256, body)
     VALUES ('entry', $1, $2, $3, $4, $5, NULL, $6)",
    "INSERT INTO revision (kind, id, rev, entry_id, branch_id, digest, body, op_id, account_id, at)
     VALUES ('entry', $1, $2, $1, $3, $4, $5, $6, $7, $8)",
    "INSERT INTO ledger (account_id, client_id, n, op_id, original, entry_id, op_hash, head, answer, at)
     VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)",
    "INSERT INTO feed_row (feed_id, seq, kind, id, rev, gone) VALUES ($1, $2, 'entry', $3, $4, 0)",
];

/// What the server kept of one op.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Written {
    entry_id: String,
    rev: i64,
    branch_id: String,
    digest: String,
    body: String,
    op_id: String,
    account_id: String,
    at: i64,
    client_id: String,
    n: i64,
    op_hash: String,
    head: String,
    answer: String,
}

impl Written {
    /// The feed of the account, in which a draft stands.
    fn feed(&self) -> String {
        format!("account:{}", self.account_id)
    }

    /// Eight bytes of a hash, as a record's checksum is.
    fn sum(&self) -> &str {
        &self.digest[..16]
    }
}

/// Tables of the project's own migrations in an empty database.
pub async fn migrate(url: &str) -> Result<()> {
    sqlx::any::install_default_drivers();
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(url).await?;
    sqlx::migrate!("../migrations").run(&pool).await?;
    pool.close().await;
    Ok(())
}

/// Reads what the server wrote for the numbers after `after` of a phone's queue.
pub async fn written(url: &str, phone: &Phone, after: u64) -> Result<Vec<Written>> {
    sqlx::any::install_default_drivers();
    let mut db = AnyConnection::connect(url).await?;
    let rows: Vec<Written> = query_as(
        "SELECT r.entry_id, r.rev, r.branch_id, r.digest, r.body, r.op_id, r.account_id, r.at,
         l.client_id, l.n, l.op_hash, l.head, l.answer
         FROM ledger l JOIN revision r ON r.entry_id = l.entry_id AND r.op_id = l.op_id
         WHERE l.account_id = $1 AND l.client_id = $2 AND l.n > $3 ORDER BY l.n",
    )
    .bind(phone.account.to_string())
    .bind(phone.client.to_string())
    .bind(after.cast_signed())
    .fetch_all(&mut db)
    .await?;
    db.close().await?;
    let expected = phone.last_n() - after;
    ensure!(rows.len() as u64 == expected, "{} of {expected} ops left a revision and a line", rows.len());
    Ok(rows)
}
