//! HEIC and HEIF stills, by a decoder written in Rust and behind the cargo feature `heic`, which a build can leave out:
//! HEVC is under patents. Rotation and mirroring of the container are applied by the decoder; an orientation in
//! EXIF repeats them and is passed over, or the picture would be turned twice.

use super::header::Dimensions;
use super::pixels::Picture;
use super::reason::Unreadable;

/// Upright width and height by the container alone; no pixel is decoded.
///
/// # Errors
/// `BadHeader` where the container says none, `NoDecoder` where it holds what the decoder does not know.
#[cfg(feature = "heic")]
pub fn size(file: &[u8]) -> Result<Dimensions, Unreadable> {
    let info = heic_decoder::probe(file).map_err(|error| reason(&error, Unreadable::BadHeader))?;
    // What is coded may be larger than what is shown of it.
    let side = |shown: usize, coded: usize| u32::try_from(shown.max(coded)).unwrap_or(u32::MAX);
    let turned = (info.width > info.height) != (info.coded_width > info.coded_height);
    let (width, height) =
        if turned { (info.coded_height, info.coded_width) } else { (info.coded_width, info.coded_height) };
    Ok((side(info.width, width), side(info.height, height)))
}

/// Decodes the primary picture, upright.
///
/// # Errors
/// `NoDecoder` for what the decoder does not know yet, `Broken` where it gives up.
#[cfg(feature = "heic")]
pub fn decode(file: &[u8]) -> Result<Picture, Unreadable> {
    use image::metadata::Orientation;
    use image::{DynamicImage, RgbImage, RgbaImage};

    let decoded = heic_decoder::decode(file).map_err(|error| reason(&error, Unreadable::Broken))?;
    let profile = decoded.metadata.icc_profile.clone();
    let side = |length: usize| u32::try_from(length).map_err(|_| Unreadable::TooLarge);
    let broken = |error| reason(&error, Unreadable::Broken);
    let image = if decoded.alpha.is_some() {
        let rgba = decoded.to_rgba8().map_err(broken)?;
        RgbaImage::from_raw(side(rgba.width)?, side(rgba.height)?, rgba.data).map(DynamicImage::ImageRgba8)
    } else {
        let rgb = decoded.to_rgb8().map_err(broken)?;
        RgbImage::from_raw(side(rgb.width)?, side(rgb.height)?, rgb.data).map(DynamicImage::ImageRgb8)
    };
    Ok(Picture { image: image.ok_or(Unreadable::Broken)?, profile, orientation: Orientation::NoTransforms })
}

#[cfg(feature = "heic")]
fn reason(error: &heic_decoder::HeifError, otherwise: Unreadable) -> Unreadable {
    match error {
        heic_decoder::HeifError::Unsupported(_) => Unreadable::NoDecoder,
        heic_decoder::HeifError::LimitExceeded(_) => Unreadable::TooLarge,
        _ => otherwise,
    }
}

/// One thread, the one that is there: a confined process gets no other.
#[cfg(feature = "heic")]
pub fn stay_on_this_thread() {
    // Fails only where a pool is there already, which then is this one.
    let _there = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
}

/// No size without the decoder.
///
/// # Errors
/// `NoDecoder`.
#[cfg(not(feature = "heic"))]
pub fn size(_file: &[u8]) -> Result<Dimensions, Unreadable> {
    Err(Unreadable::NoDecoder)
}

/// No picture without the decoder.
///
/// # Errors
/// `NoDecoder`.
#[cfg(not(feature = "heic"))]
pub fn decode(_file: &[u8]) -> Result<Picture, Unreadable> {
    Err(Unreadable::NoDecoder)
}

/// There is no pool to keep small.
#[cfg(not(feature = "heic"))]
pub fn stay_on_this_thread() {}
