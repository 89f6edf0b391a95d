//! Pictures made by the tests themselves, clean and hostile; nothing is read from disk.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat, Rgb, RgbImage};

/// A word put into every metadata block; no copy and no picture made from a file may hold it.
pub const CANARY: &[u8] = b"CANARY-OF-STONE-TROUGH";

/// A picture whose four quarters say which way is up: red, green over blue, white.
pub fn quarters(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([220, 20, 20]),
        (false, true) => Rgb([20, 200, 20]),
        (true, false) => Rgb([20, 20, 220]),
        (false, false) => Rgb([250, 250, 250]),
    }))
}

/// The picture as it would lie in a file that names this EXIF orientation.
pub fn stored_as(upright: &DynamicImage, orientation: u8) -> DynamicImage {
    match orientation {
        2 => upright.fliph(),
        3 => upright.rotate180(),
        4 => upright.flipv(),
        5 => upright.fliph().rotate270(),
        6 => upright.rotate270(),
        7 => upright.fliph().rotate90(),
        8 => upright.rotate90(),
        _ => upright.clone(),
    }
}

pub fn jpeg(image: &DynamicImage, profile: Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, 95);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).unwrap();
    }
    encoder.encode_image(image).unwrap();
    out
}

pub fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// A TIFF-framed EXIF block with an orientation, a position (31°14' N) and the canary.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x03\0".to_vec();
    let canary_at = 8 + 2 + 3 * 12 + 4;
    let gps_at = canary_at + 24;
    block.extend(entry(0x0112, 3, 1, u32::from(orientation)));
    block.extend(entry(0x010E, 2, CANARY.len() as u32, canary_at));
    block.extend(entry(0x8825, 4, 1, gps_at));
    block.extend([0; 4]);
    block.extend(CANARY);
    block.resize(gps_at as usize, 0);
    block.extend(2u16.to_le_bytes());
    block.extend(entry(1, 2, 2, u32::from(b'N')));
    block.extend(entry(2, 5, 3, gps_at + 2 + 24 + 4));
    block.extend([0; 4]);
    for number in [31u32, 1, 14, 1, 0, 1] {
        block.extend(number.to_le_bytes());
    }
    block
}

fn entry(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
    let mut out = tag.to_le_bytes().to_vec();
    out.extend(kind.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(value.to_le_bytes());
    out
}

pub fn jpeg_segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0xFF, marker];
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend(payload);
    out
}

/// A JPEG as a phone writes it: position in EXIF and XMP, a comment, a second picture behind the
/// first, named by a multi-picture index.
pub fn phone_jpeg(image: &DynamicImage, orientation: u8) -> Vec<u8> {
    let plain = jpeg(image, None);
    let mut out = plain[..2].to_vec();
    out.extend(jpeg_segment(0xE1, &[b"Exif\0\0", exif(orientation).as_slice()].concat()));
    out.extend(jpeg_segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", CANARY].concat()));
    out.extend(jpeg_segment(0xE2, &[b"MPF\0", CANARY].concat()));
    out.extend(jpeg_segment(0xED, &[b"Photoshop 3.0\0", CANARY].concat()));
    out.extend(jpeg_segment(0xFE, CANARY));
    out.extend(&plain[2..]);
    out.extend(&out.clone());
    out
}

pub fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = (data.len() as u32).to_be_bytes().to_vec();
    out.extend(name);
    out.extend(data);
    // A reader skips the checksum of a chunk that it does not use.
    out.extend([0; 4]);
    out
}

/// Puts chunks between IHDR and the rest of a PNG.
pub fn png_with(png: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    let after_header = 8 + 25;
    [&png[..after_header], &chunks.concat(), &png[after_header..]].concat()
}

/// A WebP with EXIF, XMP and an unknown chunk around the picture of a plain one.
pub fn tagged_webp(plain: &[u8], (width, height): (u32, u32), orientation: u8) -> Vec<u8> {
    let mut extended = vec![0x0C, 0, 0, 0];
    extended.extend(&(width - 1).to_le_bytes()[..3]);
    extended.extend(&(height - 1).to_le_bytes()[..3]);
    let mut body = b"WEBP".to_vec();
    body.extend(riff_chunk(b"VP8X", &extended));
    body.extend(&plain[12..]);
    body.extend(riff_chunk(b"EXIF", &exif(orientation)));
    body.extend(riff_chunk(b"XMP ", CANARY));
    body.extend(riff_chunk(b"priv", CANARY));
    riff_chunk(b"RIFF", &body)
}

fn riff_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = name.to_vec();
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out.resize(out.len() + out.len() % 2, 0);
    out
}

/// Whether one block of bytes stands somewhere in another.
pub fn holds(file: &[u8], part: &[u8]) -> bool {
    file.windows(part.len()).any(|window| window == part)
}
