//! The one fact of an EXIF block that a copy keeps: which way up the picture is. Without it a
//! photo taken upright would lie on its side.

use image::metadata::Orientation;

/// The orientation that a TIFF-framed EXIF block names, if it turns or mirrors the picture.
pub fn turned(block: &[u8]) -> Option<Orientation> {
    Orientation::from_exif_chunk(block).filter(|found| *found != Orientation::NoTransforms)
}

/// A TIFF-framed EXIF block that says the orientation and nothing else: header, one directory
/// with one entry (tag 0x0112, type SHORT, count 1), no next directory.
pub fn orientation_only(orientation: Orientation) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend([orientation.to_exif(), 0, 0, 0]);
    block.extend([0; 4]);
    block
}
