//! What a state is, as `manifest.json` says it, and the sums of the files beside it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::ids::{Digest, Epoch};

use super::MANIFEST;
use crate::db::dump::Counts;

/// The form that is written and read here.
const FORM: u32 = 1;

/// A state of an installation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Which form this file has.
    pub form: u32,
    /// Version of the program that wrote it.
    pub version: String,
    /// The instant it shows, in ms since 1970 UTC.
    pub at_ms: i64,
    /// Number of the last migration of its database.
    pub schema: i64,
    /// The life of the database it was taken from.
    pub epoch: Epoch,
    /// Rows of each table.
    pub rows: Counts,
    /// Blobs that it names.
    pub blobs: u64,
    /// Blobs that it names and that were missing or damaged when it was made.
    pub blobs_missing: u64,
    /// The files beside it.
    pub files: Vec<FileLine>,
}

/// A file of a state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FileLine {
    /// Its name in the state's folder.
    pub name: String,
    /// Its length.
    pub size_bytes: u64,
    /// Of its bytes.
    pub sha256: Digest,
}

impl Manifest {
    /// The newest form, of this program.
    pub(super) fn new(at_ms: i64, schema: i64, epoch: Epoch) -> Manifest {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let (rows, files) = (Counts::new(), Vec::new());
        Manifest { form: FORM, version, at_ms, schema, epoch, rows, blobs: 0, blobs_missing: 0, files }
    }

    /// Sums the files of a state's folder up and writes itself beside them, everything durable on return.
    pub(super) fn write(&mut self, dir: &Path) -> Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            let file = File::open(entry.path())?;
            file.sync_all()?;
            let (sha256, size_bytes) = sum(file)?;
            files.push(FileLine {
                name: entry.file_name().to_string_lossy().into_owned(),
                size_bytes,
                sha256,
            });
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        self.files = files;
        let file = File::create_new(dir.join(MANIFEST))?;
        serde_json::to_writer_pretty(&file, self)?;
        file.sync_all()?;
        File::open(dir)?.sync_all().context("cannot write the state's folder")
    }

    /// Reads the manifest of a state and holds the files beside it against their sums.
    ///
    /// # Errors
    /// When it is of another form, or a file is missing, damaged or too many.
    pub fn read(dir: &Path) -> Result<Manifest> {
        let text =
            fs::read(dir.join(MANIFEST)).with_context(|| format!("{} has no manifest", dir.display()))?;
        let manifest: Manifest = serde_json::from_slice(&text)
            .with_context(|| format!("the manifest of {} is damaged", dir.display()))?;
        ensure!(
            manifest.form == FORM,
            "{} is of form {}, this program reads {FORM}: use the miaopu {} that made it",
            dir.display(),
            manifest.form,
            manifest.version
        );
        for line in &manifest.files {
            let path = dir.join(&line.name);
            ensure!(Path::new(&line.name).components().count() == 1, "the manifest names {:?}", line.name);
            let file = File::open(&path).with_context(|| format!("{} is missing", path.display()))?;
            if sum(file)? != (line.sha256, line.size_bytes) {
                bail!("{} is damaged: its SHA-256 is not what the manifest says", path.display());
            }
        }
        Ok(manifest)
    }
}

/// SHA-256 and length of a file.
fn sum(mut file: File) -> Result<(Digest, u64)> {
    let mut hasher = Sums(Sha256::new());
    let size_bytes = io::copy(&mut file, &mut hasher)?;
    Ok((Digest(hasher.0.finalize().into()), size_bytes))
}

/// A hasher that can be written into.
struct Sums(Sha256);

impl io::Write for Sums {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
