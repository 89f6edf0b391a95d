//! Backups: a folder that holds every blob once and, for each backup made, one *state* of the database.
//!
//! ```text
//! blobs/original/ab/cd/<sha256>        as in the installation; sketch/ and derived/ beside it
//! states/<instant>/database.jsonl.gz   every row, portable (see `db::dump`)
//! states/<instant>/blobs.sha256        what that state needs of blobs/, for `sha256sum --check` too
//! states/<instant>/token.key, …        the keys of the installation
//! states/<instant>/manifest.json       what it is, and the SHA-256 of the files beside it; written last
//! ```
//!
//! The database comes first and blobs after: a blob never changes, no request removes one, and gc does not run beside
//! a backup, so what a state names is still there. [`make`] works beside a serving server, [`restore`] fills an empty installation, [`check`] reads
//! everything back. A state appears under its name whole or not at all.

pub mod check;
pub mod copy;
pub mod make;
pub mod manifest;
pub mod restore;
pub mod store;

use std::fs::{self, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use shared::ids::Digest;

use crate::blobs::{Area, Blobs};

/// Rows of the database in a state.
const DATABASE: &str = "database.jsonl.gz";
/// Names of the blobs of a state.
const BLOBS: &str = "blobs.sha256";
/// What a state is.
const MANIFEST: &str = "manifest.json";
/// Begins the names of states that are not whole.
const PARTIAL: &str = ".partial-";
/// Faults named one by one; of more, only the number is told.
const FAULTS_NAMED_MAX: usize = 200;

/// The folder of all backups of an installation.
#[derive(Clone, Debug)]
pub struct Backups {
    root: PathBuf,
}

impl Backups {
    /// Opens the folder to write into it, making it where it is missing. Only its owner may read it.
    ///
    /// # Errors
    /// When it cannot be made, or holds something else.
    pub fn make(root: &Path) -> Result<Backups> {
        let backups = Backups { root: root.to_owned() };
        let foreign = root.is_dir() && !backups.states_dir().is_dir() && fs::read_dir(root)?.next().is_some();
        ensure!(!foreign, "{} holds something else: name an empty folder, or one of backups", root.display());
        let mut private = fs::DirBuilder::new();
        private.recursive(true).mode(0o700);
        private
            .create(backups.states_dir())
            .with_context(|| format!("cannot make the folder {}", root.display()))?;
        Ok(backups)
    }

    /// Opens the folder to read from it.
    ///
    /// # Errors
    /// When there are no backups in it.
    pub fn open(root: &Path) -> Result<Backups> {
        let backups = Backups { root: root.to_owned() };
        ensure!(backups.states_dir().is_dir(), "{} holds no backups", root.display());
        Ok(backups)
    }

    /// Keeps others from making a backup in the same folder until the answer is dropped.
    fn lock(&self) -> Result<File> {
        let file = File::create(self.root.join("lock")).context("cannot write the folder of backups")?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => {
                bail!("another backup into {} is under way", self.root.display())
            }
            Err(fs::TryLockError::Error(error)) => Err(error).context("cannot lock the folder of backups"),
        }
    }

    fn states_dir(&self) -> PathBuf {
        self.root.join("states")
    }

    fn state_dir(&self, state: &str) -> PathBuf {
        self.states_dir().join(state)
    }

    fn blobs(&self) -> Result<Blobs> {
        Blobs::folder(self.root.join("blobs")).context("cannot make or read the folder of blobs")
    }

    /// Whole states by name, the oldest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn states(&self) -> Result<Vec<String>> {
        let mut states = Vec::new();
        for entry in fs::read_dir(self.states_dir()).context("cannot read the folder of backups")? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !name.starts_with(PARTIAL) {
                states.push(name);
            }
        }
        states.sort();
        Ok(states)
    }

    /// Removes what a backup that was cut left behind, and all but the newest `keep` states.
    fn tidy(&self, keep: Option<usize>) -> Result<()> {
        for entry in fs::read_dir(self.states_dir())? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        let states = self.states()?;
        let old = keep.map_or(0, |keep| states.len().saturating_sub(keep.max(1)));
        for state in &states[..old] {
            fs::remove_dir_all(self.state_dir(state))?;
        }
        Ok(())
    }
}

/// A blob as `blobs.sha256` names it, seen from its state's folder.
fn blob_line(area: Area, sha256: Digest) -> String {
    let name = sha256.to_string();
    format!("{name}  ../../blobs/{}/{}/{}/{name}\n", area.name(), &name[..2], &name[2..4])
}

/// Reads a line of `blobs.sha256`.
fn blob_named(line: &str) -> Option<(Area, Digest)> {
    let (sha256, path) = line.split_once("  ../../blobs/")?;
    let area = Area::named(path.split('/').next()?)?;
    Some((area, sha256.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_reads_back_from_its_line() {
        let sha256 = Digest([0xab; 32]);
        let line = blob_line(Area::Sketch, sha256);
        assert_eq!(blob_named(line.trim_end()), Some((Area::Sketch, sha256)));
        assert_eq!(blob_named("x  ../../blobs/sketch/ab"), None);
    }

    #[test]
    fn a_folder_that_holds_something_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("letter.txt"), "dear").unwrap();
        assert!(Backups::make(folder.path()).is_err());
        assert!(Backups::open(folder.path()).is_err());
    }

    #[test]
    fn two_backups_into_one_folder_do_not_run_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let backups = Backups::make(folder.path()).unwrap();
        let held = backups.lock().unwrap();
        assert!(backups.lock().unwrap_err().to_string().contains("under way"));
        drop(held);
        backups.lock().unwrap();
    }
}
