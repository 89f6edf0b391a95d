//! Blobs in a folder of this machine. A file appears under its name whole or not at all: written
//! aside, synced, renamed, and its folder synced too.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use tokio::fs::File;
use tokio::task::spawn_blocking;

use super::{Area, Incoming};

/// Only this program's user reads what people sent.
const FOLDER_MODE: u32 = 0o700;

/// The folder.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    pub fn open(root: PathBuf) -> io::Result<Folder> {
        make(&root.join("incoming"))?;
        Ok(Folder { root })
    }

    pub async fn put(&self, area: Area, bytes: Vec<u8>) -> io::Result<Digest> {
        let folder = self.clone();
        blocking(move || {
            let sha256 = Digest(Sha256::digest(&bytes).into());
            let mut aside = tempfile::NamedTempFile::new_in(folder.root.join("incoming"))?;
            aside.write_all(&bytes)?;
            aside.as_file().sync_all()?;
            folder.place(aside.path(), area, sha256)?;
            aside.into_temp_path().keep().map_err(|error| error.error)?;
            Ok(sha256)
        })
        .await
    }

    pub async fn read(&self, area: Area, sha256: Digest) -> io::Result<Option<File>> {
        match File::open(self.path(area, sha256)).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn incoming(&self, id: &str) -> Incoming {
        Incoming::new(self.clone(), self.root.join("incoming").join(id))
    }

    pub async fn free_bytes(&self) -> io::Result<u64> {
        let root = self.root.clone();
        blocking(move || {
            let disk = rustix::fs::statvfs(&root)?;
            Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
        })
        .await
    }

    /// Moves a synced file to where its hash says.
    pub fn place(&self, from: &Path, area: Area, sha256: Digest) -> io::Result<()> {
        let to = self.path(area, sha256);
        let parent = to.parent().expect("a blob's path has folders");
        make(parent)?;
        fs::rename(from, &to)?;
        fs::File::open(parent)?.sync_all()
    }

    pub fn path(&self, area: Area, sha256: Digest) -> PathBuf {
        let name = sha256.to_string();
        self.root.join(area.name()).join(&name[..2]).join(&name[2..4]).join(&name)
    }
}

/// Makes a folder and those above it, each synced into the one that holds it.
fn make(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        make(parent)?;
    }
    match fs::DirBuilder::new().mode(FOLDER_MODE).create(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    match dir.parent().filter(|parent| *parent != Path::new("")) {
        Some(parent) => fs::File::open(parent)?.sync_all(),
        None => fs::File::open(".")?.sync_all(),
    }
}

/// Runs file work on a thread that may wait.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}
