//! The job that makes a blob's pictures and tells every item that shows it. Each step may be done again; an item that
//! knows its pictures is not changed.
//!
//! Each arrival of the same photo is decoded anew, and nobody is shown a picture before their own job has told their
//! item: otherwise it would tell that somebody else has sent these bytes before. Films are made once: how soon one is
//! shown may tell.

use anyhow::{Context, Result, bail, ensure};
use shared::ids::{Digest, MediaId};
use shared::model::media::{Arrival, Derived, MediaRest};

use super::arrive::ROUNDS_MAX;
use super::store::{self, Blob, Made};
use super::{Part, compare, compress, facts, films, original};
use crate::App;
use crate::blobs::Area;
use crate::derive::facts::Facts;
use crate::derive::likeness::Likeness;
use crate::derive::reason::Unreadable;
use crate::derive::{self, Size};
use crate::gc;
use crate::jobs::{self, Job};
use crate::sync::{
    feeds::store::lock_hash,
    publish::{Changed, media_state},
};

/// Derives from a blob, then brings its items up to date.
///
/// # Errors
/// When the disk, the database or the child's start fails; a bad file is a result.
pub async fn derive(app: &App, part: Part, sha256: Digest) -> Result<()> {
    let blob = store::find_blob(&mut *app.db.read().await?, part, sha256).await?;
    let mut blob = blob.context("a job names a blob that is not there")?;
    let unknown = part == Part::Original && known(app, part, sha256).await?.is_none();
    // A film is encoded for minutes: only once.
    let is_film = blob.played || blob.duration_ms.is_some();
    if blob.derived == Derived::Waiting || unknown || !is_film {
        blob = make(app, part, sha256, blob).await?;
    }
    tell_all(app, (part, sha256), &blob).await
}

/// Brings every item that shows a blob up to date.
///
/// # Errors
/// When the database fails.
pub async fn tell_all(app: &App, (part, sha256): (Part, Digest), blob: &Blob) -> Result<()> {
    let known = known(app, part, sha256).await?;
    let mut after = None;
    loop {
        let items = store::list_items(&mut *app.db.read().await?, (part, sha256), after).await?;
        let Some(last) = items.last() else { return Ok(()) };
        after = Some(*last);
        for media in items {
            tell(app, media, part, (blob, known.as_ref())).await?;
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

/// Decodes in the child, keeps the pictures, and writes down what came of it. Pictures that were made before stay where
/// none can be made now.
async fn make(app: &App, part: Part, sha256: Digest, before: Blob) -> Result<Blob> {
    let decoders = films::decoders(app).await?;
    let file = original::open(app, part, sha256).await?;
    let film = if part == Part::Original { films::kind_of(&file).await? } else { None };
    let outcome = match film {
        Some(kind) => films::show(app, &file.handle().await?, kind).await?,
        None => pictures(app, part, file.handle().await?).await?,
    };
    let Outcome { blob, made, is_clip, likeness } = match outcome {
        Ok(outcome) => outcome,
        Err(reason) => {
            tracing::info!(media.sha256 = %sha256, %reason, "no picture of {sha256}: {reason}");
            let derived =
                if reason == Unreadable::NoDecoder { Derived::Unsupported } else { Derived::Unreadable };
            let blob = Blob { derived, reason: Some(reason.to_string()), ..Blob::default() };
            Outcome { blob, ..Outcome::default() }
        }
    };
    if before.derived == Derived::Ready && blob.derived != Derived::Ready {
        return Ok(before);
    }
    let facts = look_into(app, part, &file).await?;
    let mut tx = app.db.write().await?;
    lock_hash(&mut tx, &sha256.to_string()).await?;
    let contents: Vec<Digest> = made.iter().map(|made| made.content).collect();
    let are_there = gc::hold(app, &mut tx, Area::Derived, &contents).await?;
    ensure!(are_there, "gc removed a picture of {sha256} before it was named");
    for made in &made {
        store::put_made(&mut tx, (part, sha256), made, app.now()).await?;
    }
    store::set_derived(&mut tx, (part, sha256), &blob, &decoders).await?;
    if is_clip {
        jobs::enqueue(&mut tx, &app.clock, &Job::Play { sha256 }).await?;
    }
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
    Ok(Some(app.deriver.facts(file.handle().await?).await.context("the child did not run")?))
}

/// What came of deriving, before it is written down.
#[derive(Default)]
pub(super) struct Outcome {
    pub blob: Blob,
    /// Files that are kept already.
    pub made: Vec<Made>,
    /// There is a clip to be encoded.
    pub is_clip: bool,
    /// Of a photo: by what others like it are found.
    pub likeness: Option<Likeness>,
}

/// Decodes a picture in the child and keeps its smaller ones.
async fn pictures(app: &App, part: Part, file: std::fs::File) -> Result<Result<Outcome, Unreadable>> {
    let outcome = app.deriver.derive(file, part.want()).await.context("the child did not run")?;
    let derived = match outcome {
        Ok(derived) => derived,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut made = Vec::new();
    for rendition in derived.renditions {
        made.push(keep(app, rendition).await?);
    }
    let size_px = Some((derived.width_px, derived.height_px));
    let blob = Blob { derived: Derived::Ready, size_px, ..Blob::default() };
    Ok(Ok(Outcome { blob, made, likeness: derived.likeness, ..Outcome::default() }))
}

/// Queues what other decoders than today's could not show, a bounded number of blobs; the sweep comes again.
///
/// # Errors
/// When the database or the child's start fails.
pub async fn try_again(app: &App) -> Result<()> {
    let decoders = films::decoders(app).await?;
    let found = store::list_unsupported_by_others(&mut *app.db.read().await?, &decoders).await?;
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

/// Keeps a picture that was made.
pub(super) async fn keep(app: &App, rendition: derive::Rendition) -> Result<Made> {
    let size_bytes = rendition.webp.len() as u64;
    let content = app.blobs.put(Area::Derived, rendition.webp).await?;
    Ok(Made { size: rendition.size.name(), content, size_bytes })
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
    // The sketch of a clip is of another moment than its still.
    let comparable = blob.derived == Derived::Ready && blob.duration_ms.is_none();
    let differs = comparable && compare::differs(app, media).await?;
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
            rest.duration_ms = blob.duration_ms;
            rest.playable = blob.played;
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

/// Whether an item was told of its picture in this size. What lies there earlier is somebody else's.
pub fn is_told(rest: &MediaRest, size: Size) -> bool {
    match size {
        Size::Sketch => rest.sketch == Arrival::Arrived,
        Size::Thumb | Size::Preview => rest.derived == Derived::Ready,
    }
}

/// Where a picture of an item lies, and the hash of its bytes; `None` while there is none.
pub async fn picture(app: &App, media: MediaId, size: Size) -> crate::error::Result<Option<Digest>> {
    let part = if size == Size::Sketch { Part::Sketch } else { Part::Original };
    Ok(store::find_picture(&mut *app.db.read().await?, (media, part), size).await?)
}
