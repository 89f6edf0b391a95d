//! Position-free copies on their way out: the plan is made in memory, a few at a time; the bytes then stream from
//! the disk.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use shared::ids::Digest;
use shared::limits::PHOTO_BYTES_MAX;
use shared::wire::Code;
use tokio::sync::Semaphore;

use super::Part;
use super::original::{self, Original};
use crate::App;
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
    original: Arc<Original>,
}

/// Plans the copy of an original.
///
/// # Errors
/// `NoSafeCopy` for what cannot be copied without what it says of a place, and those of [`original::open`].
pub async fn plan(app: &App, sha256: Digest) -> Result<Copy> {
    let original = Arc::new(original::open(app, Part::Original, sha256).await?);
    if original.length > PHOTO_BYTES_MAX {
        return Err(Code::NoSafeCopy.into());
    }
    let _permit = app.plans.0.acquire().await.map_err(anyhow::Error::from)?;
    let bytes = original.whole().await.map_err(anyhow::Error::from)?;
    let planned = tokio::task::spawn_blocking(move || {
        let kind = sniff(&bytes);
        strip::plan(&bytes).map(|pieces| (kind, pieces))
    });
    let planned = planned.await.map_err(anyhow::Error::from)?;
    let (kind, pieces) = planned.map_err(|strip::Unavailable| Code::NoSafeCopy)?;
    Ok(Copy { kind, length: strip::length(&pieces) as u64, pieces, original })
}

/// The bytes of a planned copy, piece after piece.
pub fn stream(copy: Copy) -> impl Stream<Item = io::Result<Bytes>> {
    let original = copy.original;
    stream::iter(copy.pieces).flat_map(move |piece| match piece {
        Piece::Made(bytes) => stream::once(async { Ok(Bytes::from(bytes)) }).boxed(),
        Piece::Kept(range) => Arc::clone(&original).bytes(range.start as u64..range.end as u64).boxed(),
    })
}
