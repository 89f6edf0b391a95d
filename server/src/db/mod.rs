//! The database seam: the only place that knows whether it talks to SQLite or PostgreSQL.
//!
//! `read()` is one connection, `snapshot()` one state of everything for several statements, `write()` a
//! transaction that is the only writer of what it locks. Stores take `&mut Conn` and write portable SQL.

mod catalog;
pub mod dump;
mod error;
mod listen;
mod open;
mod poke;
mod text;
mod value;
mod warm;

use std::ops::{Deref, DerefMut};

use sqlx::{Any, AnyPool, Executor};
use tokio::sync::broadcast;

pub use error::{Error, Result};
pub use open::{Target, newest_schema};
pub use poke::Poke;
pub use sqlx::AnyConnection as Conn;
pub use text::{Rows, lists, parts, rows, text};
pub use value::{At, at, key_or_empty, text_of, word};
pub use warm::Reader;

/// A reader or writer of everything takes its time.
const PATIENT: &str = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";

/// Which SQL engine the URL named. Private: whatever differs is a method of [`Db`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// Both pools and the wake-up channel. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    readers: AnyPool,
    /// On SQLite a pool of one, so that writers queue fairly instead of sleeping on the file lock.
    writers: AnyPool,
    /// Readers' connections between two looks.
    warm: warm::Warm,
    /// Bytes that the file of SQLite may grow to.
    bytes_max: Option<u64>,
    pokes: broadcast::Sender<Poke>,
    listener: Option<std::sync::Arc<listen::Listener>>,
}

impl Db {
    /// Opens the pools, runs the migrations and starts to listen for other processes' pokes.
    ///
    /// # Errors
    /// When the database cannot be reached, or a migration that ran before has changed.
    pub async fn open(target: &Target) -> Result<Db> {
        open::open(target).await
    }

    /// Opens the pools and nothing more: no migration runs, nobody listens. For a restore.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn connect(target: &Target) -> Result<Db> {
        open::connect(target).await
    }

    /// Runs the migrations that are still to run, up to the one of this number.
    ///
    /// # Errors
    /// When one fails.
    pub async fn migrate_to(&self, schema: i64) -> Result<()> {
        open::migrate_to(&self.writers, schema).await
    }

    /// A connection for single statements.
    pub async fn read(&self) -> Result<Reader> {
        self.warm.take(&self.readers).await
    }

    /// A read-only transaction whose statements all see one state of the database.
    pub async fn snapshot(&self) -> Result<Tx> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN",
            Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Ok(self.tx(self.readers.begin_with(begin).await?))
    }

    /// As [`Db::snapshot`], for a reader that takes its time: a dump of everything.
    pub async fn long_snapshot(&self) -> Result<Tx> {
        let mut tx = self.snapshot().await?;
        if self.engine == Engine::Postgres {
            tx.inner.execute(PATIENT).await?;
        }
        Ok(tx)
    }

    /// As [`Db::write`], for a writer that takes its time: everything at once.
    pub async fn long_write(&self) -> Result<Tx> {
        let mut tx = self.write().await?;
        if self.engine == Engine::Postgres {
            tx.inner.execute(PATIENT).await?;
        }
        Ok(tx)
    }

    /// A transaction that may write. On SQLite it holds the write lock from its first moment; on
    /// PostgreSQL (READ COMMITTED) two writers meet on the row they update first.
    pub async fn write(&self) -> Result<Tx> {
        let begin = match self.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            Engine::Postgres => "BEGIN",
        };
        Ok(self.tx(self.writers.begin_with(begin).await?))
    }

    /// Bytes that the database may still take where that was bounded, `None` where only the disk bounds it.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn room(&self) -> Result<Option<u64>> {
        match self.bytes_max {
            Some(bytes_max) => Ok(Some(open::room(&mut *self.read().await?, bytes_max).await?)),
            None => Ok(None),
        }
    }

    /// Whether only one transaction writes at a time, in the whole installation. Such writers need no order of locks,
    /// and gain by sharing a transaction, since each commit waits for the disk alone. PostgreSQL lets them write
    /// beside each other and gathers their commits itself.
    #[must_use]
    pub fn has_one_writer(&self) -> bool {
        self.engine == Engine::Sqlite
    }

    /// What follows a `SELECT … LIMIT 1` that claims a row, so that claimers do not wait for each other.
    #[must_use]
    pub fn skip_locked(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "",
            Engine::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Hints of what changed, from this process and others. A hint may be lost: [`Poke::All`] says so,
    /// and whoever lags on the channel must act as if it had come.
    #[must_use]
    pub fn pokes(&self) -> broadcast::Receiver<Poke> {
        self.pokes.subscribe()
    }

    /// Stops listening and closes both pools, waiting for the connections in use.
    pub async fn close(&self) {
        if let Some(listener) = &self.listener {
            listener.stop();
        }
        self.warm.close();
        self.writers.close().await;
        self.readers.close().await;
    }

    fn tx(&self, inner: sqlx::Transaction<'static, Any>) -> Tx {
        Tx { inner, engine: self.engine, pokes: Vec::new(), channel: self.pokes.clone() }
    }
}

/// A transaction. Dropped without [`Tx::commit`] it rolls back and its pokes are forgotten.
///
/// On PostgreSQL a failed statement kills the transaction while `commit` still answers `Ok`: an error
/// leaves by `?`, and the whole transaction is given up.
pub struct Tx {
    inner: sqlx::Transaction<'static, Any>,
    engine: Engine,
    pokes: Vec<Poke>,
    channel: broadcast::Sender<Poke>,
}

impl Tx {
    /// Tells listeners of every process, after the commit and only then. The same poke twice is sent once.
    pub fn poke(&mut self, poke: Poke) {
        if !self.pokes.contains(&poke) {
            self.pokes.push(poke);
        }
    }

    /// Makes the writes durable and then sends the pokes.
    pub async fn commit(mut self) -> Result<()> {
        if self.engine == Engine::Postgres {
            let pokes: Vec<String> = std::mem::take(&mut self.pokes).iter().map(Poke::encode).collect();
            for part in parts(&pokes) {
                let text = rows(part.len(), 1)
                    .within("SELECT pg_notify('poke', v.said) FROM (VALUES ", ") AS v (said)");
                let query = part.iter().fold(sqlx::query(text), |query, poke| query.bind(poke.as_str()));
                query.execute(&mut *self.inner).await?;
            }
        }
        self.inner.commit().await?;
        for poke in self.pokes {
            listen::send(&self.channel, poke);
        }
        Ok(())
    }

    /// Gives the writes up now instead of when the transaction is dropped.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.inner.rollback().await?)
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.inner
    }
}
