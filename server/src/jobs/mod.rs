//! Work outside a request: a table, a lease, bounded tries. A job is enqueued by the transaction that makes the
//! need, may be begun twice after a crash, and is gone once it is done. What keeps failing stays as `dead` with
//! its last error, for an operator.

pub mod command;
pub(crate) mod store;
pub mod worker;

use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};
use shared::ids::Digest;

use crate::clock::Clock;
use crate::db::{self, Conn};

/// What is to be done, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "args", rename_all = "snake_case")]
pub enum Job {
    /// Make the pictures of a blob and tell every item that shows it.
    Derive {
        /// `media::Part` by name.
        part: String,
        /// Which blob.
        sha256: Digest,
    },
    /// Store an original smaller, without loss.
    Compress {
        /// Which blob.
        sha256: Digest,
    },
    /// Encode the clip of an original for browsers.
    Play {
        /// Which blob.
        sha256: Digest,
    },
}

impl Job {
    /// All kinds, as they are stored.
    pub const KINDS: [&str; 3] = ["derive", "compress", "play"];
}

/// Puts a job in the queue, in the caller's transaction. After the commit, [`Wake::wake`] spares the wait.
pub async fn enqueue(db: &mut Conn, clock: &Clock, job: &Job) -> db::Result<()> {
    enqueue_at(db, clock, job, clock.now()).await
}

/// As [`enqueue`], to be begun at `run_at` at the earliest.
pub async fn enqueue_at(db: &mut Conn, clock: &Clock, job: &Job, run_at: i64) -> db::Result<()> {
    store::insert(db, &clock.id::<uuid::Uuid>().to_string(), job, (clock.now(), run_at)).await
}

/// Tells this process's workers that there is something to do. A hint: they also look by themselves.
#[derive(Debug, Default)]
pub struct Wake {
    hint: tokio::sync::Notify,
    alive: AtomicU32,
}

impl Wake {
    /// Wakes one worker, or the next that is about to sleep.
    pub fn wake(&self) {
        self.hint.notify_one();
    }

    /// Workers of this process that are alive.
    #[must_use]
    pub fn alive(&self) -> u32 {
        self.alive.load(Ordering::SeqCst)
    }

    async fn woken(&self) {
        self.hint.notified().await;
    }
}
