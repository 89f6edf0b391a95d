//! What one command does at a time, on whichever machine: a row says who holds it and until when. Whoever holds it
//! renews the row while they live, and confirms it in each transaction that counts on it; after a crash it is free
//! within a minute.

mod store;

use std::time::Duration;

use tokio::task::AbortHandle;

use crate::clock::MINUTE_MS;
use crate::db::{self, Conn};
use crate::{App, chance};

/// Removing files from storage, and copying all that a state of the database names.
pub const STORAGE: &str = "storage";

/// How long a lease lasts unless it is renewed.
const LEASE_MS: i64 = MINUTE_MS;
/// A third of it.
const RENEW: Duration = Duration::from_secs(20);
/// How often somebody who waits looks.
const LOOK: Duration = Duration::from_millis(200);

/// A lease that is held until [`Held::release`], or until nobody renews it any more.
#[derive(Debug)]
pub struct Held {
    name: &'static str,
    holder: String,
    renewing: AbortHandle,
}

/// Who has the lease that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken(pub String);

impl Drop for Held {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

/// Takes a lease for a command, waiting at most `patience` for whoever has it. The inner error says who has it still.
///
/// # Errors
/// When the database fails.
pub async fn take(
    app: &App,
    (name, command): (&'static str, &str),
    patience: Duration,
) -> db::Result<Result<Held, Taken>> {
    let token: String = chance::bytes::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
    let holder = format!("{command} {token}");
    let mut waited = Duration::ZERO;
    loop {
        let now = app.now();
        let mut tx = app.db.write().await?;
        let taken = store::take(&mut tx, (name, &holder), (now, now + LEASE_MS)).await?;
        let other = if taken { None } else { store::holder(&mut tx, name).await? };
        tx.commit().await?;
        if taken {
            let renewing = tokio::spawn(renew(app.clone(), name, holder.clone())).abort_handle();
            return Ok(Ok(Held { name, holder, renewing }));
        }
        if waited >= patience {
            let other = other.unwrap_or_default();
            return Ok(Err(Taken(other.split(' ').next().unwrap_or_default().to_owned())));
        }
        tokio::time::sleep(LOOK).await;
        waited += LOOK;
    }
}

/// Frees all leases: in a restored database whoever held them is of another life, the backup itself among them.
///
/// # Errors
/// When the database fails.
pub async fn free_all(db: &mut Conn) -> db::Result<()> {
    store::delete_all(db).await
}

async fn renew(app: App, name: &'static str, holder: String) {
    loop {
        tokio::time::sleep(RENEW).await;
        if let Err(error) = renew_once(&app, name, &holder).await {
            tracing::warn!(%error, "the lease of {name} could not be renewed");
        }
    }
}

async fn renew_once(app: &App, name: &str, holder: &str) -> db::Result<()> {
    let mut tx = app.db.write().await?;
    store::renew(&mut tx, (name, holder), app.now() + LEASE_MS).await?;
    tx.commit().await
}

impl Held {
    /// Whether it is still held; until the caller's transaction ends, nobody else gets it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn confirm(&self, app: &App, db: &mut Conn) -> db::Result<bool> {
        store::renew(db, (self.name, &self.holder), app.now() + LEASE_MS).await
    }

    /// Gives it up for the next one.
    ///
    /// # Errors
    /// When the database fails; it then ends by itself.
    pub async fn release(self, app: &App) -> db::Result<()> {
        let mut tx = app.db.write().await?;
        store::give_up(&mut tx, (self.name, &self.holder)).await?;
        tx.commit().await
    }
}
