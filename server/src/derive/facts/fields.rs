//! Reads an EXIF block (CIPA DC-008, 2.32). Takes six facts out of it and leaves the rest alone, maker notes among it.

use exif::{Exif, In, Rational, Reader, Tag, Value};
use jiff::civil::DateTime;
use shared::limits::CAMERA_TEXT_MAX;
use shared::wire::facts::{OffsetSource, Position};

use super::{DEGREE, Facts, OFFSET_MINUTES_MAX, Offset, Taken, is_on_earth};

/// Who may say how far the clock was from UTC, the nearest to `DateTimeOriginal` first.
const OFFSETS: [(Tag, OffsetSource); 3] = [
    (Tag::OffsetTimeOriginal, OffsetSource::OffsetTimeOriginal),
    (Tag::OffsetTimeDigitized, OffsetSource::OffsetTimeDigitized),
    (Tag::OffsetTime, OffsetSource::OffsetTime),
];

/// The facts of a block; `None` where it is no block at all. Of one that is broken half-way, what stands before.
pub fn read(block: Vec<u8>) -> Option<Facts> {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    let read = reader.read_raw(block);
    let exif = read.or_else(|error| error.distill_partial_result(|_| ())).ok()?;
    Some(Facts {
        taken: taken(&exif),
        make: text(&exif, Tag::Make),
        model: text(&exif, Tag::Model),
        position: position(&exif),
        scan_sha256: None,
    })
}

/// Years of photographs: the first is of 1826, and a date of ours ends with 2199.
pub fn is_year(year: i16) -> bool {
    (1826..=2199).contains(&year)
}

/// A text as a person may read it: up to its first NUL, without control characters and space around it.
pub fn cleaned(text: &str) -> Option<String> {
    let text = text.split('\0').next().unwrap_or_default();
    let kept: String = text.trim().chars().filter(|sign| !sign.is_control()).take(CAMERA_TEXT_MAX).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

fn ascii(exif: &Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(parts) => parts.first().map(Vec::as_slice),
        _ => None,
    }
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    cleaned(&String::from_utf8_lossy(ascii(exif, tag)?))
}

fn taken(exif: &Exif) -> Option<Taken> {
    let said = exif::DateTime::from_ascii(ascii(exif, Tag::DateTimeOriginal)?).ok()?;
    let part = |value: u8| i8::try_from(value).ok();
    let local = DateTime::new(
        i16::try_from(said.year).ok().filter(|year| is_year(*year))?,
        part(said.month)?,
        part(said.day)?,
        part(said.hour)?,
        part(said.minute)?,
        part(said.second)?,
        0,
    );
    Some(Taken {
        local: local.ok()?,
        offset: OFFSETS.iter().find_map(|(tag, source)| offset(exif, *tag, *source)),
    })
}

fn offset(exif: &Exif, tag: Tag, source: OffsetSource) -> Option<Offset> {
    let mut said = exif::DateTime::from_ascii(b"2000:01:01 00:00:00").expect("a date");
    said.parse_offset(ascii(exif, tag)?).ok()?;
    let minutes = i32::from(said.offset?);
    (minutes.abs() <= OFFSET_MINUTES_MAX).then_some(Offset { minutes, source })
}

/// Only with both directions named; a receiver that found nothing writes 0° 0′, which is none.
fn position(exif: &Exif) -> Option<Position> {
    let latitude_e7 = degrees(exif, Tag::GPSLatitude)? * sign(exif, Tag::GPSLatitudeRef, b'N', b'S')?;
    let longitude_e7 = degrees(exif, Tag::GPSLongitude)? * sign(exif, Tag::GPSLongitudeRef, b'E', b'W')?;
    let position = Position { latitude_e7, longitude_e7 };
    (is_on_earth(position) && (latitude_e7, longitude_e7) != (0, 0)).then_some(position)
}

fn sign(exif: &Exif, tag: Tag, plus: u8, minus: u8) -> Option<i32> {
    match ascii(exif, tag)?.first()?.to_ascii_uppercase() {
        letter if letter == plus => Some(1),
        letter if letter == minus => Some(-1),
        _ => None,
    }
}

/// Degrees, minutes and seconds in units of 10⁻⁷ degrees.
fn degrees(exif: &Exif, tag: Tag) -> Option<i32> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else { return None };
    let [degrees, minutes, seconds] = parts.as_slice() else { return None };
    let sum = number(degrees)? + number(minutes)? / 60.0 + number(seconds)? / 3_600.0;
    let scaled = (sum * f64::from(DEGREE)).round();
    (0.0..=180.0 * f64::from(DEGREE)).contains(&scaled).then_some(scaled as i32)
}

fn number(part: &Rational) -> Option<f64> {
    (part.denom != 0).then(|| part.to_f64())
}
