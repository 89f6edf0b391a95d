//! What screens show: read-only answers from what the phone holds with its pending ops on top.
//! One question, one answer; nothing here changes the engine.

use serde::{Deserialize, Serialize};

use crate::ids::{BranchId, Digest, EntryId};

mod types;

pub use types::*;

/// A screen's question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "view", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Query {
    /// Who this is and what may be offered; answers [`MeView`].
    Me,
    /// Fixed lists and limits; answers [`Lists`].
    Lists,
    /// Entries, newest first; answers [`EntryRow`]s.
    Entries {
        /// Of one branch; of all when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        branch: Option<BranchId>,
    },
    /// One entry in full; answers [`EntryView`] or `null`.
    Entry {
        /// Which.
        entry: EntryId,
    },
    /// Submitted entries that this person may decide, oldest first; answers [`EntryRow`]s.
    Review,
    /// What changed in an entry since its content had a digest; answers [`Difference`]s, or `null`
    /// where the phone no longer knows what was seen.
    Changes {
        /// Which entry.
        entry: EntryId,
        /// The digest seen.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        seen: Digest,
    },
    /// Own hours; answers [`HoursView`].
    Hours,
    /// What is not at the server; answers [`OutboxView`].
    Outbox,
    /// Bytes that may be sent now, most useful first; answers [`super::UploadTask`]s.
    Uploads,
    /// People of a branch by name; answers [`PersonRow`]s.
    People {
        /// Which branch.
        branch: BranchId,
    },
}
