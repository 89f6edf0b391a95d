//! The forms of pictures that come from phones, scanners and print shops, each shown as what it is.

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use moxcms::ColorProfile;

use super::blocks::{Form, blocks};
use super::samples::{holds, jpeg, jpeg_segment, phone_jpeg, quarters};
use super::sniff::{Kind, sniff};
use super::{Size, Want, derive};

const RED: [u8; 3] = [220, 20, 20];
const GREEN: [u8; 3] = [20, 200, 20];
const BLUE: [u8; 3] = [20, 20, 220];
const WHITE: [u8; 3] = [250, 250, 250];

fn thumb(file: &[u8]) -> DynamicImage {
    let derived = derive(file, Want::Photo).expect("it can be shown");
    let thumb = derived.renditions.iter().find(|each| each.size == Size::Thumb).expect("a thumb");
    image::load_from_memory_with_format(&thumb.webp, ImageFormat::WebP).expect("a WebP")
}

/// The colours in the middle of the four quarters, row by row.
fn colours(picture: &DynamicImage) -> [[u8; 3]; 4] {
    let (w, h) = picture.dimensions();
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| {
        let [r, g, b, _] = picture.get_pixel(w * x / 4, h * y / 4).0;
        [r, g, b]
    })
}

fn alike(is: [[u8; 3]; 4], should: [[u8; 3]; 4]) -> bool {
    is.iter().flatten().zip(should.iter().flatten()).all(|(is, should)| is.abs_diff(*should) < 24)
}

/// Forty blocks by thirty, a colour in each quarter.
fn in_quarters<const N: usize>(colours: [[u8; N]; 4], form: Form) -> Vec<u8> {
    blocks((40, 30), |x, y| colours[usize::from(y >= 15) * 2 + usize::from(x >= 20)], form)
}

#[test]
fn a_jpeg_is_shown_whether_baseline_or_progressive_with_restart_markers_or_without() {
    for progressive in [false, true] {
        for restart in [0, 1, 7, 40] {
            let form = Form { progressive, restart };
            let file = in_quarters([RED, GREEN, BLUE, WHITE], form);
            assert_eq!(file.contains(&0xD3) && holds(&file, &[0xFF, 0xD3]), restart > 0, "{form:?}");
            let shown = colours(&thumb(&file));
            assert!(alike(shown, [RED, GREEN, BLUE, WHITE]), "{form:?}: {shown:?}");
        }
    }
}

#[test]
fn the_four_inks_of_a_print_shop_are_shown_as_colours() {
    // Adobe stores inks inverted: 255 is none.
    let inks = [[220, 20, 20, 255], [20, 200, 20, 255], [20, 20, 220, 255], [250, 250, 250, 255]];
    let shown = colours(&thumb(&in_quarters(inks, Form::default())));
    assert!(alike(shown, [RED, GREEN, BLUE, WHITE]), "{shown:?}");
    let black = colours(&thumb(&in_quarters([[255, 255, 255, 10]; 4], Form::default())));
    assert!(alike(black, [[10; 3]; 4]), "{black:?}");
}

#[test]
fn adobe_rgb_is_converted_to_srgb() {
    let image = DynamicImage::ImageRgb8(RgbImage::from_pixel(64, 64, Rgb([120, 200, 80])));
    let profile = ColorProfile::new_adobe_rgb().encode().expect("a profile");
    let shown = colours(&thumb(&jpeg(&image, Some(profile))));
    // IEC 61966-2-5 to IEC 61966-2-1 by hand: gamma 2.2, the matrices of the two standards, sRGB's curve.
    assert!(alike(shown, [[51, 201, 67]; 4]), "{shown:?}");
}

#[test]
fn of_a_photo_with_a_gain_map_the_photo_is_shown() {
    let photo = phone_jpeg(&quarters(400, 240), 1);
    let gain = jpeg(&DynamicImage::ImageRgb8(RgbImage::from_pixel(100, 60, Rgb([128; 3]))), None);
    let index = [b"MPF\0MM\0*\0\0\0\x08\0\x01".as_slice(), &[0; 16]].concat();
    let gain_map = b"http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version='1.0'/>";
    let file = [&photo[..2], &jpeg_segment(0xE1, gain_map), &jpeg_segment(0xE2, &index), &photo[2..], &gain]
        .concat();
    let derived = derive(&file, Want::Photo).expect("it can be shown");
    assert_eq!((derived.width_px, derived.height_px), (400, 240));
    assert!(alike(colours(&thumb(&file)), [RED, GREEN, BLUE, WHITE]));
}

#[test]
fn deep_and_transparent_pngs_are_shown_in_eight_bits_with_their_alpha() {
    let mut file = std::io::Cursor::new(Vec::new());
    let deep = DynamicImage::ImageRgba16(
        DynamicImage::ImageRgba8(RgbaImage::from_pixel(400, 300, Rgba([220, 20, 20, 128]))).to_rgba16(),
    );
    deep.write_to(&mut file, ImageFormat::Png).expect("a PNG");
    let thumb = thumb(&file.into_inner());
    assert!(alike(colours(&thumb), [RED; 4]), "{:?}", colours(&thumb));
    assert!(thumb.get_pixel(10, 10).0[3].abs_diff(128) < 4);
}

#[test]
fn the_first_frame_of_a_moving_gif_is_shown() {
    let frame = |colour: [u8; 3]| {
        Frame::new(DynamicImage::ImageRgb8(RgbImage::from_pixel(64, 48, Rgb(colour))).to_rgba8())
    };
    let mut file = Vec::new();
    GifEncoder::new(&mut file).encode_frames([frame(RED), frame(BLUE)]).expect("a GIF");
    assert!(alike(colours(&thumb(&file)), [RED; 4]));
}

#[test]
fn a_webp_is_shown_with_and_without_loss() {
    let mut plain = std::io::Cursor::new(Vec::new());
    quarters(64, 48).write_to(&mut plain, ImageFormat::WebP).expect("a WebP");
    let lossy = webp::Encoder::from_rgb(quarters(64, 48).as_bytes(), 64, 48).encode(80.0).to_vec();
    for file in [plain.into_inner(), lossy] {
        assert_eq!(sniff(&file), Kind::WebP);
        assert!(alike(colours(&thumb(&file)), [RED, GREEN, BLUE, WHITE]));
    }
}
