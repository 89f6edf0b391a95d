//! Finds the EXIF block of a file, framed as TIFF, and copies it out if it is not too long.

use std::io::Cursor;

use shared::limits::EXIF_BYTES_MAX;

use crate::derive::jpeg::{APP1, segments};
use crate::derive::sniff::Kind;

const MARK: &[u8] = b"Exif\0\0";

/// The first block of a file of a known kind.
pub fn find(kind: Kind, file: &[u8]) -> Option<Vec<u8>> {
    let block = match kind {
        Kind::Jpeg => in_jpeg(file)?,
        Kind::Png => in_png(file)?,
        Kind::WebP => in_webp(file)?,
        // The crate stops at some 128 kB by itself.
        Kind::Heif | Kind::Avif => return in_heif(file),
        _ => return None,
    };
    (block.len() <= EXIF_BYTES_MAX).then(|| block.to_vec())
}

fn in_jpeg(file: &[u8]) -> Option<&[u8]> {
    segments(file)
        .filter(|segment| segment.marker == APP1)
        .find_map(|segment| file[segment.payload].strip_prefix(MARK))
}

/// A chunk is a length, a name, that many bytes and a checksum (PNG third edition, §5.3).
fn in_png(file: &[u8]) -> Option<&[u8]> {
    let mut rest = file.get(8..)?;
    loop {
        let length = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
        let data = rest.get(8..)?.get(..length)?;
        match rest.get(4..8)? {
            b"eXIf" => return Some(data),
            b"IEND" => return None,
            _ => rest = rest.get(length.checked_add(12)?..)?,
        }
    }
}

/// A chunk is a name, a length and that many bytes, made even (RFC 9649 §2.3).
fn in_webp(file: &[u8]) -> Option<&[u8]> {
    let mut rest = file.get(12..)?;
    loop {
        let length = usize::try_from(u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?)).ok()?;
        let data = rest.get(8..)?.get(..length)?;
        if rest.get(..4)? == b"EXIF" {
            return Some(data.strip_prefix(MARK).unwrap_or(data));
        }
        rest = rest.get(length.checked_add(8 + (length & 1))?..)?;
    }
}

fn in_heif(file: &[u8]) -> Option<Vec<u8>> {
    let mut reader = exif::Reader::new();
    reader.continue_on_error(true);
    let read = reader.read_from_container(&mut Cursor::new(file));
    let read = read.or_else(|error| error.distill_partial_result(|_| ())).ok()?;
    Some(read.buf().to_vec())
}
