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

/// A JPEG of soft hills; turned, it is another picture of the same size.
pub fn hills(width: u32, height: u32, turned: bool) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32 / width as f32, y as f32 / height as f32);
        let light = 128.0 + 90.0 * (7.0 * x).sin() * (5.0 * y).cos();
        Rgb([if turned { 255.0 - light } else { light } as u8; 3])
    });
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 80)
        .write_image(picture.as_raw(), width, height, image::ExtendedColorType::Rgb8)
        .expect("a picture is encoded");
    file
}

/// Bytes that are no file of any kind; another `seed` gives others.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        // xorshift64: even enough, and the same everywhere.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let mut bytes: Vec<u8> = std::iter::repeat_with(next).take(length.div_ceil(8)).flatten().collect();
    bytes.truncate(length);
    bytes
}

/// Whether a file has these bytes somewhere.
pub fn contains(file: &[u8], part: &[u8]) -> bool {
    file.windows(part.len()).any(|window| window == part)
}

/// A chunk of a PNG with its CRC-32 (ISO 3309), bit by bit: the chunks of tests are small.
pub fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&name, data].concat();
    let crc = named.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let odd = crc & 1 == 1;
            (crc >> 1) ^ if odd { 0xEDB8_8320 } else { 0 }
        })
    });
    let length = u32::try_from(data.len()).expect("a small chunk");
    [&length.to_be_bytes(), named.as_slice(), &(!crc).to_be_bytes()].concat()
}
