//! Where bytes lie: whole files under their own SHA-256, and uploads that are still growing.
//!
//! `original/ab/cd/<sha256>`, `lepton/…`, `sketch/…`, `derived/…` hold files that never change; `incoming/<id>`
//! holds uploads. A folder is one file system, so a finished upload becomes a blob by a rename; in a bucket of an S3
//! service its pieces are written together anew. [`Blobs`] is the only door, a kind of storage a `Place` behind it.
//! Nothing here knows who may read what.

pub mod copy;
mod folder;
mod growing;
mod incoming;
mod parts;
pub mod s3;
mod window;

use std::path::PathBuf;
use std::{fs, io};

use anyhow::Context;
use shared::ids::Digest;
use tokio::fs::File;

pub use folder::free_bytes;
pub use incoming::{Growing, Incoming};
pub use parts::Parts;
pub use window::Window;

use crate::config::Config;
use folder::Folder;
use s3::Bucket;
use s3::pieces::Pieces;
pub use s3::writer::Unfinished;

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

/// What came of the end of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// It is a blob now.
    Kept,
    /// Its bytes are not here.
    Gone,
    /// They have this hash instead of the expected one.
    Differs(Digest),
}

/// The storage of this installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs(Place);

/// Where the bytes are.
#[derive(Clone, Debug)]
enum Place {
    Folder(Folder),
    Bucket(Bucket),
}

impl Blobs {
    /// What a configuration names; a bucket is not asked yet.
    ///
    /// # Errors
    /// With a sentence that says what to change.
    pub fn of(config: &Config, calls: s3::Calls) -> anyhow::Result<Blobs> {
        if let Some((address, keys)) = config.bucket()? {
            return Ok(Blobs(Place::Bucket(Bucket::new(&address, &keys, config.data.dir.clone(), calls))));
        }
        let dir = config.blobs_dir();
        let folder = Blobs::folder(dir.clone());
        folder.with_context(|| format!("cannot make or write the folder {}; see blobs.dir", dir.display()))
    }

