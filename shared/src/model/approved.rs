//! The approved copy (已通过的版本): what counts anywhere. Frozen by an approval, pinned by its
//! digest; a reopened entry keeps it until the next verdict.

use serde::{Deserialize, Serialize};

use super::{entry::EntryContent, record::RecordId};
use crate::{
    ids::{AccountId, Digest, EntryId, OpId},
    json::{Read, Write},
};

/// The record of kind `approved`; its id is the entry's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApprovedBody {
    /// The entry it is a copy of.
    pub entry: EntryId,
    /// The entry's own leaves as approved.
    pub content: EntryContent,
    /// Media and quotes by id and leaf hash; their words and names come as records of their own,
    /// so that one of them can be withdrawn alone.
    pub items: Vec<ApprovedItem>,
    /// Digest over all of it.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub digest: Digest,
    /// Which submission it was.
    pub version: u32,
    /// The verdict that made it.
    pub verdict: OpId,
    /// Who approved.
    pub by: AccountId,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// An item of an approved copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApprovedItem {
    /// Which media or quote.
    pub item: RecordId,
    /// What its head and leaves hashed to.
    #[cfg_attr(feature = "ts", tsify(type = "string"))]
    pub digest: Digest,
}
