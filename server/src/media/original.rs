//! The bytes of an original, whole, however they are stored. Whoever needs them opens them here: a smaller file is
//! decoded into one without a name, and all is held against its hash before anybody gets a byte of it. So are the
//! pictures that we made.
//!
//! What is missing or damaged is an error in the log and a figure for Prometheus, never other bytes. Clips are too
//! long to be read before each answer: they are sent as they lie, and `miaopu verify --blobs` reads them.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, stream};
use sha2::{Digest as _, Sha256};
use shared::ids::Digest;
use shared::limits::PHOTO_BYTES_MAX;
use shared::wire::Code;
use thiserror::Error;
use tokio::io::AsyncReadExt;
use tokio::task::spawn_blocking;

use super::Part;
use super::compress::store::{self, Stored};
use crate::App;
use crate::blobs::{Area, Window};
use crate::error;
use crate::lepton::process::Room;

/// When to come again where too many wait, in seconds.
const COME_AGAIN_S: u32 = 2;

/// Why there are no bytes.
#[derive(Debug, Error)]
pub enum Fault {
    /// No file lies where one should.
    #[error("the file of blob {0} is missing")]
    Missing(Digest),
    /// What lies there is not what its name says.
    #[error("the file of blob {0} is damaged")]
    Damaged(Digest),
    /// So many are being decoded or sent that this one must come again.
    #[error("too many originals are being decoded")]
    Busy,
    /// The disk failed, or has no room to decode into.
    #[error("the storage failed")]
    Storage(#[from] io::Error),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] crate::db::Error),
}

impl From<Fault> for error::Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Busy => error::Error::Later(Code::Unavailable, COME_AGAIN_S),
            Fault::Database(error) => error.into(),
            fault => error::Error::Internal(fault.into()),
        }
    }
}

/// A file that was read whole and is what its hash says.
#[derive(Debug)]
pub struct Original {
    bytes: Window,
    /// How many bytes.
    pub length: u64,
    /// Taken while a decoded file lies on the disk.
    _room: Option<Room>,
}

/// Opens what was received under a hash. Never waits behind more downloads than are bounded.
///
/// # Errors
/// See [`Fault`]; what is missing or damaged is already in the log.
pub async fn open(app: &App, part: Part, sha256: Digest) -> Result<Original, Fault> {
    told(app, part.area(), read(app, part, sha256).await)
}

/// The bytes of a picture that we made, if they still are what was made.
///
/// # Errors
/// See [`Fault`]; what is missing or damaged is already in the log.
pub async fn picture(app: &App, content: Digest) -> Result<Vec<u8>, Fault> {
    let read = match app.blobs.open(Area::Derived, content).await? {
        None => Err(Fault::Missing(content)),
        Some(mut file) => {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).await?;
            let found = Digest(Sha256::digest(&bytes).into());
            if found == content { Ok(bytes) } else { Err(Fault::Damaged(content)) }
        }
    };
    told(app, Area::Derived, read)
}

/// A clip or voice that we made, if it still is what was made.
///
/// # Errors
/// See [`Fault`]; what is missing or damaged is already in the log.
pub async fn made(app: &App, (content, length): (Digest, u64)) -> Result<Original, Fault> {
    told(app, Area::Derived, raw(app, (Area::Derived, content), length).await)
}

/// Tells whoever watches of what is missing or damaged.
fn told<T>(app: &App, area: Area, outcome: Result<T, Fault>) -> Result<T, Fault> {
    match &outcome {
        Err(fault @ Fault::Missing(_)) => app.metrics.faulty(area, "missing", fault),
        Err(fault @ Fault::Damaged(_)) => app.metrics.faulty(area, "damaged", fault),
        _ => {}
    }
    outcome
}

async fn read(app: &App, part: Part, sha256: Digest) -> Result<Original, Fault> {
    let kept = store::find(&mut *app.db.read().await?, part, sha256).await?.ok_or(Fault::Missing(sha256))?;
    let (area, name) = kept.lies(part, sha256);
    match kept.stored {
        Stored::Raw => raw(app, (area, name), kept.size_bytes).await,
        Stored::Lepton { .. } => {
            let file = app.blobs.open(area, name).await?.ok_or(Fault::Missing(sha256))?.into_std().await;
            decoded(app, file, (sha256, kept.size_bytes)).await
        }
    }
}

/// A file as it came. A clip is not read: its parts are, as they are asked for.
async fn raw(app: &App, (area, sha256): (Area, Digest), length: u64) -> Result<Original, Fault> {
    if length > PHOTO_BYTES_MAX {
        let bytes = app.blobs.window(area, sha256).await?.ok_or(Fault::Missing(sha256))?;
        return if bytes.length() == length {
            Ok(Original { bytes, length, _room: None })
        } else {
            Err(Fault::Damaged(sha256))
        };
    }
    let mut file = app.blobs.open(area, sha256).await?.ok_or(Fault::Missing(sha256))?.into_std().await;
    let whole = spawn_blocking(move || {
        let sound = file.metadata()?.len() == length && hash(&mut file)? == sha256;
        file.rewind()?;
        io::Result::Ok(sound.then_some(file))
    });
    let file = whole.await.map_err(io::Error::other)??.ok_or(Fault::Damaged(sha256))?;
    Ok(Original { bytes: Window::of(file)?, length, _room: None })
}

/// A photo that is made again from a smaller file.
async fn decoded(app: &App, file: File, (sha256, length): (Digest, u64)) -> Result<Original, Fault> {
    let room = app.lepton.room(length).ok_or(Fault::Busy)?;
    let made = app.lepton.decode(file).await?.ok_or(Fault::Busy)?;
    match made {
        Ok(made) if made.sha256 == sha256 => {
            Ok(Original { bytes: Window::of(made.file)?, length: made.length, _room: Some(room) })
        }
        _ => Err(Fault::Damaged(sha256)),
    }
}

fn hash(file: &mut File) -> io::Result<Digest> {
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 128 << 10]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(Digest(hasher.finalize().into()));
        }
        hasher.update(&buffer[..read]);
    }
}

impl Original {
    /// Its first bytes, at most so many.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn head(&self, count: usize) -> io::Result<Bytes> {
        self.bytes.piece(0..self.length.min(count as u64)).await
    }

    /// A handle that reads it from its beginning, for a child process. All handles of one original share their place:
    /// one child at a time.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn handle(&self) -> io::Result<File> {
        self.bytes.file().await
    }

    /// All of it in memory.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn whole(&self) -> io::Result<Vec<u8>> {
        let mut all = Vec::with_capacity(usize::try_from(self.length).map_err(io::Error::other)?);
        while (all.len() as u64) < self.length {
            all.extend_from_slice(&self.bytes.piece(all.len() as u64..self.length).await?);
        }
        Ok(all)
    }

    /// A part of it, piece after piece.
    pub fn bytes(
        self: Arc<Self>,
        range: Range<u64>,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::try_unfold((self, range), |(original, range)| async move {
            if range.is_empty() {
                return Ok(None);
            }
            let piece = original.bytes.piece(range.clone()).await?;
            let rest = range.start + piece.len() as u64..range.end;
            Ok(Some((piece, (original, rest))))
        })
    }
}
