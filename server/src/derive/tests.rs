//! What becomes of good, odd and hostile pictures.

use image::{DynamicImage, GenericImageView, ImageFormat, Rgba, RgbaImage};

use super::reason::Unreadable;
use super::samples::*;
use super::strip::{self, Piece};
use super::{Derived, Size, Want, answer, derive};

fn picture(derived: &Derived, size: Size) -> DynamicImage {
    let rendition = derived.renditions.iter().find(|each| each.size == size).unwrap();
    image::load_from_memory_with_format(&rendition.webp, ImageFormat::WebP).unwrap()
}

fn near(picture: &DynamicImage, (x, y): (u32, u32), expected: [u8; 3]) -> bool {
    let [r, g, b, _] = picture.get_pixel(x, y).0;
    [r, g, b].iter().zip(expected).all(|(is, should)| is.abs_diff(should) < 30)
}

fn stands_upright(picture: &DynamicImage) -> bool {
    let (w, h) = picture.dimensions();
    near(picture, (w / 4, h / 4), [220, 20, 20])
        && near(picture, (w * 3 / 4, h / 4), [20, 200, 20])
        && near(picture, (w / 4, h * 3 / 4), [20, 20, 220])
        && near(picture, (w * 3 / 4, h * 3 / 4), [250, 250, 250])
}

fn copy(file: &[u8]) -> Vec<u8> {
    let pieces = strip::plan(file).unwrap();
    let joined: Vec<u8> = pieces
        .iter()
        .flat_map(|piece| match piece {
            Piece::Kept(range) => file[range.clone()].to_vec(),
            Piece::Made(bytes) => bytes.clone(),
        })
        .collect();
    assert_eq!(joined.len(), strip::length(&pieces));
    joined
}

#[test]
fn all_sixteen_orientations_stand_upright_in_picture_and_copy() {
    for (width, height) in [(400, 240), (240, 400)] {
        for orientation in 1..=8 {
            let file = phone_jpeg(&stored_as(&quarters(width, height), orientation), orientation);
            for file in [copy(&file), file] {
                let derived = derive(&file, Want::Photo).unwrap();
                assert_eq!((derived.width_px, derived.height_px), (width, height), "{orientation}");
                assert!(stands_upright(&picture(&derived, Size::Thumb)), "{orientation} thumb");
                assert!(stands_upright(&picture(&derived, Size::Preview)), "{orientation} preview");
            }
        }
    }
}

#[test]
fn pictures_shrink_to_their_side_and_are_never_enlarged() {
    let derived = derive(&jpeg(&quarters(2400, 1200), None), Want::Photo).unwrap();
    let sides: Vec<_> =
        derived.renditions.iter().map(|each| (each.size, each.width_px, each.height_px)).collect();
    assert_eq!(sides, [(Size::Preview, 1600, 800), (Size::Thumb, 320, 160)]);
    let small = derive(&jpeg(&quarters(40, 30), None), Want::Photo).unwrap();
    assert_eq!(picture(&small, Size::Preview).dimensions(), (40, 30));
    let sketch = derive(&jpeg(&quarters(800, 400), None), Want::Sketch).unwrap();
    assert_eq!(picture(&sketch, Size::Sketch).dimensions(), (640, 320));
}

#[test]
fn a_made_picture_carries_nothing_of_the_files_metadata() {
    let derived = derive(&phone_jpeg(&quarters(400, 240), 6), Want::Photo).unwrap();
    for rendition in derived.renditions {
        assert!(!holds(&rendition.webp, CANARY));
        assert!(!holds(&rendition.webp, b"EXIF") && !holds(&rendition.webp, b"II*\0"));
    }
}

#[test]
fn a_jpeg_copy_has_the_same_coded_picture_and_no_position() {
    let file = phone_jpeg(&quarters(400, 240), 1);
    let copied = copy(&file);
    assert!(!holds(&copied, CANARY) && !holds(&copied, b"Exif"));
    assert!(copied.ends_with(&[0xFF, 0xD9]) && copied.len() < file.len() / 2);
    assert_eq!(copied, jpeg(&quarters(400, 240), None));
}

#[test]
fn a_jpeg_copy_keeps_the_colour_profile() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let file = jpeg(&quarters(80, 60), Some(profile.clone()));
    assert!(holds(&copy(&file), &profile));
}

#[test]
fn a_png_copy_keeps_the_picture_and_the_way_up_alone() {
    let upright = quarters(60, 40);
    let plain = encoded(&stored_as(&upright, 6), ImageFormat::Png);
    let text = png_chunk(b"tEXt", &[b"Comment\0", CANARY].concat());
    let mut file = png_with(&plain, &[text, png_chunk(b"eXIf", &exif(6)), png_chunk(b"prVt", CANARY)]);
    file.extend(CANARY);
    let copied = copy(&file);
    assert!(!holds(&copied, CANARY));
    let decoded = image::load_from_memory(&copied).unwrap();
    assert_eq!(decoded.as_bytes(), stored_as(&upright, 6).as_bytes());
    assert!(stands_upright(&picture(&derive(&copied, Want::Photo).unwrap(), Size::Preview)));
}

