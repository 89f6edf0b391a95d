//! Makes a backup beside a serving server: one snapshot of the database, then the blobs that it names.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use flate2::{Compression, write::GzEncoder};

use super::{
    BLOBS, Backups, DATABASE, FAULTS_NAMED_MAX, PARTIAL, blob_line, blob_named, manifest::Manifest, store,
};
use crate::App;
use crate::blobs::Taken;
use crate::clock::MINUTE_MS;
use crate::db::{self, dump};
use crate::lease::{self, STORAGE};
use crate::secrets::Secrets;
use crate::sync::epochs;

/// What is recorded at an instant is committed this much later at the latest, on whichever server: the longest
/// request, and clocks that differ.
const SETTLED_MS: i64 = 5 * MINUTE_MS;

/// How long a backup waits for gc, which does little at a time.
const PATIENCE: Duration = Duration::from_secs(600);
/// Name of the command in the lease.
const COMMAND: &str = "backup";

/// What an operator asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// The folder lies on another machine: phones may forget what it covers.
    pub off_machine: bool,
    /// States to keep; `None` keeps all.
    pub keep: Option<usize>,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The state's name.
    pub state: String,
    /// What it holds.
    pub manifest: Manifest,
    /// Blobs that were not in the folder before.
    pub copied: u64,
    /// Their bytes.
    pub copied_bytes: u64,
    /// Blobs that could not be saved, the first of them.
    pub faults: Vec<String>,
}

/// Makes a backup into a folder. Blobs that are missing or damaged are named in the answer; the rest is saved.
///
/// # Errors
/// When the database cannot be read or the folder cannot be written; nothing of this backup counts then.
pub async fn make(app: &App, root: &Path, wish: Wish) -> Result<Made> {
    let backups = Backups::make(root)?;
    let inside = fs::canonicalize(root)?.starts_with(fs::canonicalize(&app.config.data.dir)?);
    ensure!(!inside, "{} lies in data.dir and would be lost with it: name another folder", root.display());
    let _lock = backups.lock()?;
    // Between the snapshot and its last blob nothing that it names may be removed.
    let held = match lease::take(app, (STORAGE, COMMAND), PATIENCE).await? {
        Ok(held) => held,
        Err(other) => bail!("{} is still under way on this storage: make the backup after it", other.0),
    };
    let made = make_alone(app, &backups, wish).await;
    held.release(app).await?;
    made
}

async fn make_alone(app: &App, backups: &Backups, wish: Wish) -> Result<Made> {
    backups.tidy(None)?;
    let aside = tempfile::Builder::new().prefix(PARTIAL).tempdir_in(backups.states_dir())?;
    let mut manifest = snapshot(app, aside.path()).await?;
    Secrets::copy(&app.config.secrets_dir(), aside.path())?;
    let mut made = Made {
        state: name(manifest.at_ms)?,
        manifest: manifest.clone(),
        copied: 0,
        copied_bytes: 0,
        faults: Vec::new(),
    };
    blobs(app, backups, aside.path(), &mut made).await?;
    manifest.blobs = made.manifest.blobs;
    manifest.blobs_missing = made.manifest.blobs_missing;
    manifest.write(aside.path())?;
    let place = backups.state_dir(&made.state);
    ensure!(!place.exists(), "there is a backup {} already", made.state);
    fs::rename(aside.keep(), &place).context("cannot give the state its name")?;
    File::open(backups.states_dir())?.sync_all()?;
    backups.tidy(wish.keep)?;
    note(app, &manifest, wish).await?;
    made.manifest = manifest;
    Ok(made)
}

/// Writes rows and names of blobs of one snapshot.
async fn snapshot(app: &App, dir: &Path) -> Result<Manifest> {
    let at_ms = app.now();
    let mut tx = app.db.long_snapshot().await?;
    let mut manifest = Manifest::new(at_ms, db::newest_schema(), epochs::current(&mut tx).await?);
    let file = File::create_new(dir.join(DATABASE))?;
    let mut packed = GzEncoder::new(BufWriter::new(file), Compression::fast());
    manifest.rows = dump::write(&mut tx, manifest.schema, &mut packed).await?;
    packed.finish()?.flush()?;
    let mut list = BufWriter::new(File::create_new(dir.join(BLOBS))?);
    store::each_blob(&mut tx, |page| {
        for (area, sha256) in page {
            list.write_all(blob_line(*area, *sha256).as_bytes())?;
        }
        Ok(())
    })
    .await?;
    list.flush()?;
    tx.rollback().await?;
    Ok(manifest)
}

/// Copies what the list names and is not there yet.
async fn blobs(app: &App, backups: &Backups, dir: &Path, made: &mut Made) -> Result<()> {
    let target = backups.blobs()?;
    for line in BufReader::new(File::open(dir.join(BLOBS))?).lines() {
        let line = line?;
        let (area, sha256) = blob_named(&line).with_context(|| format!("{line:?} names no blob"))?;
        made.manifest.blobs += 1;
        let why = match target.take(&app.blobs, area, sha256).await? {
            Taken::Here => continue,
            Taken::Copied { size_bytes } => {
                made.copied += 1;
                made.copied_bytes += size_bytes;
                continue;
            }
            Taken::Missing => "is missing",
            Taken::Damaged => "is damaged",
        };
        made.manifest.blobs_missing += 1;
        if made.faults.len() < FAULTS_NAMED_MAX {
            made.faults.push(format!("{} {sha256} {why}", area.name()));
        }
    }
    Ok(())
}

/// Writes down that there is a backup, and what phones may forget because of it.
async fn note(app: &App, manifest: &Manifest, wish: Wish) -> Result<()> {
    let whole = manifest.blobs_missing == 0;
    let covered = (wish.off_machine && whole).then(|| manifest.at_ms.saturating_sub(SETTLED_MS).max(0));
    let mut tx = app.db.write().await?;
    epochs::store::backed_up(&mut tx, app.now(), covered.unwrap_or(0)).await?;
    Ok(tx.commit().await?)
}

/// A state's name: its instant, so that names sort.
fn name(at_ms: i64) -> Result<String> {
    let at = jiff::Timestamp::from_millisecond(at_ms).context("the clock is outside all calendars")?;
    Ok(at.strftime("%Y%m%dT%H%M%S.%3fZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_states_sort_by_their_instant() {
        assert_eq!(name(1_569_024_000_007).unwrap(), "20190921T000000.007Z");
    }
}
