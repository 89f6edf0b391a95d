//! Photos that look alike (相似的照片): the same picture in another file, a burst, one sent on and saved anew. They are
//! shown side by side to who decides about them and who picks among them; nothing is ever removed for it.

use serde::{Deserialize, Serialize};

use crate::ids::{EntryId, MediaId};

/// Answer of `GET /api/v1/entries/{id}/alike`: what of an entry's photos looks like others of its branch, as far as the
/// caller may see both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Alike {
    /// Each holds at least one photo of the entry.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::MEDIA_MAX)))]
    pub groups: Vec<AlikeGroup>,
}

/// Photos of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlikeGroup {
    /// The same picture, or near-duplicates; those of the entry first, then the newest.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::ALIKE_SHOWN_MAX)))]
    pub same: Vec<AlikeItem>,
    /// Perhaps of the same thing: for people to look at.
    #[cfg_attr(feature = "schema", schemars(length(max = crate::limits::ALIKE_SHOWN_MAX)))]
    pub near: Vec<AlikeItem>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlikeItem {
    /// Which.
    pub media: MediaId,
    /// Its entry.
    pub entry: EntryId,
    /// That entry's title; may be empty.
    pub title: String,
    /// What was written under it; may be empty.
    pub caption: String,
    /// Somebody refused or withdrew consent to it.
    pub barred: bool,
    /// A placeholder, as in the item's record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumb_hash: Option<String>,
}
