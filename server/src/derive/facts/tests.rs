//! Facts of files made here, clean and hostile.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::ImageFormat;
use shared::limits::{CAMERA_TEXT_MAX, EXIF_BYTES_MAX};

use super::*;
use crate::derive::samples::{encoded, jpeg, jpeg_segment, png_chunk, png_with, quarters, tagged_webp};

fn ascii(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

fn place(degrees: u32, minutes: u32, hundredths: u32) -> Value {
    let part = |num, denom| Rational { num, denom };
    Value::Rational(vec![part(degrees, 1), part(minutes, 1), part(hundredths, 100)])
}

fn block(fields: &[(Tag, Value)]) -> Vec<u8> {
    let fields: Vec<Field> = fields
        .iter()
        .map(|(tag, value)| Field { tag: *tag, ifd_num: In::PRIMARY, value: value.clone() })
        .collect();
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, true).unwrap();
    out.into_inner()
}

/// A phone's block: Beijing, a padded maker, an offset.
fn phones() -> Vec<(Tag, Value)> {
    vec![
        (Tag::Make, Value::Ascii(vec![b"HUAWEI".to_vec(), Vec::new(), Vec::new()])),
        (Tag::Model, ascii(" ELE-AL00 ")),
        (Tag::DateTimeOriginal, ascii("2019:09:21 14:03:07")),
        (Tag::OffsetTimeOriginal, ascii("+08:00")),
        (Tag::GPSLatitudeRef, ascii("N")),
        (Tag::GPSLatitude, place(39, 54, 2_700)),
        (Tag::GPSLongitudeRef, ascii("E")),
        (Tag::GPSLongitude, place(116, 23, 3_000)),
    ]
}

fn in_jpeg(block: &[u8]) -> Vec<u8> {
    let plain = jpeg(&quarters(40, 24), None);
    let segment = jpeg_segment(0xE1, &[b"Exif\0\0", block].concat());
    [&plain[..2], &segment, &plain[2..]].concat()
}

fn of(fields: &[(Tag, Value)]) -> Facts {
    read(&in_jpeg(&block(fields)))
}

fn with(tag: Tag, value: Value) -> Facts {
    let kept = phones().into_iter().filter(|(other, _)| *other != tag);
    of(&kept.chain([(tag, value)]).collect::<Vec<_>>())
}

#[test]
fn a_photo_says_the_same_in_every_kind_of_file() {
    let block = block(&phones());
    let facts = read(&in_jpeg(&block));
    assert_eq!((facts.make.as_deref(), facts.model.as_deref()), (Some("HUAWEI"), Some("ELE-AL00")));
    assert_eq!(facts.position, Some(Position { latitude_e7: 399_075_000, longitude_e7: 1_163_916_667 }));
    let taken = facts.taken.expect("a time");
    assert_eq!(taken.local.to_string(), "2019-09-21T14:03:07");
    assert_eq!(taken.offset, Some(Offset { minutes: 480, source: OffsetSource::OffsetTimeOriginal }));
    let png = png_with(&encoded(&quarters(40, 24), ImageFormat::Png), &[png_chunk(b"eXIf", &block)]);
    let mut webp = tagged_webp(&encoded(&quarters(40, 24), ImageFormat::WebP), (40, 24), 1);
    let at = webp.windows(4).position(|name| name == b"EXIF").unwrap();
    let chunk = [b"EXIF".as_slice(), &(block.len() as u32).to_le_bytes(), &block].concat();
    webp.splice(at..at, chunk);
    let without_scan = Facts { scan_sha256: None, ..facts };
    assert_eq!(read(&png), without_scan);
    assert_eq!(read(&webp), without_scan);
    assert_eq!(read(b"<svg/>"), Facts::default());
}

#[test]
fn an_offset_is_the_nearest_to_the_moment_and_no_other_zone_is_thought_up() {
    let dated = |offsets: &[(Tag, &str)]| {
        let mut fields = vec![(Tag::DateTimeOriginal, ascii("2019:09:21 14:03:07"))];
        fields.extend(offsets.iter().map(|(tag, text)| (*tag, ascii(text))));
        of(&fields).taken.expect("a time").offset.map(|offset| (offset.minutes, offset.source))
    };
    let (original, digitized, plain) = (Tag::OffsetTimeOriginal, Tag::OffsetTimeDigitized, Tag::OffsetTime);
    let all = [(plain, "+01:00"), (digitized, "-03:30"), (original, "+08:00")];
    assert_eq!(dated(&all), Some((480, OffsetSource::OffsetTimeOriginal)));
    assert_eq!(dated(&all[..2]), Some((-210, OffsetSource::OffsetTimeDigitized)));
    assert_eq!(dated(&all[..1]), Some((60, OffsetSource::OffsetTime)));
    assert_eq!(dated(&[]), None);
    assert_eq!(dated(&[(original, "   :  "), (plain, "+01:00")]), Some((60, OffsetSource::OffsetTime)));
    assert_eq!(dated(&[(original, "+25:00")]), None);
    let undated = of(&[(Tag::OffsetTimeOriginal, ascii("+08:00"))]);
    assert_eq!(undated.taken, None, "an offset alone is no time");
}