    /// Refuses to go on where strangers can read what lies here.
    ///
    /// # Errors
    /// Then, and where the bucket cannot be written; the text says what to change.
    pub async fn refuse_public(&self, config: &Config) -> anyhow::Result<()> {
        match (&self.0, config.bucket()?) {
            (Place::Bucket(bucket), Some((address, _))) => {
                bucket.refuse_public(&address).await.context("blobs.url cannot be used")
            }
            _ => Ok(()),
        }
    }

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
        match &self.0 {
            Place::Folder(folder) => folder.put(area, bytes).await,
            Place::Bucket(bucket) => bucket.put(area, bytes).await,
        }
    }

    /// As [`Blobs::put`], for what lies in a file and has this hash.
    ///
    /// # Errors
    /// Those of the storage; `InvalidData` where the file has another hash.
    pub async fn keep(&self, area: Area, file: fs::File, sha256: Digest) -> io::Result<()> {
        match &self.0 {
            Place::Folder(folder) => folder.keep(area, file, sha256).await,
            Place::Bucket(bucket) => bucket.keep(area, file, sha256).await,
        }
    }

    /// Opens a file that was kept, for reading; `None` where there is none of that hash. From a bucket it is fetched
    /// whole first, into a file without a name.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn open(&self, area: Area, sha256: Digest) -> io::Result<Option<File>> {
        match &self.0 {
            Place::Folder(folder) => folder.read(area, sha256).await,
            Place::Bucket(bucket) => Ok(bucket.fetch(area, sha256).await?.map(File::from_std)),
        }
    }

    /// A file that was kept, to be read in parts where it lies; `None` where there is none of that hash.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn window(&self, area: Area, sha256: Digest) -> io::Result<Option<Window>> {
        match &self.0 {
            Place::Folder(folder) => match folder.read(area, sha256).await? {
                Some(file) => Window::of(file.into_std().await).map(Some),
                None => Ok(None),
            },
            Place::Bucket(bucket) => {
                let length = bucket.length(area, sha256).await?;
                Ok(length.map(|length| Window::far(bucket.clone(), (area, sha256), length)))
            }
        }
    }

    /// How long a file is; `None` where there is none of that hash.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn length(&self, area: Area, sha256: Digest) -> io::Result<Option<u64>> {
        match &self.0 {
            Place::Folder(folder) => folder.length(area, sha256).await,
            Place::Bucket(bucket) => bucket.length(area, sha256).await,
        }
    }

    /// The hash of a file's bytes as they are now; `None` where there is no such file.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn hash(&self, area: Area, sha256: Digest) -> io::Result<Option<Digest>> {
        match &self.0 {
            Place::Folder(folder) => folder.hash(area, sha256).await,
            Place::Bucket(bucket) => bucket.hash(area, sha256).await,
        }
    }

    /// Copies a file from another storage, durable on return, unless one as long is here.
    ///
    /// # Errors
    /// Those of both storages.
    pub async fn take(&self, from: &Blobs, area: Area, sha256: Digest) -> io::Result<Taken> {
        let here = self.length(area, sha256).await?;
        let there = from.length(area, sha256).await?;
        let Some(size_bytes) = there else {
            return Ok(if here.is_some() { Taken::Here } else { Taken::Missing });
        };
        if here == there {
            return Ok(Taken::Here);
        }
        let Some(source) = from.open(area, sha256).await? else { return Ok(Taken::Missing) };
        match self.keep(area, source.into_std().await, sha256).await {
            Ok(()) => Ok(Taken::Copied { size_bytes }),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(Taken::Damaged),
            Err(error) => Err(error),
        }
    }

    /// The upload of that id; it begins to exist with its first byte.
    #[must_use]
    pub fn incoming(&self, id: &str) -> Incoming {
        match &self.0 {
            Place::Folder(folder) => Incoming::File(folder.incoming(id)),
            Place::Bucket(bucket) => Incoming::Pieces(Pieces::new(bucket.clone(), id)),
        }
    }

    /// Files of an area with their lengths, in the order of their names, after one of them: at most [`LIST_MAX`]. What
    /// has another name than a hash is passed over.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn list(&self, area: Area, after: Option<Digest>) -> io::Result<Vec<(Digest, u64)>> {
        match &self.0 {
            Place::Folder(folder) => folder.list(area, after).await,
            Place::Bucket(bucket) => bucket.list(area, after).await,
        }
    }

    /// Names and lengths of what lies where uploads do: at most [`INCOMING_MAX`].
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn list_incoming(&self) -> io::Result<Vec<(String, u64)>> {
        match &self.0 {
            Place::Folder(folder) => folder.list_incoming().await,
            Place::Bucket(bucket) => bucket.list_incoming().await,
        }
    }

    /// Writes of large objects that began before a moment (ms) and neither ended nor were given up: at most
    /// [`LIST_MAX`]. In a folder they are uploads' files, or without a name.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn list_unfinished(&self, before: i64) -> io::Result<Vec<Unfinished>> {
        match &self.0 {
            Place::Folder(_) => Ok(Vec::new()),
            Place::Bucket(bucket) => bucket.list_unfinished(before).await,
        }
    }

    /// Frees what an unfinished write left.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn give_up(&self, unfinished: &Unfinished) -> io::Result<()> {
        match &self.0 {
            Place::Folder(_) => Ok(()),
            Place::Bucket(bucket) => bucket.give_up(unfinished).await,
        }
    }

    /// Removes a file; one that is not there is no error. Only gc does, once nothing names it.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn remove(&self, area: Area, sha256: Digest) -> io::Result<()> {
        match &self.0 {
            Place::Folder(folder) => folder.remove(area, sha256).await,
            Place::Bucket(bucket) => bucket.remove(area, sha256).await,
        }
    }

    /// Writes a small file as an upload does, and removes it.
    ///
    /// # Errors
    /// When nothing can be written.
    pub async fn try_write(&self) -> io::Result<()> {
        match &self.0 {
            Place::Folder(folder) => folder.try_write().await,
            Place::Bucket(bucket) => bucket.try_write().await,
        }
    }

    /// Bytes that may still be written before the disk is full; `None` for a bucket, which does not say.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn free_bytes(&self) -> io::Result<Option<u64>> {
        match &self.0 {
            Place::Folder(folder) => folder.free_bytes().await.map(Some),
            Place::Bucket(_) => Ok(None),
        }
    }
}
