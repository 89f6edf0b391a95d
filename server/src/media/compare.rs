//! Does the original show what its sketch showed? An approver decides by the sketch, since a bus has no signal for
//! originals; where another picture arrives, they are asked to look again. Both pictures are the server's own.

use anyhow::{Context, Result};
use image::{DynamicImage, ImageFormat, imageops::FilterType};
use shared::ids::{Digest, MediaId};
use tokio::task::spawn_blocking;

use super::{Part, original, store};
use crate::{App, derive::Size};

/// Places of 64 by which two pictures of one thing differ at most. Encoding anew, another size and other light change
/// up to 5, a cropped edge some 10; other photos 11 and more.
const SAME_PLACES_MAX: usize = 10;
/// Slopes that differ by less are no difference.
const FLAT: i32 = 6;

/// Whether both pictures are there and show different things.
///
/// # Errors
/// When a picture cannot be read back.
pub async fn differs(app: &App, media: MediaId) -> Result<bool> {
    let mut db = app.db.read().await?;
    let sketch = store::find_picture(&mut db, (media, Part::Sketch), Size::Sketch).await?;
    let thumb = store::find_picture(&mut db, (media, Part::Original), Size::Thumb).await?;
    drop(db);
    let (Some(sketch), Some(thumb)) = (sketch, thumb) else { return Ok(false) };
    let (sketch, thumb) = (decoded(app, sketch).await?, decoded(app, thumb).await?);
    Ok(spawn_blocking(move || apart(&sketch, &thumb) > SAME_PLACES_MAX).await?)
}

async fn decoded(app: &App, content: Digest) -> Result<DynamicImage> {
    let bytes = original::picture(app, content).await?;
    image::load_from_memory_with_format(&bytes, ImageFormat::WebP).context("a picture of ours is none")
}

/// How much brighter each of 8 × 8 places is than the one to its right, in steps of 256.
fn slopes(picture: &DynamicImage) -> [i32; 64] {
    let small = picture.resize_exact(9, 8, FilterType::Triangle).to_luma8();
    std::array::from_fn(|place| {
        let (x, y) = (place as u32 % 8, place as u32 / 8);
        i32::from(small.get_pixel(x, y)[0]) - i32::from(small.get_pixel(x + 1, y)[0])
    })
}

/// Places that rise in one picture and fall in the other (dHash), but for those where both are nearly flat: there
/// the grain of encoding decides.
fn apart(one: &DynamicImage, other: &DynamicImage) -> usize {
    let pairs = slopes(one).into_iter().zip(slopes(other));
    pairs.filter(|(a, b)| (*a > 0) != (*b > 0) && (a - b).abs() > FLAT).count()
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn drawn(width: u32, height: u32, value: impl Fn(f32, f32) -> f32) -> DynamicImage {
        let pixel = |x: u32, y: u32| {
            Rgb([value(x as f32 / width as f32, y as f32 / height as f32).clamp(0.0, 255.0) as u8; 3])
        };
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, pixel))
    }

    #[test]
    fn a_smaller_and_brighter_copy_is_the_same_picture_and_another_one_is_not() {
        let hill = |x: f32, y: f32| 128.0 + 90.0 * (7.0 * x).sin() * (5.0 * y).cos();
        let original = drawn(320, 240, hill);
        assert!(apart(&original, &drawn(160, 120, |x, y| hill(x, y) + 25.0)) <= SAME_PLACES_MAX);
        assert!(apart(&original, &drawn(320, 240, |x, y| hill(y, 1.0 - x))) > SAME_PLACES_MAX);
        assert!(apart(&original, &drawn(320, 240, |x, y| 255.0 - hill(x, y))) > SAME_PLACES_MAX);
        let wall =
            |grain: f32| drawn(320, 240, move |x, y| 200.0 + grain * (90.0 * x).sin() * (70.0 * y).cos());
        assert_eq!(apart(&wall(1.0), &wall(-1.0)), 0, "a white wall is a white wall");
    }
}
