//! WebP: keeps picture, transparency, animation and colour profile; drops EXIF, XMP, unknown
//! chunks and what follows the RIFF container (RFC 9649 §2).

use std::ops::Range;

use image::metadata::Orientation;

use super::Piece;
use super::exif::{orientation_only, turned};

/// `RIFF`, a length, `WEBP`.
const HEADER_BYTES: usize = 12;
/// VP8X flags saying that a file has an EXIF or an XMP chunk.
const FLAG_EXIF: u8 = 0x08;
const FLAG_XMP: u8 = 0x04;

const KEPT: [&[u8; 4]; 7] = [b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];

/// The pieces of the copy, or `None` where a chunk runs over the container's end.
pub fn plan(file: &[u8]) -> Option<Vec<Piece>> {
    let declared = u32::from_le_bytes(file.get(4..8)?.try_into().expect("four bytes"));
    let end = usize::try_from(declared).ok()?.checked_add(8)?;
    let container = file.get(..end)?;
    let mut body = Vec::new();
    let mut turn = None;
    let mut at = HEADER_BYTES;
    while at < end {
        let chunk = chunk_at(container, at)?;
        let name: &[u8; 4] = container[at..at + 4].try_into().expect("four bytes");
        let data = &container[at + 8..chunk.end];
        match name {
            b"EXIF" if turn.is_none() => turn = turned(data.strip_prefix(b"Exif\0\0").unwrap_or(data)),
            b"VP8X" => body.extend(flags_cleared(chunk.clone(), data)?),
            _ if KEPT.contains(&name) => body.push(Piece::Kept(chunk.clone())),
            _ => {}
        }
        at = chunk.end;
    }
    if let Some(turn) = turn {
        add_orientation(&mut body, turn)?;
    }
    let length = u32::try_from(4 + super::length(&body)).ok()?;
    let mut header = b"RIFF".to_vec();
    header.extend(length.to_le_bytes());
    header.extend(b"WEBP");
    body.insert(0, Piece::Made(header));
    Some(body)
}

/// The whole chunk at `at`, its padding byte included.
fn chunk_at(container: &[u8], at: usize) -> Option<Range<usize>> {
    let length = u32::from_le_bytes(container.get(at + 4..at + 8)?.try_into().expect("four bytes"));
    let length = usize::try_from(length).ok()?;
    let end = at.checked_add(8)?.checked_add(length)?.checked_add(length & 1)?;
    (end <= container.len()).then_some(at..end)
}

/// The VP8X chunk as frame, flags and the rest, so that the flags stand as a piece of their own.
fn flags_cleared(chunk: Range<usize>, data: &[u8]) -> Option<[Piece; 3]> {
    let flags = data.first()? & !(FLAG_EXIF | FLAG_XMP);
    let flags_at = chunk.start + 8;
    Some([Piece::Kept(chunk.start..flags_at), Piece::Made(vec![flags]), Piece::Kept(flags_at + 1..chunk.end)])
}

/// Puts the orientation back; a file that had an EXIF chunk has VP8X and its flags.
fn add_orientation(body: &mut Vec<Piece>, turn: Orientation) -> Option<()> {
    let flags = body.iter_mut().find_map(|piece| match piece {
        Piece::Made(bytes) => bytes.first_mut(),
        Piece::Kept(_) => None,
    })?;
    *flags |= FLAG_EXIF;
    let block = orientation_only(turn);
    let mut chunk = b"EXIF".to_vec();
    chunk.extend(u32::try_from(block.len()).expect("some thirty bytes").to_le_bytes());
    chunk.extend(block);
    body.push(Piece::Made(chunk));
    Some(())
}
