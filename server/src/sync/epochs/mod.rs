//! Epochs: lives of the database. A phone that holds something signed by this server which the database does not
//! know proves that it was restored from an older copy; each proof begins one new life, and every phone starts
//! over from it, keeping its own work.

pub mod store;

use shared::ids::Epoch;

use crate::{
    App, chance,
    db::{Conn, Result},
};

/// The life that lasts. Made at the first start.
pub async fn current(db: &mut Conn) -> Result<Epoch> {
    store::current(db).await
}

/// Begins the first life of an empty database.
pub async fn begin(app: &App) -> Result<()> {
    let mut tx = app.db.write().await?;
    store::begin(&mut tx, Epoch(chance::bytes()), "", app.now()).await?;
    tx.commit().await
}

/// Begins a new life, unless the same proof has begun one before. `signed` is the life in which something was
/// signed that this database does not know.
pub async fn restored(app: &App, signed: Epoch) -> Result<()> {
    let mut tx = app.db.write().await?;
    if store::begin(&mut tx, Epoch(chance::bytes()), &signed.to_string(), app.now()).await? {
        tracing::error!(epoch = %signed, "the database is older than what phones were told: a new epoch begins");
    }
    tx.commit().await
}
