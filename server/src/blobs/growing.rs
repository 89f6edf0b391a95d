//! An upload's own file in the folder while it grows. What lies behind the acknowledged offset is nobody's
//! promise: it is written over by the next part.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use tokio::task::{JoinHandle, spawn_blocking};

use super::folder::{Folder, blocking};
use super::{Area, Parts};

/// Bytes read at once while a whole file is hashed.
const HASH_BUFFER_BYTES: usize = 128 << 10;

/// The file of one upload, open or not.
#[derive(Clone, Debug)]
pub struct IncomingFile {
    folder: Folder,
    path: PathBuf,
}

/// The file open for one part.
#[derive(Clone, Debug)]
pub struct GrowingFile(Arc<fs::File>);

impl IncomingFile {
    pub(super) fn new(folder: Folder, path: PathBuf) -> IncomingFile {
        IncomingFile { folder, path }
    }

    /// Opens the file for a part that begins at `offset`.
    ///
    /// # Errors
    /// `UnexpectedEof` where the file is shorter than what was acknowledged, and those of the disk.
    pub async fn part(&self, offset: u64) -> io::Result<GrowingFile> {
        let path = self.path.clone();
        blocking(move || {
            let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
            if file.metadata()?.len() < offset {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(GrowingFile(Arc::new(file)))
        })
        .await
    }

    /// The hash of its first `length` bytes; `None` where there is no file.
    ///
    /// # Errors
    /// Those of the disk; `UnexpectedEof` where it is shorter.
    pub async fn hash(&self, length: u64) -> io::Result<Option<Digest>> {
        let path = self.path.clone();
        blocking(move || {
            let file = match fs::File::open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                file => file?,
            };
            hash(file.take(length), length).map(Some)
        })
        .await
    }

    /// Makes the file a blob. Its bytes must be hashed and on the disk.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn finish(&self, area: Area, sha256: Digest) -> io::Result<()> {
        let (folder, path) = (self.folder.clone(), self.path.clone());
        blocking(move || folder.place(&path, area, sha256)).await
    }

    /// Forgets the bytes; no file is no error.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn remove(&self) -> io::Result<()> {
        match tokio::fs::remove_file(&self.path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl GrowingFile {
    /// Begins to write bytes at a position; they are written when the handle says so. It goes on though nobody waits.
    pub fn begin_write(&self, parts: Parts, at: u64) -> JoinHandle<io::Result<()>> {
        let file = Arc::clone(&self.0);
        spawn_blocking(move || parts.write_all_at(&file, at))
    }

    /// Ends the part: cuts off what lies behind `end` and waits until the rest is on the disk.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn sync(&self, end: u64) -> io::Result<()> {
        let file = Arc::clone(&self.0);
        blocking(move || {
            file.set_len(end)?;
            file.sync_all()
        })
        .await
    }
}

fn hash(mut source: impl Read, length: u64) -> io::Result<Digest> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; HASH_BUFFER_BYTES];
    let mut seen = 0;
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        seen += read as u64;
    }
    if seen < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Digest(hasher.finalize().into()))
}
