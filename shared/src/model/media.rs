//! Media (素材): a photo, clip or voice; the untouched original and what was said of it.

use serde::{Deserialize, Serialize};

use super::leaf::Leaves;
use crate::{
    ids::{AccountId, BranchId, Digest, EntryId},
    json::{Read, Write},
};

/// The record of kind `media`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaBody {
    /// What was recorded and written; covered by the entry's digest.
    pub content: MediaContent,
    /// What the server knows of the bytes; outside the digest.
    pub rest: MediaRest,
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaContent {
    /// The entry it belongs to.
    pub entry: EntryId,
    /// That entry's branch.
    pub branch: BranchId,
    /// Who recorded it.
    pub recorder: AccountId,
    /// Of the bytes as the browser handed them over.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub sha256: Digest,
    /// Length of those bytes.
    pub size_bytes: u64,
    /// What it is.
    pub kind: MediaKind,
    /// Leaves `caption`, `phase`, `people`.
    pub leaves: Leaves,
    /// What the phone claimed about where the bytes came from. A claim, never a proof.
    pub provenance: Provenance,
}

/// What a media item is.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, Hash, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// 照片.
    Photo,
    /// 短视频.
    Clip,
    /// 录音.
    Voice,
}

/// The phone's claims; browsers drop positions and re-encode, so a missing value says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provenance {
    /// `camera`, `picker`, `file`, `recorder` or `drop`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CLAIM_MAX)))]
    pub source: String,
    /// The file's name as the browser told it.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CLAIM_MAX)))]
    pub name: String,
    /// The type as the browser told it; sniffing decides.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::CLAIM_MAX)))]
    pub mime: String,
    /// The file's own time as the browser told it, in ms since 1970 UTC.
    #[serde(default)]
    pub modified_at: Option<i64>,
    /// The phone's zone at capture, minutes east of UTC.
    #[serde(default)]
    pub offset: Option<i32>,
    /// Sketch made on the phone: its own bytes under their own hash.
    #[serde(default)]
    #[cfg_attr(feature = "ts", tsify(type = "string | undefined"))]
    pub sketch: Option<Digest>,
}

/// What the server knows of the bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaRest {
    /// The original.
    pub original: Arrival,
    /// The sketch.
    pub sketch: Arrival,
    /// Thumb and preview.
    pub derived: Derived,
    /// Width of the upright picture, once known.
    pub width_px: Option<u32>,
    /// Height of the upright picture, once known.
    pub height_px: Option<u32>,
    /// When it was taken, as the file says: the wall clock there, like `2019-09-21T14:03:07`, followed by its offset
    /// from UTC (`+08:00`) where file or phone name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    /// A placeholder to draw until the thumb is there: a ThumbHash of at most 25 bytes, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumb_hash: Option<String>,
    /// When it was found that the original shows something else than the sketch, in ms since 1970 UTC:
    /// whoever approved by the sketch is asked to look again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs_at: Option<i64>,
    /// Length of a clip or voice in milliseconds, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// There is something to play that every browser plays.
    #[serde(default)]
    pub playable: bool,
    /// Refused or withdrawn for some item with the same bytes: kept from all but the office,
    /// the recorder and the author.
    #[serde(default)]
    pub barred: bool,
    /// Arrived after submission from a contributor; outside content and digest until taken in.
    #[serde(default)]
    pub offered: bool,
}

/// Whether bytes are here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// Still on somebody's phone.
    #[default]
    Expected,
    /// Here, with the hash that was named.
    Arrived,
}

/// Whether there is a picture to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Derived {
    /// Not yet.
    #[default]
    Waiting,
    /// Thumb and preview are there.
    Ready,
    /// The bytes cannot be shown here; the original stays downloadable.
    Unreadable,
    /// This server makes no preview of this format.
    Unsupported,
}
