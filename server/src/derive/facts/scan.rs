//! The hash of a JPEG's coded picture. A picture that was sent on "in original quality", or whose position was taken
//! out, has another file around the same tables and scans; this finds it again without a decoder.

use sha2::{Digest as _, Sha256};
use shared::ids::Digest;

use crate::derive::jpeg::{APP0, APP15, COM, EOI, SOI, segments};

/// SHA-256 over the file from SOI to its first EOI without APPn and COM; `None` where there is no such end.
pub fn sha256(file: &[u8]) -> Option<Digest> {
    let mut hasher = Sha256::new_with_prefix([0xFF, SOI]);
    for segment in segments(file) {
        if !matches!(segment.marker, APP0..=APP15 | COM) {
            hasher.update(&file[segment.whole]);
        }
        if segment.marker == EOI {
            return Some(Digest(hasher.finalize().into()));
        }
    }
    None
}
