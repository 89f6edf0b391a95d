//! The job that stores a photo smaller without loss, some time after its pictures were made. The smaller file is
//! written, read back from storage, decoded and held against the original's hash; only then does it take the raw
//! file's place, in one transaction, and the raw file begins to wait for gc. Done again, it changes nothing.
//!
//! A file that gains nothing or will not be encoded stays raw, with the reason. Before a version writes beside files
//! of another one, `miaopu verify --blobs` must have read everything with it: see [`may_write`].

pub mod store;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use shared::ids::Digest;
use thiserror::Error;

use super::{Part, original};
use crate::App;
use crate::blobs::Area;
use crate::clock::MINUTE_MS;
use crate::db::{self, Conn};
use crate::derive::sniff::{Kind, SNIFF_BYTES, sniff};
use crate::gc::{self, Lies};
use crate::jobs::{self, Job};
use crate::lepton::{Direction, ENCODER, Unfit};
use crate::sync::feeds::store::lock_hash;

use store::{Smaller, Stored};

/// How long a photo waits: pictures of what came with it are made first.
const LATER_MS: i64 = MINUTE_MS;
/// Of a hundred bytes, so many may be left at most; less gain is not worth a decode at each download.
const PERCENT_MAX: u64 = 97;
/// What decoding takes usually, in ms of CPU a MB; a file that takes ten times that would take it at each download.
const DECODE_MS_PER_MB: u64 = 77;
/// What a child takes beside, in ms of CPU, on the slowest machine.
const START_MS: u64 = 300;

/// Why an original stays as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Kept {
    /// It is no JPEG.
    #[error("not-jpeg")]
    NotJpeg,
    /// The codec says why.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// It would hardly become smaller.
    #[error("no-gain")]
    NoGain,
    /// It would take far longer to decode than others of its size.
    #[error("slow")]
    Slow,
    /// What was read back made another file.
    #[error("differs")]
    Differs,
}

/// Puts the job for an original in the queue, in the caller's transaction.
pub async fn enqueue(db: &mut Conn, app: &App, sha256: Digest) -> db::Result<()> {
    jobs::enqueue_at(db, &app.clock, &Job::Compress { sha256 }, app.now() + LATER_MS).await
}

/// Stores an original smaller, or writes down why not.
///
/// # Errors
/// When disk, database or the child's start fails, or the original itself is missing or damaged.
pub async fn compress(app: &App, sha256: Digest) -> Result<()> {
    let kept = store::find(&mut *app.db.read().await?, Part::Original, sha256).await?;
    let kept = kept.context("a job names a blob that is not there")?;
    if kept.stored != Stored::Raw || kept.raw_reason.is_some() {
        return Ok(());
    }
    if !may_write(&mut *app.db.read().await?).await? {
        tracing::warn!("photos stay as they came until `miaopu verify --blobs` has read all with {ENCODER}");
        return Ok(());
    }
    match smaller(app, sha256).await? {
        Ok(smaller) => swap(app, (sha256, kept.size_bytes), smaller).await,
        Err(reason) => {
            tracing::info!(media.sha256 = %sha256, %reason, "{sha256} stays as it came: {reason}");
            let mut tx = app.db.write().await?;
            store::keep_raw(&mut tx, sha256, &reason.to_string()).await?;
            Ok(tx.commit().await?)
        }
    }
}

/// Whether this version may write: nothing is stored that another one wrote after this one has read everything.
///
/// # Errors
/// When the database fails.
pub async fn may_write(db: &mut Conn) -> db::Result<bool> {
    let verified_at = store::verified_at(db, ENCODER).await?;
    let mut others = store::encoders(db).await?;
    others.retain(|(encoder, _)| encoder != ENCODER);
    Ok(others.iter().all(|(_, wrote_at)| verified_at.is_some_and(|verified_at| *wrote_at < verified_at)))
}

