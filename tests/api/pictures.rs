//! Photos as phones write them, made by the tests: a drawn picture with a position and a word in its EXIF block.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageEncoder, Rgb, RgbImage};

/// Stands in the EXIF block of every photo, beside the position.
pub const CANARY: &[u8] = b"CANARY-OF-STONE-TROUGH";

/// A JPEG of a size; another `seed` gives other bytes.
pub fn phone_photo(seed: u8, width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, seed.wrapping_mul(31)])
    });
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 90)
        .write_image(picture.as_raw(), width, height, image::ExtendedColorType::Rgb8)
        .expect("a picture is encoded");
    // Little-endian TIFF: one directory whose one entry is the description (0x010E), an ASCII text at offset 26.
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x0E\x01\x02\0".to_vec();
    exif.extend((CANARY.len() as u32).to_le_bytes());
    exif.extend([26, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend(CANARY);
    let mut photo = vec![0xFF, 0xD8, 0xFF, 0xE1];
    photo.extend((exif.len() as u16 + 2).to_be_bytes());
    photo.extend(exif);
    photo.extend(&plain[2..]);
    photo
}
