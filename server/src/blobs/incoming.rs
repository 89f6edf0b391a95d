//! An upload while it grows, wherever blobs lie: a file of its own in the folder, or pieces in the bucket.

use std::io;

use shared::ids::Digest;
use shared::limits::UPLOAD_PIECE_BYTES;
use tokio::task::JoinHandle;

use super::growing::{GrowingFile, IncomingFile};
use super::s3::pieces::{GrowingPieces, Piece, Pieces};
use super::{Area, Finished, Parts};

/// Bytes handed to the disk at once: few enough to be in the processor's cache still.
const FILE_WRITE_BYTES: usize = 512 << 10;

/// One upload, begun or not.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// In the folder.
    File(IncomingFile),
    /// In the bucket.
    Pieces(Pieces),
}

impl Incoming {
    /// Whether the database must name its pieces.
    #[must_use]
    pub fn is_in_pieces(&self) -> bool {
        matches!(self, Incoming::Pieces(_))
    }

    /// Opens it for the bytes of one request, which begin at `offset`. `last` is its last piece that the database names.
    ///
    /// # Errors
    /// `UnexpectedEof` where less is there than was acknowledged, and those of the storage.
    pub async fn part(&self, offset: u64, last: Option<Piece>) -> io::Result<Growing> {
        match self {
            Incoming::File(file) => Ok(Growing::File(file.part(offset).await?)),
            Incoming::Pieces(_) if last.as_ref().map_or(0, Piece::end) != offset => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Incoming::Pieces(pieces) => Ok(Growing::Pieces(pieces.part(last).await?)),
        }
    }

    /// Makes a blob of its first `length` bytes if they are what was expected. `known` is their hash where it was
    /// counted as they came; `pieces` are those that the database names.
    ///
    /// # Errors
    /// Those of the storage; `UnexpectedEof` where a file is shorter.
    pub async fn finish(
        &self,
        (area, expected): (Area, Digest),
        (length, known): (u64, Option<Digest>),
        pieces: &[Piece],
    ) -> io::Result<Finished> {
        match self {
            Incoming::File(file) => {
                let found = match known {
                    Some(found) => Some(found),
                    None => file.hash(length).await?,
                };
                match found {
                    None => Ok(Finished::Gone),
                    Some(found) if found == expected => {
                        file.finish(area, found).await?;
                        Ok(Finished::Kept)
                    }
                    Some(found) => Ok(Finished::Differs(found)),
                }
            }
            Incoming::Pieces(_) if !are_whole(pieces, length) => Ok(Finished::Gone),
            Incoming::Pieces(objects) => objects.finish(area, expected, pieces).await,
        }
    }

    /// Forgets the bytes; none is no error.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn remove(&self) -> io::Result<()> {
        match self {
            Incoming::File(file) => file.remove().await,
            Incoming::Pieces(pieces) => pieces.remove().await,
        }
    }
}

/// Whether pieces make all of an upload: its beginning may lie in another storage that was left.
fn are_whole(pieces: &[Piece], length: u64) -> bool {
    let end = pieces.iter().try_fold(0, |at, piece| (piece.offset == at).then_some(piece.end()));
    end == Some(length)
}

/// An upload open for one request.
#[derive(Clone, Debug)]
pub enum Growing {
    /// In the folder.
    File(GrowingFile),
    /// In the bucket.
    Pieces(GrowingPieces),
}

impl Growing {
    /// Bytes to collect before they are written.
    #[must_use]
    pub fn write_bytes(&self) -> usize {
        match self {
            Growing::File(_) => FILE_WRITE_BYTES,
            Growing::Pieces(_) => UPLOAD_PIECE_BYTES,
        }
    }

    /// Begins to write bytes at a place; they are written when the handle says so. It goes on though nobody waits.
    pub fn begin_write(&self, parts: Parts, at: u64) -> JoinHandle<io::Result<()>> {
        match self {
            Growing::File(file) => file.begin_write(parts, at),
            Growing::Pieces(pieces) => pieces.begin_write(parts.joined(), at),
        }
    }

    /// Ends the request's bytes: what lies behind `end` does not count, the rest is safe. Answers the pieces that the
    /// database must name.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn sync(&self, end: u64) -> io::Result<Vec<Piece>> {
        match self {
            Growing::File(file) => file.sync(end).await.map(|()| Vec::new()),
            Growing::Pieces(pieces) => Ok(pieces.stored(end)),
        }
    }

    /// Cleans up once the database names the pieces. What stays goes with the upload.
    pub async fn settle(&self) {
        if let Growing::Pieces(pieces) = self
            && let Err(error) = pieces.remove_replaced().await
        {
            tracing::warn!("a piece that was replaced stays for a while: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(offset: u64, length: u64) -> Piece {
        Piece { offset, length, attempt: String::new() }
    }

    #[test]
    fn pieces_make_an_upload_only_without_a_gap_from_its_first_byte_to_its_last() {
        assert!(are_whole(&[piece(0, 4), piece(4, 3)], 7));
        assert!(!are_whole(&[], 7));
        assert!(!are_whole(&[piece(4, 3)], 7), "its beginning lies elsewhere");
        assert!(!are_whole(&[piece(0, 4), piece(5, 2)], 7));
        assert!(!are_whole(&[piece(0, 4)], 7));
    }
}
