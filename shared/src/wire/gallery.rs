//! A branch's gallery: media of approved entries, as committee, school and the branch itself
//! browse them. What was refused or withdrawn is never among them.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{EntryId, MediaId},
    model::{
        ActivityKind, MediaKind,
        activity::Phase,
        media::{Arrival, Derived},
    },
};

/// One page, latest day first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GalleryPage {
    /// The items.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::GALLERY_ROWS_MAX)))]
    pub items: Vec<GalleryItem>,
    /// Where the next page begins; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One item, as approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GalleryItem {
    /// Which.
    pub media: MediaId,
    /// Its entry.
    pub entry: EntryId,
    /// That entry's title.
    pub title: String,
    /// That entry's kind of activity.
    pub activity: Option<ActivityKind>,
    /// Local day the entry began, days since 1970-01-01.
    pub day: i64,
    /// Photo, clip or voice.
    pub kind: MediaKind,
    /// Before, during or after.
    pub phase: Option<Phase>,
    /// What was written under it.
    pub caption: String,
    /// Length of the original.
    pub size_bytes: u64,
    /// Whether the original is here.
    pub original: Arrival,
    /// Whether there is a picture.
    pub derived: Derived,
    /// Whether there is something to play.
    pub playable: bool,
    /// Width of the upright picture, once known.
    pub width_px: Option<u32>,
    /// Height of the upright picture, once known.
    pub height_px: Option<u32>,
    /// As in the item's record: when it was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    /// As in the item's record: a placeholder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumb_hash: Option<String>,
}
