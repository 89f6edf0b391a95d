//! The bare loop on SQLite: one connection in this process, WAL, synchronous=FULL, as the server opens it.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::{Connection, TransactionBehavior, params};

use super::{INSERTS, Written, migrate};

/// Commits of one row whose time is taken.
const COMMITS: u32 = 300;

/// A database that only the loop knows.
pub struct SqlitePeer(Connection);

impl SqlitePeer {
    /// Makes it in a folder.
    pub async fn open(folder: &Path) -> Result<SqlitePeer> {
        let path = folder.join("peer.db");
        migrate(&format!("sqlite:{}?mode=rwc", path.display())).await?;
        let db = Connection::open(path)?;
        db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")?;
        db.execute_batch("CREATE TABLE bare (n INTEGER PRIMARY KEY, text TEXT NOT NULL)")?;
        db.set_prepared_statement_cache_capacity(16);
        Ok(SqlitePeer(db))
    }

    /// Inserts the rows of ops, `at_once` ops a commit; answers how long it took.
    pub fn write(&mut self, rows: &[Written], at_once: usize) -> Result<Duration> {
        let started = Instant::now();
        for part in rows.chunks(at_once) {
            let tx = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
            {
                let [mut record, mut revision, mut ledger, mut feed_row] = [
                    tx.prepare_cached(INSERTS[0])?,
                    tx.prepare_cached(INSERTS[1])?,
                    tx.prepare_cached(INSERTS[2])?,
                    tx.prepare_cached(INSERTS[3])?,
                ];
                for row in part {
                    let w = row;
                    record.execute(params![w.op_id, w.entry_id, w.branch_id, w.rev, w.sum(), w.body])?;
                    revision.execute(params![
                        w.entry_id,
                        w.rev,
                        w.branch_id,
                        w.digest,
                        w.body,
                        w.op_id,
                        w.account_id,
                        w.at
                    ])?;
                    ledger.execute(params![
                        w.account_id,
                        w.client_id,
                        w.n,
                        w.op_id,
                        w.entry_id,
                        w.op_hash,
                        w.head,
                        w.answer,
                        w.at
                    ])?;
                    feed_row.execute(params![w.feed(), w.n, w.op_id, w.rev])?;
                }
            }
            tx.commit()?;
        }
        Ok(started.elapsed())
    }

    /// How long a commit takes that writes one short row: what the disk asks of everybody who syncs.
    pub fn bare_commit(&mut self) -> Result<Duration> {
        let started = Instant::now();
        for _ in 0..COMMITS {
            self.0.prepare_cached("INSERT INTO bare (text) VALUES ('苗圃')")?.execute([])?;
        }
        Ok(started.elapsed() / COMMITS)
    }
}
