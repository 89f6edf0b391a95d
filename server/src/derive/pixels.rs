//! Decodes a picture into 8-bit RGB or RGBA pixels. Runs only in the child process, and only on
//! files that `header::admit` let pass. Does not orient and does not convert colours.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use shared::limits::{DECODE_BYTES_MAX, PICTURE_SIDE_PX_MAX};

use super::header;
use super::heif;
use super::reason::Unreadable;
use super::sniff::Kind;

/// A decoded picture, as it lies in the file.
pub struct Picture {
    /// `ImageRgb8`, or `ImageRgba8` where the file has transparency.
    pub image: DynamicImage,
    /// The embedded colour profile, if any.
    pub profile: Option<Vec<u8>>,
    /// How the picture must be turned to stand upright.
    pub orientation: Orientation,
}

impl Picture {
    /// Width and height in pixels once the picture stands upright.
    pub fn upright(&self) -> (u32, u32) {
        let (width, height) = (self.image.width(), self.image.height());
        match self.orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => (height, width),
            _ => (width, height),
        }
    }
}

/// Decodes a file of a known kind.
///
/// # Errors
/// Those of [`header::admit`], and `Broken` where the decoder gives up.
pub fn decode(kind: Kind, file: &[u8]) -> Result<Picture, Unreadable> {
    header::admit(kind, file)?;
    let format = match kind {
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Png => ImageFormat::Png,
        Kind::WebP => ImageFormat::WebP,
        Kind::Gif => ImageFormat::Gif,
        Kind::Heif => return heif::decode(file),
        _ => return Err(Unreadable::NoDecoder),
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(PICTURE_SIDE_PX_MAX);
    limits.max_image_height = Some(PICTURE_SIDE_PX_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(broken)?;
    // This way of decoding does not count the output buffer against the limit by itself.
    limits.reserve(decoder.total_bytes()).map_err(|_| Unreadable::TooLarge)?;
    decoder.set_limits(limits).map_err(broken)?;
    let profile = decoder.icc_profile().unwrap_or_default();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    let image = if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.into_rgb8())
    };
    Ok(Picture { image, profile, orientation })
}

fn broken(_: image::ImageError) -> Unreadable {
    Unreadable::Broken
}