/// Puts all originals in the queue that nobody has tried to make smaller: they waited for a check.
///
/// # Errors
/// When the database fails.
pub async fn enqueue_untried(app: &App) -> db::Result<()> {
    let mut after = None;
    loop {
        let untried = store::list_untried(&mut *app.db.read().await?, after).await?;
        let Some(last) = untried.last() else { return Ok(()) };
        after = Some(*last);
        let mut tx = app.db.write().await?;
        for sha256 in untried {
            enqueue(&mut tx, app, sha256).await?;
        }
        tx.commit().await?;
    }
}

/// Writes the smaller file and proves that the original comes out of what lies in storage then.
async fn smaller(app: &App, sha256: Digest) -> Result<Result<Smaller, Kept>> {
    let raw = original::open(app, Part::Original, sha256).await?;
    if sniff(&raw.head(SNIFF_BYTES).await?) != Kind::Jpeg {
        return Ok(Err(Kept::NotJpeg));
    }
    let length = raw.length;
    let encoded = app.lepton.run(Direction::Encode, raw.handle().await?).await;
    let made = match encoded.context("the encoder did not run")? {
        Ok(made) => made,
        Err(unfit) => return Ok(Err(unfit.into())),
    };
    if made.length * 100 > length * PERCENT_MAX {
        return Ok(Err(Kept::NoGain));
    }
    let smaller = Smaller { name: made.sha256, size_bytes: made.length, encoder: ENCODER };
    app.blobs.keep(Area::Lepton, made.file, smaller.name).await.context("it cannot be stored")?;
    let why = match read_back(app, smaller.name).await? {
        Err(unfit) => Kept::Unfit(unfit),
        Ok((found, _)) if found != sha256 => Kept::Differs,
        Ok((_, cpu)) if is_slow(cpu, length) => Kept::Slow,
        Ok(_) => return Ok(Ok(smaller)),
    };
    if why != Kept::Slow {
        tracing::error!(media.sha256 = %sha256, "{ENCODER} does not give {sha256} back ({why}): it stays as it came");
    }
    let mut tx = app.db.write().await?;
    let file = Lies::Blob(Area::Lepton, smaller.name);
    gc::put(&mut tx, &file, (smaller.size_bytes, gc::Why::Discarded), app.now()).await?;
    tx.commit().await?;
    Ok(Err(why))
}

/// The hash of what comes out of a stored file, and the CPU it took.
async fn read_back(app: &App, name: Digest) -> Result<Result<(Digest, Duration), Unfit>> {
    let file = app.blobs.open(Area::Lepton, name).await?.context("a file just stored is not there")?;
    let decoded = app.lepton.run(Direction::Decode, file.into_std().await).await;
    Ok(decoded.context("the decoder did not run")?.map(|made| (made.sha256, made.cpu)))
}

fn is_slow(cpu: Duration, length: u64) -> bool {
    let usual_ms = length * DECODE_MS_PER_MB / 1_000_000;
    cpu > Duration::from_millis(10 * usual_ms + START_MS)
}

async fn swap(app: &App, (sha256, size_bytes): (Digest, u64), smaller: Smaller) -> Result<()> {
    let mut tx = app.db.write().await?;
    lock_hash(&mut tx, &sha256.to_string()).await?;
    let is_there = gc::hold(app, &mut tx, Area::Lepton, &[smaller.name]).await?;
    ensure!(is_there, "gc removed the smaller file of {sha256} before it was named");
    if !store::swap(&mut tx, sha256, smaller, app.now()).await? {
        return Ok(tx.rollback().await?);
    }
    let file = Lies::Blob(Area::Original, sha256);
    gc::put(&mut tx, &file, (size_bytes, gc::Why::Compressed), app.now()).await?;
    tx.commit().await?;
    tracing::debug!(media.sha256 = %sha256, "{sha256} is stored smaller");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decode_is_slow_at_ten_times_what_its_size_takes() {
        assert!(!is_slow(Duration::from_millis(2_200), 2_500_000));
        assert!(is_slow(Duration::from_millis(2_300), 2_500_000));
        assert!(is_slow(Duration::from_secs(80), 316_000));
    }
}
