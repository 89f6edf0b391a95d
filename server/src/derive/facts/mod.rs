//! What a file says of itself (照片信息): when it was taken, with what, where, and whether its coded picture is one
//! we know. Read in the child without any decoder, apart from the pictures: a block that brings its reader down costs
//! its own facts and nothing else.
//!
//! A broken block gives no facts and is never an error. None of this stands in a log, in a picture or in a copy.

pub mod answer;
mod block;
mod fields;
mod scan;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use shared::ids::Digest;
use shared::limits::CAMERA_TEXT_MAX;
use shared::wire::facts::{OffsetSource, Position};

use super::sniff::{Kind, sniff};

/// Degrees are kept in units of 10⁻⁷, some centimetres.
pub const DEGREE: i32 = 10_000_000;

/// What was found; what was not is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// When the picture was taken.
    pub taken: Option<Taken>,
    /// Maker of the camera; 1 to `CAMERA_TEXT_MAX` characters.
    pub make: Option<String>,
    /// The camera; 1 to `CAMERA_TEXT_MAX` characters.
    pub model: Option<String>,
    /// Where it was taken.
    pub position: Option<Position>,
    /// Of a JPEG's coded picture without everything around it: the same picture with other metadata has the same.
    pub scan_sha256: Option<Digest>,
}

/// The wall clock's time where the picture was taken. Without an offset nobody knows which instant that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// From `DateTimeOriginal`; whole seconds.
    pub local: DateTime,
    /// How far that clock was from UTC, where the file says it.
    pub offset: Option<Offset>,
}

impl fmt::Display for Taken {
    /// `2019-09-21T14:03:07`, with `+08:00` after it where the offset is known.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.local)?;
        let Some(offset) = self.offset else { return Ok(()) };
        let (sign, minutes) = (if offset.minutes < 0 { '-' } else { '+' }, offset.minutes.unsigned_abs());
        write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// A clock's distance from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offset {
    /// Minutes east of UTC, at most [`OFFSET_MINUTES_MAX`] either way.
    pub minutes: i32,
    /// Who says so.
    pub source: OffsetSource,
}

/// The farthest zone: Kiribati is 14 hours ahead.
pub const OFFSET_MINUTES_MAX: i32 = 14 * 60;

/// Whether files of this kind can say anything.
pub fn may_speak(kind: Kind) -> bool {
    matches!(kind, Kind::Jpeg | Kind::Png | Kind::WebP | Kind::Heif | Kind::Avif)
}

/// Reads a whole file. Only the child and tests call this.
pub fn read(file: &[u8]) -> Facts {
    let kind = sniff(file);
    let mut facts = block::find(kind, file).and_then(fields::read).unwrap_or_default();
    if kind == Kind::Jpeg {
        facts.scan_sha256 = scan::sha256(file);
    }
    facts
}

impl Facts {
    /// Whether every value is one that [`read`] could have found: the reader has read a stranger's file.
    fn is_sound(&self) -> bool {
        let text = |text: &Option<String>| {
            text.as_deref().is_none_or(|text| fields::cleaned(text).as_deref() == Some(text))
        };
        let taken = self.taken.is_none_or(|taken| {
            fields::is_year(taken.local.year())
                && taken.local.subsec_nanosecond() == 0
                && taken.offset.is_none_or(|offset| {
                    offset.minutes.abs() <= OFFSET_MINUTES_MAX && offset.source != OffsetSource::Phone
                })
        });
        text(&self.make) && text(&self.model) && taken && self.position.is_none_or(is_on_earth)
    }
}

fn is_on_earth(position: Position) -> bool {
    position.latitude_e7.unsigned_abs() <= 90 * DEGREE.unsigned_abs()
        && position.longitude_e7.unsigned_abs() <= 180 * DEGREE.unsigned_abs()
}

/// Longest text in bytes that the two texts of a camera may take in JSON, where a character takes six at most.
const TEXTS_BYTES_MAX: usize = 2 * 6 * CAMERA_TEXT_MAX;
