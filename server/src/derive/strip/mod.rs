//! Position-free copies: the same coded picture, byte for byte, without the metadata around it.
//! What is kept stands on a list; everything unknown is dropped. No decoder runs.
//!
//! Only kinds whose every part we can name are copied. For all others (HEIC, video, voice) the
//! answer is [`Unavailable`] rather than a copy that may still say where it was made.

mod exif;
mod jpeg;
mod png;
mod webp;

use std::ops::Range;

use thiserror::Error;

use super::sniff::{Kind, sniff};

/// A part of the copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes of the original.
    Kept(Range<usize>),
    /// New bytes: a corrected length, or the orientation alone.
    Made(Vec<u8>),
}

/// No position-free copy can be made of this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no position-free copy of this file can be made")]
pub struct Unavailable;

/// The copy, as pieces in order; joined, they are a file of the same kind.
///
/// # Errors
/// [`Unavailable`] for kinds not handled and for files too broken to be walked to their end.
pub fn plan(file: &[u8]) -> Result<Vec<Piece>, Unavailable> {
    let pieces = match sniff(file) {
        Kind::Jpeg => jpeg::plan(file),
        Kind::Png => png::plan(file),
        Kind::WebP => webp::plan(file),
        _ => None,
    };
    pieces.map(joined).ok_or(Unavailable)
}

/// Makes neighbours of the original one piece; a PNG has thousands of chunks.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Kept(before)), Piece::Kept(next)) if before.end == next.start => {
                before.end = next.end
            }
            (_, piece) => joined.push(piece),
        }
    }
    joined
}

/// Length of the copy in bytes.
pub fn length(pieces: &[Piece]) -> usize {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Kept(range) => range.len(),
            Piece::Made(bytes) => bytes.len(),
        })
        .sum()
}
