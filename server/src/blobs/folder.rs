//! Blobs in a folder of this machine. A file appears under its name whole or not at all: written
//! aside, synced, renamed, and its folder synced too.

use std::fs;
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use tokio::fs::File;
use tokio::task::spawn_blocking;

use super::growing::IncomingFile;
use super::{Area, INCOMING_MAX, LIST_MAX};

/// Bytes read at once while a file is hashed or copied.
const BUFFER_BYTES: usize = 128 << 10;

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

    pub async fn keep(&self, area: Area, mut file: fs::File, sha256: Digest) -> io::Result<()> {
        let folder = self.clone();
        blocking(move || {
            let mut aside = tempfile::NamedTempFile::new_in(folder.root.join("incoming"))?;
            file.rewind()?;
            if copy(&mut file, &mut aside)? != sha256 {
                return Err(io::ErrorKind::InvalidData.into());
            }
            aside.as_file().sync_all()?;
            folder.place(aside.path(), area, sha256)?;
            aside.into_temp_path().keep().map_err(|error| error.error)?;
            Ok(())
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

    pub async fn hash(&self, area: Area, sha256: Digest) -> io::Result<Option<Digest>> {
        let path = self.path(area, sha256);
        blocking(move || match fs::File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            file => copy(&mut file?, &mut io::sink()).map(Some),
        })
        .await
    }

    pub async fn length(&self, area: Area, sha256: Digest) -> io::Result<Option<u64>> {
        match tokio::fs::metadata(self.path(area, sha256)).await {
            Ok(about) => Ok(Some(about.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub async fn list(&self, area: Area, after: Option<Digest>) -> io::Result<Vec<(Digest, u64)>> {
        let root = self.root.join(area.name());
        let after = after.map(|sha256| sha256.to_string()).unwrap_or_default();
        blocking(move || {
            let mut found = Vec::new();
            for one in names(&root, after.get(..2).unwrap_or_default())? {
                for two in names(&root.join(&one), "")? {
                    let (dir, first) = (root.join(&one).join(&two), format!("{one}{two}"));
                    if first.as_str() < after.get(..4).unwrap_or_default() {
                        continue;
                    }
                    for name in names(&dir, "")?.into_iter().filter(|name| *name > after) {
                        let Ok(sha256) = name.parse() else { continue };
                        found.push((sha256, fs::metadata(dir.join(name))?.len()));
                        if found.len() == LIST_MAX {
                            return Ok(found);
                        }
                    }
                }
            }
            Ok(found)
        })
        .await
    }

    pub async fn list_incoming(&self) -> io::Result<Vec<(String, u64)>> {
        let dir = self.root.join("incoming");
        blocking(move || {
            let mut found = Vec::new();
            for name in names(&dir, "")?.into_iter().take(INCOMING_MAX) {
                // A file that is gone by now was in use.
                if let Ok(about) = fs::metadata(dir.join(&name))
                    && about.is_file()
                {
                    found.push((name, about.len()));
                }
            }
            Ok(found)
        })
        .await
    }

    pub async fn remove(&self, area: Area, sha256: Digest) -> io::Result<()> {
        match tokio::fs::remove_file(self.path(area, sha256)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    pub fn incoming(&self, id: &str) -> IncomingFile {
        IncomingFile::new(self.clone(), self.root.join("incoming").join(id))
    }

    pub async fn free_bytes(&self) -> io::Result<u64> {
        free_bytes(&self.root).await
    }

    pub async fn try_write(&self) -> io::Result<()> {
        let incoming = self.root.join("incoming");
        blocking(move || {
            let mut probe = tempfile::NamedTempFile::new_in(incoming)?;
            probe.write_all(b"written")?;
            probe.as_file().sync_all()?;
            probe.close()
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

/// Copies to the end and answers the hash of what went by.
fn copy(source: &mut impl Read, target: &mut impl Write) -> io::Result<Digest> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            return Ok(Digest(hasher.finalize().into()));
        }
        hasher.update(&buffer[..read]);
        target.write_all(&buffer[..read])?;
    }
}

/// Names in a folder from one on, in order; none where there is no folder.
fn names(dir: &Path, from: &str) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
        entries => entries?,
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.as_str() >= from {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Bytes that may still be written where a folder lies.
pub async fn free_bytes(folder: &Path) -> io::Result<u64> {
    let folder = folder.to_owned();
    blocking(move || {
        let disk = rustix::fs::statvfs(&folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    })
    .await
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
