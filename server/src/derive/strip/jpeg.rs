//! JPEG: keeps frames, tables and scans, the JFIF header, the colour profile and Adobe's colour
//! transform. Drops every other APPn (EXIF, XMP, multi-picture), comments, and what follows EOI.

use super::Piece;
use super::exif::{orientation_only, turned};
use crate::derive::jpeg::{APP0, APP1, APP2, APP14, APP15, COM, EOI, SOI, SOS, Segment, is_frame, segments};

const EXIF: &[u8] = b"Exif\0\0";

/// The pieces of the copy, or `None` where the file cannot be walked to its end.
pub fn plan(file: &[u8]) -> Option<Vec<Piece>> {
    let mut kept = Vec::new();
    let mut orientation = None;
    let mut scans = 0;
    let mut reached = 0;
    for segment in segments(file) {
        let payload = &file[segment.payload.clone()];
        if segment.marker == APP1 && orientation.is_none() {
            orientation = payload.strip_prefix(EXIF).and_then(turned);
        }
        scans += usize::from(segment.marker == SOS);
        reached = segment.whole.end;
        if is_kept(segment.marker, payload) {
            kept.push(segment);
        }
    }
    let whole = kept.last().is_some_and(|last| last.marker == EOI) || reached == file.len();
    (whole && scans > 0).then(|| assemble(kept, orientation.map(orientation_segment)))
}

/// JFIF wants its APP0 first, EXIF its APP1 next; so the orientation follows a JFIF header.
fn assemble(kept: Vec<Segment>, orientation: Option<Vec<u8>>) -> Vec<Piece> {
    let mut pieces = vec![Piece::Made(vec![0xFF, SOI])];
    let head = kept.iter().take_while(|segment| segment.marker == APP0).count();
    let mut ranges = kept.into_iter().map(|segment| Piece::Kept(segment.whole));
    pieces.extend(ranges.by_ref().take(head));
    pieces.extend(orientation.map(Piece::Made));
    pieces.extend(ranges);
    pieces
}

fn is_kept(marker: u8, payload: &[u8]) -> bool {
    match marker {
        APP0 => payload.starts_with(b"JFIF\0"),
        APP2 => payload.starts_with(b"ICC_PROFILE\0"),
        // Exactly Adobe's twelve bytes: nothing else can ride along.
        APP14 => payload.starts_with(b"Adobe") && payload.len() == 12,
        APP0..=APP15 | COM => false,
        // Tables, restart interval, number of lines, hierarchical frames; scans and the end.
        0xC4 | 0xCC | 0xDB..=0xDF | SOS | EOI => true,
        other => is_frame(other),
    }
}

fn orientation_segment(orientation: image::metadata::Orientation) -> Vec<u8> {
    let block = orientation_only(orientation);
    let length = u16::try_from(2 + EXIF.len() + block.len()).expect("some thirty bytes");
    let mut segment = vec![0xFF, APP1];
    segment.extend(length.to_be_bytes());
    segment.extend(EXIF);
    segment.extend(block);
    segment
}
