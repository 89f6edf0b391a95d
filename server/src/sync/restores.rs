//! Notices that the database is older than what this server has told phones: somebody restored a backup.

use shared::ids::{AccountId, Epoch};

use super::{
    epochs, feeds,
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
        match signed_in(&mut db, receipt.epoch).await? {
            Signed::Unknown => true,
            Signed::Earlier => false,
            Signed::Now => is_ahead(&mut db, account, &receipt.told).await?,
        }
    };
    if proof { epochs::restored(app, receipt.epoch).await } else { Ok(()) }
}

/// Looks at a phone's cursor.
pub async fn by_cursor(app: &App, cursor: &Cursor) -> Result<()> {
    let proof = {
        let mut db = app.db.read().await?;
        match signed_in(&mut db, cursor.epoch).await? {
            Signed::Unknown => true,
            Signed::Earlier => false,
            Signed::Now => ends_below(&mut db, cursor).await?,
        }
    };
    if proof { epochs::restored(app, cursor.epoch).await } else { Ok(()) }
}

/// In which life of the database something was signed.
enum Signed {
    Now,
    Earlier,
    Unknown,
}

async fn signed_in(db: &mut Conn, epoch: Epoch) -> Result<Signed> {
    Ok(if epochs::current(db).await? == epoch {
        Signed::Now
    } else if epochs::store::knows(db, epoch).await? {
        Signed::Earlier
    } else {
        Signed::Unknown
    })
}

async fn ends_below(db: &mut Conn, cursor: &Cursor) -> Result<bool> {
    for (feed, seq) in &cursor.feeds {
        if feeds::store::head(db, *feed).await?.seq < *seq {
            return Ok(true);
        }
    }
    match &cursor.told {
        Some(told) => is_ahead(db, cursor.account, told).await,
        None => Ok(false),
    }
}

/// Whether a phone was told of ops that the ledger does not have.
async fn is_ahead(db: &mut Conn, account: AccountId, told: &Told) -> Result<bool> {
    let queue = Queue { account, client: told.client };
    Ok(ledger::store::head_at(db, queue, told.n).await? != Some(told.head))
}
