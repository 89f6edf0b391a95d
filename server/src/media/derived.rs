//! The job that makes a blob's pictures and tells every item that shows it. Each step may be done again: a blob
//! that has its pictures is not decoded twice, an item that knows them is not changed.

use anyhow::{Context, Result, bail};
use shared::ids::{Digest, MediaId};
use shared::model::media::{Arrival, Derived, MediaRest};

use super::arrive::ROUNDS_MAX;
use super::store::{self, Blob, PicturePut};
use super::{Part, compare, compress, facts, original};
use crate::App;
use crate::blobs::Area;
use crate::derive::facts::Facts;
use crate::derive::reason::Unreadable;
use crate::derive::{self, Size};
use crate::jobs::{self, Job};
use crate::sync::{
    feeds::store::lock_hash,
    publish::{Changed, media_state},
};

/// Derives from a blob if nobody has, then brings its items up to date.
///
/// # Errors
/// When the disk, the database or the child's start fails; a bad file is a result.
pub async fn derive(app: &App, part: Part, sha256: Digest) -> Result<()> {
    let blob = store::find_blob(&mut *app.db.read().await?, part, sha256).await?;
    let mut blob = blob.context("a job names a blob that is not there")?;
    let mut known = known(app, part, sha256).await?;
    if blob.derived == Derived::Waiting || (part == Part::Original && known.is_none()) {
        blob = make(app, part, sha256).await?;
        known = self::known(app, part, sha256).await?;
    }
    let mut after = None;
    loop {
        let items = store::list_items(&mut *app.db.read().await?, (part, sha256), after).await?;
        let Some(last) = items.last() else { return Ok(()) };
        after = Some(*last);
        for media in items {
            tell(app, media, part, (&blob, known.as_ref())).await?;
        }
    }
}

/// What an original said; nothing while it was not looked into.
async fn known(app: &App, part: Part, sha256: Digest) -> Result<Option<facts::Known>> {
    match part {
        Part::Original => Ok(facts::store::find(&mut *app.db.read().await?, sha256).await?),
        Part::Sketch => Ok(None),
    }
}

/// Decodes in the child, keeps the pictures, and writes down what came of it.
async fn make(app: &App, part: Part, sha256: Digest) -> Result<Blob> {
    let decoders = app.deriver.decoders().await.context("the child did not run")?;
    let file = original::open(app, part, sha256).await?;
    let outcome = app.deriver.derive(file.handle()?, part.want()).await.context("the child did not run")?;
    let mut pictures = Vec::new();
    let mut likeness = None;
    let blob = match outcome {
        Ok(derived) => {
            let size = (derived.width_px, derived.height_px);
            likeness = derived.likeness;
            for rendition in derived.renditions {
                pictures.push(keep(app, rendition).await?);
            }
            Blob { derived: Derived::Ready, reason: None, size_px: Some(size) }
        }
        Err(reason) => {
            tracing::info!(media.sha256 = %sha256, %reason, "no picture of {sha256}: {reason}");
            let derived =
                if reason == Unreadable::NoDecoder { Derived::Unsupported } else { Derived::Unreadable };
            Blob { derived, reason: Some(reason.to_string()), size_px: None }
        }
    };
    let facts = look_into(app, part, &file).await?;
    let mut tx = app.db.write().await?;
    lock_hash(&mut tx, &sha256.to_string()).await?;
    for picture in &pictures {
        store::put_picture(&mut tx, (part, sha256), picture, app.now()).await?;
    }
    store::set_derived(&mut tx, (part, sha256), &blob, decoders).await?;
    if let Some(facts) = facts {
        let position = facts.position;
        facts::keep(&mut tx, sha256, &facts::Known::new(facts, likeness), position).await?;
    }
    if part == Part::Original {
        compress::enqueue(&mut tx, app, sha256).await?;
    }
    tx.commit().await?;
    Ok(blob)
}

/// What an original says of itself; a sketch was made by a program and says nothing.
async fn look_into(app: &App, part: Part, file: &original::Original) -> Result<Option<Facts>> {
    if part == Part::Sketch {
        return Ok(None);
    }
    Ok(Some(app.deriver.facts(file.handle()?).await.context("the child did not run")?))
}

/// Queues what other decoders than today's could not show, a bounded number of blobs; the sweep comes again.
///
/// # Errors
/// When the database or the child's start fails.
pub async fn try_again(app: &App) -> Result<()> {
    let decoders = app.deriver.decoders().await.context("the child did not run")?;
    let found = store::list_unsupported_by_others(&mut *app.db.read().await?, decoders).await?;
    if found.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.write().await?;
    for (part, sha256) in found {
        if store::set_waiting_again(&mut tx, (part, sha256)).await? {
            let job = Job::Derive { part: part.name().to_owned(), sha256 };
            jobs::enqueue(&mut tx, &app.clock, &job).await?;
        }
    }
    tx.commit().await?;
    app.jobs.wake();
    Ok(())
}

async fn keep(app: &App, rendition: derive::Rendition) -> Result<PicturePut> {
    let size_bytes = rendition.webp.len() as u64;
    let content = app.blobs.put(Area::Derived, rendition.webp).await?;
    Ok(PicturePut { size: rendition.size, content, size_bytes })
}

/// Changes one item's state, in a transaction of its own.
async fn tell(
    app: &App,
    media: MediaId,
    part: Part,
    (blob, known): (&Blob, Option<&facts::Known>),
) -> Result<()> {
    let item = super::find(&mut *app.db.read().await?, media).await?;
    let claimed = item.and_then(|item| item.content.provenance.offset);
    let differs = blob.derived == Derived::Ready && compare::differs(app, media).await?;
    for _ in 0..ROUNDS_MAX {
        let mut tx = app.db.write().await?;
        let now = app.now();
        let change = |rest: &mut MediaRest| {
            learn(rest, part, blob);
            if let Some(known) = known {
                known.tell(rest, claimed);
            }
            if differs {
                rest.differs_at.get_or_insert(now);
            }
        };
        let changed = media_state(&mut tx, media, now, change).await?;
        match changed {
            Changed::Done => return Ok(tx.commit().await?),
            Changed::Unknown => return Ok(tx.rollback().await?),
            Changed::Again => tx.rollback().await?,
        }
    }
    bail!("an item changes faster than its state can be written")
}

fn learn(rest: &mut MediaRest, part: Part, blob: &Blob) {
    match part {
        Part::Original => {
            rest.derived = blob.derived;
            if let Some((width, height)) = blob.size_px {
                (rest.width_px, rest.height_px) = (Some(width), Some(height));
            }
        }
        Part::Sketch => {
            if blob.derived == Derived::Ready {
                rest.sketch = Arrival::Arrived;
            }
        }
    }
}

/// Where a picture of an item lies, and the hash of its bytes; `None` while there is none.
pub async fn picture(app: &App, media: MediaId, size: Size) -> crate::error::Result<Option<Digest>> {
    let part = if size == Size::Sketch { Part::Sketch } else { Part::Original };
    Ok(store::find_picture(&mut *app.db.read().await?, (media, part), size).await?)
}
