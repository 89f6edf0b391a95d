//! Forgets uploads that were abandoned, and those that ended long enough ago. Called by the worker.

use super::store;
use crate::App;
use crate::error::Result;

/// Forgets uploads past their time, file first, so that no file is left without a row.
pub async fn sweep(app: &App) -> Result<()> {
    let expired = store::list_expired(&mut *app.db.read().await?, app.now()).await?;
    for id in expired {
        let Some(_held) = app.uploads.take(&id).await else { continue };
        if !store::is_expired(&mut *app.db.read().await?, &id, app.now()).await? {
            continue;
        }
        app.blobs.incoming(&id).remove().await.map_err(anyhow::Error::from)?;
        let mut tx = app.db.write().await?;
        store::delete(&mut tx, &id).await?;
        tx.commit().await?;
    }
    Ok(())
}
