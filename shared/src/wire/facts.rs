//! What a photo's file says of itself (照片信息), for those who may have its exact bytes: it tells of a person's
//! device and whereabouts. When it was taken goes to everybody who sees the item, as `taken` of its record.

use serde::{Deserialize, Serialize};

use crate::model::media::Provenance;

/// Answer of `GET /api/v1/media/{id}/facts`. What the file does not say is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaFacts {
    /// When it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Taken>,
    /// Maker of the camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CAMERA_TEXT_MAX)))]
    pub make: Option<String>,
    /// The camera.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CAMERA_TEXT_MAX)))]
    pub model: Option<String>,
    /// Width of the upright picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    /// Height of the upright picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_px: Option<u32>,
    /// Where it was taken. Phones take it out of most pictures before a browser gets them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// What the phone claimed of the file. A claim, never a proof.
    pub provenance: Provenance,
}

/// The wall clock's time where a picture was taken. Without an offset nobody knows which instant that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Taken {
    /// Date and time of that clock, like `2019-09-21T14:03:07`, from the file's `DateTimeOriginal`.
    pub local: String,
    /// How far the clock was from UTC, in minutes east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<i32>,
    /// Who says so; there where `offset` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_from: Option<OffsetSource>,
}

/// Who says how far a clock was from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OffsetSource {
    /// The file, of the time the picture was taken.
    OffsetTimeOriginal,
    /// The file, of the time it was stored.
    OffsetTimeDigitized,
    /// The file, of the time it was last changed.
    OffsetTime,
    /// The phone that recorded the item, of its own zone.
    Phone,
}

/// A place on earth (WGS 84), in units of 10⁻⁷ degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Position {
    /// North of the equator.
    #[cfg_attr(feature = "schema", schemars(range(min = -900_000_000, max = 900_000_000)))]
    pub latitude_e7: i32,
    /// East of Greenwich.
    #[cfg_attr(feature = "schema", schemars(range(min = -1_800_000_000, max = 1_800_000_000)))]
    pub longitude_e7: i32,
}

/// Answer of `GET /api/v1/media/{id}/waveform`: a voice, drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waveform {
    /// Its length, in milliseconds.
    pub duration_ms: i64,
    /// The loudest of each of equal parts, two hex digits a part, `00` to `ff`; at most `limits::WAVE_PEAKS` parts.
    pub peaks: String,
}
