//! Health: whether the process answers, and whether it can do its work.
//!
//! A look at everything costs a write to the disk, so that one is kept for a moment and shared by whoever asks.

pub mod routes;
mod store;

use std::{
    io,
    time::{Duration, Instant},
};

use shared::limits::FREE_BYTES_MIN;
use tokio::{sync::Mutex, time::timeout};

use crate::App;

/// How long a look is good for. Anybody may ask, and each look writes.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// How long the database may take for the smallest question, and the disk for the smallest file.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The database answers, and lets a writer in.
    Database,
    /// A file can be written where media lie.
    Blobs,
    /// The data folder's disk has room for what people write. Below `blobs.reserve_bytes` uploads wait, and that is
    /// no failure: text goes on.
    Space,
    /// Workers are alive: pictures are made.
    Jobs,
}

impl Check {
    /// All of them.
    pub const ALL: [Check; 4] = [Check::Database, Check::Blobs, Check::Space, Check::Jobs];

    /// In answers, figures and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Check::Database => "database",
            Check::Blobs => "blobs",
            Check::Space => "space",
            Check::Jobs => "jobs",
        }
    }
}

/// What a look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    failed: Vec<Check>,
}

impl Look {
    /// Whether nothing fails.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.failed.is_empty()
    }

    /// Whether this does not fail.
    #[must_use]
    pub fn is_fine(&self, check: Check) -> bool {
        !self.failed.contains(&check)
    }

    /// Names of what fails.
    #[must_use]
    pub fn failed(&self) -> String {
        self.failed.iter().map(|check| check.name()).collect::<Vec<_>>().join(", ")
    }
}

/// The last look, for [`look`].
#[derive(Debug, Default)]
pub struct Last(Mutex<Option<(Instant, Look)>>);

/// Looks at everything, or answers what a look found a moment ago. A change goes to the log once.
pub async fn look(app: &App) -> Look {
    let mut last = app.health.0.lock().await;
    if let Some((at, found)) = &*last
        && at.elapsed() < GOOD_FOR
    {
        return found.clone();
    }
    let mut failed = Vec::new();
    for check in Check::ALL {
        if let Err(why) = checked(app, check).await {
            tracing::debug!("the check of {} fails: {why:#}", check.name());
            failed.push(check);
        }
    }
    let found = Look { failed };
    let before = last.replace((Instant::now(), found.clone())).map(|(_, found)| found).unwrap_or_default();
    match (before == found, found.is_ready()) {
        (true, _) => {}
        (false, true) => tracing::info!("ready again"),
        (false, false) => tracing::error!("not ready: {} fails", found.failed()),
    }
    found
}

async fn checked(app: &App, check: Check) -> anyhow::Result<()> {
    match check {
        Check::Database => {
            timeout(PATIENCE, async {
                store::ping(&mut *app.db.read().await?).await?;
                app.db.write().await?.rollback().await
            })
            .await??;
        }
        Check::Blobs => timeout(PATIENCE, app.blobs.try_write()).await??,
        Check::Space => {
            let on_disk = crate::blobs::free_bytes(&app.config.data.dir).await?;
            let in_database = app.db.room().await?;
            enough(in_database.map_or(on_disk, |room| room.min(on_disk)))?;
        }
        Check::Jobs => {
            let (alive, wanted) = (app.jobs.alive(), app.config.derive.workers_in_server());
            anyhow::ensure!(alive == wanted, "{alive} of {wanted} workers are alive");
        }
    }
    Ok(())
}

fn enough(free: u64) -> io::Result<()> {
    if free < FREE_BYTES_MIN { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_for_text_is_not_ready() {
        assert!(enough(FREE_BYTES_MIN).is_ok());
        assert!(enough(FREE_BYTES_MIN - 1).is_err());
    }
}
