//! The end of an upload: the whole is hashed, kept under its hash, and joined to its item. Each step may be done
//! again after a crash: bytes lie either in the upload's file or already under their hash.

use shared::wire::Code;

use super::{Upload, expiry, store};
use crate::App;
use crate::blobs::Finished;
use crate::error::{Error, Result};
use crate::media::{self, arrive};

/// Verifies and joins an upload whose bytes are all here. Done already is no error.
///
/// # Errors
/// `HashMismatch` with both hashes; the upload then begins again.
pub async fn finish(app: &App, upload: &Upload) -> Result<()> {
    if upload.done {
        return Ok(());
    }
    let incoming = app.blobs.incoming(&upload.id);
    let area = upload.part.area();
    let known = app.hashes.finish(&upload.id, upload.length);
    let pieces = store::list_pieces(&mut *app.db.read().await?, &upload.id).await?;
    let ended = incoming.finish((area, upload.sha256), (upload.length, known), &pieces).await;
    match ended.map_err(anyhow::Error::from)? {
        Finished::Kept => {}
        Finished::Differs(found) => {
            tracing::warn!(media.id = %upload.media, "an upload hashes to something else than was named");
            reset(app, upload).await?;
            let hashes = [("expected", upload.sha256.to_string()), ("found", found.to_string())];
            return Err(Error::with(Code::HashMismatch, hashes));
        }
        Finished::Gone => {
            if !media::is_kept(app, upload.part, upload.sha256).await? {
                reset(app, upload).await?;
                return Err(Code::WrongOffset.into());
            }
        }
    }
    match arrive::join(app, upload).await {
        Err(Error::Refused(Code::WrongOffset)) => {
            reset(app, upload).await?;
            Err(Code::WrongOffset.into())
        }
        Ok(()) if !pieces.is_empty() => {
            leave(app, upload).await;
            Ok(())
        }
        joined => joined,
    }
}

/// Removes the pieces of an upload that is a blob now. What stays goes with the upload.
async fn leave(app: &App, upload: &Upload) {
    let left = async {
        app.blobs.incoming(&upload.id).remove().await?;
        let mut tx = app.db.write().await?;
        store::delete_pieces(&mut tx, &upload.id).await?;
        tx.commit().await?;
        anyhow::Ok(())
    };
    if let Err(error) = left.await {
        tracing::warn!("pieces of an upload that is done stay for a while: {error:#}");
    }
}

/// Puts an upload back to its first byte.
pub async fn reset(app: &App, upload: &Upload) -> Result<()> {
    app.blobs.incoming(&upload.id).remove().await.map_err(anyhow::Error::from)?;
    let mut tx = app.db.write().await?;
    if store::advance(&mut tx, upload, 0, expiry(app.now())).await? {
        store::delete_pieces(&mut tx, &upload.id).await?;
    }
    tx.commit().await?;
    Ok(())
}
