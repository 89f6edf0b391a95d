//! `miaopu verify --blobs`: reads every file of media back at a bounded rate and holds it against its hash; photos that
//! are stored smaller are made again as well. Then looks for files that no row names.
//!
//! Where all is well, that is written down for this version of the encoder, which may write from then on beside what
//! other versions wrote (`media::compress`).

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, sleep_until};

use super::Report;
use crate::blobs::{Area, LIST_MAX};
use crate::gc::Lies;
use crate::lepton::{Direction, ENCODER};
use crate::media::compress;
use crate::{App, backup, gc};

/// Megabytes a second that are read where nobody says otherwise: half of what one disk gives.
pub const USUAL_MB_PER_SECOND: u32 = 50;
/// Bytes read at once.
const PIECE_BYTES: usize = 1 << 20;

/// What was read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Read {
    /// Files of media that rows name.
    pub files: u64,
    /// Of these, photos that were made again from smaller files.
    pub decoded: u64,
    /// Files that no row names and that wait for gc.
    pub waiting: u64,
}

impl fmt::Display for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Read { files, decoded, waiting } = self;
        write!(f, "{files} files of media, {decoded} of them decoded, {waiting} more wait for gc")
    }
}

/// Reads no faster than it may.
struct Pace {
    bytes_per_second: u64,
    next: Instant,
}

impl Pace {
    fn new(mb_per_second: u32) -> Pace {
        Pace { bytes_per_second: u64::from(mb_per_second.max(1)) * 1_000_000, next: Instant::now() }
    }

    /// Waits until so many bytes more may have been read.
    async fn spent(&mut self, bytes: usize) {
        let due = Duration::from_secs_f64(bytes as f64 / self.bytes_per_second as f64);
        self.next = self.next.max(Instant::now()) + due;
        sleep_until(self.next).await;
    }
}

/// Reads every file of media back that the database names, and adds to a report what is missing, damaged, or named by
/// nobody.
///
/// # Errors
/// When database or files cannot be read, which says nothing about what stands in them.
pub async fn check(app: &App, report: &mut Report, mb_per_second: u32) -> Result<()> {
    let (began_at, faults_before) = (app.now(), report.fault_count);
    let mut named = BTreeSet::new();
    let mut tx = app.db.long_snapshot().await?;
    backup::store::each_blob(&mut tx, |page| {
        named.extend(page);
        Ok(())
    })
    .await?;
    tx.rollback().await?;
    let (mut read, mut pace) = (Read::default(), Pace::new(mb_per_second));
    for blob in &named {
        read.files += 1;
        if let Some(why) = fault(app, *blob, (&mut read, &mut pace)).await? {
            report.fault(format!("{} {} {why}", blob.0.name(), blob.1));
        }
    }
    unnamed(app, &named, (&mut read, report)).await?;
    if report.fault_count == faults_before {
        let mut tx = app.db.write().await?;
        compress::store::put_check(&mut tx, ENCODER, began_at, read.decoded).await?;
        tx.commit().await?;
        compress::enqueue_untried(app).await?;
    }
    report.blobs = Some(read);
    Ok(())
}

/// What is wrong with a file, if anything. One that no row names any more has been replaced meanwhile.
async fn fault(
    app: &App,
    (area, name): (Area, Digest),
    (read, pace): (&mut Read, &mut Pace),
) -> Result<Option<&'static str>> {
    let why = match hash(app, (area, name), pace).await? {
        None => "is missing",
        Some(found) if found != name => "is damaged",
        Some(_) if area != Area::Lepton => return Ok(None),
        Some(_) => {
            read.decoded += 1;
            if gives_back(app, name).await? {
                return Ok(None);
            }
            "does not give its original back"
        }
    };
    let is_named = gc::store::is_named(&mut *app.db.read().await?, &Lies::Blob(area, name)).await?;
    Ok(is_named.then_some(why))
}

/// The hash of a file's bytes as they are now; `None` where there is none.
async fn hash(app: &App, (area, name): (Area, Digest), pace: &mut Pace) -> Result<Option<Digest>> {
    let Some(mut file) = app.blobs.open(area, name).await? else { return Ok(None) };
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE_BYTES]);
    loop {
        let count = file.read(&mut piece).await.with_context(|| format!("{} {name}", area.name()))?;
        if count == 0 {
            return Ok(Some(Digest(hasher.finalize().into())));
        }
        hasher.update(&piece[..count]);
        pace.spent(count).await;
    }
}

/// Whether the original comes out of a smaller file.
async fn gives_back(app: &App, name: Digest) -> Result<bool> {
    let original = compress::store::find_original(&mut *app.db.read().await?, name).await?;
    let file = app.blobs.open(Area::Lepton, name).await?;
    let (Some(original), Some(file)) = (original, file) else { return Ok(false) };
    let made = app.lepton.run(Direction::Decode, file.into_std().await).await;
    Ok(made.context("the decoder did not run")?.is_ok_and(|made| made.sha256 == original))
}

/// Looks for files that nobody knows. Those that wait for gc are only counted.
async fn unnamed(
    app: &App,
    named: &BTreeSet<(Area, Digest)>,
    (read, report): (&mut Read, &mut Report),
) -> Result<()> {
    for area in Area::ALL {
        let mut after = None;
        loop {
            let page = app.blobs.list(area, after).await?;
            for (name, _) in page.iter().filter(|(name, _)| !named.contains(&(area, *name))) {
                let (mut db, file) = (app.db.read().await?, Lies::Blob(area, *name));
                if gc::store::is_named(&mut db, &file).await? {
                    continue;
                }
                if gc::store::is_waiting(&mut db, &file).await? {
                    read.waiting += 1;
                } else {
                    report.fault(format!("{} {name} is named by no row; see `miaopu gc`", area.name()));
                }
            }
            match page.get(LIST_MAX - 1) {
                Some((last, _)) => after = Some(*last),
                None => break,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn reading_keeps_to_its_pace() {
        let (started, mut pace) = (Instant::now(), Pace::new(20));
        for _ in 0..4 {
            pace.spent(1_000_000).await;
        }
        assert!(started.elapsed() >= Duration::from_millis(200), "{:?}", started.elapsed());
    }
}
