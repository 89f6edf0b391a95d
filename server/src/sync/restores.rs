//! Notices that the database is older than what this server has told phones: somebody restored a backup.

use shared::ids::{AccountId, ClientId, FeedId};
use uuid::Uuid;

use super::{
    epochs,
    heads::{self, Heads},
    ledger::{self, Queue},
    tokens::{Cursor, Receipt, Told},
};
use crate::{
    App,
    db::{Conn, Result},
};

/// Looks at the receipt of a phone's last push.
pub async fn by_receipt(app: &App, account: AccountId, receipt: &Receipt) -> Result<()> {
    if receipt.account != account {
        return Ok(());
    }
    let proof = {
        let mut db = app.db.read().await?;
        match epochs::current(&mut db).await? == receipt.epoch {
            true => is_ahead(&mut db, account, &receipt.told).await?,
            false => !epochs::store::knows(&mut db, receipt.epoch).await?,
        }
    };
    if proof { epochs::restored(app, receipt.epoch).await } else { Ok(()) }
}

/// Looks at a phone's cursor.
pub async fn by_cursor(app: &App, cursor: &Cursor) -> Result<()> {
    let proof = {
        let mut db = app.db.read().await?;
        let client = cursor.told.map_or(ClientId(Uuid::nil()), |told| told.client);
        let feeds: Vec<FeedId> = cursor.feeds.keys().copied().collect();
        let queue = Queue { account: cursor.account, client };
        let heads = heads::store::find(&mut db, queue, &feeds).await?;
        match heads.epoch == cursor.epoch {
            true => ends_below(&mut db, &heads, cursor).await?,
            false => !epochs::store::knows(&mut db, cursor.epoch).await?,
        }
    };
    if proof { epochs::restored(app, cursor.epoch).await } else { Ok(()) }
}

/// Whether the phone has seen what is not there.
async fn ends_below(db: &mut Conn, heads: &Heads, cursor: &Cursor) -> Result<bool> {
    if cursor.feeds.iter().any(|(feed, seq)| heads.feeds[feed].seq < *seq) {
        return Ok(true);
    }
    match &cursor.told {
        Some(told) if told.n == heads.queue.last_n => Ok(told.head != heads.queue.head),
        Some(told) => is_ahead(db, cursor.account, told).await,
        None => Ok(false),
    }
}

/// Whether a phone was told of ops that the ledger does not have.
async fn is_ahead(db: &mut Conn, account: AccountId, told: &Told) -> Result<bool> {
    let queue = Queue { account, client: told.client };
    Ok(ledger::store::head_at(db, queue, told.n).await? != Some(told.head))
}
