//! An upload is complete and verified: its item gets the bytes. One transaction: the item's state and the feeds
//! that carry it, the blob, the item's claim on it, the job that makes pictures.

use shared::model::media::Arrival;
use shared::wire::Code;

use super::compress::{self, store::Stored};
use super::{Part, store};
use crate::App;
use crate::error::{Error, Result};
use crate::gc::{self, Lies};
use crate::jobs::{self, Job};
use crate::sync::{
    feeds::store::lock_hash,
    publish::{Changed, media_state},
};
use crate::uploads::{self, Upload};

/// Times a change of an item is begun again because its entry changed meanwhile.
pub(super) const ROUNDS_MAX: usize = 8;

/// Joins an upload's bytes to its item. Doing it again changes nothing.
///
/// # Errors
/// `NotFound` where the item is no more, `WrongOffset` where the bytes are gone, `Unavailable` where it changes faster
/// than we can follow.
pub async fn join(app: &App, upload: &Upload) -> Result<()> {
    for _ in 0..ROUNDS_MAX {
        match join_once(app, upload).await? {
            Changed::Done => {
                app.jobs.wake();
                return Ok(());
            }
            Changed::Unknown => return Err(Code::NotFound.into()),
            Changed::Again => {}
        }
    }
    Err(Error::Later(Code::Unavailable, 1))
}

/// Feeds are locked first, by the item's state, then the hash: the order of every transaction.
async fn join_once(app: &App, upload: &Upload) -> Result<Changed> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let changed = media_state(&mut tx, upload.media, now, |rest| {
        // A sketch counts once it can be shown: see `derived`.
        if upload.part == Part::Original {
            rest.original = Arrival::Arrived;
        }
    })
    .await?;
    if changed != Changed::Done {
        tx.rollback().await?;
        return Ok(changed);
    }
    lock_hash(&mut tx, &upload.sha256.to_string()).await?;
    store::put_blob(&mut tx, upload, now).await?;
    store::join(&mut tx, upload, now).await?;
    let kept = compress::store::find(&mut tx, upload.part, upload.sha256).await?;
    if kept.is_some_and(|kept| kept.stored != Stored::Raw) {
        // Somebody sent the same before, and it is stored smaller: what came now is one copy too many.
        let file = Lies::Blob(upload.part.area(), upload.sha256);
        gc::put(&mut tx, &file, (upload.length, gc::Why::Compressed), now).await?;
    } else if !gc::hold(app, &mut tx, upload.part.area(), &[upload.sha256]).await? {
        // It lay here unnamed since an earlier try, long enough for gc: it must come again.
        return Err(Code::WrongOffset.into());
    }
    let job = Job::Derive { part: upload.part.name().to_owned(), sha256: upload.sha256 };
    jobs::enqueue(&mut tx, &app.clock, &job).await?;
    uploads::mark_done(&mut tx, &upload.id, now).await?;
    tx.commit().await?;
    Ok(Changed::Done)
}
