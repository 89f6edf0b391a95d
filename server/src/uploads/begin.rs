//! Begins and forgets uploads. The item must be the account's own and name the very bytes; there must be room on
//! the disk and in the branch's space. Whether anybody else has the bytes makes no difference anywhere here.

use std::collections::BTreeSet;

use shared::ids::{AccountId, Digest, FeedId};
use shared::limits::{SKETCH_BYTES_MAX, media_bytes_max};
use shared::model::MediaBody;
use shared::wire::Code;

use super::protocol::Metadata;
use super::{ID_BYTES, Upload, expiry, store};
use crate::App;
use crate::chance;
use crate::error::{Error, Result};
use crate::media::{self, Part};
use crate::sync::feeds;

/// Begins an upload. Where the same account has begun to send the same bytes, that one goes on from where it stands: its
/// address was lost, or its client was refused in the middle. `said` is the header that `metadata` was read from.
///
/// # Errors
/// `NotFound` unless the item is the account's own, `MediaTooLarge`, `HashMismatch` and `BadRequest` where hash or
/// length are not what the item names, `StorageFull`, `QuotaUsed`.
pub async fn begin(
    app: &App,
    account: AccountId,
    (metadata, said): (Metadata, &str),
    length: u64,
) -> Result<Upload> {
    let item = media::find(&mut *app.db.read().await?, metadata.media).await?;
    let item = item.filter(|item| item.content.recorder == account).ok_or(Code::NotFound)?;
    fits(&item, metadata, length)?;
    if let Some(before) = of_same(app, account, metadata).await? {
        let _held = app.uploads.take(&before.id).await.ok_or(Code::Unavailable)?;
        let before = store::find(&mut *app.db.read().await?, account, &before.id).await?;
        match before {
            Some(before) if brings(&before, metadata, length) => return live_on(app, before).await,
            Some(before) => forget(app, &before).await?,
            None => {}
        }
    }
    has_room(app, length).await?;
    let upload = Upload {
        id: chance::bytes::<ID_BYTES>().iter().map(|byte| format!("{byte:02x}")).collect(),
        account,
        media: metadata.media,
        part: metadata.part,
        sha256: metadata.sha256,
        branch: item.content.branch,
        length,
        received: 0,
        expires_at: expiry(app.now()),
        done: false,
        metadata: said.to_owned(),
    };
    let mut tx = app.db.write().await?;
    // Two that begin at once would each find the room that is there for one.
    feeds::store::lock(&mut tx, &BTreeSet::from([FeedId::Branch(upload.branch)])).await?;
    let quota = app.config.blobs.branch_quota_bytes;
    if store::used_bytes(&mut tx, upload.branch).await?.saturating_add(length) > quota {
        return Err(Code::QuotaUsed.into());
    }
    store::insert(&mut tx, &upload, app.now()).await?;
    tx.commit().await?;
    Ok(upload)
}

/// Whether an upload has brought some of these very bytes, and not yet all.
fn brings(upload: &Upload, metadata: Metadata, length: u64) -> bool {
    let same = upload.sha256 == metadata.sha256 && upload.length == length;
    same && upload.received > 0 && !upload.done
}

/// Puts the end of an upload off, as its next bytes would.
async fn live_on(app: &App, upload: Upload) -> Result<Upload> {
    let expires_at = expiry(app.now());
    let mut tx = app.db.write().await?;
    if !store::advance(&mut tx, &upload, upload.received, expires_at).await? {
        return Err(Code::WrongOffset.into()); // another server was told more
    }
    tx.commit().await?;
    Ok(Upload { expires_at, ..upload })
}

/// Forgets an upload and its bytes. Bytes already joined to an item stay.
pub async fn forget(app: &App, upload: &Upload) -> Result<()> {
    app.blobs.incoming(&upload.id).remove().await.map_err(anyhow::Error::from)?;
    let mut tx = app.db.write().await?;
    store::delete(&mut tx, &upload.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the disk has room for this many bytes more, besides what other uploads may still bring and what is
/// left free for text.
///
/// # Errors
/// `StorageFull` where it has not.
pub async fn has_room(app: &App, length: u64) -> Result<()> {
    let Some(free) = app.blobs.free_bytes().await.map_err(anyhow::Error::from)? else { return Ok(()) };
    let outstanding = store::outstanding_bytes(&mut *app.db.read().await?).await?;
    let wanted = app.config.blobs.reserve_bytes.saturating_add(outstanding).saturating_add(length);
    if free < wanted { Err(Code::StorageFull.into()) } else { Ok(()) }
}

async fn of_same(app: &App, account: AccountId, metadata: Metadata) -> Result<Option<Upload>> {
    let key = (account, metadata.media, metadata.part);
    Ok(store::find_for(&mut *app.db.read().await?, key).await?)
}

/// Holds length and hash against what the item names.
fn fits(item: &MediaBody, metadata: Metadata, length: u64) -> Result<()> {
    let content = &item.content;
    let (most, named): (u64, Option<Digest>) = match metadata.part {
        Part::Original => (media_bytes_max(content.kind), Some(content.sha256)),
        Part::Sketch => (SKETCH_BYTES_MAX, content.provenance.sketch),
    };
    if length > most {
        return Err(Error::with(Code::MediaTooLarge, [("limit_mb", (most >> 20).max(1).to_string())]));
    }
    if named != Some(metadata.sha256) {
        let expected = named.map(|named| named.to_string()).unwrap_or_default();
        let hashes = [("expected", expected), ("found", metadata.sha256.to_string())];
        return Err(Error::with(Code::HashMismatch, hashes));
    }
    if length == 0 || (metadata.part == Part::Original && length != content.size_bytes) {
        return Err(Code::BadRequest.into());
    }
    Ok(())
}
