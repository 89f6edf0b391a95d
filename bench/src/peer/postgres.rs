//! The bare loop on PostgreSQL: a connection for each client, commits synced, all at the same time.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::try_join_all;
use sqlx::{Connection, PgConnection, query};

use super::{INSERTS, Written, migrate};

/// Connections to a database that only the loop knows.
pub struct PostgresPeer(Vec<PgConnection>);

impl PostgresPeer {
    /// Connects once for each client.
    pub async fn open(url: &str, clients: usize) -> Result<PostgresPeer> {
        migrate(url).await?;
        Ok(PostgresPeer(try_join_all((0..clients).map(|_| PgConnection::connect(url))).await?))
    }

    /// Inserts the rows of each client's ops, `at_once` ops a commit; answers how long all took.
    pub async fn write(&mut self, rows: Vec<Vec<Written>>, at_once: usize) -> Result<Duration> {
        let started = Instant::now();
        let loops = self.0.drain(..).zip(rows).map(|(db, rows)| tokio::spawn(one(db, rows, at_once)));
        for ended in loops.collect::<Vec<_>>() {
            self.0.push(ended.await??);
        }
        Ok(started.elapsed())
    }
}

async fn one(mut db: PgConnection, rows: Vec<Written>, at_once: usize) -> Result<PgConnection> {
    for part in rows.chunks(at_once) {
        let mut tx = db.begin().await?;
        for w in part {
            let record = query(INSERTS[0]).bind(&w.op_id).bind(&w.entry_id).bind(&w.branch_id);
            record.bind(w.rev).bind(w.sum()).bind(&w.body).execute(&mut *tx).await?;
            let revision = query(INSERTS[1]).bind(&w.entry_id).bind(w.rev).bind(&w.branch_id).bind(&w.digest);
            let revision = revision.bind(&w.body).bind(&w.op_id).bind(&w.account_id).bind(w.at);
            revision.execute(&mut *tx).await?;
            let ledger = query(INSERTS[2]).bind(&w.account_id).bind(&w.client_id).bind(w.n).bind(&w.op_id);
            let ledger = ledger.bind(&w.entry_id).bind(&w.op_hash).bind(&w.head).bind(&w.answer).bind(w.at);
            ledger.execute(&mut *tx).await?;
            let feed_row = query(INSERTS[3]).bind(w.feed()).bind(w.n).bind(&w.op_id).bind(w.rev);
            feed_row.execute(&mut *tx).await?;
        }
        tx.commit().await?;
    }
    Ok(db)
}
