//! Where bytes lie: whole files under their own SHA-256, and uploads that are still growing.
//!
//! `original/ab/cd/<sha256>`, `sketch/…`, `derived/…` hold files that never change; `incoming/<id>`
//! holds uploads. Everything is one file system, so a finished upload becomes a blob by a rename.
//! [`Blobs`] is the only door; another kind of storage is another [`Place`] behind it.
//! Nothing here knows who may read what.

mod folder;
mod incoming;

use std::io;
use std::path::PathBuf;

use shared::ids::Digest;
use tokio::fs::File;

pub use incoming::{Growing, Incoming};

use folder::Folder;

/// What a stored file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Bytes that a browser gave us, untouched.
    Original,
    /// A phone's sketch, untouched; never served as it is.
    Sketch,
    /// Pictures that we made.
    Derived,
}

impl Area {
    /// Its folder.
    pub fn name(self) -> &'static str {
        match self {
            Area::Original => "original",
            Area::Sketch => "sketch",
            Area::Derived => "derived",
        }
    }
}

/// The storage of this installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs(Place);

/// Where the bytes are.
#[derive(Clone, Debug)]
enum Place {
    Folder(Folder),
}

impl Blobs {
    /// Opens a folder, making it when it is missing.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn folder(dir: PathBuf) -> io::Result<Blobs> {
        Ok(Blobs(Place::Folder(Folder::open(dir)?)))
    }

    /// Keeps bytes under their own hash, durable on return. Keeping the same again changes nothing.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn put(&self, area: Area, bytes: Vec<u8>) -> io::Result<Digest> {
        let Place::Folder(folder) = &self.0;
        folder.put(area, bytes).await
    }

    /// Opens a file that was kept, for reading; `None` where there is none of that hash.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn open(&self, area: Area, sha256: Digest) -> io::Result<Option<File>> {
        let Place::Folder(folder) = &self.0;
        folder.read(area, sha256).await
    }

    /// The upload of that id; it begins to exist with its first byte.
    pub fn incoming(&self, id: &str) -> Incoming {
        let Place::Folder(folder) = &self.0;
        folder.incoming(id)
    }

    /// Bytes that may still be written before the disk is full.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn free_bytes(&self) -> io::Result<u64> {
        let Place::Folder(folder) = &self.0;
        folder.free_bytes().await
    }
}
