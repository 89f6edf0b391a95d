//! Walks the markers of a JPEG file without decoding it (ITU T.81, annex B). Used to read size
//! and scan count before any decoder runs, and to copy a file without its metadata.

use std::ops::Range;

/// Marker codes used by name; the second byte after `0xFF`.
pub const SOI: u8 = 0xD8;
pub const EOI: u8 = 0xD9;
pub const SOS: u8 = 0xDA;
pub const COM: u8 = 0xFE;
pub const APP0: u8 = 0xE0;
pub const APP1: u8 = 0xE1;
pub const APP2: u8 = 0xE2;
pub const APP14: u8 = 0xEE;
pub const APP15: u8 = 0xEF;

/// One marker segment, with the entropy-coded data that follows it if it starts a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The marker's second byte.
    pub marker: u8,
    /// Where the payload stands in the file, after the two length bytes; empty for EOI.
    pub payload: Range<usize>,
    /// Where the whole segment stands: marker, length, payload, and a scan's coded data.
    pub whole: Range<usize>,
}

/// Whether a marker opens a frame and so carries the picture's size (SOF0–15 without DHT, JPG, DAC).
pub fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// Iterates over the segments after SOI up to and including the first EOI. Ends early, without an
/// error, where the file is cut off or a marker is missing.
pub fn segments(file: &[u8]) -> impl Iterator<Item = Segment> + '_ {
    let mut at = if file.starts_with(&[0xFF, SOI]) { Some(2) } else { None };
    std::iter::from_fn(move || {
        let segment = read_segment(file, at?)?;
        at = (segment.marker != EOI).then_some(segment.whole.end);
        Some(segment)
    })
}

fn read_segment(file: &[u8], start: usize) -> Option<Segment> {
    if *file.get(start)? != 0xFF {
        return None;
    }
    // Any number of fill bytes 0xFF may stand before the marker code.
    let code = start + file[start..].iter().position(|byte| *byte != 0xFF)?;
    let marker = file[code];
    let after = code + 1;
    if marker == EOI {
        return Some(Segment { marker, payload: after..after, whole: start..after });
    }
    if marker == 0x00 || marker == SOI || matches!(marker, 0xD0..=0xD7) {
        return None;
    }
    let length = usize::from(u16::from_be_bytes([*file.get(after)?, *file.get(after + 1)?]));
    let end = after + length;
    if length < 2 || end > file.len() {
        return None;
    }
    let whole_end = if marker == SOS { end_of_scan(file, end) } else { end };
    Some(Segment { marker, payload: after + 2..end, whole: start..whole_end })
}

/// The first position from `at` on that holds a marker other than a restart: the end of coded data.
fn end_of_scan(file: &[u8], mut at: usize) -> usize {
    while let Some(step) = file[at..].iter().position(|byte| *byte == 0xFF) {
        at += step;
        match file.get(at + 1) {
            Some(0x00 | 0xD0..=0xD7) => at += 2,
            Some(0xFF) => at += 1,
            Some(_) => return at,
            None => return file.len(),
        }
    }
    file.len()
}
