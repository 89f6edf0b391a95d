//! A stored file that is read in parts: from the disk, or by ranges from a bucket, which is not fetched whole for the
//! few bytes of a clip that a player asks for.

use std::fs::File;
use std::io::{self, Seek};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use shared::ids::Digest;
use tokio::task::spawn_blocking;

use super::Area;
use super::s3::Bucket;

/// Bytes in memory at once on their way from the disk.
const NEAR_BYTES: u64 = 256 << 10;
/// Bytes of one range of an object: each costs a request.
const FAR_BYTES: u64 = 2 << 20;

/// The file, open.
#[derive(Clone, Debug)]
pub struct Window {
    place: Place,
    length: u64,
}

#[derive(Clone, Debug)]
enum Place {
    Near(Arc<File>),
    Far(Bucket, Area, Digest),
}

impl Window {
    /// Onto an open file.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn of(file: File) -> io::Result<Window> {
        let length = file.metadata()?.len();
        Ok(Window { place: Place::Near(Arc::new(file)), length })
    }

    pub(super) fn far(bucket: Bucket, (area, sha256): (Area, Digest), length: u64) -> Window {
        Window { place: Place::Far(bucket, area, sha256), length }
    }

    /// How many bytes there are.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes from a place on, at most a piece of them.
    ///
    /// # Errors
    /// Those of the storage; `UnexpectedEof` where it has fewer.
    pub async fn piece(&self, range: Range<u64>) -> io::Result<Bytes> {
        let count = range.end.saturating_sub(range.start);
        match &self.place {
            Place::Near(file) => {
                let (file, count) = (Arc::clone(file), count.min(NEAR_BYTES));
                let reading = spawn_blocking(move || {
                    let mut bytes = vec![0; usize::try_from(count).map_err(io::Error::other)?];
                    file.read_exact_at(&mut bytes, range.start)?;
                    Ok(Bytes::from(bytes))
                });
                reading.await.map_err(io::Error::other)?
            }
            Place::Far(bucket, area, sha256) => {
                let wanted = range.start..range.start + count.min(FAR_BYTES);
                if wanted.is_empty() {
                    return Ok(Bytes::new());
                }
                let found = bucket.read(*area, *sha256, wanted.clone()).await?;
                let whole = found.filter(|bytes| bytes.len() as u64 == wanted.end - wanted.start);
                whole.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
        }
    }

    /// All of it as a file, read from its beginning. Handles onto a file on the disk share their place.
    ///
    /// # Errors
    /// Those of the storage; `NotFound` where it is gone since.
    pub async fn file(&self) -> io::Result<File> {
        match &self.place {
            Place::Near(file) => {
                let mut handle = file.try_clone()?;
                handle.rewind()?;
                Ok(handle)
            }
            Place::Far(bucket, area, sha256) => {
                let fetched = bucket.fetch(*area, *sha256).await?;
                fetched.ok_or_else(|| io::ErrorKind::NotFound.into())
            }
        }
    }
}
