//! Fills an empty installation from a backup: blobs and keys, then all rows and a new epoch in one transaction.
//! What was cut can be begun again: until that transaction nothing counts.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use shared::ids::Epoch;

use super::{BLOBS, Backups, DATABASE, FAULTS_NAMED_MAX, blob_named, manifest::Manifest};
use crate::blobs::{Blobs, Taken, s3::Calls};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, Db, dump};
use crate::secrets::Secrets;
use crate::sync::epochs;
use crate::{chance, lease, private_folder, verify};

/// What was brought back.
#[derive(Debug)]
pub struct Restored {
    /// The state it was taken from.
    pub state: String,
    /// What that state says of itself.
    pub manifest: Manifest,
    /// Blobs that the state names and the backup does not have, the first of them.
    pub faults: Vec<String>,
    /// What a look at the whole restored database found.
    pub report: verify::Report,
}

/// Restores a state, the newest unless one is named, into the empty installation that the configuration names.
///
/// # Errors
/// When the backup is damaged, or the installation holds data; nothing is changed then but blobs that were copied.
pub async fn restore(config: &Config, clock: &Clock, root: &Path, state: Option<&str>) -> Result<Restored> {
    config.check()?;
    let backups = Backups::open(root)?;
    let state = choose(&backups, state)?;
    let dir = backups.state_dir(&state);
    let manifest = Manifest::read(&dir)?;
    ensure!(
        manifest.schema <= db::newest_schema(),
        "{state} was made by the newer miaopu {}: restore it with that",
        manifest.version
    );
    private_folder(&config.data.dir)?;
    let db = Db::connect(&config.target()).await.context("cannot open the database; see database.url")?;
    let restored = fill(config, clock, &db, (&backups, &dir, &manifest)).await;
    db.close().await;
    let (faults, report) = restored?;
    Ok(Restored { state, manifest, faults, report })
}

/// Brings everything into a database that has nothing; answers what the backup itself lacks, and what a look at the
/// whole then found.
async fn fill(
    config: &Config,
    clock: &Clock,
    db: &Db,
    (backups, dir, manifest): (&Backups, &Path, &Manifest),
) -> Result<(Vec<String>, verify::Report)> {
    if let Some(table) = db.snapshot().await?.filled_table().await? {
        bail!(
            "the database holds data (in {table}): a restore goes into an empty one. Name a new data.dir, and with \
             PostgreSQL a new database in database.url"
        );
    }
    db.migrate_to(manifest.schema).await.context("the database cannot be brought to the backup's schema")?;
    Secrets::restore(dir, &config.secrets_dir())?;
    let faults = blobs(config, backups, dir).await?;
    rows(db, clock, dir, manifest).await?;
    let newest = db.migrate_to(db::newest_schema()).await;
    newest.context("the restored database cannot be brought to this program's schema")?;
    let mut tx = db.write().await?;
    lease::free_all(&mut tx).await?;
    tx.commit().await?;
    Ok((faults, verify::verify(db).await.context("the restored database cannot be read")?))
}

fn choose(backups: &Backups, wanted: Option<&str>) -> Result<String> {
    let states = backups.states()?;
    let found = match wanted {
        Some(wanted) => states.iter().find(|state| *state == wanted),
        None => states.last(),
    };
    found.cloned().with_context(|| format!("there is no such backup; there are: {}", states.join(", ")))
}

/// Copies the blobs of a state; answers what the backup itself lacks.
async fn blobs(config: &Config, backups: &Backups, dir: &Path) -> Result<Vec<String>> {
    let (from, mut faults) = (backups.blobs()?, Vec::new());
    let target = Blobs::of(config, Calls::default())?;
    for line in BufReader::new(File::open(dir.join(BLOBS))?).lines() {
        let line = line?;
        let (area, sha256) = blob_named(&line).with_context(|| format!("{line:?} names no blob"))?;
        let why = match target.take(&from, area, sha256).await? {
            Taken::Here | Taken::Copied { .. } => continue,
            Taken::Missing => "is missing from the backup",
            Taken::Damaged => "is damaged in the backup",
        };
        if faults.len() < FAULTS_NAMED_MAX {
            faults.push(format!("{} {sha256} {why}", area.name()));
        }
    }
    Ok(faults)
}

/// Brings the rows, and begins a new life of the database: phones send again what this one does not know.
async fn rows(db: &Db, clock: &Clock, dir: &Path, manifest: &Manifest) -> Result<()> {
    let mut tx = db.write().await?;
    let packed = BufReader::new(File::open(dir.join(DATABASE))?);
    let counts = dump::load(&mut tx, BufReader::new(GzDecoder::new(packed))).await?;
    ensure!(counts == manifest.rows, "the database is not what the manifest says: {counts:?}");
    let proof = epochs::current(&mut tx).await?.to_string();
    let begun = epochs::store::begin(&mut tx, Epoch(chance::bytes()), &proof, clock.now()).await?;
    ensure!(begun, "a new epoch did not begin");
    Ok(tx.commit().await?)
}
