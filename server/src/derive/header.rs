//! Reads a picture's size, and a JPEG's scan count, from its header, and holds them against the
//! limits before any decoder sees the file: a bomb costs a decoder gigabytes, the header tells.

use shared::limits::{JPEG_SCANS_MAX, PICTURE_PIXELS_MAX, PICTURE_SIDE_PX_MAX};

use super::heif;
use super::jpeg;
use super::reason::Unreadable;
use super::sniff::Kind;

/// Width and height in pixels as stored, before orientation.
pub type Dimensions = (u32, u32);

/// The size of the picture, if the file may be decoded.
///
/// # Errors
/// `NoDecoder` for kinds we do not decode, `BadHeader` where no size can be read, `TooLarge` and
/// `TooManyScans` beyond the limits.
pub fn admit(kind: Kind, file: &[u8]) -> Result<Dimensions, Unreadable> {
    let dimensions = match kind {
        Kind::Jpeg => jpeg_size(file)?,
        Kind::Png => png_size(file).ok_or(Unreadable::BadHeader)?,
        Kind::WebP => webp_size(file).ok_or(Unreadable::BadHeader)?,
        Kind::Gif => gif_size(file).ok_or(Unreadable::BadHeader)?,
        Kind::Heif => heif::size(file)?,
        _ => return Err(Unreadable::NoDecoder),
    };
    within_limits(dimensions)
}

fn within_limits((width, height): Dimensions) -> Result<Dimensions, Unreadable> {
    if width == 0 || height == 0 {
        return Err(Unreadable::BadHeader);
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PICTURE_PIXELS_MAX || width.max(height) > PICTURE_SIDE_PX_MAX {
        return Err(Unreadable::TooLarge);
    }
    Ok((width, height))
}

/// Size from the first frame header; every scan of the file is counted on the way.
fn jpeg_size(file: &[u8]) -> Result<Dimensions, Unreadable> {
    let mut size = None;
    let mut scans = 0;
    for segment in jpeg::segments(file) {
        let payload = &file[segment.payload];
        if jpeg::is_frame(segment.marker) && size.is_none() {
            let [_, high_y, low_y, high_x, low_x, ..] = payload else {
                return Err(Unreadable::BadHeader);
            };
            size = Some((be16(*high_x, *low_x), be16(*high_y, *low_y)));
            within_limits(size.expect("just set"))?;
        } else if segment.marker == jpeg::SOS {
            scans += 1;
            if scans > JPEG_SCANS_MAX {
                return Err(Unreadable::TooManyScans);
            }
        }
    }
    size.ok_or(Unreadable::BadHeader)
}

fn be16(high: u8, low: u8) -> u32 {
    u32::from(u16::from_be_bytes([high, low]))
}

/// Size from IHDR, which PNG requires to be the first chunk.
fn png_size(file: &[u8]) -> Option<Dimensions> {
    if file.get(12..16)? != b"IHDR" {
        return None;
    }
    let field = |at: usize| Some(u32::from_be_bytes(file.get(at..at + 4)?.try_into().ok()?));
    Some((field(16)?, field(20)?))
}

fn gif_size(file: &[u8]) -> Option<Dimensions> {
    let field = |at: usize| Some(u32::from(u16::from_le_bytes([*file.get(at)?, *file.get(at + 1)?])));
    Some((field(6)?, field(8)?))
}

/// Size of a WebP file from its first chunk (RFC 9649 §2.5–2.7).
pub fn webp_size(file: &[u8]) -> Option<Dimensions> {
    let body = file.get(20..)?;
    match file.get(12..16)? {
        b"VP8X" => {
            let side = |at: usize| {
                let bytes = body.get(at..at + 3)?;
                Some(1 + u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0]))
            };
            Some((side(4)?, side(7)?))
        }
        b"VP8L" => {
            let bits = u32::from_le_bytes(body.get(1..5)?.try_into().ok()?);
            (*body.first()? == 0x2F).then_some((1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)))
        }
        b"VP8 " => {
            let side = |at: usize| {
                let bytes = body.get(at..at + 2)?;
                Some(u32::from(u16::from_le_bytes([bytes[0], bytes[1]]) & 0x3FFF))
            };
            (body.get(3..6)? == [0x9D, 0x01, 0x2A]).then_some((side(6)?, side(8)?))
        }
        _ => None,
    }
}
