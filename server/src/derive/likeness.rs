//! What a small picture tells of itself in a few bytes: a placeholder that phones draw until the thumb is there
//! (ThumbHash), and a hash of its light by which near-duplicates are found. Made in the child, from the upright thumb.

use image::{DynamicImage, imageops::FilterType};

use super::reason::Unreadable;
use super::render::fit;

/// The longer side that ThumbHash is made from at most; more costs time and changes nothing.
const THUMB_HASH_PX: u32 = 100;
/// Bytes of the longest ThumbHash: six of constants, 38 half bytes of a picture with transparency.
pub const THUMB_HASH_BYTES_MAX: usize = 25;
/// Bytes of the shortest: five of constants, and a picture of one column.
pub const THUMB_HASH_BYTES_MIN: usize = 5;

/// Both, of one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// Whether each of 8 × 8 places is darker than the one to its right, row by row (dHash). Two pictures of one thing
    /// differ in few bits.
    pub light: u64,
    /// A ThumbHash: proportions, mean colour and broad shapes, some 24 bytes.
    pub thumb_hash: Vec<u8>,
}

impl Likeness {
    /// Of the upright thumb.
    ///
    /// # Errors
    /// `Broken` where it cannot be scaled.
    pub fn of(thumb: &DynamicImage) -> Result<Likeness, Unreadable> {
        let small = fit(thumb.clone(), THUMB_HASH_PX)?.into_rgba8();
        let (width, height) = (small.width() as usize, small.height() as usize);
        let thumb_hash = thumbhash::rgba_to_thumb_hash(width, height, small.as_raw());
        Ok(Likeness { light: light(thumb), thumb_hash })
    }
}

fn light(thumb: &DynamicImage) -> u64 {
    let small =
        DynamicImage::ImageLuma8(thumb.to_luma8()).resize_exact(9, 8, FilterType::Lanczos3).into_luma8();
    (0..64).fold(0, |bits, place| {
        let (x, y) = (place % 8, place / 8);
        bits << 1 | u64::from(small.get_pixel(x, y)[0] < small.get_pixel(x + 1, y)[0])
    })
}