#[test]
fn what_cannot_be_so_is_not_said_and_takes_nothing_else_with_it() {
    for date in
        ["    :  :     :  :  ", "0000:00:00 00:00:00", "2019:13:01 00:00:00", "2019:09:31 00:00:00", "today"]
    {
        let facts = with(Tag::DateTimeOriginal, ascii(date));
        assert_eq!((facts.taken, facts.make.as_deref()), (None, Some("HUAWEI")), "{date}");
    }
    assert_eq!(with(Tag::Make, ascii("\u{1}\n ")).make, None);
    let long = "药".repeat(CAMERA_TEXT_MAX + 9);
    assert_eq!(with(Tag::Model, ascii(&long)).model.map(|text| text.chars().count()), Some(CAMERA_TEXT_MAX));
    let nowhere = [
        with(Tag::GPSLatitude, place(91, 0, 0)),
        with(Tag::GPSLatitudeRef, ascii("?")),
        with(Tag::GPSLatitude, Value::Rational(vec![Rational { num: 39, denom: 0 }; 3])),
        with(Tag::GPSLongitude, Value::Rational(vec![])),
        with(Tag::GPSLongitude, ascii("116")),
    ];
    for facts in nowhere {
        assert_eq!((facts.position, facts.make.as_deref()), (None, Some("HUAWEI")));
    }
    let zero = |tag| (tag, place(0, 0, 0));
    let ocean =
        [(Tag::GPSLatitudeRef, ascii("N")), zero(Tag::GPSLatitude), (Tag::GPSLongitudeRef, ascii("E"))];
    assert_eq!(of(&[&ocean[..], &[zero(Tag::GPSLongitude)]].concat()).position, None);
    assert_eq!(
        with(Tag::GPSLatitudeRef, ascii("S")).position.map(|found| found.latitude_e7),
        Some(-399_075_000)
    );
}

#[test]
fn a_broken_block_says_less_and_harms_nothing() {
    let file = in_jpeg(&block(&phones()));
    let whole = read(&file);
    for at in 2..400 {
        let mut flipped = file.clone();
        flipped[at] ^= 0xFF;
        for broken in [read(&file[..at]), read(&flipped)] {
            assert_eq!(answer::parse(&answer::write(&broken)), Some(broken));
        }
    }
    assert_eq!(answer::parse(&answer::write(&whole)), Some(whole));
    let png = encoded(&quarters(40, 24), ImageFormat::Png);
    let mut long = block(&phones());
    long.resize(EXIF_BYTES_MAX, 0);
    let sized = |block: &[u8]| read(&png_with(&png, &[png_chunk(b"eXIf", block)]));
    assert!(sized(&long).taken.is_some());
    long.push(0);
    assert_eq!(sized(&long), Facts::default());
}

#[test]
fn an_answer_that_no_file_could_give_is_none() {
    let said = |json: &str| answer::parse(format!("MPF1{json}").as_bytes());
    let all = |taken: &str, make: &str, position: &str| {
        format!(r#"{{"taken":{taken},"make":{make},"model":null,"position":{position},"scan_sha256":null}}"#)
    };
    let taken = |local: &str, offset: &str| format!(r#"{{"local":"{local}","offset":{offset}}}"#);
    let good = taken("2019-09-21T14:03:07", r#"{"minutes":480,"source":"offset_time"}"#);
    assert!(said(&all(&good, r#""A""#, r#"{"latitude_e7":1,"longitude_e7":-2}"#)).is_some());
    let lies = [
        all(&taken("2019-09-21T14:03:07", r#"{"minutes":900,"source":"offset_time"}"#), "null", "null"),
        all(&taken("2019-09-21T14:03:07", r#"{"minutes":480,"source":"phone"}"#), "null", "null"),
        all(&taken("0001-09-21T14:03:07", "null"), "null", "null"),
        all(&taken("2019-09-21T14:03:07.5", "null"), "null", "null"),
        all("null", r#""A\u0000B""#, "null"),
        all("null", r#""""#, "null"),
        all("null", &format!(r#""{}""#, "A".repeat(CAMERA_TEXT_MAX + 1)), "null"),
        all("null", "null", r#"{"latitude_e7":900000001,"longitude_e7":0}"#),
        all("null", "null", r#"{"latitude_e7":-2147483648,"longitude_e7":0}"#),
        all("null", "null", "null").replace("model", "mode"),
        "{".to_owned(),
    ];
    for lie in lies {
        assert_eq!(said(&lie), None, "{lie}");
    }
    assert_eq!(answer::parse(b"MPF"), None);
}

#[test]
fn a_coded_picture_is_known_again_whatever_stands_around_it() {
    let (picture, other) = (jpeg(&quarters(40, 24), None), jpeg(&quarters(24, 40), None));
    let hash = |file: &[u8]| read(file).scan_sha256;
    assert_eq!(hash(&in_jpeg(&block(&phones()))), hash(&picture));
    assert_eq!(hash(&[&picture[..], b"behind the end"].concat()), hash(&picture));
    let commented = [&picture[..2], &jpeg_segment(0xFE, b"a word"), &picture[2..]].concat();
    assert_eq!(hash(&commented), hash(&picture));
    assert_ne!(hash(&other), hash(&picture));
    assert_eq!(hash(&picture[..picture.len() - 2]), None);
    let mut flipped = picture.clone();
    let last = flipped.len() - 20;
    flipped[last] ^= 1;
    assert_ne!(hash(&flipped), hash(&picture));
}
