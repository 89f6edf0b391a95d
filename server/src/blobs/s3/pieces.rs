//! An upload's bytes while it grows: one object a few MiB, named by its place and by the request that brought it. The
//! database knows which of them count; the others are what cut requests left, and go with the upload.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use shared::ids::Digest;
use shared::limits::UPLOAD_PIECE_BYTES;
use tokio::task::JoinHandle;

use super::{Bucket, Writer};
use crate::blobs::{Area, Finished};
use crate::chance;

/// Random bytes that name a request's pieces.
const ATTEMPT_BYTES: usize = 8;

/// Where some bytes of an upload lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The place of its first byte in the upload.
    pub offset: u64,
    /// How many bytes.
    pub length: u64,
    /// The request that brought it, at random.
    pub attempt: String,
}

impl Piece {
    /// The place behind its last byte.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.offset + self.length
    }
}

/// The objects of one upload.
#[derive(Clone, Debug)]
pub struct Pieces {
    bucket: Bucket,
    id: String,
}

impl Pieces {
    pub fn new(bucket: Bucket, id: &str) -> Pieces {
        Pieces { bucket, id: id.to_owned() }
    }

    /// What their keys begin with.
    pub(super) fn below(&self) -> String {
        format!("{}incoming/{}/", self.bucket.0.prefix, self.id)
    }

    fn key(&self, Piece { offset, attempt, .. }: &Piece) -> String {
        format!("{}{offset:012}-{attempt}", self.below())
    }

    /// Opens the upload for the bytes of one request, which begin behind the last piece. A short one is written again
    /// with what comes, so that many small requests do not make many small objects.
    ///
    /// # Errors
    /// `UnexpectedEof` where the last piece is gone, and those of the storage.
    pub async fn part(&self, last: Option<Piece>) -> io::Result<GrowingPieces> {
        let short = match last {
            Some(piece) if piece.length < UPLOAD_PIECE_BYTES as u64 => {
                let bytes = self.bucket.read_key(self.key(&piece), 0..piece.length).await?;
                Some((piece, bytes.ok_or(io::ErrorKind::UnexpectedEof)?))
            }
            _ => None,
        };
        let attempt = chance::bytes::<ATTEMPT_BYTES>().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(GrowingPieces {
            pieces: self.clone(),
            attempt,
            coming: Arc::new(Mutex::new(Coming { short, ..Coming::default() })),
        })
    }

    /// Makes a blob of the pieces that count, if together they are what was named.
    pub async fn finish(&self, area: Area, expected: Digest, pieces: &[Piece]) -> io::Result<Finished> {
        let mut writer = Writer::new(&self.bucket, self.bucket.key(area, expected));
        for piece in pieces {
            let Some(mut found) = self.bucket.get(self.key(piece), None).await? else {
                writer.give_up().await;
                return Ok(Finished::Gone);
            };
            while let Some(chunk) = self.bucket.chunk(&mut found.body).await? {
                writer.push(&chunk).await?;
            }
        }
        Ok(match writer.finish(expected).await? {
            Ok(()) => Finished::Kept,
            Err(found) => Finished::Differs(found),
        })
    }

    /// Removes them all.
    pub async fn remove(&self) -> io::Result<()> {
        self.bucket.remove_below(&self.below()).await
    }
}

/// An upload open for one request.
#[derive(Clone, Debug)]
pub struct GrowingPieces {
    pieces: Pieces,
    /// What names this request's.
    attempt: String,
    coming: Arc<Mutex<Coming>>,
}

#[derive(Debug, Default)]
struct Coming {
    /// The last piece from before, while it waits for the bytes that make it longer.
    short: Option<(Piece, Bytes)>,
    /// Once a longer one has taken its place.
    replaced: Option<Piece>,
    /// Those that are there.
    stored: Vec<Piece>,
}

impl GrowingPieces {
    fn coming(&self) -> MutexGuard<'_, Coming> {
        self.coming.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to store bytes; they are stored when the handle says so. They count once the database says so.
    pub fn begin_write(&self, bytes: Bytes, at: u64) -> JoinHandle<io::Result<()>> {
        let short = self.coming().short.take();
        let growing = self.clone();
        tokio::spawn(async move {
            let (offset, bytes) = match &short {
                Some((piece, before)) => {
                    (piece.offset, BytesMut::from_iter(before.iter().chain(&bytes)).freeze())
                }
                None => (at, bytes),
            };
            let piece = Piece { offset, length: bytes.len() as u64, attempt: growing.attempt.clone() };
            growing.pieces.bucket.put_object(growing.pieces.key(&piece), bytes).await?;
            let mut coming = growing.coming();
            coming.stored.push(piece);
            coming.replaced = coming.replaced.take().or(short.map(|(piece, _)| piece));
            Ok(())
        })
    }

    /// The pieces up to `end`, for the database to name.
    pub fn stored(&self, end: u64) -> Vec<Piece> {
        let mut pieces = std::mem::take(&mut self.coming().stored);
        pieces.retain(|piece| piece.end() <= end);
        pieces
    }

    /// Removes the short piece whose bytes stand in a longer one, now that the database names that.
    pub async fn remove_replaced(&self) -> io::Result<()> {
        let replaced = self.coming().replaced.take();
        match replaced {
            Some(piece) => self.pieces.bucket.remove_key(self.pieces.key(&piece)).await,
            None => Ok(()),
        }
    }
}
