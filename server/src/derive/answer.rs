//! The bytes the child answers on standard output. The parent believes none of it before
//! [`parse`] has looked: the child has read a stranger's file.
//!
//! Layout, integers little-endian: `MPD1`, one status byte (0, or 1 + place in `Unreadable::ALL`);
//! for status 0 the original's upright width and height (u32 each), then for each wanted size, in
//! the order of `Want::sizes`, a u32 length and that many bytes of WebP; where a thumb is among them, its `Likeness`:
//! a u64, one byte of length, and that many bytes of ThumbHash.

use shared::limits::DERIVED_BYTES_MAX;

use super::header::webp_size;
use super::likeness::{Likeness, THUMB_HASH_BYTES_MAX, THUMB_HASH_BYTES_MIN};
use super::reason::Unreadable;
use super::render::fitted;
use super::sniff::{Kind, sniff};
use super::{Derived, Rendition, Size, Want};

const MAGIC: &[u8; 4] = b"MPD1";

/// Bytes of the longest valid answer: the pictures and their frame.
pub const ANSWER_BYTES_MAX: u64 = DERIVED_BYTES_MAX + 64;

/// The answer as bytes.
pub fn write(result: &Result<Derived, Unreadable>) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    match result {
        Ok(derived) => {
            out.push(0);
            out.extend(derived.width_px.to_le_bytes());
            out.extend(derived.height_px.to_le_bytes());
            for rendition in &derived.renditions {
                let length = u32::try_from(rendition.webp.len()).expect("a picture is far below 4 GB");
                out.extend(length.to_le_bytes());
                out.extend(&rendition.webp);
            }
            if let Some(likeness) = &derived.likeness {
                out.extend(likeness.light.to_le_bytes());
                out.push(u8::try_from(likeness.thumb_hash.len()).expect("some 24 bytes"));
                out.extend(&likeness.thumb_hash);
            }
        }
        Err(reason) => {
            let place = Unreadable::ALL.iter().position(|each| each == reason);
            out.push(1 + u8::try_from(place.expect("ALL lists every reason")).expect("few reasons"));
        }
    }
    out
}

/// The answer, if it is one to what was wanted: framed right, nothing left over, each picture a
/// WebP of the size that the named original gives.
pub fn parse(bytes: &[u8], want: Want) -> Option<Result<Derived, Unreadable>> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let status = *rest.split_off_first()?;
    if status > 0 {
        let reason = *Unreadable::ALL.get(usize::from(status) - 1)?;
        return rest.is_empty().then_some(Err(reason));
    }
    let (width_px, height_px) = (take_u32(&mut rest)?, take_u32(&mut rest)?);
    let mut renditions = Vec::new();
    for size in want.sizes() {
        let length = usize::try_from(take_u32(&mut rest)?).ok()?;
        let webp = rest.split_off(..length)?;
        let (width, height) = webp_size(webp).filter(|_| sniff(webp) == Kind::WebP)?;
        let (right_width, right_height) = fitted(width_px, height_px, size.side_px());
        // Scaling a scaled picture may round the shorter side the other way.
        if width.abs_diff(right_width) > 1 || height.abs_diff(right_height) > 1 {
            return None;
        }
        renditions.push(Rendition { size: *size, width_px: width, height_px: height, webp: webp.to_vec() });
    }
    let likeness = match want.sizes().contains(&Size::Thumb) {
        true => Some(take_likeness(&mut rest)?),
        false => None,
    };
    rest.is_empty().then_some(Ok(Derived { width_px, height_px, renditions, likeness }))
}

fn take_likeness(rest: &mut &[u8]) -> Option<Likeness> {
    let light = u64::from_le_bytes(rest.split_off(..8)?.try_into().expect("eight bytes were taken"));
    let length = usize::from(*rest.split_off_first()?);
    if !(THUMB_HASH_BYTES_MIN..=THUMB_HASH_BYTES_MAX).contains(&length) {
        return None;
    }
    Some(Likeness { light, thumb_hash: rest.split_off(..length)?.to_vec() })
}

fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    let bytes = rest.split_off(..4)?;
    Some(u32::from_le_bytes(bytes.try_into().expect("four bytes were taken")))
}
