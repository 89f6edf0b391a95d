//! Consent (同意): an append-only fact about one item. It is never merged; the strictest fact
//! holds until a later one names it and loosens it with new evidence (Personal Information
//! Protection Law §15; Civil Code §1019).

use serde::{Deserialize, Serialize};

use super::record::RecordId;
use crate::{
    ids::{AccountId, BranchId, ConsentId, Digest, EntryId},
    json::{Read, Write},
};

/// The record of kind `consent`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConsentBody {
    /// The item's entry.
    pub entry: EntryId,
    /// That entry's branch.
    pub branch: BranchId,
    /// The media or quote it is about.
    pub item: RecordId,
    /// The item's bytes, so that the fact reaches every copy of them in any branch.
    #[cfg_attr(feature = "ts", tsify(type = "string | undefined"))]
    pub sha256: Option<Digest>,
    /// What was said.
    pub status: ConsentStatus,
    /// How far it goes.
    pub scope: ConsentScope,
    /// How it was given or refused.
    pub how: ConsentHow,
    /// Why consent is not needed, or what the new evidence is; 0–140 characters.
    #[serde(default)]
    pub reason: String,
    /// The facts that this one loosens.
    #[serde(default)]
    pub loosens: Vec<ConsentId>,
    /// Who wrote it down.
    pub by: AccountId,
    /// Server time in ms since 1970 UTC.
    pub at: i64,
}

/// What the person shown or heard said.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, Hash, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// 未询问: counts as no for anything published.
    NotAsked,
    /// 同意.
    Granted,
    /// 拒绝.
    Refused,
    /// 撤回.
    Withdrawn,
    /// 无需: with the reason.
    NotNeeded,
}

/// How far a consent goes.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, Hash, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsentScope {
    /// 存档.
    Archive,
    /// 校内.
    Internal,
    /// 公开.
    Public,
}

/// How it was given.
#[derive(Debug, Clone, Copy, PartialOrd, Ord, Hash, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsentHow {
    /// 口头.
    Spoken,
    /// 书面.
    Written,
    /// 监护人: needed for under-14s.
    Guardian,
    /// Nobody was asked, or nobody needs to be.
    None,
}
