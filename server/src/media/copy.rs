//! Position-free copies on their way out: the plan is made in memory, a few at a time; the bytes then stream from
//! the disk.

use std::io::{self, Read, SeekFrom};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use shared::ids::Digest;
use shared::limits::PHOTO_BYTES_MAX;
use shared::wire::Code;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio::sync::Semaphore;
use tokio_util::io::ReaderStream;

use crate::App;
use crate::blobs::{Area, Blobs};
use crate::derive::sniff::{Kind, sniff};
use crate::derive::strip::{self, Piece};
use crate::error::Result;

/// Files read whole at the same time, each of at most a photo's bytes.
const PLANS_AT_ONCE: usize = 3;

/// Bounds the memory that plans take.
#[derive(Debug)]
pub struct Plans(Semaphore);

impl Default for Plans {
    fn default() -> Plans {
        Plans(Semaphore::new(PLANS_AT_ONCE))
    }
}

/// A copy that can be sent.
pub struct Copy {
    pub kind: Kind,
    pub length: u64,
    pieces: Vec<Piece>,
}

/// Plans the copy of an original.
///
/// # Errors
/// `NoSafeCopy` for what cannot be copied without what it says of a place; `NotFound` where there is no file.
pub async fn plan(app: &App, sha256: Digest) -> Result<Copy> {
    let _permit = app.plans.0.acquire().await.map_err(anyhow::Error::from)?;
    let file = app.blobs.open(Area::Original, sha256).await.map_err(anyhow::Error::from)?;
    let file = file.ok_or(Code::NotFound)?.into_std().await;
    let planned = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        file.take(PHOTO_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > PHOTO_BYTES_MAX {
            return Ok(Err(strip::Unavailable));
        }
        let kind = sniff(&bytes);
        io::Result::Ok(strip::plan(&bytes).map(|pieces| (kind, pieces)))
    });
    let planned = planned.await.map_err(anyhow::Error::from)?.map_err(anyhow::Error::from)?;
    let (kind, pieces) = planned.map_err(|strip::Unavailable| Code::NoSafeCopy)?;
    Ok(Copy { kind, length: strip::length(&pieces) as u64, pieces })
}

/// The bytes of a planned copy, piece after piece.
pub fn stream(blobs: Blobs, sha256: Digest, copy: Copy) -> impl Stream<Item = io::Result<Bytes>> {
    stream::iter(copy.pieces).flat_map(move |piece| {
        let blobs = blobs.clone();
        stream::once(async move { read(&blobs, sha256, piece).await }).flat_map(|opened| match opened {
            Ok(piece) => piece,
            Err(error) => stream::once(async { Err(error) }).boxed(),
        })
    })
}

async fn read(
    blobs: &Blobs,
    sha256: Digest,
    piece: Piece,
) -> io::Result<stream::BoxStream<'static, io::Result<Bytes>>> {
    match piece {
        Piece::Made(bytes) => Ok(stream::once(async { Ok(Bytes::from(bytes)) }).boxed()),
        Piece::Kept(range) => {
            let mut file = blobs.open(Area::Original, sha256).await?.ok_or(io::ErrorKind::NotFound)?;
            file.seek(SeekFrom::Start(range.start as u64)).await?;
            Ok(ReaderStream::new(file.take(range.len() as u64)).boxed())
        }
    }
}