#[test]
fn a_webp_copy_keeps_the_picture_and_the_way_up_alone() {
    let stored = stored_as(&quarters(60, 40), 8);
    let plain = encoded(&stored, ImageFormat::WebP);
    let mut file = tagged_webp(&plain, stored.dimensions(), 8);
    file.extend(CANARY);
    let copied = copy(&file);
    assert!(!holds(&copied, CANARY));
    assert_eq!(image::load_from_memory(&copied).unwrap().to_rgb8(), stored.to_rgb8());
    assert!(stands_upright(&picture(&derive(&copied, Want::Photo).unwrap(), Size::Preview)));
    let untagged = copy(&tagged_webp(&plain, stored.dimensions(), 1));
    assert!(!holds(&untagged, b"EXIF") && untagged[20] == 0);
}

#[test]
fn what_cannot_be_copied_safely_is_not_copied() {
    let whole = jpeg(&quarters(60, 40), None);
    let png = encoded(&quarters(60, 40), ImageFormat::Png);
    let garbled = [&whole[..20], b"garbage", &whole[20..]].concat();
    let cases: [&[u8]; 6] = [
        b"\0\0\0\x18ftypisom",
        b"\0\0\0\x18ftypheic",
        b"GIF89a",
        b"\xFF\xD8\xFF\xD9",
        &garbled,
        &png[..png.len() - 9],
    ];
    for file in cases {
        assert_eq!(strip::plan(file), Err(strip::Unavailable));
    }
}

#[test]
fn transparency_and_sixteen_bit_depth_survive() {
    let glass = DynamicImage::ImageRgba8(RgbaImage::from_pixel(500, 500, Rgba([200, 100, 50, 64])));
    let derived = derive(&encoded(&glass, ImageFormat::Png), Want::Photo).unwrap();
    let [_, _, _, alpha] = picture(&derived, Size::Thumb).get_pixel(100, 100).0;
    assert!(alpha.abs_diff(64) < 4, "{alpha}");
    let deep = DynamicImage::ImageRgb16(quarters(500, 300).to_rgb16());
    let derived = derive(&encoded(&deep, ImageFormat::Png), Want::Photo).unwrap();
    assert!(stands_upright(&picture(&derived, Size::Thumb)));
}

#[test]
fn a_wide_gamut_picture_is_converted_to_srgb() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let image = DynamicImage::ImageRgb8(image::RgbImage::from_pixel(64, 64, image::Rgb([120, 200, 80])));
    let plain = derive(&jpeg(&image, None), Want::Photo).unwrap();
    let wide = derive(&jpeg(&image, Some(profile)), Want::Photo).unwrap();
    let red = |derived| picture(derived, Size::Preview).get_pixel(30, 30).0[0];
    assert!(near(&picture(&plain, Size::Preview), (30, 30), [120, 200, 80]));
    assert!(red(&plain) > red(&wide) + 20, "{} {}", red(&plain), red(&wide));
}

#[test]
fn a_bombs_header_is_enough_to_refuse_it() {
    let mut big_jpeg = jpeg(&quarters(60, 40), None);
    let frame = big_jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    big_jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
    let mut big_png = encoded(&quarters(60, 40), ImageFormat::Png);
    big_png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    let mut big_webp = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
    big_webp.extend([0xFE, 0x3F, 0, 0xFE, 0x3F, 0]);
    for file in [big_jpeg, big_png, big_webp] {
        assert_eq!(derive(&file, Want::Photo), Err(Unreadable::TooLarge));
    }
}

#[test]
fn a_jpeg_of_three_thousand_scans_is_refused_unread() {
    let plain = jpeg(&quarters(60, 40), None);
    let scan = plain.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    let file =
        [&plain[..scan], &jpeg_segment(0xDA, &[1, 1, 0, 0, 63, 0]).repeat(3000), &plain[scan..]].concat();
    assert_eq!(derive(&file, Want::Photo), Err(Unreadable::TooManyScans));
}

#[test]
fn no_cut_and_no_flipped_byte_does_more_than_fail() {
    let files = [
        phone_jpeg(&quarters(40, 24), 6),
        encoded(&quarters(40, 24), ImageFormat::Png),
        tagged_webp(&encoded(&quarters(40, 24), ImageFormat::WebP), (40, 24), 6),
        encoded(&quarters(40, 24), ImageFormat::Gif),
    ];
    for file in files {
        for at in (0..file.len()).step_by(3) {
            let _cut = (derive(&file[..at], Want::Photo), strip::plan(&file[..at]));
            let mut flipped = file.clone();
            flipped[at] ^= 0xFF;
            let _flipped = (derive(&flipped, Want::Sketch), strip::plan(&flipped));
        }
    }
}

#[test]
fn an_answer_comes_back_as_it_was_and_no_other_bytes_pass() {
    let derived = derive(&jpeg(&quarters(400, 240), None), Want::Photo);
    let bytes = answer::write(&derived);
    assert_eq!(answer::parse(&bytes, Want::Photo), Some(derived));
    assert_eq!(answer::parse(&bytes, Want::Sketch), None);
    for cut in 0..bytes.len() {
        assert_eq!(answer::parse(&bytes[..cut], Want::Photo), None);
    }
    assert_eq!(answer::parse(&[&bytes[..], b"x"].concat(), Want::Photo), None);
    let mut lie = bytes;
    lie[5] ^= 0x0F;
    assert_eq!(answer::parse(&lie, Want::Photo), None);
    for reason in Unreadable::ALL {
        assert_eq!(answer::parse(&answer::write(&Err(reason)), Want::Photo), Some(Err(reason)));
    }
    assert_eq!(answer::parse(b"MPD1\x63", Want::Photo), None);
}
