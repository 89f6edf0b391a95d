//! A quote (原话): what somebody said, word for word, dialect kept.

use serde::{Deserialize, Serialize};

use super::leaf::Leaves;
use crate::{
    ids::{AccountId, BranchId, EntryId},
    json::{Read, Write},
};

/// The record of kind `quote`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteBody {
    /// What was said; covered by the entry's digest.
    pub content: QuoteContent,
    /// Outside the digest.
    pub rest: QuoteRest,
}

/// What was said and who wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteContent {
    /// The entry it belongs to.
    pub entry: EntryId,
    /// That entry's branch.
    pub branch: BranchId,
    /// Who wrote it down.
    pub recorder: AccountId,
    /// Leaves `text`, `speaker`, `phase`, `voice`.
    pub leaves: Leaves,
}

/// State of a quote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Read, Write)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteRest {
    /// Refused or withdrawn.
    #[serde(default)]
    pub barred: bool,
    /// Came after submission; outside content and digest until taken in.
    #[serde(default)]
    pub offered: bool,
}
