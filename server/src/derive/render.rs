//! Makes the served pictures from a decoded one: scale, convert to sRGB, turn upright, encode as
//! WebP without metadata. In this order, because the last three are cheap on a small picture.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, RgbImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use webp::{Encoder, WebPConfig};

use super::likeness::Likeness;
use super::pixels::Picture;
use super::reason::Unreadable;
use super::{Rendition, Size, Want};

/// WebP quality and effort: 1600 px cost 41 ms and 104 kB at effort 2; effort 4 costs 114 ms for
/// 3 % fewer bytes.
const WEBP_QUALITY: f32 = 80.0;
const WEBP_METHOD: i32 = 2;

/// The renditions that `want` asks for, largest first; smaller ones are made from the larger. With a thumb comes what
/// it is like.
///
/// # Errors
/// `Broken` where scaling or encoding fails.
pub fn render(picture: Picture, want: Want) -> Result<(Vec<Rendition>, Option<Likeness>), Unreadable> {
    let mut image = picture.image;
    let mut renditions = Vec::new();
    let mut likeness = None;
    for (place, size) in want.sizes().iter().enumerate() {
        image = fit(image, size.side_px())?;
        if place == 0 {
            image = to_srgb(image, picture.profile.as_deref());
            image.apply_orientation(picture.orientation);
        }
        if *size == Size::Thumb {
            likeness = Some(Likeness::of(&image)?);
        }
        renditions.push(Rendition {
            size: *size,
            width_px: image.width(),
            height_px: image.height(),
            webp: encode(&image)?,
        });
    }
    Ok((renditions, likeness))
}

/// Width and height after shrinking into a square of `side` pixels; never enlarged, never 0.
pub fn fitted(width: u32, height: u32, side: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= side {
        return (width, height);
    }
    let scale = |length: u32| {
        let scaled = (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(scaled).expect("not longer than side").max(1)
    };
    (scale(width), scale(height))
}

/// The picture shrunk into a square of `side` pixels.
///
/// # Errors
/// `Broken` where scaling fails.
pub fn fit(image: DynamicImage, side: u32) -> Result<DynamicImage, Unreadable> {
    let (width, height) = fitted(image.width(), image.height(), side);
    if (width, height) == (image.width(), image.height()) {
        return Ok(image);
    }
    let pixel_type = if image.color().has_alpha() { PixelType::U8x4 } else { PixelType::U8x3 };
    let source = ImageRef::new(image.width(), image.height(), image.as_bytes(), pixel_type)
        .map_err(|_| Unreadable::Broken)?;
    let mut target = Image::new(width, height, pixel_type);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new().resize(&source, &mut target, &options).map_err(|_| Unreadable::Broken)?;
    from_bytes(width, height, pixel_type == PixelType::U8x4, target.into_vec())
}

fn from_bytes(width: u32, height: u32, alpha: bool, bytes: Vec<u8>) -> Result<DynamicImage, Unreadable> {
    let image = if alpha {
        RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8)
    } else {
        RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8)
    };
    image.ok_or(Unreadable::Broken)
}

/// Converts from the embedded profile. A profile that is broken or not for RGB is left unused:
/// the picture is then shown as if it were sRGB, which is what browsers do.
fn to_srgb(image: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let converted = profile.and_then(|profile| converted(&image, profile));
    converted.unwrap_or(image)
}

fn converted(image: &DynamicImage, profile: &[u8]) -> Option<DynamicImage> {
    let source = ColorProfile::new_from_slice(profile).ok()?;
    if source.color_space != DataColorSpace::Rgb {
        return None;
    }
    let alpha = image.color().has_alpha();
    let layout = if alpha { Layout::Rgba } else { Layout::Rgb };
    let transform = source
        .create_transform_8bit(layout, &ColorProfile::new_srgb(), layout, TransformOptions::default())
        .ok()?;
    let mut bytes = vec![0; image.as_bytes().len()];
    transform.transform(image.as_bytes(), &mut bytes).ok()?;
    from_bytes(image.width(), image.height(), alpha, bytes).ok()
}

fn encode(image: &DynamicImage) -> Result<Vec<u8>, Unreadable> {
    let (bytes, width, height) = (image.as_bytes(), image.width(), image.height());
    let encoder = if image.color().has_alpha() {
        Encoder::from_rgba(bytes, width, height)
    } else {
        Encoder::from_rgb(bytes, width, height)
    };
    let mut config = WebPConfig::new().map_err(|()| Unreadable::Broken)?;
    config.quality = WEBP_QUALITY;
    config.method = WEBP_METHOD;
    let encoded = encoder.encode_advanced(&config).map_err(|_| Unreadable::Broken)?;
    Ok(encoded.to_vec())
}
