//! Where bytes lie: whole files under their own SHA-256, and uploads that are still growing.
//!
//! `original/ab/cd/<sha256>`, `lepton/…`, `sketch/…`, `derived/…` hold files that never change; `incoming/<id>`
//! holds uploads. Everything is one file system, so a finished upload becomes a blob by a rename.
//! [`Blobs`] is the only door; another kind of storage is another [`Place`] behind it.
//! Nothing here knows who may read what.

mod folder;
mod incoming;

use std::path::PathBuf;
use std::{fs, io};

use shared::ids::Digest;
use tokio::fs::File;

pub use folder::free_bytes;
pub use incoming::{Growing, Incoming};

use folder::Folder;

/// What a stored file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// Bytes that a browser gave us, untouched.
    Original,
    /// Smaller files from which originals are made again bit for bit, under their own hashes.
    Lepton,
    /// A phone's sketch, untouched; never served as it is.
    Sketch,
    /// Pictures that we made.
    Derived,
}

/// Files of one page of [`Blobs::list`].
pub const LIST_MAX: usize = 500;

/// Files of uploads that are looked at; the next look sees more.
pub const INCOMING_MAX: usize = 10_000;

/// What came of copying a blob from another storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was here already.
    Here,
    /// It is here now, and its bytes are what its name says.
    Copied {
        /// Its length.
        size_bytes: u64,
    },
    /// The other storage has none of that name.
    Missing,
    /// The other storage's bytes are not what their name says; nothing was kept.
    Damaged,
}

impl Area {
    /// All of them.
    pub const ALL: [Area; 4] = [Area::Original, Area::Lepton, Area::Sketch, Area::Derived];

    /// Its folder.
    pub fn name(self) -> &'static str {
        match self {
            Area::Original => "original",
            Area::Lepton => "lepton",
            Area::Sketch => "sketch",
            Area::Derived => "derived",
        }
    }

    /// The area of this name.
    pub fn named(name: &str) -> Option<Area> {
        Area::ALL.into_iter().find(|area| area.name() == name)
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

    /// As [`Blobs::put`], for what lies in a file and has this hash.
    ///
    /// # Errors
    /// Those of the storage; `InvalidData` where the file has another hash.
    pub async fn keep(&self, area: Area, file: fs::File, sha256: Digest) -> io::Result<()> {
        let Place::Folder(folder) = &self.0;
        folder.keep(area, file, sha256).await
    }

    /// Opens a file that was kept, for reading; `None` where there is none of that hash.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn open(&self, area: Area, sha256: Digest) -> io::Result<Option<File>> {
        let Place::Folder(folder) = &self.0;
        folder.read(area, sha256).await
    }

    /// The hash of a file's bytes as they are now; `None` where there is no such file.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn hash(&self, area: Area, sha256: Digest) -> io::Result<Option<Digest>> {
        let Place::Folder(folder) = &self.0;
        folder.hash(area, sha256).await
    }

    /// Copies a file from another storage, durable on return.
    ///
    /// # Errors
    /// Those of both storages.
    pub async fn take(&self, from: &Blobs, area: Area, sha256: Digest) -> io::Result<Taken> {
        let (Place::Folder(folder), Place::Folder(from)) = (&self.0, &from.0);
        folder.take(from, area, sha256).await
    }

    /// The upload of that id; it begins to exist with its first byte.
    pub fn incoming(&self, id: &str) -> Incoming {
        let Place::Folder(folder) = &self.0;
        folder.incoming(id)
    }

    /// Files of an area with their lengths, in the order of their names, after one of them: at most [`LIST_MAX`]. What
    /// has another name than a hash is passed over.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn list(&self, area: Area, after: Option<Digest>) -> io::Result<Vec<(Digest, u64)>> {
        let Place::Folder(folder) = &self.0;
        folder.list(area, after).await
    }

    /// Names and lengths in the folder of uploads, of what is not a file of another kind: at most [`INCOMING_MAX`].
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn list_incoming(&self) -> io::Result<Vec<(String, u64)>> {
        let Place::Folder(folder) = &self.0;
        folder.list_incoming().await
    }

    /// Removes a file; one that is not there is no error. Only gc does, once nothing names it.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn remove(&self, area: Area, sha256: Digest) -> io::Result<()> {
        let Place::Folder(folder) = &self.0;
        folder.remove(area, sha256).await
    }

    /// Writes a small file as an upload does, and removes it.
    ///
    /// # Errors
    /// When nothing can be written.
    pub async fn try_write(&self) -> io::Result<()> {
        let Place::Folder(folder) = &self.0;
        folder.try_write().await
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
