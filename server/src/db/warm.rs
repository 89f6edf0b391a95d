//! Connections that were used a moment ago, kept out of the pool for the next look: to give one back and take it out
//! again costs a question to the database and two changes of threads, as much as the look itself.

use std::{
    ops::{Deref, DerefMut},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{Any, AnyPool, pool::PoolConnection};

use super::{Conn, Result};

/// Most connections that lie here.
const WARM_MAX: u32 = 2;
/// Of a pool's connections, one in so many lies here at most: the others are there for whoever waits.
const WARM_SHARE: u32 = 4;
/// After so long a connection goes back to the pool, which asks whether it still lives: a dead one is used no longer.
const WARM_FOR: Duration = Duration::from_secs(1);

/// What lies ready.
#[derive(Clone, Debug)]
pub(super) struct Warm(Arc<Shelf>);

#[derive(Debug)]
struct Shelf {
    kept: Mutex<Vec<Used>>,
    most: usize,
    is_closed: AtomicBool,
}

#[derive(Debug)]
struct Used {
    conn: PoolConnection<Any>,
    /// When the pool gave it.
    since: Instant,
}

/// A connection outside any transaction; dereferences to [`Conn`].
#[derive(Debug)]
pub struct Reader {
    /// There until dropped.
    used: Option<Used>,
    shelf: Arc<Shelf>,
}

impl Warm {
    /// For a pool of so many connections.
    pub fn new(connections: u32) -> Warm {
        let most = (connections / WARM_SHARE).min(WARM_MAX) as usize;
        Warm(Arc::new(Shelf { kept: Mutex::default(), most, is_closed: AtomicBool::new(false) }))
    }

    /// One that lies ready, else one of the pool's.
    pub async fn take(&self, pool: &AnyPool) -> Result<Reader> {
        let used = match self.0.take() {
            Some(used) => used,
            None => Used { conn: pool.acquire().await?, since: Instant::now() },
        };
        Ok(Reader { used: Some(used), shelf: Arc::clone(&self.0) })
    }

    /// Gives all back to their pool, for good.
    pub fn close(&self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
        self.0.lock().clear();
    }
}

impl Shelf {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Used>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has lain or served too long goes back to the pool as it is dropped.
    fn take(&self) -> Option<Used> {
        let mut kept = self.lock();
        kept.retain(Used::is_fresh);
        kept.pop()
    }

    fn put(&self, used: Used) {
        let mut kept = self.lock();
        if used.is_fresh() && kept.len() < self.most && !self.is_closed.load(Ordering::SeqCst) {
            kept.push(used);
        }
    }
}

impl Used {
    fn is_fresh(&self) -> bool {
        self.since.elapsed() < WARM_FOR
    }
}

impl Deref for Reader {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.used.as_ref().expect("there until dropped").conn
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.used.as_mut().expect("there until dropped").conn
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(used) = self.used.take() {
            self.shelf.put(used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, Target};

    async fn open(connections: u32) -> (tempfile::TempDir, Db) {
        let dir = tempfile::tempdir().expect("a folder");
        let db = Db::open(&Target::File { path: dir.path().join("m.db"), connections, bytes_max: None })
            .await
            .expect("a database");
        (dir, db)
    }

    fn lying(db: &Db) -> usize {
        db.warm.0.lock().len()
    }

    #[tokio::test]
    async fn a_connection_is_taken_again_at_once_and_closing_gets_it_back() {
        let (_dir, db) = open(8).await;
        for _ in 0..3 {
            let reader = db.read().await.expect("a reader");
            assert_eq!(lying(&db), 0);
            drop(reader);
            assert_eq!(lying(&db), 1);
        }
        assert_eq!(db.readers.size(), 1);
        let held = db.read().await.expect("a reader");
        let closing = tokio::spawn({
            let db = db.clone();
            async move { db.close().await }
        });
        tokio::task::yield_now().await;
        drop(held);
        tokio::time::timeout(Duration::from_secs(10), closing)
            .await
            .expect("it closes")
            .expect("it does not panic");
        assert_eq!(lying(&db), 0);
    }

    #[tokio::test]
    async fn one_that_served_for_long_is_asked_by_the_pool_whether_it_lives() {
        let (_dir, db) = open(8).await;
        let mut reader = db.read().await.expect("a reader");
        let long_ago = Instant::now().checked_sub(WARM_FOR).expect("the machine runs for longer");
        reader.used.as_mut().expect("there").since = long_ago;
        drop(reader);
        assert_eq!(lying(&db), 0);
        drop(db.read().await.expect("a reader"));
        db.warm.0.lock()[0].since = long_ago;
        assert!(db.warm.0.take().is_none());
    }

    #[tokio::test]
    async fn few_connections_are_all_the_pools() {
        let (_dir, db) = open(3).await;
        drop(db.read().await.expect("a reader"));
        assert_eq!(lying(&db), 0);
    }
}
